// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Folds the text of `perf script -F comm,ip,sym`: one line with the task's
 * name, one indented line per frame, innermost first, then an empty line.
 * Frames are named by the window's own symbols, as in the exact stacks; what
 * perf called them is not used. The task's name becomes the outermost frame. Samples that fell
 * into the idle task or into perf itself are left out: no I/O runs there.
 */
#include "profile_fold.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define FRAMES_MAX 256 /* perf keeps 127 by default (kernel.perf_event_max_stack) */
#define KERNEL_HALF (1ull << 63)

/* Tasks that are no part of what is measured. */
static const char *const left_out[] = { "perf", "swapper" };

struct sample {
	char *frames[FRAMES_MAX]; /* innermost first; owned */
	size_t nr_frames;
	char *comm; /* NULL between samples; owned */
};

static void sample_clear(struct sample *sample)
{
	for (size_t i = 0; i < sample->nr_frames; i++)
		free(sample->frames[i]);
	free(sample->comm);
	*sample = (struct sample){ 0 };
}

/* A sample begins: the line is the name of the task. */
static int sample_begin(struct sample *sample, char *line)
{
	size_t nr_chars = strlen(line);

	if (sample->comm)
		return -EINVAL;
	while (nr_chars && isspace((unsigned char)line[nr_chars - 1]))
		line[--nr_chars] = '\0';
	sample->comm = strdup(line);
	return sample->comm ? 0 : -ENOMEM;
}

/* The function of a frame; of a caller, @va is where the call returns to. */
static const char *frame_name(const struct profile_symbols *symbols, uint64_t va, bool caller)
{
	const char *name;

	if (!(va & KERNEL_HALF))
		return PROFILE_FRAME_USER;
	name = profile_symbols_find(symbols, caller ? va - 1 : va);
	return name ? name : PROFILE_FRAME_UNKNOWN;
}

/* One frame: "  ADDRESS …"; user frames in a row become one. */
static int sample_frame(struct sample *sample, const struct profile_symbols *symbols,
			const char *line)
{
	const char *name;
	uint64_t va;

	if (!sample->comm || sscanf(line, " %" SCNx64, &va) != 1)
		return -EINVAL;
	name = frame_name(symbols, va, sample->nr_frames);
	if (sample->nr_frames && !strcmp(name, PROFILE_FRAME_USER) &&
	    !strcmp(sample->frames[sample->nr_frames - 1], name))
		return 0;
	if (sample->nr_frames == FRAMES_MAX)
		return -EINVAL;
	sample->frames[sample->nr_frames] = strdup(name);
	if (!sample->frames[sample->nr_frames])
		return -ENOMEM;
	sample->nr_frames++;
	return 0;
}

static bool is_left_out(const char *comm)
{
	for (size_t i = 0; i < sizeof(left_out) / sizeof(*left_out); i++)
		if (!strcmp(comm, left_out[i]))
			return true;
	return false;
}

static int sample_end(struct sample *sample, struct profile_tally *stacks)
{
	struct profile_counts one = { .nr_insns = 1 };
	size_t nr_bytes;
	char *stack = NULL;
	FILE *text;
	int err = 0;

	if (!sample->comm || is_left_out(sample->comm))
		goto clear;
	text = open_memstream(&stack, &nr_bytes);
	if (!text) {
		err = -ENOMEM;
		goto clear;
	}
	fputs(sample->comm, text);
	for (size_t i = sample->nr_frames; i > 0; i--)
		fprintf(text, ";%s", sample->frames[i - 1]);
	err = fclose(text) ? -ENOMEM : profile_tally_add(stacks, stack, &one);
	free(stack);
clear:
	sample_clear(sample);
	return err;
}

int profile_fold_perf(FILE *file, const struct profile_symbols *symbols,
		      struct profile_tally *stacks)
{
	struct sample sample = { 0 };
	char *line = NULL;
	size_t cap = 0;
	int err = 0;

	while (!err && getline(&line, &cap, file) > 0) {
		if (line[0] == '\n')
			err = sample_end(&sample, stacks);
		else if (isspace((unsigned char)line[0]))
			err = sample_frame(&sample, symbols, line);
		else
			err = sample_begin(&sample, line);
	}
	if (!err)
		err = sample_end(&sample, stacks);
	free(line);
	sample_clear(&sample);
	return err;
}
