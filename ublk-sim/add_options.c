// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The options that make a device; see add_options.h. Words → here → options.c judges each.
 */
#include "add_options.h"

#include "builtin.h"
#include "cmd.h"
#include "config.h"
#include "target.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	KEY_CONFIG = 0x100,
	/* Behind it enum sim_option. */
	KEY_OPTION,
};

#define KEY(option) (KEY_OPTION + SIM_OPTION_##option)

static const struct argp_option options[] = {
	{ 0, 0, 0, 0, "The disk:", 1 },
	{ "target", 't', "NAME", 0, "kind of disk: file, null or ram (default null)", 0 },
	{ "queues", 'q', "N", 0, "hardware queues, 1 to 128 (default 1); the kernel gives at most one per CPU", 0 },
	{ "depth", 'd', "N", 0, "I/Os in flight per queue, 1 to 4096 (default 128)", 0 },
	{ "size", 's', "SIZE", 0, "capacity, a multiple of the block, with k, M, G, T (default 256M, or the file's)", 0 },
	{ "block", 'b', "BYTES", 0, "logical block: 512, 1024, 2048 or 4096 (default 512)", 0 },
	{ "id", 'n', "N", 0, "device number (default: the lowest that is free)", 0 },
	{ "file", KEY(FILE), "PATH", 0, "-t file: regular file or block device that keeps the data", 0 },
	{ "buffered", KEY(BUFFERED), NULL, 0, "-t file: through the page cache, not by direct I/O", 0 },
	{ 0, 0, 0, 0, "How it behaves:", 2 },
	{ "profile", KEY(PROFILE), "NAME|FILE", 0, "serve at the pace of a disk; 'ublk-sim profiles' lists names", 0 },
	{ "force", KEY(FORCE), NULL, 0, "also a profile that this host is too slow for; the status says so", 0 },
	{ "cache", KEY(CACHE), "SIZE", 0, "volatile write cache: writes are answered before they are durable", 0 },
	{ "destage", KEY(DESTAGE), "POLICY", 0, "what leaves a full cache: fifo, random or elevator (default fifo)", 0 },
	{ "atomic", KEY(ATOMIC), "BYTES", 0, "unit that a power cut does not tear (default: the block)", 0 },
	{ "lying-flush", KEY(LYING), NULL, 0, "the cache answers flushes and does nothing", 0 },
	{ "fault", KEY(FAULT), "RULE", 0, "media fault, may be repeated: KIND[:lba=N-M,touch=N-M,p=P,op=OP], KIND bad, flip, lost, misdirect, torn or hang", 0 },
	{ "seed", KEY(SEED), "N", 0, "of service times, faults and destaging (default 1)", 0 },
	{ 0, 0, 0, 0, "How it is served:", 3 },
	{ "config", KEY_CONFIG, "FILE", 0, "JSON object of long options; what stands behind it overrules it", 0 },
	{ "recovery", KEY(RECOVERY), "HOW", 0, "when the server is killed the disk waits for 'ublk-sim recover': none, fail or reissue what was in flight (default none)", 0 },
	{ "copy", KEY(COPY), "HOW", 0, "how data move: user (copy), page (copy), or auto: user for root, page for everybody else, to whom the kernel allows no other (default auto)", 0 },
	{ "pin", KEY(PIN), NULL, 0, "pin each queue's thread to the CPUs that use the queue", 0 },
	{ 0 },
};

/* The option of a key, or -1. */
static int option_of(int key)
{
	switch (key) {
	case 't':
		return SIM_OPTION_TARGET;
	case 'q':
		return SIM_OPTION_QUEUES;
	case 'd':
		return SIM_OPTION_DEPTH;
	case 's':
		return SIM_OPTION_SIZE;
	case 'b':
		return SIM_OPTION_BLOCK;
	case 'n':
		return SIM_OPTION_ID;
	default:
		return key >= KEY_OPTION && key < KEY_OPTION + SIM_NR_OPTIONS ? key - KEY_OPTION :
										-1;
	}
}

static error_t option_parse(int key, char *arg, struct argp_state *state)
{
	struct sim_options *opts = state->input;
	const int option = option_of(key);
	struct sim_error err;
	int ret;

	if (key == KEY_CONFIG)
		ret = sim_config_load(arg, opts, &err);
	else if (option >= 0)
		ret = sim_options_set(opts, (enum sim_option)option, arg ? arg : "true", &err);
	else
		return ARGP_ERR_UNKNOWN;
	if (ret)
		argp_failure(state, SIM_EXIT_USAGE, 0, "%s", err.text);
	return 0;
}

const struct argp add_options_argp = {
	.options = options,
	.parser = option_parse,
};

/* The server runs in another folder: a path has to be whole. */
static int path_complete(const char *what, char *path, struct sim_error *err)
{
	char whole[PATH_MAX];

	if (!path[0])
		return 0;
	if (!realpath(path, whole) || strlen(whole) >= SIM_PATH_CHARS)
		return sim_error_set(err, errno == ENOENT ? -ENOENT : -EINVAL,
				     "%s %s cannot be found: %s; make it first, for example with 'truncate -s 1G %s'",
				     what, path, strerror(errno), path);
	memcpy(path, whole, strlen(whole) + 1);
	return 0;
}

int add_options_complete(struct sim_options *opts, struct sim_error *err)
{
	int ret;

	if (!sim_target_find(opts->target))
		return sim_error_set(err, -EINVAL, "target '%s' does not exist; give %s",
				     opts->target, sim_target_names());
	ret = sim_options_check(opts, err);
	if (!ret)
		ret = path_complete("file", opts->file, err);
	if (!ret && sim_builtin_is_path(opts->profile))
		ret = path_complete("profile", opts->profile, err);
	return ret;
}
