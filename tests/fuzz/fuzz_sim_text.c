// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Fuzzes what ublk-sim reads from the command line: sizes, counts, options, nodes, fault rules. The
 * first byte picks the parser, the rest is its text. What is refused must say why.
 */
#include "ublk-sim/fault.h"
#include "ublk-sim/options.h"
#include "ublk-sim/size.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void insist(int holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "fuzz_sim_text: %s\n", what);
	abort();
}

static void rule_check(const char *text)
{
	struct sim_fault_rule rule;
	struct sim_error err = { "" };

	if (sim_fault_rule_parse(text, &rule, &err)) {
		insist(err.text[0] != '\0', "a refused rule says nothing");
		return;
	}
	insist(rule.kind < SIM_FAULT_KINDS && rule.ops && rule.ops <= 3, "a rule of no kind");
	insist(rule.lba_first <= rule.lba_last, "blocks fall");
	insist(rule.touch_first >= 1 && rule.touch_first <= rule.touch_last, "touches fall");
	insist(rule.touch_last <= SIM_FAULT_TOUCH_MAX, "a touch is never reached");
	insist(rule.probability > 0 && rule.probability <= 1, "a probability is none");
}

static void options_check(enum sim_option option, const char *text)
{
	struct sim_options options;
	struct sim_error err = { "" };

	sim_options_init(&options);
	if (sim_options_set(&options, option, text, &err) || sim_options_check(&options, &err)) {
		insist(err.text[0] != '\0', "a refused option says nothing");
		return;
	}
	insist(options.size_bytes % options.block_bytes == 0, "a size is no multiple");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sim_error err = { "" };
	uint64_t bytes;
	uint32_t number;
	char *text;

	if (!size)
		return 0;
	text = calloc(1, size);
	if (!text)
		return 0;
	memcpy(text, data + 1, size - 1);
	switch (data[0]) {
	case 'r':
		rule_check(text);
		break;
	case 's':
		sim_size_parse(text, &bytes);
		break;
	case 'c':
		sim_count_parse(text, UINT32_MAX, &number);
		break;
	case 'n':
		if (sim_node_parse(text, &number, &err))
			insist(err.text[0] != '\0', "a refused node says nothing");
		break;
	default:
		options_check((enum sim_option)(data[0] % (SIM_OPTION_SIZE + 1)), text);
	}
	free(text);
	return 0;
}
