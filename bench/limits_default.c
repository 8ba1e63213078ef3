// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * bench/limits.json as part of the program, so that the gate needs no file beside it.
 *
 * limits.json -> assembler -> limits.c. CMake passes the path and rebuilds this when the file
 * changes.
 */
#include "limits.h"

__asm__(".pushsection .rodata\n"
	".globl bench_limits_default\n"
	"bench_limits_default:\n"
	".incbin \"" BENCH_LIMITS_PATH "\"\n"
	".byte 0\n"
	".popsection\n");
