/* Lists of devices in NetworkManager's words. */
#include "login/network_specs.h"

#include <fnmatch.h>
#include <string.h>

#include "facts/collect.h"

/* The rest of WORD behind HEAD, NULL when it does not begin so. */
static const char *behind(const char *word, const char *head)
{
    size_t n = strlen(head);
    return strncmp(word, head, n) == 0 ? word + n : NULL;
}

static bool names_nic(const char *word, const char *nic)
{
    const char *name = behind(word, "interface-name:"), *type = behind(word, "type:");
    if (type)
        return strcmp(type, "ethernet") == 0;
    if (name && name[0] == '=')
        return strcmp(name + 1, nic) == 0;
    return fnmatch(name ? name : word, nic, 0) == 0;
}

/* Might this exception be for the NIC of the VM? */
static bool excepts(const char *word, const char *nic)
{
    bool other =
        behind(word, "mac:") || behind(word, "driver:") || behind(word, "s390-subchannels:");
    return other || names_nic(word, nic);
}

bool network_specs_take_all(struct arena *a, const char *specs)
{
    static const char *const nics[] = {"eth0", "ens3", "enp1s0", "eno1"};
    struct text_list words = text_words(a, bytes_of(specs), ",; \t");
    for (size_t i = 0; i < sizeof nics / sizeof *nics; i++) {
        bool taken = false;
        for (size_t k = 0; k < words.count; k++) {
            const char *except = behind(words.items[k], "except:");
            /* An exception for some name is for the one the VM has, as far as the disk tells. */
            if (except && (excepts(except, nics[i]) || behind(except, "interface-name:")))
                return false;
            taken |= !except && names_nic(words.items[k], nics[i]);
        }
        if (!taken)
            return false;
    }
    return true;
}
