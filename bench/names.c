// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Names of scenarios, devices, arms and loads, and their lookup.
 *
 * The command line -> this -> scenario. It owns the spelling used in result.json. It does not
 * know how a device or an arm is made: that is devices.c and stack.c.
 */
#include "names.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "ublk-sim/builtin.h"

static const struct bench_name scenario_names[BENCH_NR_SCENARIOS] = {
	[BENCH_REMAP_OVERHEAD] = { "remap-overhead", NULL,
				   "what filters and remaps cost beside plain dm-linear" },
	[BENCH_ATTACH_PAUSE] = { "attach-pause", NULL,
				 "longest completion gap across attach and detach under load" },
	[BENCH_UBLK_BASELINE] = { "ublk-baseline", NULL,
				  "who executes what of an I/O: loader, kernel, ublk server" },
};

static const struct bench_name device_names[BENCH_NR_DEVICES] = {
	[BENCH_NULL_BLK] = { "null_blk", NULL, "blk-mq, no data, the kernel's own null device" },
	[BENCH_BRD] = { "brd", NULL, "bio-based RAM disk" },
	[BENCH_UBLK_NULL] = { "ublk-null", NULL, "blk-mq, served by ublk-sim, no data" },
	[BENCH_PEER_UBLKSRV] = { "peer-ublksrv", NULL,
				 "blk-mq, served by the null target of ublksrv, where that is "
				 "installed" },
	[BENCH_UBLK_PROFILE] = { BENCH_PROFILE_PREFIX "PROFILE", NULL,
				 "blk-mq, served by ublk-sim at the pace of a profile (ublk-sim "
				 "profiles)" },
	[BENCH_UBLK_RAM] = { "ublk-ram", NULL, "blk-mq, served by ublk-sim, data in its memory" },
};

static const struct bench_name arm_names[BENCH_NR_ARMS] = {
	[BENCH_RAW] = { "raw", "load -> origin -> driver", "no module loaded, nothing in between" },
	[BENCH_DM_LINEAR] = { "dm-linear", "load -> dm-linear -> origin -> driver",
			      "plain stacking, one layer; no module loaded" },
	[BENCH_DM_LINEAR_2] = { "dm-linear-2", "load -> dm-linear -> dm-linear -> origin -> driver",
				"plain stacking, two layers; no module loaded" },
	[BENCH_DM_LINEAR_ALIAS] = { "dm-linear-alias",
				    "load -> dm-linear -> alias -> origin's driver",
				    "plain stacking on the alias; nothing attached" },
	[BENCH_IDLE] = { "idle", "load -> origin -> driver       (null filter on the sibling)",
			 "module loaded, the sibling partition attached" },
	[BENCH_PASS] = { "pass", "load -> origin -> hook -> null filter -> driver",
			 "null filter attached by the default hook, it passes every bio" },
	[BENCH_PASS_LIST] = { "pass-list", "load -> origin -> hook list -> null filter -> driver",
			      "the same by the conservative hook: exported symbols only" },
	[BENCH_PASS_FAST] = { "pass-fast", "load -> origin -> hook fast -> null filter -> driver",
			      "the same by the fast hook" },
	[BENCH_PASS_FTRACE] = { "pass-ftrace",
				"load -> submit_bio_noacct -> hook ftrace -> null filter -> driver",
				"the same by an ftrace direct call; for measuring only" },
	[BENCH_REMAP] = { "remap", "load -> origin -> hook -> noexcl dm-linear -> origin -> driver",
			  "remapped to a device that stands on the origin itself" },
	[BENCH_REMAP_FAST] = { "remap-fast",
			       "load -> origin -> hook fast -> noexcl dm-linear -> origin -> "
			       "driver",
			       "the same by the fast hook" },
	[BENCH_REMAP_ALIAS] = { "remap-alias",
				"load -> origin -> hook -> dm-linear -> alias -> origin's driver",
				"remapped to a stock dm-linear that stands on the alias" },
	[BENCH_REMAP_NATIVE] = { "remap-native", "load -> origin -> hook -> sibling -> driver",
				 "bios aimed at the sibling partition of the same disk, no clone" },
	[BENCH_REMAP_NATIVE_OTHER] = { "remap-native-other",
				       "load -> origin -> hook -> another disk -> its driver",
				       "bios aimed at another disk, no clone" },
};

