// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The one sentence an error is told with; see error.h.
 */
#include "error.h"

#include <stdarg.h>
#include <stdio.h>

int sim_error_set(struct sim_error *err, int code, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(err->text, sizeof(err->text), fmt, args);
	va_end(args);
	return code;
}
