// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Parses the plugin's record line by line; see profile_record.h for what is
 * refused. The letters: W window, N node, B block, C count, S count
 * in user space, E end, U unclosed.
 */
#include "profile_record.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "vm/plugin/insn.h"

#define CAP_FIRST 256

/* Room for one more element in an array of @size_bytes elements. */
static int reserve(void *array, size_t *cap, size_t nr, size_t size_bytes)
{
	void **at = array;
	size_t more = *cap ? *cap * 2 : CAP_FIRST;
	void *grown;

	if (nr < *cap)
		return 0;
	grown = realloc(*at, more * size_bytes);
	if (!grown)
		return -ENOMEM;
	*at = grown;
	*cap = more;
	return 0;
}

static int window_open(struct profile_record *record, const char *line)
{
	struct profile_record_window *window;

	if (reserve(&record->windows, &record->cap_windows, record->nr_windows, sizeof(*window)))
		return -ENOMEM;
	window = &record->windows[record->nr_windows];
	memset(window, 0, sizeof(*window));
	if (sscanf(line, "W %" SCNu16, &window->id) != 1)
		return -EINVAL;
	record->nr_windows++;
	if (reserve(&window->nodes, &window->cap_nodes, 0, sizeof(*window->nodes)))
		return -ENOMEM;
	window->nodes[window->nr_nodes++] = (struct profile_node){ 0 };
	return 0;
}

static int read_node(struct profile_record_window *window, const char *line)
{
	struct profile_node node;
	size_t nr;

	if (sscanf(line, "N %zu %" SCNu32 " %" SCNx64, &nr, &node.parent, &node.va) != 3 ||
	    nr != window->nr_nodes || node.parent >= nr)
		return -EINVAL;
	if (reserve(&window->nodes, &window->cap_nodes, nr, sizeof(node)))
		return -ENOMEM;
	window->nodes[window->nr_nodes++] = node;
	return 0;
}

/* Two hex digits per instruction; a length of 0 is no instruction. */
static int read_facts(struct profile_block *block, const char *hex)
{
	size_t nr_digits = strspn(hex, "0123456789abcdef");

	if (!nr_digits || nr_digits % 2 || hex[nr_digits] != '\n')
		return -EINVAL;
	block->nr_insns = nr_digits / 2;
	block->facts = malloc(block->nr_insns);
	if (!block->facts)
		return -ENOMEM;
	for (size_t i = 0; i < block->nr_insns; i++) {
		char digits[] = { hex[2 * i], hex[2 * i + 1], '\0' };

		block->facts[i] = strtoul(digits, NULL, 16);
		if (!(block->facts[i] & INSN_LENGTH_MASK)) {
			free(block->facts);
			return -EINVAL;
		}
	}
	return 0;
}

static int read_block(struct profile_record_window *window, const char *line)
{
	struct profile_block block;
	int at = 0, err;
	size_t nr;

	if (sscanf(line, "B %zu %" SCNx64 " %n", &nr, &block.va, &at) != 2 || !at ||
	    nr != window->nr_blocks)
		return -EINVAL;
	if (reserve(&window->blocks, &window->cap_blocks, nr, sizeof(block)))
		return -ENOMEM;
	err = read_facts(&block, line + at);
	if (!err)
		window->blocks[window->nr_blocks++] = block;
	return err;
}

static int add_run(struct profile_record_window *window, struct profile_run run)
{
	if (run.block >= window->nr_blocks)
		return -EINVAL;
	if (reserve(&window->runs, &window->cap_runs, window->nr_runs, sizeof(run)))
		return -ENOMEM;
	window->runs[window->nr_runs++] = run;
	return 0;
}

static int read_run(struct profile_record_window *window, const char *line)
{
	struct profile_run run;

	if (sscanf(line, "C %" SCNu32 " %" SCNu32 " %" SCNu64, &run.node, &run.block,
		   &run.nr_runs) != 3 ||
	    run.node >= window->nr_nodes)
		return -EINVAL;
	return add_run(window, run);
}

static int read_user_run(struct profile_record_window *window, const char *line)
{
	struct profile_run run = { .node = PROFILE_NODE_USER };

	if (sscanf(line, "S %" SCNu32 " %" SCNu64, &run.block, &run.nr_runs) != 2)
		return -EINVAL;
	return add_run(window, run);
}

static int window_close(struct profile_record_window *window, const char *line)
{
	uint64_t sum = 0, user = 0, insns;
	uint16_t id;

	if (sscanf(line, "E %" SCNu16 " %" SCNu64 " %" SCNu64 " %" SCNu64, &id,
		   &window->total_insns, &window->user_insns, &window->nr_overflows) != 4 ||
	    id != window->id)
		return -EINVAL;
	for (size_t i = 0; i < window->nr_runs; i++) {
		const struct profile_run *run = &window->runs[i];

		insns = run->nr_runs * window->blocks[run->block].nr_insns;
		sum += insns;
		if (run->node == PROFILE_NODE_USER)
			user += insns;
	}
	return sum == window->total_insns && user == window->user_insns ? 0 : -EINVAL;
}

/* @open: whether a window is being read; changed by W and E. */
static int read_line(struct profile_record *record, const char *line, int *open)
{
	struct profile_record_window *window =
		*open ? &record->windows[record->nr_windows - 1] : NULL;

	if (line[0] == 'U')
		return -ENODATA;
	if (line[0] == 'W' && !window) {
		*open = 1;
		return window_open(record, line);
	}
	if (!window)
		return -EINVAL;
	switch (line[0]) {
	case 'N':
		return read_node(window, line);
	case 'B':
		return read_block(window, line);
	case 'C':
		return read_run(window, line);
	case 'S':
		return read_user_run(window, line);
	case 'E':
		*open = 0;
		return window_close(window, line);
	}
	return -EINVAL;
}

int profile_record_read(struct profile_record *record, FILE *file, size_t *line_nr)
{
	char *line = NULL;
	size_t cap = 0;
	int open = 0, err = 0;

	*line_nr = 1;
	if (getline(&line, &cap, file) < 0 || strcmp(line, PROFILE_RECORD_HEAD))
		err = -EINVAL;
	while (!err && getline(&line, &cap, file) > 0) {
		++*line_nr;
		err = read_line(record, line, &open);
	}
	free(line);
	return !err && open ? -ENODATA : err;
}

const struct profile_record_window *profile_record_find(const struct profile_record *record,
							 uint16_t id)
{
	const struct profile_record_window *found = NULL;

	for (size_t i = 0; i < record->nr_windows; i++) {
		if (record->windows[i].id != id)
			continue;
		if (found)
			return NULL;
		found = &record->windows[i];
	}
	return found;
}

void profile_record_free(struct profile_record *record)
{
	for (size_t i = 0; i < record->nr_windows; i++) {
		struct profile_record_window *window = &record->windows[i];

		for (size_t j = 0; j < window->nr_blocks; j++)
			free(window->blocks[j].facts);
		free(window->nodes);
		free(window->blocks);
		free(window->runs);
	}
	free(record->windows);
	*record = (struct profile_record){ 0 };
}