static const struct bench_name load_names[BENCH_NR_LOADS] = {
	[BENCH_RANDREAD_QD1] = { "randread-4k-qd1", NULL, "4 KiB random reads, one in flight" },
	[BENCH_RANDREAD_QD32] = { "randread-4k-qd32", NULL, "4 KiB random reads, 32 in flight" },
	[BENCH_RANDREAD_QD128] = { "randread-4k-qd128", NULL, "4 KiB random reads, 128 in flight" },
	[BENCH_RANDWRITE_QD1] = { "randwrite-4k-qd1", NULL, "4 KiB random writes, one in flight" },
	[BENCH_RANDWRITE_QD32] = { "randwrite-4k-qd32", NULL, "4 KiB random writes, 32 in flight" },
	[BENCH_RANDREAD_128K_QD1] = { "randread-128k-qd1", NULL,
				      "128 KiB random reads by pread, one in flight; split "
				      "8 ways on null_blk" },
	[BENCH_SIMPLEREAD_QD1] = { "simpleread-4k-qd1", NULL,
				   "randread-4k-qd1 by an io_uring without registered buffers, "
				   "files or flags" },
	[BENCH_SIMPLEREAD_QD32] = { "simpleread-4k-qd32", NULL, "the same, 32 in flight" },
	[BENCH_SIMPLEREAD_QD128] = { "simpleread-4k-qd128", NULL, "the same, 128 in flight" },
};

#define NAMES(noun, table) { noun, table, sizeof(table) / sizeof((table)[0]) }

const struct bench_names bench_scenarios = NAMES("scenario", scenario_names);
const struct bench_names bench_devices = NAMES("device", device_names);
const struct bench_names bench_arms = NAMES("arm", arm_names);
const struct bench_names bench_loads = NAMES("load", load_names);

int bench_names_find(const struct bench_names *names, const char *name, size_t len)
{
	size_t i;

	for (i = 0; i < names->nr; i++)
		if (strlen(names->names[i].name) == len && !memcmp(names->names[i].name, name, len))
			return (int)i;
	return -1;
}

static void explain_unknown(const struct bench_names *names, const char *word, size_t len,
			    char *message, size_t size)
{
	size_t used, i;

	used = (size_t)snprintf(message, size, "unknown %s \"%.*s\"; valid: ", names->kind,
				(int)len, word);
	for (i = 0; i < names->nr && used < size; i++)
		used += (size_t)snprintf(message + used, size - used, "%s%s", i ? ", " : "",
					 names->names[i].name);
}

int bench_names_parse(const struct bench_names *names, const char *list, unsigned int *mask,
		      char *message, size_t size)
{
	unsigned int found = 0;

	for (;;) {
		size_t len = strcspn(list, ",");
		int i = bench_names_find(names, list, len);

		if (i < 0) {
			explain_unknown(names, list, len, message, size);
			return -EINVAL;
		}
		found |= 1u << i;
		if (!list[len])
			break;
		list += len + 1;
	}
	*mask = found;
	return 0;
}

static bool is_profile(const char *name, size_t len)
{
	const char *known;
	size_t i;

	for (i = 0; (known = sim_builtin_name(i)); i++)
		if (strlen(known) == len && !memcmp(known, name, len))
			return true;
	return false;
}

static void explain_profile(const char *name, size_t len, char *message, size_t size)
{
	const char *known;
	size_t used, i;

	used = (size_t)snprintf(message, size, "unknown profile \"%.*s\"; valid: ", (int)len, name);
	for (i = 0; (known = sim_builtin_name(i)) && used < size; i++)
		used += (size_t)snprintf(message + used, size - used, "%s%s%s", i ? ", " : "",
					 BENCH_PROFILE_PREFIX, known);
}

