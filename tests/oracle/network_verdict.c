/* Prints what the readers of network files find, for the network oracles.
 *   network_verdict netplan FILE...     one line a fault: FILE:LINE: TEXT
 *   network_verdict interfaces FILE...  the same, each file for itself
 * Status 0: no fault; 1: some. Files are taken in the order given, as one configuration. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "syntax/interfaces_lines.h"
#include "syntax/netplan_file.h"

#define MOST (1024 * 1024)

static struct bytes read_file(struct arena *a, const char *path)
{
    FILE *f = fopen(path, "rb");
    if (!f) {
        perror(path);
        exit(2);
    }
    char *buffer = arena_alloc(a, MOST);
    size_t n = fread(buffer, 1, MOST, f);
    fclose(f);
    return (struct bytes){buffer, n};
}

static int netplan(struct arena *a, char **files, int count)
{
    struct netplan n = {.arena = a};
    for (int i = 0; i < count; i++)
        netplan_read(&n, files[i], read_file(a, files[i]));
    for (size_t i = 0; i < n.faults.count; i++)
        printf("%s:%d: %s\n", n.faults.items[i].file, n.faults.items[i].line,
               n.faults.items[i].text);
    return n.faults.count > 0;
}

static int interfaces(struct arena *a, char **files, int count)
{
    int status = 0;
    for (int i = 0; i < count; i++) {
        struct interfaces_lines lines;
        interfaces_lines_read(a, read_file(a, files[i]), false, &lines);
        if (lines.fault)
            printf("%s:%d: %s\n", files[i], lines.fault_line, lines.fault);
        status |= lines.fault != NULL;
    }
    return status;
}

int main(int argc, char **argv)
{
    bool is_netplan = argc > 2 && strcmp(argv[1], "netplan") == 0;
    if (!is_netplan && (argc < 3 || strcmp(argv[1], "interfaces") != 0)) {
        fprintf(stderr, "usage: network_verdict netplan|interfaces FILE...\n");
        return 2;
    }
    struct arena *a = arena_new(NULL, NULL);
    int status = (is_netplan ? netplan : interfaces)(a, argv + 2, argc - 2);
    arena_free(a);
    return status;
}
