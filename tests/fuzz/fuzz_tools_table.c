// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Fuzzes the device-mapper table parser of libblki. What it accepts has no gaps and fits its
 * fields; what it refuses has a reason; a table in which nobody sees the word noexcl has no line
 * that asks for it.
 */
#include "tools/libblki/table.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void insist(bool holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "fuzz_tools_table: %s\n", what);
	abort();
}

static void check(const struct table *table, bool has_noexcl)
{
	uint64_t next = 0;

	insist(table->nr && table->nr <= TABLE_LINES_MAX,
	       "an accepted table has no lines, or too many");
	for (size_t i = 0; i < table->nr; i++) {
		const struct table_line *line = &table->lines[i];

		insist(line->start_sectors == next, "there is a gap");
		insist(line->length_sectors, "a line has no length");
		insist(line->length_sectors <= UINT64_MAX - next, "a line ends behind all sectors");
		insist(line->target[0] && strlen(line->target) < TABLE_TARGET_BYTES,
		       "a target has no name");
		insist(line->params && !strchr(line->params, '\n'), "arguments have two lines");
		insist(!line->noexcl || has_noexcl, "noexcl came from nowhere");
		next += line->length_sectors;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct table table;
	char *text = malloc(size + 1);

	if (!text)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	if (!table_parse(text, &table))
		check(&table, table_has_noexcl(text));
	else
		insist(table.error[0], "a refusal says nothing");
	table_free(&table);
	free(text);
	return 0;
}
