// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * restore: attaches what a file says, once.
 *
 * cli.c -> [this] -> save_read.c (the file), stable.c (which devices), recipe.c (device-mapper
 * devices), libblki. What is there already is left as it is, so that it can be run again; what
 * fails is said, and the rest goes on.
 */
#include "tools/blki/commands.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

#include "tools/blki/recipe.h"
#include "tools/blki/session.h"
#include "tools/blki/status.h"
#include "tools/dmsetup/input.h"
#include "tools/libblki/sysfs.h"

/* Raised when a field is renamed or its meaning changes. */
#define RESTORE_SCHEMA	"blki-restore/1"

/* How often a device that is waited for is looked for. */
#define POLL_MS	100

/* Room for what an item is called, two references in it. */
#define TITLE_BYTES	640

/**
 * struct restore - a restore under way
 * @args: the command line
 * @h: the connection
 * @deadline_ms: until when missing devices are waited for, CLOCK_MONOTONIC
 * @nr_failed: items and devices that are not as the file says
 * @results: with --json: what became of each so far
 */
struct restore {
	const struct cli_args *args;
	struct blki *h;
	int64_t deadline_ms;
	size_t nr_failed;
	struct json_object *results;
};

/* What became of an item; the words for people and for programs. */
enum result { MADE, ATTACHED, THERE, WOULD_MAKE, WOULD_ATTACH, FAILED };

static const struct {
	const char *words;
	const char *json;
} result_names[] = {
	[MADE] = { "made", "made" },
	[ATTACHED] = { "attached", "attached" },
	[THERE] = { "is there already", "there" },
	[WOULD_MAKE] = { "would be made", "would-make" },
	[WOULD_ATTACH] = { "would be attached", "would-attach" },
	[FAILED] = { "failed", "failed" },
};

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* @more: why it failed, or how long the queue paused; "" for nothing */
static void tell(struct restore *r, const char *title, enum result result, const char *more)
{
	struct json_object *o;

	r->nr_failed += result == FAILED;
	if (result == FAILED)
		fprintf(stderr, "%s: restore: %s: %s\n", r->args->program, title, more);
	else if (!r->results)
		printf("%s: %s%s\n", title, result_names[result].words, more);
	if (!r->results)
		return;
	o = json_object_new_object();
	json_object_object_add(o, "what", json_object_new_string(title));
	json_object_object_add(o, "result", json_object_new_string(result_names[result].json));
	json_object_object_add(o, "why", result == FAILED ? json_object_new_string(more) : NULL);
	json_object_array_add(r->results, o);
}

/* May a device that is missing yet appear? Then a moment has passed when it returns true. */
static bool wait_a_moment(const struct restore *r)
{
	const struct timespec moment = { .tv_nsec = POLL_MS * 1000000L };

	if (session_interrupted() || now_ms() >= r->deadline_ms)
		return false;
	nanosleep(&moment, NULL);
	return true;
}

static int find(const struct restore *r, const struct save_ref *ref, dev_t *dev,
		char why[STABLE_WHY_BYTES])
{
	int ret;

	do {
		ret = stable_find(&stable_system, ref, dev, why);
	} while (ret == -ENOENT && wait_a_moment(r));
	return ret;
}

static int find_alias(void *context, dev_t origin, dev_t *alias)
{
	struct restore *r = context;
	char given[32], node[256];
	struct stat st;
	int ret;

	snprintf(given, sizeof(given), "%u:%u", major(origin), minor(origin));
	ret = blki_alias_add(r->h, given, NULL, node, sizeof(node));
	if (ret)
		return ret;
	if (stat(node, &st))
		return -errno;
	*alias = st.st_rdev;
	return 0;
}

