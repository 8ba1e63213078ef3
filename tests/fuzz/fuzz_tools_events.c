// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Fuzzes the reader of uevents: any process of the machine may send one to a netlink group. What
 * it accepts is printed in one line each way.
 */
#include "tools/blki/events.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct event e;
	size_t nr_bytes;
	char *text;
	FILE *out;

	if (!events_parse((const char *)data, size, &e))
		return 0;
	out = open_memstream(&text, &nr_bytes);
	if (!out)
		return 0;
	events_print_json(out, &e);
	fclose(out);
	if (!nr_bytes || strchr(text, '\n') != text + nr_bytes - 1) {
		fprintf(stderr, "fuzz_tools_events: the JSON has not one line: %s\n", text);
		abort();
	}
	free(text);
	return 0;
}
