/* Where in the guest something stands: what every record, reason and finding points at. */
#ifndef DISKMEND_MODEL_PLACE_H
#define DISKMEND_MODEL_PLACE_H

struct place {
    const char *file; /* guest path, borrowed from the guest's arena; NULL when there is none */
    int line;         /* 1-based, 0 for the whole file */
    int column;       /* 1-based byte column, 0 for the whole line */
};

static inline struct place place_of_file(const char *file)
{
    return (struct place){file, 0, 0};
}

#endif
