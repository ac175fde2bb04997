/* facts/boot_initramfs.c: the names of an initramfs, whole, in several archives, compressed, cut
 * off and made to mislead. */
#include "facts_suite.h"

#include "base/strbuf.h"

#define MODULES "usr/lib/modules/6.12/kernel/"
#define INITRD  "/boot/initrd.img-6.12"
#define ZSTD    "\x28\xb5\x2f\xfd rest"

static struct strbuf image;

static void pad(size_t to)
{
    while (image.len % to != 0)
        strbuf_add_char(&image, '\0');
}

static void entry(const char *name, unsigned file_size)
{
    strbuf_printf(&image, "070701%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08zX%08X", 1u,
                  0100644u, 0u, 0u, 1u, 0u, file_size, 0u, 0u, 0u, 0u, strlen(name) + 1, 0u);
    strbuf_add(&image, name);
    strbuf_add_char(&image, '\0');
    pad(4);
    for (unsigned i = 0; i < file_size && i < 300000; i++)
        strbuf_add_char(&image, 'x');
    pad(4);
}

static void end_archive(void)
{
    entry("TRAILER!!!", 0);
    pad(512);
}

static void begin(void)
{
    facts_begin();
    strbuf_init(&image, arena);
    put("/boot/grub/grub.cfg",
        "menuentry 'Debian' {\n\tlinux /boot/vmlinuz-6.12 root=UUID=5f9c ro\n"
        "\tinitrd /boot/initrd.img-6.12\n}\n",
        0644, 0, 0);
    put("/boot/vmlinuz-6.12", "x", 0644, 0, 0);
    put("/usr/lib/modules/6.12/modules.builtin", "kernel/drivers/nvme/host/nvme.ko\n", 0644, 0, 0);
    put("/usr/lib/modules/6.12/kernel/fs/ext4/ext4.ko.xz", "x", 0644, 0, 0);
    put("/usr/lib/modules/6.12/kernel/fs/xfs/xfs.ko.xz", "x", 0644, 0, 0);
    put("/usr/lib/modules/6.12/kernel/drivers/block/virtio_blk.ko", "x", 0644, 0, 0);
}

static struct facts *gather_image(void)
{
    memory_tree_file(tree, INITRD, strbuf_bytes(&image), 0644, 0, 0);
    return gather();
}

static const char *value_of(const struct facts *f, const char *purpose, const char *key)
{
    vec_each (c, &f->conf)
        if (strcmp(c->purpose, purpose) == 0 && strcmp(c->key, key) == 0)
            return c->value;
    return "";
}

static bool lacks(const struct facts *f, const char *driver)
{
    return *value_of(f, "initramfs-lacks", driver) != '\0';
}

static bool has(const struct facts *f, const char *driver)
{
    return *value_of(f, "initramfs-has", driver) != '\0';
}

START_TEST(one_archive_read_whole)
{
    entry("init", 70001); /* the next header lies behind the window */
    entry(MODULES "fs/ext4/ext4.ko.xz", 3);
    end_archive();
    struct facts *f = gather_image();
    ck_assert_str_eq(value_of(f, "initramfs", INITRD), "all names read");
    ck_assert(has(f, "ext4"));
    ck_assert(has(f, "nvme")); /* part of the kernel */
    ck_assert(lacks(f, "xfs"));
    ck_assert(lacks(f, "virtio_blk"));
    ck_assert(!lacks(f, "btrfs")); /* which this kernel does not have at all */
}
END_TEST

START_TEST(archives_behind_each_other)
{
    entry("kernel/x86/microcode/AuthenticAMD.bin", 5000);
    end_archive();
    entry(MODULES "fs/xfs/xfs.ko.xz", 30);
    end_archive();
    strbuf_add(&image, ZSTD);
    struct facts *f = gather_image();
    ck_assert_str_eq(value_of(f, "initramfs", INITRD),
                     "not looked into from where it is compressed with zstd");
    ck_assert(has(f, "xfs"));
    ck_assert(lacks(f, "ext4"));
    ck_assert(!lacks(f, "virtio_blk")); /* a plain module stands in the part that was not read */
}
END_TEST

