/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Kernel addresses to function names, from the guest's /proc/kallsyms.
 *
 * Stage before: the text the guest saved for a window; after: profile_fold.c.
 * Each window has its own table, because a module may be loaded again at the
 * same address between two of them. Pure but for the two readers of a file.
 */
#ifndef BLKI_PROFILE_SYMBOLS_H
#define BLKI_PROFILE_SYMBOLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/*
 * No function is longer (kernel code's largest has 40 KiB): an address further
 * behind a symbol is in code without one, such as a trampoline.
 */
#define PROFILE_SYMBOL_BYTES_MAX (64 * 1024)

struct profile_symbol {
	uint64_t va;
	char *name; /* "function" or "function [module]"; owned by the table */
	char type;  /* of kallsyms: 't', 'T', 'w' or 'W' */
};

/* Zero-initialise; profile_symbols_free() when done. */
struct profile_symbols {
	struct profile_symbol *symbols;
	size_t nr_symbols;
	size_t cap_symbols;
};

/**
 * profile_symbols_read() - add the text symbols of a kallsyms text
 * @symbols: the table; more than one file may be added
 * @file: lines "ADDRESS TYPE NAME" with an optional "[module]"
 *
 * Context: may allocate. Call profile_symbols_sort() after the last file.
 * Return: 0; -EINVAL at a line that is not kallsyms; -EPERM when every
 * address is 0 (kptr_restrict); -ENOMEM.
 */
int profile_symbols_read(struct profile_symbols *symbols, FILE *file);

/**
 * profile_symbols_sort() - make the table ready for look-ups
 * @symbols: the table
 *
 * Of several names at one address one stays: global before local, then the
 * fewest leading underscores, then the first in the alphabet. The padding
 * names that compilers give call thunks (__pfx_…) are dropped.
 */
void profile_symbols_sort(struct profile_symbols *symbols);

/**
 * profile_symbols_find() - the function at an address
 * @symbols: a sorted table
 * @va: guest virtual address
 *
 * Return: the name, valid as long as the table, or NULL when no symbol starts
 * at or within PROFILE_SYMBOL_BYTES_MAX before @va.
 */
const char *profile_symbols_find(const struct profile_symbols *symbols, uint64_t va);

/**
 * profile_symbols_starts() - whether a function starts at an address
 * @symbols: a sorted table
 * @va: guest virtual address
 */
bool profile_symbols_starts(const struct profile_symbols *symbols, uint64_t va);

/**
 * profile_symbols_free() - free the table's contents
 * @symbols: the table; zeroed
 */
void profile_symbols_free(struct profile_symbols *symbols);

#endif
