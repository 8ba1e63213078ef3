// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Draws the paths of all origins as text.
 *
 * cmd_status.c -> [this] -> stdout. One origin after the other: who uses it, the hook, the
 * filters by altitude, the remap, and what its acceptor stands on; then what the reader must
 * know, as WARNING lines.
 */
#include "tools/blki/draw.h"

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>

#include "tools/blki/options.h"

#define NS_PER_S	UINT64_C(1000000000)

/* Where the devices below an acceptor are drawn, and how far each layer goes in. */
#define TREE_INDENT  8
#define LAYER_INDENT	4

/* "live since 2026-01-31 08:09:10 (12 s)", in the user's time zone */
static void draw_since(FILE *out, const struct blki_entry *e, uint64_t now_ns)
{
	char when[STATUS_TEXT_BYTES], ago[STATUS_TEXT_BYTES];
	time_t seconds = (time_t)(e->since_ns / NS_PER_S);
	struct tm tm;

	localtime_r(&seconds, &tm);
	strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%S", &tm);
	status_duration(now_ns > e->since_ns ? (now_ns - e->since_ns) / NS_PER_S : 0, ago);
	fprintf(out, "%s since %s (%s)\n", status_state_name(e->state), when, ago);
}

/* "; its attach paused the queue 1.3 ms", if it was measured */
static void draw_pause(FILE *out, const struct blki_entry *e)
{
	char pause[STATUS_TEXT_BYTES];

	if (e->pause_ns) {
		status_pause(e->pause_ns, pause);
		fprintf(out, "; its attach paused the queue %s", pause);
	}
	fprintf(out, "\n");
}

static void draw_filter(FILE *out, const struct blki_entry *e, uint64_t now_ns)
{
	char size[STATUS_TEXT_BYTES];

	status_size(e->nr_bytes, size);
	fprintf(out, "  |-- %s %.*s (id %" PRIu64 ", altitude %u), ", status_kind_name(e->kind),
		(int)sizeof(e->name), e->name, (uint64_t)e->id, e->altitude);
	draw_since(out, e, now_ns);
	fprintf(out, "  |     seen %" PRIu64 " bios, %s; completed %" PRIu64, (uint64_t)e->nr_seen,
		size, (uint64_t)e->nr_completed);
	draw_pause(out, e);
}

static void draw_node(FILE *out, const struct stack_node *node)
{
	if (node->depth)
		fprintf(out, "%*s`-- ", TREE_INDENT + LAYER_INDENT * (int)(node->depth - 1), "");
	else
		fprintf(out, "%*s", TREE_INDENT, "");
	switch (node->kind) {
	case STACK_BELOW:
		fprintf(out, "%s, below its hook\n", node->name);
		break;
	case STACK_CUT:
		fprintf(out, "... and more\n");
		break;
	case STACK_ALIAS:
		fprintf(out, "/dev/%s (alias)\n", node->name);
		break;
	case STACK_DM:
		fprintf(out, "%s (%s): %s\n", node->name, node->dm_name,
			node->targets[0] ? node->targets : "its table can not be read");
		break;
	case STACK_DEVICE:
	default:
		fprintf(out, "%s\n", node->name);
		break;
	}
}

static void draw_remap(FILE *out, const struct status_row *row, uint64_t now_ns)
{
	const struct blki_entry *e = &row->entry;
	char size[STATUS_TEXT_BYTES];

	fprintf(out, "  `-> %s to %.*s (%s%s%u:%u)", status_kind_name(e->kind),
		(int)sizeof(e->acceptor), e->acceptor, row->acceptor_dm,
		row->acceptor_dm[0] ? ", " : "", e->acceptor_major, e->acceptor_minor);
	if (e->kind == BLKI_KIND_NATIVE)
		fprintf(out, " at sector %" PRIu64, (uint64_t)e->offset_sectors);
	fprintf(out, " (id %" PRIu64 ", %s), ", (uint64_t)e->id, options_class_name(e->class));
	draw_since(out, e, now_ns);
	status_size(e->nr_bytes, size);
	fprintf(out,
		"%*sseen %" PRIu64 " bios, %s; done %" PRIu64 ", in flight %" PRIu64
		", held %" PRIu64 ", punted %" PRIu64,
		TREE_INDENT, "", (uint64_t)e->nr_seen, size, (uint64_t)e->nr_done,
		(uint64_t)e->nr_in_flight, (uint64_t)e->nr_held, (uint64_t)e->nr_punted);
	draw_pause(out, e);
	for (size_t i = 0; i < row->stack.nr; i++)
		draw_node(out, &row->stack.nodes[i]);
}

