// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads kallsyms text and finds the function of an address by binary search.
 * Stands between the guest's saved symbols and the folded stacks. Only text
 * symbols are kept; which of several aliases wins is decided in one place,
 * profile_symbols_sort().
 */
#include "profile_symbols.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define CAP_FIRST 4096
#define NAME_CHARS_MAX 511 /* KSYM_NAME_LEN of the kernel is 512 */
#define PADDING_PREFIX "__pfx_"

static int append(struct profile_symbols *symbols, const struct profile_symbol *symbol)
{
	if (symbols->nr_symbols == symbols->cap_symbols) {
		size_t cap = symbols->cap_symbols ? symbols->cap_symbols * 2 : CAP_FIRST;
		struct profile_symbol *grown =
			realloc(symbols->symbols, cap * sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		symbols->symbols = grown;
		symbols->cap_symbols = cap;
	}
	symbols->symbols[symbols->nr_symbols++] = *symbol;
	return 0;
}

/* Return: 0, -EINVAL for a malformed line, -ENOMEM. Sets @seen for an address that is not 0. */
static int read_line(struct profile_symbols *symbols, const char *line, bool *seen)
{
	struct profile_symbol symbol = { 0 };
	char name[NAME_CHARS_MAX + 1], module[NAME_CHARS_MAX + 1];
	int nr = sscanf(line, "%" SCNx64 " %c %511s %511s", &symbol.va, &symbol.type, name,
			module);
	int err;

	if (nr < 3)
		return -EINVAL;
	if (symbol.va)
		*seen = true;
	if (!strchr("tTwW", symbol.type) || !strncmp(name, PADDING_PREFIX, strlen(PADDING_PREFIX)))
		return 0;
	if (asprintf(&symbol.name, nr == 4 ? "%s %s" : "%s", name, module) < 0)
		return -ENOMEM;
	err = append(symbols, &symbol);
	if (err)
		free(symbol.name);
	return err;
}

int profile_symbols_read(struct profile_symbols *symbols, FILE *file)
{
	char *line = NULL;
	size_t cap = 0;
	bool any = false, seen = false;
	int err = 0;

	while (!err && getline(&line, &cap, file) > 0) {
		err = read_line(symbols, line, &seen);
		any = true;
	}
	free(line);
	if (!err && any && !seen)
		return -EPERM;
	return err;
}

static size_t nr_underscores(const char *name)
{
	return strspn(name, "_");
}

/* Order by address; at one address the preferred name first. */
static int compare(const void *left, const void *right)
{
	const struct profile_symbol *a = left, *b = right;
	bool a_local = a->type == 't', b_local = b->type == 't';

	if (a->va != b->va)
		return a->va < b->va ? -1 : 1;
	if (a_local != b_local)
		return a_local ? 1 : -1;
	if (nr_underscores(a->name) != nr_underscores(b->name))
		return nr_underscores(a->name) < nr_underscores(b->name) ? -1 : 1;
	return strcmp(a->name, b->name);
}

void profile_symbols_sort(struct profile_symbols *symbols)
{
	size_t nr = 0;

	if (!symbols->nr_symbols)
		return;
	qsort(symbols->symbols, symbols->nr_symbols, sizeof(*symbols->symbols), compare);
	for (size_t i = 0; i < symbols->nr_symbols; i++) {
		if (nr && symbols->symbols[nr - 1].va == symbols->symbols[i].va)
			free(symbols->symbols[i].name);
		else
			symbols->symbols[nr++] = symbols->symbols[i];
	}
	symbols->nr_symbols = nr;
}

/* Return: the last symbol that starts at or before @va, or NULL. */
static const struct profile_symbol *last_before(const struct profile_symbols *symbols, uint64_t va)
{
	size_t low = 0, high = symbols->nr_symbols;

	/* Invariant: symbols[0 .. low) start at or before va, symbols[high ..) after it. */
	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (symbols->symbols[mid].va <= va)
			low = mid + 1;
		else
			high = mid;
	}
	return low ? &symbols->symbols[low - 1] : NULL;
}

const char *profile_symbols_find(const struct profile_symbols *symbols, uint64_t va)
{
	const struct profile_symbol *symbol = last_before(symbols, va);

	return symbol && va - symbol->va < PROFILE_SYMBOL_BYTES_MAX ? symbol->name : NULL;
}

bool profile_symbols_starts(const struct profile_symbols *symbols, uint64_t va)
{
	const struct profile_symbol *symbol = last_before(symbols, va);

	return symbol && symbol->va == va;
}

void profile_symbols_free(struct profile_symbols *symbols)
{
	for (size_t i = 0; i < symbols->nr_symbols; i++)
		free(symbols->symbols[i].name);
	free(symbols->symbols);
	*symbols = (struct profile_symbols){ 0 };
}
