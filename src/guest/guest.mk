# guest/: the disk as a tree of files.
noinst_LIBRARIES += libguest.a
libguest_a_SOURCES = \
	src/guest/acl_text.c src/guest/acl_text.h \
	src/guest/checksum.c src/guest/checksum.h \
	src/guest/directory.c src/guest/directory.h \
	src/guest/directory_meta.c src/guest/directory_meta.h \
	src/guest/directory_write.c src/guest/directory_private.h \
	src/guest/directory_filesystems.c src/guest/directory_filesystems.h \
	src/guest/disk_reader.h \
	src/guest/fault.h \
	src/guest/fixture.c src/guest/fixture.h \
	src/guest/image_header.c src/guest/image_header.h \
	src/guest/in_use.c src/guest/in_use.h \
	src/guest/memory.c src/guest/memory.h \
	src/guest/memory_write.c \
	src/guest/mountinfo.c src/guest/mountinfo.h \
	src/guest/names.c src/guest/names.h \
	src/guest/node_state.c src/guest/node_state.h \
	src/guest/note_list.c src/guest/note_list.h \
	src/guest/open.c src/guest/open.h \
	src/guest/open_format.c src/guest/open_format.h \
	src/guest/overlay.c src/guest/overlay.h \
	src/guest/overlay_edits.c src/guest/overlay_private.h \
	src/guest/partition.c src/guest/partition.h \
	src/guest/root_name.c src/guest/root_name.h \
	src/guest/root_test.c src/guest/root_test.h \
	src/guest/superblock.c src/guest/superblock.h \
	src/guest/superblock_health.c src/guest/superblock_health.h \
	src/guest/tree.c src/guest/tree.h \
	src/guest/volume_group.c src/guest/volume_group.h \
	src/guest/writing.c src/guest/writing.h
if HAVE_LIBGUESTFS
libguest_a_SOURCES += \
	src/guest/image.c src/guest/image.h \
	src/guest/image_disks.c src/guest/image_private.h \
	src/guest/image_failure.c \
	src/guest/image_fsck.c \
	src/guest/image_launch.c \
	src/guest/image_mount.c \
	src/guest/image_roots.c \
	src/guest/image_run.c \
	src/guest/image_tree.c \
	src/guest/image_unlock.c \
	src/guest/image_watchdog.c src/guest/image_watchdog.h \
	src/guest/image_write.c
endif
