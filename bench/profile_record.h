/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The text record of the TCG plugin, read into memory; vm/plugin/count.c
 * defines the format. Stage after: profile_fold.c. A record that was cut off,
 * a reference to something not defined, or totals that are not the sum of
 * their parts make the whole record invalid: nothing is guessed.
 */
#ifndef BLKI_PROFILE_RECORD_H
#define BLKI_PROFILE_RECORD_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define PROFILE_RECORD_HEAD "blki-count 2\n"

/* Callee entered at @va on the path of @parent; node 0 is the window. */
struct profile_node {
	uint32_t parent; /* smaller than the node's own number */
	uint64_t va;
};

struct profile_block {
	uint64_t va;
	uint32_t nr_insns;
	uint8_t *facts; /* per instruction: INSN_ bits of vm/plugin/insn.h; owned */
};

/* In place of a node: user space, where paths are not followed. */
#define PROFILE_NODE_USER UINT32_MAX

struct profile_run {
	uint32_t node;
	uint32_t block;
	uint64_t nr_runs;
};

/* One window. Arrays are owned; node 0 exists without a line. */
struct profile_record_window {
	uint16_t id;
	struct profile_node *nodes;
	size_t nr_nodes, cap_nodes;
	struct profile_block *blocks;
	size_t nr_blocks, cap_blocks;
	struct profile_run *runs;
	size_t nr_runs, cap_runs;
	uint64_t total_insns; /* the plugin's own sum, verified against the runs */
	uint64_t user_insns;  /* part of total_insns, verified likewise */
	uint64_t nr_overflows;
};

/* Zero-initialise; profile_record_free() when done. */
struct profile_record {
	struct profile_record_window *windows;
	size_t nr_windows, cap_windows;
};

/**
 * profile_record_read() - read a whole record
 * @record: out
 * @file: the text
 * @line_nr: out: 1-based number of the line that was refused
 *
 * Context: may allocate; on failure @record may still be freed.
 * Return: 0; -EINVAL for a malformed line or a wrong sum; -ENODATA when the
 * guest ended inside a window or the text stops in one; -ENOMEM.
 */
int profile_record_read(struct profile_record *record, FILE *file, size_t *line_nr);

/**
 * profile_record_find() - the window of an identity
 * @record: the record
 * @id: the identity that the loader gave it
 *
 * Return: the window, or NULL when there is none or more than one.
 */
const struct profile_record_window *profile_record_find(const struct profile_record *record,
							 uint16_t id);

/**
 * profile_record_free() - free the contents
 * @record: the record; zeroed
 */
void profile_record_free(struct profile_record *record);

#endif