static int make_dm(struct restore *r, const struct save_dm *dm, const char *title)
{
	char why[STABLE_WHY_BYTES], node[256], *text = NULL;
	int ret;

	do {
		ret = recipe_table(&stable_system, dm, find_alias, r, &text, why);
	} while (ret == -ENOENT && wait_a_moment(r));
	if (ret) {
		tell(r, title, FAILED, why[0] ? why : "out of memory; try again");
		return ret;
	}
	ret = blki_dm_create(r->h, dm->name, text, node, sizeof(node));
	free(text);
	if (ret)
		tell(r, title, FAILED, blki_message(r->h));
	return ret;
}

static void restore_dm(struct restore *r, const struct save_dm *dm)
{
	char title[TITLE_BYTES];
	dev_t dev;

	snprintf(title, sizeof(title), "device-mapper device %s", dm->name);
	if (!sysfs_dev_of_dm(stable_system.sysfs, dm->name, &dev))
		tell(r, title, THERE, "");
	else if (r->args->dry_run)
		tell(r, title, WOULD_MAKE, "");
	else if (!make_dm(r, dm, title))
		tell(r, title, MADE, "");
}

static void title_of(const struct save_item *item, char title[TITLE_BYTES])
{
	char origin[SAVE_NAME_BYTES + 32], acceptor[SAVE_NAME_BYTES + 32];

	save_ref_text(&item->origin, origin, sizeof(origin));
	save_ref_text(&item->acceptor, acceptor, sizeof(acceptor));
	if (item->kind == BLKI_KIND_FILTER)
		snprintf(title, TITLE_BYTES, "filter %s on %s", item->filter, origin);
	else
		snprintf(title, TITLE_BYTES, "%s of %s to %s", status_kind_name(item->kind), origin,
			 acceptor);
}

/* Is exactly this attached already? */
static bool is_attached(const struct blki_entry *e, const struct save_item *item, dev_t origin,
			dev_t acceptor)
{
	if (e->state == BLKI_STATE_DEAD || e->kind != item->kind ||
	    makedev(e->origin_major, e->origin_minor) != origin)
		return false;
	if (item->kind == BLKI_KIND_FILTER)
		return !strncmp(e->name, item->filter, sizeof(e->name));
	return makedev(e->acceptor_major, e->acceptor_minor) == acceptor &&
	       e->offset_sectors == item->offset_sectors;
}

static int any_attached(struct restore *r, const struct save_item *item, dev_t origin,
			dev_t acceptor, bool *found)
{
	struct blki_entry *entries;
	size_t nr;
	int ret = blki_list(r->h, &entries, &nr);

	*found = false;
	for (size_t i = 0; !ret && i < nr; i++)
		*found |= is_attached(&entries[i], item, origin, acceptor);
	if (!ret)
		free(entries);
	return ret;
}

static int attach(struct restore *r, const struct save_item *item, dev_t origin, dev_t acceptor,
		  uint64_t *pause_ns)
{
	const struct blki_opts opts = {
		.hook = item->hook,
		.timeout_ms = r->args->timeout_ms,
		.altitude = item->altitude,
		.flags = item->flags,
		.acceptor_class =
			item->kind == BLKI_KIND_REMAP ? BLKI_OPTS_CLASS(item->class_nr) : 0,
		.offset_sectors = item->offset_sectors,
		.dry_run = r->args->dry_run,
		.pause_ns = pause_ns,
	};
	char from[32], to[32];

	snprintf(from, sizeof(from), "%u:%u", major(origin), minor(origin));
	snprintf(to, sizeof(to), "%u:%u", major(acceptor), minor(acceptor));
	if (item->kind == BLKI_KIND_FILTER)
		return blki_filter_attach(r->h, from, item->filter, &opts, NULL);
	if (item->kind == BLKI_KIND_NATIVE)
		return blki_native_start(r->h, from, to, &opts, NULL);
	return blki_remap_start(r->h, from, to, &opts, NULL);
}

/* Is the acceptor one that this restore would have made by now? */
static bool would_be_made(const struct restore *r, const struct save *save,
			  const struct save_ref *ref)
{
	for (size_t i = 0; r->args->dry_run && i < save->nr_dms; i++)
		if (!strcmp(save->dms[i].name, ref->dm))
			return true;
	return false;
}

