/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The drawing of status: each origin's path, from the program that uses it down to the disks.
 *
 * cmd_status.c calls it with the rows of status.h. Pure: rows and a clock in, text out.
 */
#ifndef BLKI_DRAW_H
#define BLKI_DRAW_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "tools/blki/status.h"

/**
 * draw_status - draw the path of every origin
 * @out: where to
 * @rows: @nr interposers, in the kernel's order: by origin, then along its chain
 * @nr: how many
 * @now_ns: nanoseconds of CLOCK_REALTIME, for how long ago
 */
void draw_status(FILE *out, const struct status_row *rows, size_t nr, uint64_t now_ns);

/**
 * draw_list - one line for each interposer, below a line of headings
 * @out: where to
 * @rows: @nr interposers
 * @nr: how many
 */
void draw_list(FILE *out, const struct status_row *rows, size_t nr);

#endif /* BLKI_DRAW_H */
