// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Parses device-mapper tables and translates noexcl.
 *
 * dm.c and the dmsetup front-end -> table_parse() -> noexcl.c for targets other than linear. It refuses what the kernel would refuse with
 * "Invalid argument" and no words: numbers that are none, empty or overlapping extents, gaps,
 * noexcl in a place where it means nothing.
 */
#include "tools/libblki/table.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/blki.h>

/* One line while it is taken apart: [at, end) is what has not been read. */
struct cursor {
	const char *at;
	const char *end;
	size_t line_nr;
};

/* A word inside the text. */
struct word {
	const char *at;
	size_t nr;
};

static int refuse(struct table *t, const struct cursor *c, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static int refuse(struct table *t, const struct cursor *c, const char *fmt, ...)
{
	int nr = snprintf(t->error, sizeof(t->error), "line %zu: ", c->line_nr);
	va_list args;

	va_start(args, fmt);
	vsnprintf(t->error + nr, sizeof(t->error) - (size_t)nr, fmt, args);
	va_end(args);
	return -EINVAL;
}

static bool is_space(char c)
{
	return isspace((unsigned char)c);
}

static void skip_space(struct cursor *c)
{
	while (c->at < c->end && is_space(*c->at))
		c->at++;
}

static void trim_end(struct cursor *c)
{
	while (c->end > c->at && is_space(c->end[-1]))
		c->end--;
}

static struct word next_word(struct cursor *c)
{
	struct word w;

	skip_space(c);
	w.at = c->at;
	while (c->at < c->end && !is_space(*c->at))
		c->at++;
	w.nr = (size_t)(c->at - w.at);
	return w;
}

static bool word_is(struct word w, const char *s)
{
	return w.nr == strlen(s) && !memcmp(w.at, s, w.nr);
}

/* Decimal digits only; strtoull() would take signs and spaces. */
static bool word_number(struct word w, uint64_t *value)
{
	uint64_t v = 0;

	for (size_t i = 0; i < w.nr; i++) {
		unsigned int digit = (unsigned int)(w.at[i] - '0');

		if (digit > 9 || v > (UINT64_MAX - digit) / 10)
			return false;
		v = v * 10 + digit;
	}
	*value = v;
	return w.nr > 0;
}

/*
 * Cuts the next line off *@text, comments and surrounding space removed. Return: false at the end.
 */
static bool next_line(const char **text, struct cursor *c)
{
	const char *hash;

	if (!**text)
		return false;
	c->at = *text;
	c->end = c->at + strcspn(c->at, "\n");
	*text = *c->end ? c->end + 1 : c->end;
	c->line_nr++;
	hash = memchr(c->at, '#', (size_t)(c->end - c->at));
	if (hash)
		c->end = hash;
	skip_space(c);
	trim_end(c);
	return true;
}

static struct word last_word(const struct cursor *c)
{
	struct word w = { .at = c->end };

	while (w.at > c->at && !is_space(w.at[-1]))
		w.at--;
	w.nr = (size_t)(c->end - w.at);
	return w;
}

/* "DEV OFFSET" of linear: nothing else can be mapped without a claim. */
static int check_linear(struct table *t, const struct cursor *c)
{
	struct cursor args = *c;
	uint64_t offset_sectors;

	next_word(&args);
	if (word_number(next_word(&args), &offset_sectors)) {
		skip_space(&args);
		if (args.at == args.end)
			return 0;
	}
	return refuse(t, c, "\"%.*s " TABLE_NOEXCL
		      "\" is not understood; write: linear DEVICE OFFSET " TABLE_NOEXCL,
		      (int)(c->end - c->at), c->at);
}

/* The arguments end in noexcl: takes the word off, and leaves [at, end) on what is before it. */
static int take_noexcl(struct table *t, struct cursor *c, struct table_line *line)
{
	int ret;

	c->end = last_word(c).at;
	trim_end(c);
	line->noexcl = true;
	if (strcmp(line->target, "linear"))
		return 0;
	ret = check_linear(t, c);
	strcpy(line->target, BLKI_LINEAR_TARGET);
	return ret;
}

static int parse_extent(struct table *t, struct cursor *c, struct table_line *line)
{
	struct word start = next_word(c), length = next_word(c);
	uint64_t expected = 0;

	if (!word_number(start, &line->start_sectors) ||
	    !word_number(length, &line->length_sectors))
		return refuse(t, c,
			      "\"%.*s %.*s\" are no two numbers of sectors; write: START LENGTH "
			      "TARGET ARGUMENTS",
			      (int)start.nr, start.at, (int)length.nr, length.at);
	if (!line->length_sectors)
		return refuse(t, c, "its length is 0; give it at least one sector");
	if (line->start_sectors > UINT64_MAX - line->length_sectors)
		return refuse(t, c, "start %" PRIu64 " and length %" PRIu64 " pass the end of any "
			      "device; make it shorter", line->start_sectors, line->length_sectors);
	if (t->nr)
		expected = t->lines[t->nr - 1].start_sectors + t->lines[t->nr - 1].length_sectors;
	if (line->start_sectors != expected)
		return refuse(t, c,
			      "starts at sector %" PRIu64 ", but %s %" PRIu64 "; leave no gap and "
			      "no overlap",
			      line->start_sectors,
			      t->nr ? "the line before ends at" : "the first line must start at",
			      expected);
	return 0;
}

static int parse_line(struct table *t, struct cursor *c, struct table_line *line)
{
	struct word target;
	int ret = parse_extent(t, c, line);

	if (ret)
		return ret;
	target = next_word(c);
	if (!target.nr || word_is(target, TABLE_NOEXCL))
		return refuse(t, c, "no target after start and length; write: START LENGTH TARGET "
			      "ARGUMENTS");
	if (target.nr >= sizeof(line->target))
		return refuse(t, c, "target \"%.*s\" is longer than the %d bytes of any target",
			      (int)target.nr, target.at, TABLE_TARGET_BYTES - 1);
	memcpy(line->target, target.at, target.nr);
	skip_space(c);
	if (c->at < c->end && word_is(last_word(c), TABLE_NOEXCL)) {
		ret = take_noexcl(t, c, line);
		if (ret)
			return ret;
	}
	line->params = strndup(c->at, (size_t)(c->end - c->at));
	return line->params ? 0 : -ENOMEM;
}

/* Makes room for one more line, doubling. */
static int grow(struct table *t, size_t *room)
{
	struct table_line *lines;

	if (t->nr < *room)
		return 0;
	*room = *room ? *room * 2 : 4;
	lines = reallocarray(t->lines, *room, sizeof(*lines));
	if (!lines)
		return -ENOMEM;
	t->lines = lines;
	return 0;
}

int table_parse(const char *text, struct table *table)
{
	struct cursor c = { .line_nr = 0 };
	size_t room = 0;
	int ret = 0;

	*table = (struct table){ .nr = 0 };
	while (!ret && next_line(&text, &c)) {
		struct table_line line = { .params = NULL };

		if (c.at == c.end)
			continue;
		if (table->nr == TABLE_LINES_MAX)
			return refuse(table, &c, "more than %u lines; make the table shorter",
				      TABLE_LINES_MAX);
		ret = grow(table, &room);
		if (!ret)
			ret = parse_line(table, &c, &line);
		if (!ret)
			table->lines[table->nr++] = line;
	}
	if (ret == -ENOMEM)
		snprintf(table->error, sizeof(table->error), "out of memory");
	if (!ret && !table->nr)
		ret = refuse(table, &c,
			     "the table has no line; write: START LENGTH TARGET ARGUMENTS");
	return ret;
}

void table_free(struct table *table)
{
	for (size_t i = 0; i < table->nr; i++)
		free(table->lines[i].params);
	free(table->lines);
	table->lines = NULL;
	table->nr = 0;
}

bool table_has_noexcl(const char *text)
{
	struct cursor c = { .line_nr = 0 };

	while (next_line(&text, &c))
		if (word_is(last_word(&c), TABLE_NOEXCL))
			return true;
	return false;
}
