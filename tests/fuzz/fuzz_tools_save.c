// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Fuzzes the reader of save files. What it accepts can be written and read again and is then the
 * same; what it refuses has a reason.
 */
#include "tools/blki/save.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void insist(bool holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "fuzz_tools_save: %s\n", what);
	abort();
}

static void check(const struct save *save)
{
	struct json_object *root = save_json(save), *again;
	const char *text = json_object_to_json_string(root);
	struct save read;

	insist(!save_parse(text, strlen(text), &read), "what was written is not read");
	again = save_json(&read);
	insist(!strcmp(json_object_to_json_string(again), text), "it came back as something else");
	json_object_put(again);
	json_object_put(root);
	save_free(&read);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct save save;

	if (!save_parse((const char *)data, size, &save))
		check(&save);
	else
		insist(save.error[0], "a refusal says nothing");
	save_free(&save);
	return 0;
}
