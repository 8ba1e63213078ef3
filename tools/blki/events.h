/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Uevents of the control device, from the kernel's message to text.
 *
 * cmd_events.c receives them from a netlink socket and gives them here. Pure: bytes in, text out.
 * The variables are listed at the end of <linux/blki.h>.
 */
#ifndef BLKI_EVENTS_H
#define BLKI_EVENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <linux/blki.h>

/** EVENTS_SCHEMA - raised when a field is renamed or its meaning changes */
#define EVENTS_SCHEMA	"blki-event/1"

/** EVENTS_WORD_BYTES - room for the name of an event or of a kind */
#define EVENTS_WORD_BYTES	16

/**
 * struct event - one event; what its message lacks is ""
 * @event: "attach", "detach", "hold", "resume", "alias-add" or "alias-del"; of our own: "listening"
 *	and "lost"
 * @origin: kernel name of the origin
 * @id: of the interposer, if @has_id
 * @has_id: false for an alias
 * @kind: "filter", "remap" or "native"
 * @name: filter name, "remap", or kernel name of the alias
 * @acceptor: kernel name of the acceptor
 * @time_ns: when it was received, CLOCK_REALTIME
 */
struct event {
	char event[EVENTS_WORD_BYTES];
	char origin[BLKI_NAME_MAX];
	uint64_t id;
	bool has_id;
	char kind[EVENTS_WORD_BYTES];
	char name[BLKI_NAME_MAX];
	char acceptor[BLKI_NAME_MAX];
	uint64_t time_ns;
};

/**
 * events_parse - understand a message of the kernel
 * @message: "ACTION@DEVPATH", then "KEY=VALUE" strings, each ended by a NUL; may be any device's
 * @nr_bytes: how long it is
 * @e: out: the event, without its time
 *
 * Return: false when it is none of the control device's.
 */
bool events_parse(const char *message, size_t nr_bytes, struct event *e);

/** events_print - a line for people, in the user's time zone */
void events_print(FILE *out, const struct event *e);

/** events_print_json - a line of JSON; Return: false when out of memory */
bool events_print_json(FILE *out, const struct event *e);

#endif /* BLKI_EVENTS_H */
