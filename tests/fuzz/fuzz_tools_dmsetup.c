// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Fuzzes how the dmsetup front-end looks at a command line: words that are ended by NULs. It
 * changes neither the words nor their order, takes only remap and filter for its own, and knows
 * the name of everything it creates.
 */
#include "tools/dmsetup/args.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORDS_MAX	64

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void insist(bool holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "fuzz_tools_dmsetup: %s\n", what);
	abort();
}

static void check(int argc, char *const argv[], const struct dmsetup_line *line)
{
	switch (line->kind) {
	case DMSETUP_OWN:
		insist(line->first > 0 && line->first < argc, "the command is not on the line");
		insist(!strcmp(argv[line->first], "remap") || !strcmp(argv[line->first], "filter"),
		       "a foreign command is taken");
		break;
	case DMSETUP_PASS:
		break;
	default:
		insist(line->name, "a device has no name");
		break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *argv[WORDS_MAX + 1] = { NULL }, *before[WORDS_MAX + 1];
	char *words = malloc(size + 9), *same = malloc(size + 9);
	struct dmsetup_line line;
	int argc = 1;

	if (words && same) {
		memcpy(words, "dmsetup", 8);
		memcpy(words + 8, data, size);
		words[size + 8] = '\0';
		memcpy(same, words, size + 9);
		argv[0] = words;
		for (char *w = words + 8; w < words + 8 + size && argc < WORDS_MAX;
		     w += strlen(w) + 1)
			argv[argc++] = w;
		memcpy(before, argv, sizeof(argv));
		if (!dmsetup_args(argc, argv, &line))
			check(argc, argv, &line);
		insist(!memcmp(before, argv, sizeof(argv)) && !memcmp(same, words, size + 9),
		       "the command line was changed");
	}
	free(same);
	free(words);
	return 0;
}
