// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Folds exact windows into stacks and stacks into functions; the samples of
 * perf are folded in profile_perf.c into the same form. Paths of the record
 * are turned into text once per node, parents first.
 */
#include "profile_fold.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "vm/plugin/insn.h"

/* Names of the frames that begin an interrupt or an exception. */
static const char *const interrupt_prefixes[] = {
	"__sysvec_", "asm_common_interrupt", "asm_exc_",  "asm_sysvec_", "common_interrupt",
	"error_entry", "exc_",		     "paranoid_", "sysvec_",
};

static const char *const roots[] = {
	"__submit_bio",
	"submit_bio",
	"submit_bio_noacct",
	"submit_bio_noacct_nocheck",
};

static bool is_interrupt(const char *name)
{
	for (size_t i = 0; i < sizeof(interrupt_prefixes) / sizeof(*interrupt_prefixes); i++)
		if (!strncmp(name, interrupt_prefixes[i], strlen(interrupt_prefixes[i])))
			return true;
	return false;
}

static const char *name_at(const struct profile_symbols *symbols, uint64_t va)
{
	const char *name = profile_symbols_find(symbols, va);

	return name ? name : PROFILE_FRAME_UNKNOWN;
}

static const char *innermost(const char *stack)
{
	const char *last = strrchr(stack, ';');

	return last ? last + 1 : stack;
}

/* Return: malloc'ed "path;name", "name" on no path, or rooted anew for an interrupt; or NULL. */
static char *path_join(const char *path, const char *name)
{
	char *joined;
	int nr;

	if (is_interrupt(name) && strncmp(path, PROFILE_FRAME_INTERRUPT,
					  strlen(PROFILE_FRAME_INTERRUPT)))
		path = PROFILE_FRAME_INTERRUPT;
	nr = asprintf(&joined, "%s%s%s", path, *path ? ";" : "", name);
	return nr < 0 ? NULL : joined;
}

static void paths_free(char **paths, size_t nr_paths)
{
	for (size_t i = 0; paths && i < nr_paths; i++)
		free(paths[i]);
	free(paths);
}

/* Return: malloc'ed array of the text of every node, or NULL without memory. */
static char **paths_new(const struct profile_record_window *window,
			const struct profile_symbols *symbols)
{
	char **paths = calloc(window->nr_nodes, sizeof(*paths));

	if (!paths)
		return NULL;
	paths[0] = strdup("");
	for (size_t i = 0; i < window->nr_nodes; i++) {
		const struct profile_node *node = &window->nodes[i];

		if (i)
			paths[i] = path_join(paths[node->parent], name_at(symbols, node->va));
		if (!paths[i]) {
			paths_free(paths, i);
			return NULL;
		}
	}
	return paths;
}

static int add_stack(struct profile_tally *stacks, const char *path, const char *name,
		     const struct profile_counts *counts)
{
	char *stack;
	int err;

	if (!strcmp(innermost(path), name))
		return profile_tally_add(stacks, path, counts);
	stack = path_join(path, name);
	if (!stack)
		return -ENOMEM;
	err = profile_tally_add(stacks, stack, counts);
	free(stack);
	return err;
}

static void count_insn(struct profile_counts *counts, uint8_t facts, uint64_t nr_runs)
{
	counts->nr_insns += nr_runs;
	if (facts & INSN_LOCKED)
		counts->nr_locked += nr_runs;
	if (facts & INSN_REP)
		counts->nr_reps += nr_runs;
	if (facts & INSN_SYSCALL)
		counts->nr_syscalls += nr_runs;
}

/* A block of user space belongs to whoever has code at its address. */
static int add_user_block(struct profile_tally *stacks, const struct profile_block *block,
			  uint64_t nr_runs, const struct profile_spaces *spaces)
{
	struct profile_counts counts = { 0 };

	for (uint32_t i = 0; i < block->nr_insns; i++)
		count_insn(&counts, block->facts[i], nr_runs);
	return profile_tally_add(stacks, profile_spaces_find(spaces, block->va), &counts);
}

/* Split the block's instructions by the function they lie in. */
static int add_block(struct profile_tally *stacks, const char *path,
		     const struct profile_block *block, uint64_t nr_runs,
		     const struct profile_symbols *symbols)
{
	uint64_t va = block->va;
	struct profile_counts counts = { 0 };
	const char *name = name_at(symbols, va);

	if (profile_symbols_starts(symbols, va))
		counts.nr_calls = nr_runs;
	for (uint32_t i = 0; i < block->nr_insns; i++) {
		const char *here = name_at(symbols, va);

		if (strcmp(here, name)) {
			if (add_stack(stacks, path, name, &counts))
				return -ENOMEM;
			counts = (struct profile_counts){ 0 };
			name = here;
		}
		count_insn(&counts, block->facts[i], nr_runs);
		va += block->facts[i] & INSN_LENGTH_MASK;
	}
	return add_stack(stacks, path, name, &counts);
}

int profile_fold_record(const struct profile_record_window *window,
			const struct profile_symbols *symbols,
			const struct profile_spaces *spaces, struct profile_tally *stacks)
{
	char **paths = paths_new(window, symbols);
	int err = 0;

	if (!paths)
		return -ENOMEM;
	for (size_t i = 0; i < window->nr_runs && !err; i++) {
		const struct profile_run *run = &window->runs[i];
		const struct profile_block *block = &window->blocks[run->block];

		if (run->node == PROFILE_NODE_USER)
			err = add_user_block(stacks, block, run->nr_runs, spaces);
		else
			err = add_block(stacks, paths[run->node], block, run->nr_runs, symbols);
	}
	paths_free(paths, window->nr_nodes);
	return err;
}

bool profile_stack_is_under(const char *stack)
{
	while (*stack) {
		size_t nr_chars = strcspn(stack, ";");

		for (size_t i = 0; i < sizeof(roots) / sizeof(*roots); i++)
			if (strlen(roots[i]) == nr_chars && !strncmp(stack, roots[i], nr_chars))
				return true;
		stack += nr_chars;
		stack += *stack == ';';
	}
	return false;
}

static int add_function(const char *stack, const struct profile_counts *counts, void *arg)
{
	struct profile_functions *functions = arg;
	int err = profile_tally_add(&functions->all, innermost(stack), counts);

	if (!err && profile_stack_is_under(stack))
		err = profile_tally_add(&functions->under, innermost(stack), counts);
	return err;
}

int profile_fold_functions(const struct profile_tally *stacks,
			   struct profile_functions *functions)
{
	return profile_tally_each(stacks, add_function, functions);
}

struct write_job {
	const char *prefix;
	FILE *file;
};

static int write_one(const char *stack, const struct profile_counts *counts, void *arg)
{
	const struct write_job *job = arg;

	if (fprintf(job->file, "%s%s%s %" PRIu64 "\n", job->prefix ? job->prefix : "",
		    job->prefix ? ";" : "", stack, counts->nr_insns) < 0)
		return -EIO;
	return 0;
}

int profile_fold_write(const struct profile_tally *stacks, const char *prefix, FILE *file)
{
	struct write_job job = { .prefix = prefix, .file = file };

	return profile_tally_each(stacks, write_one, &job);
}

void profile_functions_free(struct profile_functions *functions)
{
	profile_tally_free(&functions->all);
	profile_tally_free(&functions->under);
}