static void restore_item(struct restore *r, const struct save *save, const struct save_item *item)
{
	char title[TITLE_BYTES], why[STABLE_WHY_BYTES], pause[SESSION_TEXT_BYTES];
	dev_t origin = 0, acceptor = 0;
	uint64_t pause_ns = 0;
	bool found, made = false;
	int ret;

	title_of(item, title);
	ret = find(r, &item->origin, &origin, why);
	if (!ret && item->kind != BLKI_KIND_FILTER) {
		ret = find(r, &item->acceptor, &acceptor, why);
		made = ret == -ENOENT && would_be_made(r, save, &item->acceptor);
	}
	if (ret && !made) {
		tell(r, title, FAILED, why);
		return;
	}
	ret = any_attached(r, item, origin, acceptor, &found);
	if (!ret && found) {
		tell(r, title, THERE, "");
		return;
	}
	if (!ret && !made)
		ret = attach(r, item, origin, acceptor, &pause_ns);
	if (ret) {
		tell(r, title, FAILED, blki_message(r->h));
		return;
	}
	session_pause(pause_ns, pause);
	tell(r, title, r->args->dry_run ? WOULD_ATTACH : ATTACHED, pause);
}

/* Reads the file. Return: 0, or an exit code with the reason said. */
static int read_file(const struct cli_args *args, struct save *save)
{
	const char *path = args->file ? args->file : SAVE_PATH;
	char *text = NULL;
	size_t nr_bytes = 0;
	int fd = strcmp(path, "-") ? open(path, O_RDONLY | O_CLOEXEC) : dup(STDIN_FILENO);
	int ret = fd < 0 ? -errno : input_read(fd, &text, &nr_bytes);

	if (fd >= 0)
		close(fd);
	if (ret) {
		fprintf(stderr, "%s: restore: %s: can not be read: %s; make it with %s save\n",
			args->program, path, strerror(-ret), args->program);
		return CLI_EXIT_USAGE;
	}
	ret = save_parse(text, nr_bytes, save);
	free(text);
	if (!ret)
		return CLI_EXIT_OK;
	fprintf(stderr, "%s: restore: %s: %s\n", args->program, path, save->error);
	save_free(save);
	return CLI_EXIT_USAGE;
}

/* Prints the results as one document, or the last line for people. Return: an exit code. */
static int finish(struct restore *r)
{
	struct json_object *root = r->results ? json_object_new_object() : NULL;
	const char *text = NULL;

	if (session_interrupted())
		tell(r, "the rest of the file", FAILED, "interrupted; run it again");
	if (!r->results && r->args->dry_run)
		printf("dry run: nothing was changed\n");
	if (root) {
		json_object_object_add(root, "schema", json_object_new_string(RESTORE_SCHEMA));
		json_object_object_add(root, "dry_run", json_object_new_boolean(r->args->dry_run));
		json_object_object_add(root, "results", r->results);
		text = session_json(root);
	}
	if (text)
		puts(text);
	json_object_put(root);
	return session_flush(r->args, "what was restored") ?:
		       r->nr_failed			   ? CLI_EXIT_FAILED :
							     CLI_EXIT_OK;
}

int command_restore(const struct cli_args *args)
{
	struct restore r = { .args = args, .deadline_ms = now_ms() + args->wait_ms };
	struct save save;
	int code = read_file(args, &save);

	if (code)
		return code;
	code = session_begin(args, &r.h);
	if (!code) {
		r.results = args->json ? json_object_new_array() : NULL;
		for (size_t i = 0; i < save.nr_dms && !session_interrupted(); i++)
			restore_dm(&r, &save.dms[i]);
		for (size_t i = 0; i < save.nr_items && !session_interrupted(); i++)
			restore_item(&r, &save, &save.items[i]);
		blki_close(r.h);
		code = finish(&r);
	}
	save_free(&save);
	return code;
}
