/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A made-up module for the unit tests of libblki: what it answers, and what it was asked last.
 *
 * The test's executable is linked with --wrap=fstat,--wrap=ioctl,--wrap=open,--wrap=stat. Block devices are
 * "/dev/originN", 8:N, and "/dev/acceptorN", 253:N.
 */
#ifndef BLKI_FAKE_MODULE_H
#define BLKI_FAKE_MODULE_H

#include <sys/types.h>

#include "tools/libblki/handle.h"

/** FAKE_MODULE_CHAIN_NR - entries of fake_module_chain */
#define FAKE_MODULE_CHAIN_NR	2

/**
 * struct fake_module - the module as a test wants it
 * @open_errno: what opening the control device fails with, 0 it succeeds; so the others below
 * @abi: the ABI it speaks
 * @version_errno: of BLKI_IOC_VERSION
 * @attach_errno: of BLKI_IOC_ATTACH
 * @detach_errno: of BLKI_IOC_DETACH
 * @list_errno: of BLKI_IOC_LIST
 * @sentence: what an attach or a detach says, or NULL
 * @entries: what is attached, @nr entries, or NULL
 * @nr: how many
 * @grows: so many more with each list
 * @nr_lists: lists it was asked for
 * @nr_changes: attaches and detaches it was asked for
 * @attach: the last attach
 * @detach: the last detach
 * @looked_up: the last device that was looked up
 */
struct fake_module {
	int open_errno;
	unsigned int abi;
	int version_errno;
	int attach_errno;
	int detach_errno;
	int list_errno;
	const char *sentence;
	const struct blki_entry *entries;
	unsigned int nr;
	unsigned int grows;
	unsigned int nr_lists;
	unsigned int nr_changes;
	struct blki_attach attach;
	struct blki_detach detach;
	dev_t looked_up;
};

/** fake_module - the one there is */
extern struct fake_module fake_module;

/** fake_module_chain - a filter, id 5, and a remap to dm-2, id 6, on /dev/origin1 */
extern const struct blki_entry fake_module_chain[FAKE_MODULE_CHAIN_NR];

/** fake_module_open - a handle without sysfs, to be closed with blki_close() */
struct blki *fake_module_open(void);

/** fake_module_reset - setup of a test: nothing is attached, everything succeeds; Return: 0 */
int fake_module_reset(void **state);

/** fake_module_expect - fail the test unless the sentence of @h has @words in it */
void fake_module_expect(const struct blki *h, const char *words);

#endif /* BLKI_FAKE_MODULE_H */
