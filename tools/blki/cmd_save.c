// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * save: keeps in a file what is attached now.
 *
 * cli.c -> [this] -> libblki (the list), stable.c (names), recipe.c (device-mapper devices),
 * save.c (the document). The file is replaced as a whole or not at all.
 */
#include "tools/blki/commands.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "tools/blki/recipe.h"
#include "tools/blki/session.h"
#include "tools/blki/status.h"

/* Only root reads what stands on what. */
#define FILE_MODE      0600
#define DIRECTORY_MODE	0755

static void tell(const struct cli_args *args, const struct blki_entry *e, const char *why)
{
	fprintf(stderr, "%s: save: interposer %llu on %.*s is left out: %s\n", args->program,
		(unsigned long long)e->id, (int)sizeof(e->origin), e->origin, why);
}

/* Return: 0; -ENOENT it is left out, and that was said; -ENOMEM. */
static int add_item(const struct cli_args *args, const struct blki_entry *e, struct save *save)
{
	dev_t acceptor = makedev(e->acceptor_major, e->acceptor_minor);
	struct save_ref origin, to = { .sectors = 0 };
	struct save_item *item;
	int ret = 0;

	if (e->state == BLKI_STATE_DEAD) {
		tell(args, e, "its disk is gone; detach it");
		return -ENOENT;
	}
	if (stable_names(&stable_system, makedev(e->origin_major, e->origin_minor), &origin) ||
	    (status_is_remap(e) && stable_names(&stable_system, acceptor, &to))) {
		tell(args, e, "sysfs has no name for its devices; mount sysfs on /sys");
		return -ENOENT;
	}
	if (e->kind == BLKI_KIND_REMAP && e->class == BLKI_CLASS_IDENTITY)
		ret = recipe_add(&stable_system, dmtable_read, acceptor, save);
	item = ret ? NULL : save_add_item(save);
	if (!item)
		return -ENOMEM;
	item->kind = e->kind;
	item->hook = e->hook;
	item->altitude = e->altitude;
	item->flags = e->flags;
	item->class_nr = e->class;
	item->offset_sectors = e->offset_sectors;
	item->origin = origin;
	item->acceptor = to;
	if (e->kind == BLKI_KIND_FILTER)
		snprintf(item->filter, sizeof(item->filter), "%.*s", (int)sizeof(e->name), e->name);
	return 0;
}

/* The disk was read because neither the kernel (before 6.13) nor udev told; who looks at status should know. */
static void tell_of_tables(const struct cli_args *args, const struct save *save)
{
	bool table_read = false;

	for (size_t i = 0; i < save->nr_items; i++)
		table_read |= save->items[i].origin.table_read | save->items[i].acceptor.table_read;
	for (size_t i = 0; i < save->nr_dms; i++)
		for (size_t j = 0; j < save->dms[i].nr_refs; j++)
			table_read |= save->dms[i].refs[j].table_read;
	if (table_read)
		fprintf(stderr,
			"%s: save: read partition tables, because neither sysfs nor "
			"/dev/disk/by-partuuid tells PARTUUIDs here; status counts that as I/O of the "
			"whole disk\n",
			args->program);
}

/* Fills the document. @left_out: out: it lacks something. Return: 0 or -errno, which was said. */
static int collect(const struct cli_args *args, struct blki *h, struct save *save, bool *left_out)
{
	struct blki_entry *entries;
	size_t nr;
	int ret = blki_list(h, &entries, &nr);

	*left_out = false;
	if (ret) {
		session_complain(args, h);
		return ret;
	}
	for (size_t i = 0; i < nr && ret != -ENOMEM; i++) {
		ret = add_item(args, &entries[i], save);
		*left_out |= ret;
	}
	free(entries);
	if (ret != -ENOMEM)
		return 0;
	fprintf(stderr, "%s: save: out of memory, or more is attached than a file holds\n",
		args->program);
	return ret;
}

static int write_all(int fd, const char *text)
{
	size_t nr_bytes = strlen(text);

	while (nr_bytes) {
		ssize_t nr = write(fd, text, nr_bytes);

		if (nr < 0 && errno != EINTR)
			return -errno;
		if (nr > 0) {
			text += nr;
			nr_bytes -= (size_t)nr;
		}
	}
	return write(fd, "\n", 1) == 1 ? 0 : -EIO;
}

/* Writes beside it, then puts it in its place. Return: 0 or -errno. */
static int replace_file(const char *path, const char *text)
{
	char beside[PATH_MAX], directory[PATH_MAX];
	int fd, ret;

	if (snprintf(beside, sizeof(beside), "%s.new", path) >= PATH_MAX)
		return -ENAMETOOLONG;
	snprintf(directory, sizeof(directory), "%s", path);
	if (!strcmp(path, SAVE_PATH) && mkdir(dirname(directory), DIRECTORY_MODE) &&
	    errno != EEXIST)
		return -errno;
	fd = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, FILE_MODE);
	if (fd < 0)
		return -errno;
	ret = write_all(fd, text);
	if (!ret && fsync(fd))
		ret = -errno;
	if (close(fd) && !ret)
		ret = -errno;
	if (!ret && rename(beside, path))
		ret = -errno;
	if (ret)
		unlink(beside);
	return ret;
}

/* Prints the document, or puts it into the file and says so. Return: an exit code. */
static int put(const struct cli_args *args, const struct save *save)
{
	const char *path = args->file ? args->file : SAVE_PATH;
	struct json_object *root = save_json(save);
	const char *text = root ? session_json(root) : NULL;
	int ret = text ? 0 : -ENOMEM;

	if (!ret && (args->dry_run || !strcmp(path, "-")))
		puts(text);
	else if (!ret)
		ret = replace_file(path, text);
	json_object_put(root);
	if (ret) {
		fprintf(stderr, "%s: save: %s: can not be written: %s; give another --file\n",
			args->program, path, strerror(-ret));
		return CLI_EXIT_USAGE;
	}
	if (!args->dry_run && strcmp(path, "-"))
		printf("%s: %zu interposers and %zu device-mapper devices saved\n", path,
		       save->nr_items, save->nr_dms);
	return session_flush(args, "what was saved");
}

int command_save(const struct cli_args *args)
{
	struct save save = { .nr_items = 0 };
	struct blki *h;
	int code = session_begin(args, &h);
	bool left_out;
	int ret;

	if (code)
		return code;
	ret = collect(args, h, &save, &left_out);
	code = session_exit_code(ret, true);
	blki_close(h);
	tell_of_tables(args, &save);
	if (!ret)
		code = put(args, &save);
	if (!code && left_out)
		code = CLI_EXIT_FAILED;
	save_free(&save);
	return code;
}
