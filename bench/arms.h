/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What each arm is made of: one table, read by the maker (stack.c) and by the proof (check.c).
 *
 * names -> this -> stack | check. Pure: it makes nothing itself.
 */
#ifndef BENCH_ARMS_H
#define BENCH_ARMS_H

#include <stdbool.h>
#include <stddef.h>

#include "names.h"

/** enum bench_acceptor - where a remap sends the origin's bios */
enum bench_acceptor {
	BENCH_ACCEPTOR_NONE,
	BENCH_ACCEPTOR_DM_NOEXCL, /* our dm-linear that stands on the origin itself */
	BENCH_ACCEPTOR_DM_ALIAS,  /* a stock dm-linear that stands on the origin's alias */
	BENCH_ACCEPTOR_SIBLING,	  /* the other partition of the same disk */
	BENCH_ACCEPTOR_OTHER,	  /* a partition of another disk of the same driver */
};

/**
 * struct bench_arm_facts - what an arm is made of
 * @kind: enum blki_kind of what is attached, 0 for nothing
 * @hook: enum blki_hook asked for; BLKI_HOOK_DEFAULT lets the module choose
 * @on_sibling: it is attached to the sibling, not to the origin
 * @acceptor: where the bios go; BENCH_ACCEPTOR_NONE for a filter. With nothing attached, what is
 *	loaded instead of the origin
 * @nr_dm: device-mapper devices in the way of an I/O
 * @blk_mq_only: it can not stand on a bio-based disk
 */
struct bench_arm_facts {
	unsigned int kind;
	unsigned int hook;
	bool on_sibling;
	enum bench_acceptor acceptor;
	unsigned int nr_dm;
	bool blk_mq_only;
};

extern const struct bench_arm_facts bench_arm_facts[BENCH_NR_ARMS];

/** bench_arm_needs_module - whether an arm can only stand with the module loaded */
bool bench_arm_needs_module(enum bench_arm arm);

/** bench_arm_leaves_origin - whether the arm's I/Os end on another device than the origin */
bool bench_arm_leaves_origin(enum bench_arm arm);

/**
 * bench_arm_applies - whether an arm can stand on a device; arms that can not are left out there
 */
bool bench_arm_applies(enum bench_arm arm, enum bench_device device);

/**
 * bench_arms_check - whether a choice of arms and devices has something to measure
 * @arms: bit mask of enum bench_arm
 * @devices: bit mask of enum bench_device
 * @message: out: on failure the sentence that names the arm or device left without the other
 * @size: bytes at @message
 *
 * Return: 0, or -EINVAL when an arm can stand on none of the devices or a device takes no arm.
 */
int bench_arms_check(unsigned int arms, unsigned int devices, char *message, size_t size);

#endif /* BENCH_ARMS_H */
