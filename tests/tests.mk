# Tests: unit (Check) in tests/unit/unit.mk, the rest as scripts on the TAP driver.
include tests/unit/unit.mk