/* "  program: ext4 on /mnt, held by dm-1" */
static void draw_usage(FILE *out, const struct usage *usage)
{
	fprintf(out, "  program: ");
	for (size_t i = 0; i < usage->nr; i++) {
		const struct usage_item *item = &usage->items[i];

		fprintf(out, "%s", i ? ", " : "");
		if (!strcmp(item->how, "mount"))
			fprintf(out, "%s on %s", item->type, item->where);
		else if (!strcmp(item->how, "holder"))
			fprintf(out, "held by %s", item->where);
		else
			fprintf(out, "%s", item->how);
	}
	if (usage->nr_more)
		fprintf(out, " and %zu more", usage->nr_more);
	fprintf(out, "%s\n  |\n", usage->nr ? "" : "not mounted, no swap, not held");
}

static bool same_origin(const struct blki_entry *a, const struct blki_entry *b)
{
	return a->origin_major == b->origin_major && a->origin_minor == b->origin_minor &&
	       (a->state == BLKI_STATE_DEAD) == (b->state == BLKI_STATE_DEAD);
}

static void draw_origin(FILE *out, const struct status_row *row)
{
	const struct blki_entry *e = &row->entry;

	fprintf(out, "%.*s (%u:%u)\n", (int)sizeof(e->origin), e->origin, e->origin_major,
		e->origin_minor);
	draw_usage(out, &row->usage);
	fprintf(out, "  hook %s\n", options_hook_name(e->hook));
}

/* What all interposers of one origin have to say to the reader; the one attached first saw most. */
static void draw_warnings(FILE *out, const struct status_row *rows, size_t nr)
{
	uint64_t nr_whole_disk = 0;
	bool known = true;

	for (size_t i = 0; i < nr; i++) {
		const struct blki_entry *e = &rows[i].entry;

		if (e->nr_whole_disk == STATUS_UNKNOWN)
			known = false;
		else if (e->nr_whole_disk > nr_whole_disk)
			nr_whole_disk = e->nr_whole_disk;
		if (e->nr_loops)
			fprintf(out,
				"  WARNING: %" PRIu64 " bios came back from %.*s again and again "
				"and were failed: something below it leads to %.*s; see the tree "
				"above, or blki remap stop %.*s\n",
				(uint64_t)e->nr_loops, (int)sizeof(e->acceptor), e->acceptor,
				(int)sizeof(e->origin), e->origin, (int)sizeof(e->origin),
				e->origin);
	}
	if (nr_whole_disk)
		fprintf(out,
			"  WARNING: %" PRIu64 " I/Os went to the whole disk of %.*s and past "
			"everything above; whoever does that must use the partition\n",
			nr_whole_disk, (int)sizeof(rows->entry.origin), rows->entry.origin);
	else if (!known)
		fprintf(out,
			"  note: whether I/O goes to the whole disk and past this is not known: "
			"the disk keeps no statistics (queue/iostats)\n");
}

void draw_status(FILE *out, const struct status_row *rows, size_t nr, uint64_t now_ns)
{
	size_t first = 0;

	if (!nr)
		fprintf(out, "nothing is attached\n");
	for (size_t i = 0; i < nr; i++) {
		const struct blki_entry *e = &rows[i].entry;

		if (!i || !same_origin(&rows[i - 1].entry, e)) {
			first = i;
			fprintf(out, "%s", i ? "\n" : "");
			draw_origin(out, &rows[i]);
		}
		if (status_is_remap(e))
			draw_remap(out, &rows[i], now_ns);
		else
			draw_filter(out, e, now_ns);
		if (i + 1 < nr && same_origin(e, &rows[i + 1].entry))
			continue;
		if (!status_is_remap(e))
			fprintf(out, "  `-> %s\n",
				e->state == BLKI_STATE_DEAD ? "nothing: its disk is gone" :
							      "its own driver");
		draw_warnings(out, &rows[first], i + 1 - first);
	}
}

void draw_list(FILE *out, const struct status_row *rows, size_t nr)
{
	if (nr)
		fprintf(out, "%-6s %-20s %-7s %-20s %-8s %s\n", "ID", "ORIGIN", "KIND", "TO",
			"STATE", "HOOK");
	for (size_t i = 0; i < nr; i++) {
		const struct blki_entry *e = &rows[i].entry;
		const char *to = status_is_remap(e) ? e->acceptor : e->name;

		fprintf(out, "%-6" PRIu64 " %-20.*s %-7s %-20.*s %-8s %s\n", (uint64_t)e->id,
			BLKI_NAME_MAX, e->origin, status_kind_name(e->kind), BLKI_NAME_MAX, to,
			status_state_name(e->state), options_hook_name(e->hook));
	}
}
