"""validate.py SCHEMA DOCUMENT...: each document against a JSON Schema; exit 77 without jsonschema."""
import json
import sys

try:
    import jsonschema
except ImportError:
    sys.exit(77)

with open(sys.argv[1], encoding="utf-8") as f:
    schema = json.load(f)
jsonschema.Draft7Validator.check_schema(schema)
bad = 0
for name in sys.argv[2:]:
    with open(name, encoding="utf-8") as f:
        document = json.load(f)
    for d in document if isinstance(document, list) else [document]:
        for fault in jsonschema.Draft7Validator(schema).iter_errors(d):
            bad = 1
            print("# %s: /%s: %s" % (name, "/".join(map(str, fault.path)), fault.message[:300]))
sys.exit(bad)
