/* The pieces of the unit producer: where systemd looks, what a unit file says, what is reached at
 * boot. Only for unit*.c, and network*.c for files of that syntax. */
#ifndef DISKMEND_FACTS_UNIT_PARTS_H
#define DISKMEND_FACTS_UNIT_PARTS_H

#include "facts/facts.h"

#define UNIT_DIRECTORIES 4

/* One directory of the search path with the names in it. */
struct unit_directory {
    const char *path;
    struct list_answer names;
};

/* One NAME.wants, NAME.requires or NAME.upholds directory. */
struct unit_pull {
    const char *of;   /* "multi-user.target" */
    const char *path; /* of the directory */
    bool persistent;  /* below /etc */
    struct list_answer names;
};

/* The search path, highest first, read once. */
struct unit_tree {
    struct facts *f;
    struct unit_directory directories[UNIT_DIRECTORIES];
    size_t count;
    VEC(struct unit_pull) pulls;
};

enum unit_kind_found { UNIT_MISSING, UNIT_FOUND, UNIT_MASKED, UNIT_UNREADABLE };

/* Where a name leads. */
struct unit_source {
    enum unit_kind_found kind;
    const char *name;   /* after aliases */
    const char *path;   /* the unit file, or the mask */
    const char *target; /* of the first link on the way, NULL when there is none */
    const char *reason; /* why unreadable */
    bool is_alias;
    bool is_linked;     /* a link in /etc to a file outside the search path */
};

/* unit_paths.c */
void unit_tree_read(struct facts *f, struct unit_tree *out);
bool unit_directory_has(const struct unit_directory *d, const char *name);
struct unit_source unit_find(const struct unit_tree *u, const char *name);
/* "sshd@.service" for "sshd@x.service"; NULL when NAME is no instance. */
const char *unit_template(struct arena *a, const char *name);
/* Drop-in files of NAME and its other names, in the order systemd reads them. */
struct text_list unit_drop_ins(const struct unit_tree *u, const char *const *names, size_t count);

struct unit_setting {
    const char *section, *key, *value;
    struct place at;
};
struct unit_file {
    VEC(struct unit_setting) settings;
    const char *problem; /* the file as a whole is refused */
    struct place problem_at;
};
/* unit_file.c. Appends what TEXT says. */
void unit_file_parse(struct arena *a, const char *path, struct bytes text, struct unit_file *out);
/* The value that counts; NULL when there is none. An empty one unsets. */
const struct unit_setting *unit_last(const struct unit_file *u, const char *section,
                                     const char *key);
/* All values of a list setting: an empty one forgets what came before. */
size_t unit_list(struct arena *a, const struct unit_file *u, const char *section, const char *key,
                 const struct unit_setting ***out);
/* Words of a value, quotes and escapes undone. */
struct text_list unit_words(struct arena *a, const char *value);
/* The file and drop-ins of a name; what cannot be read becomes a gap. */
void unit_load(const struct unit_tree *u, const struct unit_source *source,
               const struct text_list *drop_ins, struct unit_file *out);

/* unit_state.c: state, place, condition. */
void unit_judge_state(const struct unit_tree *u, const char *name, const struct unit_source *source,
                      const struct unit_file *file, struct unit_fact *out);
void unit_judge_conditions(const struct unit_tree *u, const struct unit_file *file,
                           struct unit_fact *out);
/* unit_exec.c: what it runs, and what is wrong with that. */
void unit_judge_exec(const struct unit_tree *u, const char *name, const struct unit_file *file,
                     struct unit_fact *out);
/* unit_boot.c: every unit reached from the default target, by real name. */
struct text_list unit_reached(const struct unit_tree *u);
/* unit_legacy.c: OpenRC run levels and SysV links. */
void units_read_openrc(struct facts *f);
void units_read_sysv(struct facts *f);
/* The unit that systemd makes of an init script SERVICE; false: it makes none. */
bool units_add_generated(struct facts *f, const char *service);

#endif
