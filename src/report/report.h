/* Results as text, JSON or JSON lines: one file per format, found in a table. Every guest string is
 * escaped for the medium here. Writes into memory only; cli/ puts it on a stream. */
#ifndef DISKMEND_REPORT_REPORT_H
#define DISKMEND_REPORT_REPORT_H

#include <stdbool.h>

#include "base/json.h"
#include "base/strbuf.h"
#include "base/vec.h"
#include "model/finding.h"
#include "model/target.h"
#include "model/walk.h"

enum report_status { REPORT_COMPLETE, REPORT_PARTIAL, REPORT_FAILED };

/* The report of one root of one target is the JSON document diskmend.report/1 (or facts/1, why/1):
 * the worker builds it, the parent prints it. Text is rendered from the document, so that the
 * formats can never disagree. */
struct report_input {
    const char *target_name, *target_kind, *format, *engine, *root;
    const struct json *os; /* the `os` object of the facts; NULL when failed */
    enum report_status status;
    const char *failure;   /* the sentence, when failed */
    const char *failure_code;
    bool failure_after_open; /* the target opened, and then could not be read */
    const char *const *notes;
    size_t note_count;
    const struct finding *findings;
    size_t finding_count;
    const struct not_checked *not_checked;
    size_t not_checked_count;
    const struct walk *walks;
    size_t walk_count;
    const struct target_disk *disks; /* named in the document when there are several */
    size_t disk_count;
};

/* One reason of a walk in the words of its rule. */
struct worded_reason {
    const struct reason *reason;
    enum severity severity;
    const char *message, *why, *repair_class;
};

/* What why has to say about one subject. */
struct why_input {
    const struct walk *walk;
    const struct worded_reason *reasons; /* in gate order */
    size_t reason_count;
    const char *const *accounts; /* those there are, when the subject's is not among them */
    size_t account_count;
};

/* Build diskmend.report/1; the caller owns it. */
struct json *report_scan_document(struct arena *a, const struct report_input *input);

/* Build diskmend.why/1 for one subject; WHY is NULL when failed. The findings and walks of INPUT
 * are not used. */
struct json *report_why_document(struct arena *a, const struct report_input *input,
                                 const struct why_input *why);

/* Build diskmend.facts/1 around FACTS (facts_document's; taken, NULL when failed): the target, the
 * status and the notes come first. The findings and walks of INPUT are not used. */
struct json *report_facts_document(struct arena *a, const struct report_input *input,
                                   struct json *facts);

/* What the documents of all commands have in common (schema, tool, target, status, failure, notes,
 * os); the caller owns it and adds the rest. */
struct json *report_document(struct arena *a, const char *schema, const struct report_input *input);
/* Member "at" of O. */
void report_place(struct arena *a, struct json *o, const struct place *at);

struct report_options {
    bool colour;
    bool verbose;
    bool quiet;
    bool only_the_end; /* of a plan: the rest was shown before the question */
    int width; /* columns of the terminal, 0: do not wrap */
};

struct report_format {
    const char *name; /* "text" "json" "jsonl" */
    /* Append the rendering of COUNT documents of one command. */
    void (*render)(struct strbuf *out, const struct json *const *documents, size_t count,
                   const struct report_options *options);
};

/* NULL when there is no such format. */
const struct report_format *report_format_by_name(const char *name);
const struct report_format *report_formats(size_t *count);

#endif
