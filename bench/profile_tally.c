// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Counts by name on glibc's balanced tree (tsearch), whose walk is already
 * in the order of the names, so that two runs write their files alike.
 */
#include "profile_tally.h"

#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

struct tallied {
	char *name;
	struct profile_counts counts;
};

struct walk {
	profile_tally_fn fn;
	void *arg;
	int result;
};

static int compare(const void *left, const void *right)
{
	const struct tallied *a = left, *b = right;

	return strcmp(a->name, b->name);
}

static void entry_free(void *node)
{
	struct tallied *entry = node;

	free(entry->name);
	free(entry);
}

static void counts_add(struct profile_counts *to, const struct profile_counts *counts)
{
	to->nr_insns += counts->nr_insns;
	to->nr_locked += counts->nr_locked;
	to->nr_reps += counts->nr_reps;
	to->nr_syscalls += counts->nr_syscalls;
	to->nr_calls += counts->nr_calls;
}

int profile_tally_add(struct profile_tally *tally, const char *name,
		      const struct profile_counts *counts)
{
	struct tallied *entry = calloc(1, sizeof(*entry));
	struct tallied **found;

	if (!entry)
		return -ENOMEM;
	entry->name = strdup(name);
	if (!entry->name)
		goto err_free_entry;
	found = tsearch(entry, &tally->root, compare);
	if (!found)
		goto err_free_entry;
	counts_add(&(*found)->counts, counts);
	if (*found != entry)
		entry_free(entry);
	return 0;

err_free_entry:
	entry_free(entry);
	return -ENOMEM;
}

struct profile_counts profile_tally_get(const struct profile_tally *tally, const char *name)
{
	struct tallied key = { .name = (char *)name };
	struct tallied **found = tfind(&key, &tally->root, compare);

	return found ? (*found)->counts : (struct profile_counts){ 0 };
}

static void visit(const void *node, VISIT which, void *closure)
{
	struct tallied *const *entry = node;
	struct walk *walk = closure;

	if ((which == postorder || which == leaf) && !walk->result)
		walk->result = walk->fn((*entry)->name, &(*entry)->counts, walk->arg);
}

int profile_tally_each(const struct profile_tally *tally, profile_tally_fn fn, void *arg)
{
	struct walk walk = { .fn = fn, .arg = arg };

	twalk_r(tally->root, visit, &walk);
	return walk.result;
}

static int sum_one(const char *name, const struct profile_counts *counts, void *arg)
{
	(void)name;
	counts_add(arg, counts);
	return 0;
}

struct profile_counts profile_tally_sum(const struct profile_tally *tally)
{
	struct profile_counts sum = { 0 };

	profile_tally_each(tally, sum_one, &sum);
	return sum;
}

void profile_tally_free(struct profile_tally *tally)
{
	tdestroy(tally->root, entry_free);
	tally->root = NULL;
}
