/* Every bound on what we read from a guest or a rule file, in one place. A limit that is hit is
 * said in the report (a finding or a note), never swallowed. */
#ifndef DISKMEND_BASE_LIMITS_H
#define DISKMEND_BASE_LIMITS_H

#define LIMIT_CONFIG_BYTES          (1024u * 1024u)        /* one configuration file */
#define LIMIT_ACCOUNT_BYTES         (4u * 1024u * 1024u)   /* passwd, shadow, group, gshadow */
#define LIMIT_EDIT_BYTES            (4u * 1024u * 1024u)   /* a file that a repair rewrites */
#define LIMIT_REMOVED_ENTRIES       5000u  /* of a home that goes with its account */
#define LIMIT_REMOVED_BYTES         (64u * 1024u * 1024u) /* of it: the journal keeps all of them */
#define LIMIT_EDITS                 20000u /* paths that one run changes */
#define LIMIT_BINARY_BYTES          (32u * 1024u * 1024u)  /* sshd, package status */
#define LIMIT_TOTAL_BYTES           (256u * 1024u * 1024u) /* all that is read from one guest */
#define LIMIT_INITRAMFS_BYTES       (128u * 1024u * 1024u) /* how far into one its names are read */
#define LIMIT_INITRAMFS_NAMES       20000u
#define LIMIT_DIRECTORY_ENTRIES     4096u
#define LIMIT_INCLUDE_DEPTH         16   /* sshd: servconf.h SERVCONF_MAX_DEPTH */
#define LIMIT_SSHD_BYTES            (8u * 1024u * 1024u) /* all of sshd's configuration together */
#define LIMIT_INCLUDED_FILES        512u /* files that Include lines may pull in altogether */
#define LIMIT_GLOB_NAMES            200000u /* held against patterns in one guest altogether */
#define LIMIT_SYMLINKS              40   /* kernel: MAXSYMLINKS */
#define LIMIT_PATH_BYTES            4096u
#define LIMIT_RECORDS               100000u /* records of one facts section */
#define LIMIT_FINDINGS_PER_RULE     1000u
#define LIMIT_PARSE_SECONDS         2  /* one file */
#define LIMIT_PARSE_NODES           1000000u /* lines and fields of one file: what fits into that time */
#define LIMIT_GUEST_SECONDS         60 /* one guest once it is open; --timeout overrides */
#define LIMIT_OPEN_SECONDS          600 /* opening one guest: emulation is slow */
#define LIMIT_WRITE_SECONDS         300 /* writing to one guest once it is open: emulation is slow */
#define LIMIT_FSCK_SECONDS          3600 /* looking at one filesystem, or mending it: they are large */
#define LIMIT_VERIFY_SECONDS        60 /* one program of the guest, in emulation */
#define LIMIT_EMULATION_SILENCE_SECONDS 240 /* the same in emulation, slow to speak and slower when busy */
#define LIMIT_CONSOLE_SILENCE_SECONDS 20 /* appliance under KVM without a console byte */
#define LIMIT_WORKER_ADDRESS_SPACE  (2048ull * 1024u * 1024u)
#define LIMIT_WORKER_CPU_SECONDS    300
#define LIMIT_YAML_NODES            100000u /* of one document */
#define LIMIT_YAML_DEPTH            64u
#define LIMIT_RULE_FILE_BYTES       (1024u * 1024u)
#define LIMIT_JSON_DEPTH            64
#define LIMIT_REGEX_BYTES           512u
#define LIMIT_PARTITIONS            256  /* of one disk: the kernel makes at most so many minors */
#define LIMIT_FILESYSTEMS           128  /* of one guest: each look is a call to the appliance */
#define LIMIT_SUBVOLUMES            64   /* of one btrfs */
#define LIMIT_LISTED_DEVICES        64   /* md arrays and logical volumes */
#define LIMIT_HOST_DEVICES          1024 /* block devices of this machine that are looked at */
#define LIMIT_PASSWORD_BYTES        511u /* libcrypt and PAM take no longer ones */
#define LIMIT_SETTINGS_BYTES        (256u * 1024u) /* VMAccess's JSON */
#define LIMIT_KEY_FILE_BYTES        (256u * 1024u) /* public keys that are to be added */
#define LIMIT_DISK_KEY_BYTES        8192u /* cryptsetup: keys that are typed are shorter */
#define LIMIT_CHECK_DEPTH           4 /* any/all/not in a rule */

#define LIMIT_SUDO_NAMES                    4096u /* names that sudoers may give something */
#define LIMIT_KEY_PATTERNS                  256u /* AuthorizedKeysFile words of one guest */
#define LIMIT_ACCOUNTS_WITH_KEYS            2000u /* whose key files are looked at */
#define LIMIT_KEY_FILES_OF_ONE              256u /* one pattern may match for one person */
#define LIMIT_ACCOUNT_PLACES                2000u /* accounts whose home and shell are looked at */
#define LIMIT_NAME_LOOKUPS                  500 /* in services and hosts */
#define LIMIT_NAME_LOOKUP_BYTES             (16u * 1024u * 1024u) /* of them, over all look-ups */
#define LIMIT_SUDOERS_FILES                 256u
#define LIMIT_SUDOERS_RESOLVED              100000u /* members of all aliases together */
#define LIMIT_SUDOERS_ALIAS_DEPTH           16
#define LIMIT_LD_CONF_DEPTH                 4
#define LIMIT_LD_CONF_FILES                 256u /* read altogether: a file may include itself */
#define LIMIT_ELF_HEADERS                   128u /* program headers: real files have a dozen */
#define LIMIT_ELF_DYNAMIC                   1024u
#define LIMIT_ELF_NAME_BYTES                256u
#define LIMIT_UNIT_LINKS                    8 /* aliases of aliases */
#define LIMIT_DROP_INS                      256u /* in one directory */
#define LIMIT_UNITS_REACHED                 2000u /* from the default target */
#define LIMIT_FIREWALL_SERVICE_DEPTH        4 /* services that include services */
#define LIMIT_FIREWALL_DEPTH                16 /* nf_tables and x_tables refuse deeper chains */
#define LIMIT_FIREWALL_STEPS                200000u /* rules that one packet meets */
#define LIMIT_NFT_ELEMENTS                  100000u /* of sets */
#define LIMIT_LISTEN_DOORS                  256u /* sshd: MAX_LISTEN_SOCKS is 16 */
#define LIMIT_FIREWALL_ADDRESSES            128 /* of hosts that are let in */
#define LIMIT_SUDOERS_ENTRIES               20000u
#define LIMIT_SUDOERS_MEMBERS               20000u /* of the whole text */
#define LIMIT_XML_DEPTH                     32
#define LIMIT_NFT_INCLUDE_DEPTH             16 /* nft 1.0: MAX_INCLUDE_DEPTH */
#define LIMIT_NFT_SET_DEPTH                 8
#define LIMIT_GAPS_PER_RULE                 100u /* places of one rule that was not checked */
#define LIMIT_REGEX_REPETITIONS             255u
#define LIMIT_FRAME_BYTES                   (256u * 1024u * 1024u) /* far above any document */

#endif
