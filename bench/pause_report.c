// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A result of attach-pause for people.
 *
 * result -> this -> terminal and report.md. The same table serves both: it is Markdown with aligned
 * columns. What a gap is, and what one virtual processor adds to it, is said in every report.
 */
#include "pause_report.h"

#include <math.h>
#include <string.h>

#include "names.h"
#include "pause.h"
#include "report.h"

#define NS_PER_US 1000.0

static void row(const struct bench_result *result, const char *step, const char *call,
		const char *arm, FILE *out)
{
	const struct bench_cell *cell = bench_result_find(result, BENCH_PAUSE_DEVICE, step, arm);
	const struct bench_cell *calls = bench_result_find(result, BENCH_PAUSE_DEVICE, call, arm);
	const struct bench_comparison *c;
	double low = NAN, high = NAN;

	if (!cell)
		return;
	c = bench_result_compared(result, &cell->key, "raw");
	bench_median_interval(cell->samples, cell->nr_samples, &low, &high);
	fprintf(out, "| %-6s | %-18s | %9.1f | %9.1f to %9.1f | %3zu |", step, arm,
		cell->summary.median / NS_PER_US, low / NS_PER_US, high / NS_PER_US, cell->nr_ios);
	if (c)
		fprintf(out, " %+9.1f | %10.1f |", c->delta / NS_PER_US, c->resolvable / NS_PER_US);
	else
		fprintf(out, " %9s | %10s |", "-", "-");
	if (calls)
		fprintf(out, " %9.1f |\n", calls->summary.median / NS_PER_US);
	else
		fprintf(out, " %9s |\n", "-");
}

void bench_pause_table(const struct bench_result *result, FILE *out)
{
	size_t a;

	fprintf(out, "| %-6s | %-18s | %9s | %22s | %3s | %9s | %10s | %9s |\n", "step", "arm",
		"gap us", "95 % interval of it", "n", "to raw us", "resolvable", "call us");
	fputs("|--------|--------------------|----------:|-----------------------:|----:|"
	      "----------:|-----------:|----------:|\n", out);
	for (a = 0; a < bench_arms.nr; a++)
		row(result, BENCH_PAUSE_ATTACH, BENCH_PAUSE_ATTACH_CALL, bench_arms.names[a].name,
		    out);
	for (a = 0; a < bench_arms.nr; a++)
		row(result, BENCH_PAUSE_DETACH, BENCH_PAUSE_DETACH_CALL, bench_arms.names[a].name,
		    out);
}

void bench_pause_report(const struct bench_result *result, FILE *out)
{
	bench_report_head(result, out);
	fputs("\n## How to read it\n\n"
	      "A program keeps 32 reads of 4 KiB in flight on a null_blk that answers each\n"
	      "after 1 ms. In the middle of a window something is attached, in the next one it\n"
	      "is detached. *gap* is the longest time between two completions that the program\n"
	      "took in a window, the median over n windows; the arm `raw` is the same window in\n"
	      "which nothing happens. *call* is how long the attach or detach call took; most\n"
	      "of that is waiting for grace periods, during which I/O goes on.\n\n"
	      "With one processor the attaching thread and the program share it: what either\n"
	      "executes is in the gap. *Resolvable* is the smallest true difference that this\n"
	      "run can be relied on to show.\n", out);
	if (strcmp(result->clock, "ns"))
		fputs("\nTime is the guest's own: one executed instruction is one nanosecond, and\n"
		      "waiting lasts what the guest's timers say.\n", out);
	fputs("\n## Figures\n\n", out);
	bench_pause_table(result, out);
	bench_report_tail(result, out);
}