static int take_profile(const char *name, size_t len, struct bench_devices_chosen *chosen,
			char *message, size_t size)
{
	char *profile = chosen->profiles[chosen->nr_profiles];

	if (chosen->nr_profiles == BENCH_MAX_PROFILES) {
		snprintf(message, size, "more than %d profiles; choose some", BENCH_MAX_PROFILES);
		return -EINVAL;
	}
	if (len >= sizeof(chosen->profiles[0]) || !is_profile(name, len)) {
		explain_profile(name, len, message, size);
		return -EINVAL;
	}
	memcpy(profile, name, len);
	profile[len] = '\0';
	chosen->nr_profiles++;
	chosen->mask |= 1u << BENCH_UBLK_PROFILE;
	return 0;
}

int bench_devices_parse(const char *list, struct bench_devices_chosen *chosen, char *message,
			size_t size)
{
	const size_t prefix = strlen(BENCH_PROFILE_PREFIX);
	struct bench_devices_chosen found = { 0 };
	int err;

	for (;;) {
		size_t len = strcspn(list, ",");
		int i = bench_names_find(&bench_devices, list, len);

		if (len >= prefix && !memcmp(list, BENCH_PROFILE_PREFIX, prefix)) {
			err = take_profile(list + prefix, len - prefix, &found, message, size);
			if (err)
				return err;
		} else if (i < 0) {
			explain_unknown(&bench_devices, list, len, message, size);
			return -EINVAL;
		} else {
			found.mask |= 1u << i;
		}
		if (!list[len])
			break;
		list += len + 1;
	}
	*chosen = found;
	return 0;
}

/** struct load_facts - direction, depth, size and engine of a load */
static const struct load_facts {
	bool write;
	unsigned int depth;
	unsigned int io_bytes;
	enum bench_engine engine;
} load_facts[BENCH_NR_LOADS] = {
	[BENCH_RANDREAD_QD1] = { false, 1, BENCH_BLOCK_BYTES, BENCH_ENGINE_FIXED },
	[BENCH_RANDREAD_QD32] = { false, 32, BENCH_BLOCK_BYTES, BENCH_ENGINE_FIXED },
	[BENCH_RANDREAD_QD128] = { false, 128, BENCH_BLOCK_BYTES, BENCH_ENGINE_FIXED },
	[BENCH_RANDWRITE_QD1] = { true, 1, BENCH_BLOCK_BYTES, BENCH_ENGINE_FIXED },
	[BENCH_RANDWRITE_QD32] = { true, 32, BENCH_BLOCK_BYTES, BENCH_ENGINE_FIXED },
	[BENCH_RANDREAD_128K_QD1] = { false, 1, 128 * 1024, BENCH_ENGINE_SYNC },
	[BENCH_SIMPLEREAD_QD1] = { false, 1, BENCH_BLOCK_BYTES, BENCH_ENGINE_SIMPLE },
	[BENCH_SIMPLEREAD_QD32] = { false, 32, BENCH_BLOCK_BYTES, BENCH_ENGINE_SIMPLE },
	[BENCH_SIMPLEREAD_QD128] = { false, 128, BENCH_BLOCK_BYTES, BENCH_ENGINE_SIMPLE },
};

bool bench_load_is_write(enum bench_load load)
{
	return load_facts[load].write;
}

unsigned int bench_load_depth(enum bench_load load)
{
	return load_facts[load].depth;
}

unsigned int bench_load_io_bytes(enum bench_load load)
{
	return load_facts[load].io_bytes;
}

unsigned int bench_load_window(enum bench_load load)
{
	unsigned int depth = bench_load_depth(load);

	return depth > BENCH_WINDOW ? depth : BENCH_WINDOW;
}

enum bench_engine bench_load_engine(enum bench_load load)
{
	return load_facts[load].engine;
}
