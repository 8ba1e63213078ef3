// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Finds the class of an acceptor. The list of targets is in the header.
 *
 * remap.c -> class_find(). Whatever can not be understood is transforming, which is refused while the origin
 * is in use: a wrong guess costs a refusal, never data.
 */
#include "tools/libblki/class.h"

#include <inttypes.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "tools/libblki/sysfs.h"

/* Deeper stacks are not followed. */
#define DEPTH_MAX	32

/* Words of a line that are looked at; what follows are options. */
#define WORDS_MAX	64

/* No such word */
#define NONE		(-1)

/* The arguments of one target, taken apart. */
struct words {
	char *text;
	const char *at[WORDS_MAX];
	int nr;
};

struct walk {
	const struct class_source *source;
	dev_t origin;
	struct class_answer *answer;
};

/*
 * A target that passes data on to one device. @device and @offset are the places of its arguments; without an
 * offset the line must begin at sector 0, because the target begins at sector 0 of its device.
 */
struct rule {
	const char *target;
	enum blki_class class;
	int device;
	int offset;
};

static const struct rule rules[] = {
	{ "blki-linear", BLKI_CLASS_IDENTITY, 0, 1 },
	{ "cache", BLKI_CLASS_STATEFUL, 2, NONE },
	{ "clone", BLKI_CLASS_STATEFUL, 1, NONE },
	{ "delay", BLKI_CLASS_IDENTITY, 0, 1 },
	{ "dust", BLKI_CLASS_IDENTITY, 0, 1 },
	{ "era", BLKI_CLASS_IDENTITY, 1, NONE },
	{ "flakey", BLKI_CLASS_IDENTITY, 0, 1 },
	{ "linear", BLKI_CLASS_IDENTITY, 0, 1 },
	{ "log-writes", BLKI_CLASS_IDENTITY, 0, NONE },
	/* its devices have no fixed place, see first_leg() */
	{ "mirror", BLKI_CLASS_IDENTITY, NONE, NONE },
	{ "snapshot-origin", BLKI_CLASS_IDENTITY, 0, NONE },
	/* with one stripe, see stripes_are_one() */
	{ "striped", BLKI_CLASS_IDENTITY, 2, 3 },
	{ "writecache", BLKI_CLASS_STATEFUL, 1, NONE },
};

