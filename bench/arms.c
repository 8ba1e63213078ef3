// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What each arm is made of.
 *
 * names -> this -> stack | check. Which arm can stand on which device is decided here and nowhere
 * else: hooks of blk-mq disks do not exist on a bio-based one, and a second disk is made only for
 * the driver that can have two.
 */
#include "arms.h"

#include <errno.h>
#include <linux/blki.h>
#include <stdio.h>

const struct bench_arm_facts bench_arm_facts[BENCH_NR_ARMS] = {
	[BENCH_DM_LINEAR] = { .nr_dm = 1 },
	[BENCH_DM_LINEAR_2] = { .nr_dm = 2 },
	[BENCH_DM_LINEAR_ALIAS] = { .acceptor = BENCH_ACCEPTOR_DM_ALIAS, .nr_dm = 1 },
	[BENCH_IDLE] = { .kind = BLKI_KIND_FILTER, .on_sibling = true },
	[BENCH_PASS] = { .kind = BLKI_KIND_FILTER },
	[BENCH_PASS_LIST] = { .kind = BLKI_KIND_FILTER, .hook = BLKI_HOOK_LIST,
			      .blk_mq_only = true },
	[BENCH_PASS_FAST] = { .kind = BLKI_KIND_FILTER, .hook = BLKI_HOOK_FAST,
			      .blk_mq_only = true },
	[BENCH_PASS_FTRACE] = { .kind = BLKI_KIND_FILTER, .hook = BLKI_HOOK_FTRACE,
				.blk_mq_only = true },
	[BENCH_REMAP] = { .kind = BLKI_KIND_REMAP, .acceptor = BENCH_ACCEPTOR_DM_NOEXCL,
			  .nr_dm = 1 },
	[BENCH_REMAP_FAST] = { .kind = BLKI_KIND_REMAP, .hook = BLKI_HOOK_FAST,
			       .acceptor = BENCH_ACCEPTOR_DM_NOEXCL, .nr_dm = 1,
			       .blk_mq_only = true },
	[BENCH_REMAP_ALIAS] = { .kind = BLKI_KIND_REMAP, .acceptor = BENCH_ACCEPTOR_DM_ALIAS,
				.nr_dm = 1 },
	[BENCH_REMAP_NATIVE] = { .kind = BLKI_KIND_NATIVE, .hook = BLKI_HOOK_FAST,
				 .acceptor = BENCH_ACCEPTOR_SIBLING, .blk_mq_only = true },
	[BENCH_REMAP_NATIVE_OTHER] = { .kind = BLKI_KIND_NATIVE, .hook = BLKI_HOOK_FAST,
				       .acceptor = BENCH_ACCEPTOR_OTHER, .blk_mq_only = true },
};

bool bench_arm_needs_module(enum bench_arm arm)
{
	return bench_arm_facts[arm].kind || bench_arm_facts[arm].acceptor;
}

bool bench_arm_leaves_origin(enum bench_arm arm)
{
	return bench_arm_facts[arm].acceptor == BENCH_ACCEPTOR_SIBLING ||
	       bench_arm_facts[arm].acceptor == BENCH_ACCEPTOR_OTHER;
}

bool bench_arm_applies(enum bench_arm arm, enum bench_device device)
{
	if (bench_arm_facts[arm].acceptor == BENCH_ACCEPTOR_OTHER)
		return device == BENCH_NULL_BLK;
	return device != BENCH_BRD || !bench_arm_facts[arm].blk_mq_only;
}

/* Bit mask of the arms of @arms that stand on @device. */
static unsigned int arms_on(unsigned int arms, enum bench_device device)
{
	unsigned int arm, on = 0;

	for (arm = 0; arm < BENCH_NR_ARMS; arm++)
		if (arms & 1u << arm && bench_arm_applies((enum bench_arm)arm, device))
			on |= 1u << arm;
	return on;
}

int bench_arms_check(unsigned int arms, unsigned int devices, char *message, size_t size)
{
	unsigned int device, arm, placed = 0, empty = BENCH_NR_DEVICES;

	for (device = 0; device < BENCH_NR_DEVICES; device++) {
		unsigned int on = arms_on(arms, (enum bench_device)device);

		if (!(devices & 1u << device))
			continue;
		placed |= on;
		if (!on)
			empty = device;
	}
	for (arm = 0; arm < BENCH_NR_ARMS; arm++) {
		if (!(arms & ~placed & 1u << arm))
			continue;
		snprintf(message, size, "arm %s stands on none of the chosen devices: it needs a "
			 "%s; valid with it: null_blk", bench_arms.names[arm].name,
			 bench_arm_facts[arm].acceptor == BENCH_ACCEPTOR_OTHER ?
			 "second disk" : "blk-mq disk");
		return -EINVAL;
	}
	if (empty == BENCH_NR_DEVICES)
		return 0;
	snprintf(message, size, "device %s takes none of the chosen arms; valid with it: %s, %s, "
		 "%s", bench_devices.names[empty].name, bench_arms.names[BENCH_RAW].name,
		 bench_arms.names[BENCH_PASS].name, bench_arms.names[BENCH_REMAP].name);
	return -EINVAL;
}
