/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The status of all interposers, for programs, and the words that people get too.
 *
 * cmd_status.c fills the rows from blki_list(), sysfs and /proc; status_json() makes the document
 * of schema blki-status/1, draw.c the drawing. Pure: rows in, text out.
 */
#ifndef BLKI_STATUS_H
#define BLKI_STATUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <json-c/json.h>
#include <linux/blki.h>

#include "tools/blki/stack.h"
#include "tools/blki/usage.h"

/** STATUS_SCHEMA - raised when a field is renamed or its meaning changes */
#define STATUS_SCHEMA		"blki-status/1"

/** STATUS_DM_NAME_BYTES - room for a device-mapper name, DM_NAME_LEN of <linux/dm-ioctl.h> */
#define STATUS_DM_NAME_BYTES	128

/** STATUS_TEXT_BYTES - room for any time, size or duration written here */
#define STATUS_TEXT_BYTES	48

/** STATUS_UNKNOWN - how the kernel says that a counter of struct blki_entry could not be kept */
#define STATUS_UNKNOWN		UINT64_MAX

/**
 * struct status_row - one interposer
 * @entry: what the kernel reported
 * @acceptor_dm: device-mapper name of the acceptor, "" when it has none
 * @usage: who uses the origin
 * @stack: what the acceptor stands on; empty for a filter
 */
struct status_row {
	struct blki_entry entry;
	char acceptor_dm[STATUS_DM_NAME_BYTES];
	struct usage usage;
	struct stack stack;
};

/** status_is_remap - has the interposer an acceptor */
bool status_is_remap(const struct blki_entry *e);

/** status_kind_name - "filter", "remap", "native", or "unknown" for a number of a newer module */
const char *status_kind_name(unsigned int kind);

/** status_state_name - "live", "holding", "dead", "off", or "unknown" */
const char *status_state_name(unsigned int state);

/** status_flags_json - BLKI_ATTACH_* as a list of the options' names; NULL when out of memory */
struct json_object *status_flags_json(uint32_t flags);

/** status_flag - the flag that a name of status_flags_json() means, 0 for none */
uint32_t status_flag(const char *name);

/**
 * status_json - the document that status --json prints
 * @rows: @nr interposers, in the kernel's order
 * @nr: how many
 *
 * Return: an object that the caller puts, or NULL when out of memory.
 */
struct json_object *status_json(const struct status_row *rows, size_t nr);

/** status_time_utc - @ns of CLOCK_REALTIME as "2026-01-31T08:09:10.123456789Z" */
void status_time_utc(uint64_t ns, char text[STATUS_TEXT_BYTES]);

/** status_size - bytes as "512 B", "4.0 KiB", "1.5 GiB" */
void status_size(uint64_t bytes, char text[STATUS_TEXT_BYTES]);

/** status_pause - nanoseconds as "12.3 us", "1.3 ms", "2.5 s" */
void status_pause(uint64_t ns, char text[STATUS_TEXT_BYTES]);

/** status_duration - seconds as "12 s", "3 min 4 s", "2 h 5 min", "4 d 1 h" */
void status_duration(uint64_t seconds, char text[STATUS_TEXT_BYTES]);

#endif /* BLKI_STATUS_H */