static void transforming(struct walk *w, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* The first reason stays. */
static void transforming(struct walk *w, const char *fmt, ...)
{
	va_list args;

	if (w->answer->class == BLKI_CLASS_TRANSFORMING)
		return;
	w->answer->class = BLKI_CLASS_TRANSFORMING;
	va_start(args, fmt);
	vsnprintf(w->answer->why, sizeof(w->answer->why), fmt, args);
	va_end(args);
}

static bool words_of(const char *params, struct words *words)
{
	char *save = NULL;

	words->nr = 0;
	words->text = strdup(params);
	if (!words->text)
		return false;
	for (char *at = strtok_r(words->text, " ", &save); at && words->nr < WORDS_MAX;
	     at = strtok_r(NULL, " ", &save))
		words->at[words->nr++] = at;
	return true;
}

static bool word_number(const struct words *words, int i, uint64_t *value)
{
	char *end;

	if (i < 0 || i >= words->nr || words->at[i][0] == '-')
		return false;
	*value = strtoull(words->at[i], &end, 10);
	return end != words->at[i] && !*end;
}

/* The kernel writes devices as MAJOR:MINOR. */
static bool word_device(const struct words *words, int i, dev_t *dev)
{
	unsigned int major_nr, minor_nr;
	char end;

	if (i < 0 || i >= words->nr ||
	    sscanf(words->at[i], "%u:%u%c", &major_nr, &minor_nr, &end) != 2)
		return false;
	*dev = makedev(major_nr, minor_nr);
	return true;
}

static bool has_word(const struct words *words, const char *word)
{
	for (int i = 0; i < words->nr; i++)
		if (!strcmp(words->at[i], word))
			return true;
	return false;
}

/* delay takes a device of its own for writes and for flushes: DEV OFFSET MS, up to three times */
static bool delay_is_one(const struct words *words)
{
	for (int i = 3; i + 1 < words->nr; i += 3)
		if (strcmp(words->at[i], words->at[0]) || strcmp(words->at[i + 1], words->at[1]))
			return false;
	return true;
}

/* striped takes NR_STRIPES CHUNK DEV OFFSET ...: one stripe only cuts bios at its chunks, more move the data */
static bool stripes_are_one(const struct words *words)
{
	uint64_t nr_stripes;

	return word_number(words, 0, &nr_stripes) && nr_stripes == 1;
}

/* LOG NR_LOG_ARGS ... NR_LEGS DEV OFFSET ...: the place of the first leg, which is read and never behind */
static int first_leg(const struct words *words)
{
	uint64_t nr_log_args;

	if (!word_number(words, 1, &nr_log_args) || nr_log_args >= WORDS_MAX)
		return NONE;
	return 2 + (int)nr_log_args + 1;
}

static const struct rule *find_rule(const char *target)
{
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (!strcmp(rules[i].target, target))
			return &rules[i];
	return NULL;
}

/* What the rule of the target and the line make of it. Return: whether it is worth going down to @dev. */
static bool judge_line(struct walk *w, const char *name, const struct dmtable_line *line,
		       const struct words *words, dev_t *dev)
{
	const struct rule *rule = find_rule(line->target);
	enum blki_class class;
	uint64_t offset = 0;
	int device;

	if (!rule) {
		transforming(w, "its target %s (%s) does not leave the bytes as they are",
			     line->target, name);
		return false;
	}
	device = rule->device == NONE ? first_leg(words) : rule->device;
	class = rule->class;
	if (!strcmp(line->target, "cache") &&
	    (has_word(words, "writethrough") || has_word(words, "passthrough")))
		class = BLKI_CLASS_IDENTITY;
	if (!word_device(words, device, dev) ||
	    (rule->offset != NONE && !word_number(words, rule->offset, &offset)) ||
	    (rule->device == NONE && !word_number(words, device + 1, &offset)))
		transforming(w, "the table of %s is not understood", name);
	else if (!strcmp(line->target, "striped") && !stripes_are_one(words))
		transforming(w, "its target striped (%s) has not just one stripe", name);
	else if (offset != line->start_sectors)
		transforming(w,
			     "its target %s (%s) maps sector %" PRIu64 " to sector %" PRIu64
			     " of another device",
			     line->target, name, line->start_sectors, offset);
	else if (!strcmp(line->target, "delay") && !delay_is_one(words))
		transforming(w, "its target delay (%s) writes to another device than it reads",
			     name);
	if (w->answer->class < class)
		w->answer->class = class;
	return w->answer->class != BLKI_CLASS_TRANSFORMING;
}

/* Ends on the origin, below it, or goes on along the table. */
static void walk_down(struct walk *w, dev_t dev, int depth);

static void walk_line(struct walk *w, const char *name, const struct dmtable_line *line, int depth)
{
	struct words words;
	dev_t dev = 0;

	if (!words_of(line->params, &words)) {
		transforming(w, "the table of %s can not be read: out of memory", name);
		return;
	}
	if (judge_line(w, name, line, &words, &dev))
		walk_down(w, dev, depth + 1);
	free(words.text);
}

static void walk_down(struct walk *w, dev_t dev, int depth)
{
	const char *sysfs = w->source->sysfs;
	struct dmtable table = { .nr = 0 };
	char name[NAME_MAX + 1];
	dev_t origin;

	if (dev == w->origin || (!sysfs_alias_origin(sysfs, dev, &origin) && origin == w->origin))
		return;
	if (sysfs_name(sysfs, dev, name, sizeof(name)))
		snprintf(name, sizeof(name), "%u:%u", major(dev), minor(dev));
	if (depth == DEPTH_MAX)
		transforming(w, "it stands on more than %d devices", DEPTH_MAX);
	else if (w->source->read(dev, &table) || !table.nr)
		transforming(w, "it ends on %s, which is not the origin", name);
	for (size_t i = 0; i < table.nr; i++)
		walk_line(w, name, &table.lines[i], depth);
	dmtable_free(&table);
}

void class_find(const struct class_source *source, dev_t origin, dev_t acceptor,
		struct class_answer *answer)
{
	struct walk w = { .source = source, .origin = origin, .answer = answer };

	*answer = (struct class_answer){ .class = BLKI_CLASS_IDENTITY };
	walk_down(&w, acceptor, 0);
}