START_TEST(nothing_is_said_of_what_was_not_read)
{
    static const char *const texts[] = {"\x1f\x8b\x08", ZSTD, "BZh9", "stand-in", "", "0707"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        strbuf_init(&image, arena);
        strbuf_add(&image, texts[i]);
        struct facts *f = gather_image();
        vec_each (c, &f->conf)
            ck_assert(strcmp(c->purpose, "initramfs-lacks") != 0);
    }
    strbuf_init(&image, arena); /* microcode alone can be read, and says nothing of modules */
    entry("kernel/x86/microcode/GenuineIntel.bin", 100);
    end_archive();
    strbuf_add(&image, ZSTD);
    ck_assert(!lacks(gather_image(), "ext4"));
}
END_TEST

START_TEST(archives_that_lie)
{
    static const unsigned sizes[] = {0xffffffffu, 0xfffffffcu, 0x7fffffffu};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        strbuf_init(&image, arena);
        entry(MODULES "fs/xfs/xfs.ko.xz", sizes[i]);
        struct facts *f = gather_image();
        ck_assert(!lacks(f, "virtio_blk"));
        ck_assert(strcmp(value_of(f, "initramfs", INITRD), "all names read") != 0);
    }
    strbuf_init(&image, arena); /* cut off in a name, in a header */
    entry("lib/modules/", 0);
    entry("lib/modules/../../etc/x.ko", 0);
    entry(MODULES "fs/xfs/xfs.ko.xz", 0);
    for (size_t n = image.len; n-- > 0;) {
        memory_tree_file(tree, INITRD, bytes_cut(strbuf_bytes(&image), 0, n), 0644, 0, 0);
        struct facts *f = n % 37 == 0 ? gather() : NULL;
        ck_assert(!f || !lacks(f, "virtio_blk"));
    }
    strbuf_init(&image, arena); /* no digits; a name without end */
    strbuf_add(&image, "070701");
    for (int i = 0; i < 200; i++)
        strbuf_add(&image, "zz");
    ck_assert_ptr_nonnull(strstr(value_of(gather_image(), "initramfs", INITRD), "damaged"));
}
END_TEST

START_TEST(a_link_is_followed_and_a_hole_is_none)
{
    entry(MODULES "fs/ext4/ext4.ko.xz", 3);
    end_archive();
    memory_tree_file(tree, "/boot/real.img", strbuf_bytes(&image), 0644, 0, 0);
    memory_tree_symlink(tree, INITRD, "real.img");
    ck_assert(has(gather(), "ext4"));
    memory_tree_unreadable(tree, "/boot/real.img", "input/output error");
    ck_assert(!lacks(gather(), "xfs"));
}
END_TEST

START_TEST(settings_of_the_next_rebuild)
{
    put("/etc/dracut.conf.d/x.conf",
        "# omit_drivers+=\" nvme \"\nomit_drivers+=\" hv-storvsc xfs \"\n", 0644, 0, 0);
    put("/etc/initramfs-tools/conf.d/driver-policy", "MODULES=dep\n", 0644, 0, 0);
    struct facts *f = gather();
    size_t omitted = 0;
    vec_each (c, &f->conf)
        omitted += strcmp(c->key, "omit_drivers") == 0;
    ck_assert_uint_eq(omitted, 2);
    ck_assert_str_eq(value_of(f, "initramfs-conf", "MODULES"), "dep");
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("facts of the initramfs");
    TCase *t = tcase_create("names");
    tcase_add_checked_fixture(t, begin, facts_end);
    tcase_add_test(t, one_archive_read_whole);
    tcase_add_test(t, archives_behind_each_other);
    tcase_add_test(t, nothing_is_said_of_what_was_not_read);
    tcase_add_test(t, archives_that_lie);
    tcase_add_test(t, a_link_is_followed_and_a_hole_is_none);
    tcase_add_test(t, settings_of_the_next_rebuild);
    suite_add_tcase(s, t);
    return s;
}
UNIT_MAIN(suite)
