// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Fuzzes the parser of a device's configuration file. What it accepts is a device that fits
 * together; what it refuses says why.
 */
#include "ublk-sim/config.h"

#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void insist(int holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "fuzz_sim_config: %s\n", what);
	abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sim_options opts;
	struct sim_error err = { "" };

	sim_options_init(&opts);
	if (sim_config_parse((const char *)data, size, &opts, &err) ||
	    sim_options_check(&opts, &err)) {
		insist(err.text[0] != '\0', "a refusal says nothing");
		return 0;
	}
	insist(opts.nr_queues >= 1 && opts.nr_queues <= SIM_QUEUES_MAX, "queues out of range");
	insist(opts.depth >= 1 && opts.depth <= SIM_DEPTH_MAX, "depth out of range");
	insist(opts.block_bytes >= SIM_BLOCK_BYTES_MIN && opts.block_bytes <= SIM_BLOCK_BYTES_MAX,
	       "block out of range");
	insist(opts.size_bytes % opts.block_bytes == 0, "a size is no multiple");
	insist(opts.nr_faults <= SIM_FAULTS_MAX, "more faults than room");
	return 0;
}
