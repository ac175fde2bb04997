/* ELF headers and the dynamic section. Hostile input: all offsets are checked. */
#include "facts/os_elf.h"

#include <elf.h>

#include "base/limits.h"
#include "facts/collect.h"


struct elf {
    struct bytes file;
    bool wide; /* 64 bits */
    bool big;  /* most significant byte first */
};

/* SIZE bytes at OFFSET as a number; 0 beyond the end (no header field of interest is 0). */
static uint64_t number_at(const struct elf *e, uint64_t offset, unsigned size)
{
    if (offset > e->file.len || e->file.len - offset < size)
        return 0;
    uint64_t n = 0;
    for (unsigned i = 0; i < size; i++) {
        unsigned at = e->big ? i : size - 1 - i;
        n = n << 8 | (unsigned char)e->file.ptr[offset + at];
    }
    return n;
}

static const char *architecture_of(const struct elf *e, unsigned machine)
{
    switch (machine) {
    case EM_X86_64:
        return "x86_64";
    case EM_386:
        return "i386";
    case EM_AARCH64:
        return "aarch64";
    case EM_ARM:
        return "arm";
    case EM_PPC64:
        return e->big ? "ppc64" : "ppc64le";
    case EM_S390:
        return "s390x";
    case EM_RISCV:
        return "riscv64";
    case EM_MIPS:
        return "mips";
    case 258: /* EM_LOONGARCH, missing in older headers */
        return "loongarch64";
    default:
        return NULL;
    }
}

/* The text at OFFSET up to its NUL; NULL when it has none within reach. */
static const char *name_at(struct arena *a, const struct elf *e, uint64_t offset)
{
    if (offset >= e->file.len)
        return NULL;
    struct bytes rest = bytes_cut(e->file, offset, e->file.len);
    if (rest.len > LIMIT_ELF_NAME_BYTES)
        rest.len = LIMIT_ELF_NAME_BYTES;
    const char *end = memchr(rest.ptr, '\0', rest.len);
    return end && end > rest.ptr ? arena_text(a, bytes_cut(rest, 0, (size_t)(end - rest.ptr)))
                                 : NULL;
}

struct segment {
    uint64_t type, offset, address, size;
};

static struct segment segment_at(const struct elf *e, uint64_t at)
{
    struct segment s = {.type = number_at(e, at, 4)};
    if (e->wide) {
        s.offset = number_at(e, at + 8, 8);
        s.address = number_at(e, at + 16, 8);
        s.size = number_at(e, at + 32, 8);
    } else {
        s.offset = number_at(e, at + 4, 4);
        s.address = number_at(e, at + 8, 4);
        s.size = number_at(e, at + 16, 4);
    }
    return s;
}

static void add_search(struct arena *a, struct elf_facts *out, const char *text)
{
    struct text_list parts = text_words(a, bytes_of(text), ":");
    for (size_t i = 0; i < parts.count; i++)
        if (parts.items[i][0] == '/')
            text_list_add(a, &out->search, parts.items[i]);
}

static void read_dynamic(struct arena *a, const struct elf *e, const struct segment *dynamic,
                         const struct segment *segments, size_t count, struct elf_facts *out)
{
    unsigned word = e->wide ? 8 : 4;
    uint64_t strings = 0, found = 0;
    uint64_t entries = dynamic->size / (2 * word);
    if (entries > LIMIT_ELF_DYNAMIC)
        entries = LIMIT_ELF_DYNAMIC;
    for (uint64_t i = 0; i < entries; i++)
        if (number_at(e, dynamic->offset + i * 2 * word, word) == DT_STRTAB)
            strings = number_at(e, dynamic->offset + i * 2 * word + word, word);
    for (size_t i = 0; i < count && !found; i++)
        if (segments[i].type == PT_LOAD && strings >= segments[i].address &&
            strings - segments[i].address < segments[i].size)
            found = segments[i].offset + (strings - segments[i].address);
    if (!found || found >= e->file.len)
        return;
    out->is_dynamic = true;
    for (uint64_t i = 0; i < entries; i++) {
        uint64_t tag = number_at(e, dynamic->offset + i * 2 * word, word);
        uint64_t value = number_at(e, dynamic->offset + i * 2 * word + word, word);
        if (tag != DT_NEEDED && tag != DT_RPATH && tag != DT_RUNPATH)
            continue;
        const char *name = value < e->file.len ? name_at(a, e, found + value) : NULL;
        if (name && tag == DT_NEEDED)
            text_list_add(a, &out->needed, name);
        else if (name)
            add_search(a, out, name);
    }
}

bool elf_read(struct arena *a, struct bytes file, struct elf_facts *out)
{
    *out = (struct elf_facts){0};
    if (file.len < SELFMAG || memcmp(file.ptr, ELFMAG, SELFMAG) != 0)
        return false;
    out->is_cut = file.len < 52;
    if (out->is_cut)
        return false;
    struct elf e = {file, file.ptr[EI_CLASS] == ELFCLASS64, file.ptr[EI_DATA] == ELFDATA2MSB};
    if (!e.wide && file.ptr[EI_CLASS] != ELFCLASS32)
        return false;
    out->architecture = architecture_of(&e, (unsigned)number_at(&e, 18, 2));
    uint64_t table = e.wide ? number_at(&e, 32, 8) : number_at(&e, 28, 4);
    uint64_t size = number_at(&e, e.wide ? 54 : 42, 2);
    uint64_t count = number_at(&e, e.wide ? 56 : 44, 2);
    out->is_cut = table >= file.len || size * count > file.len - table;
    if (table == 0 || table >= file.len || size < (e.wide ? 56u : 32u) || count == 0)
        return false;
    struct segment segments[LIMIT_ELF_HEADERS];
    if (count > LIMIT_ELF_HEADERS)
        count = LIMIT_ELF_HEADERS;
    for (uint64_t i = 0; i < count; i++)
        segments[i] = segment_at(&e, table + i * size);
    for (uint64_t i = 0; i < count; i++)
        out->is_cut |= segments[i].type == PT_LOAD &&
                       (segments[i].offset > file.len ||
                        segments[i].size > file.len - segments[i].offset);
    for (uint64_t i = 0; i < count; i++) {
        if (segments[i].type == PT_INTERP)
            out->interpreter = name_at(a, &e, segments[i].offset);
        else if (segments[i].type == PT_DYNAMIC && segments[i].offset < file.len)
            read_dynamic(a, &e, &segments[i], segments, count, out);
    }
    return true;
}
