// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Unit tests of uevents, tools/blki/events.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tools/blki/events.h"

#define MESSAGE(text)	text, sizeof(text)

static void parse_takes_an_attach(void **state)
{
	struct event e;

	(void)state;
	assert_true(events_parse(MESSAGE("change@/devices/virtual/misc/blki\0ACTION=change\0"
					 "DEVPATH=/devices/virtual/misc/blki\0SUBSYSTEM=misc\0"
					 "BLKI_EVENT=attach\0BLKI_ORIGIN=sda2\0BLKI_ID=7\0"
					 "BLKI_KIND=remap\0BLKI_NAME=remap\0BLKI_ACCEPTOR=dm-3\0"
					 "SEQNUM=1234"), &e));
	assert_string_equal(e.event, "attach");
	assert_string_equal(e.origin, "sda2");
	assert_true(e.has_id);
	assert_int_equal(e.id, 7);
	assert_string_equal(e.kind, "remap");
	assert_string_equal(e.name, "remap");
	assert_string_equal(e.acceptor, "dm-3");
}

static void parse_takes_an_alias(void **state)
{
	struct event e;

	(void)state;
	assert_true(events_parse(MESSAGE("change@/x\0SUBSYSTEM=misc\0BLKI_EVENT=alias-add\0"
					 "BLKI_ORIGIN=sda2\0BLKI_NAME=blki!sda2"), &e));
	assert_string_equal(e.event, "alias-add");
	assert_false(e.has_id);
	assert_string_equal(e.name, "blki!sda2");
	assert_string_equal(e.acceptor, "");
}

static void parse_leaves_others(void **state)
{
	struct event e;

	(void)state;
	assert_false(events_parse("", 0, &e));
	assert_false(events_parse(MESSAGE("add@/block/sda\0SUBSYSTEM=block\0DEVNAME=sda"), &e));
	/* another subsystem's, and one whose last string is cut off */
	assert_false(events_parse(MESSAGE("x@/x\0SUBSYSTEM=block\0BLKI_EVENT=attach"), &e));
	assert_false(events_parse("x@/x\0SUBSYSTEM=misc\0BLKI_EVENT=attach", 37, &e));
	assert_false(events_parse(MESSAGE("x@/x\0SUBSYSTEM=misc\0XBLKI_EVENT=attach"), &e));
	assert_false(events_parse(MESSAGE("x@/x\0SUBSYSTEM=misc\0BLKI_EVENTS=attach"), &e));
}

static void parse_cuts_what_is_too_long(void **state)
{
	static const char message[] = "x@/x\0SUBSYSTEM=misc\0BLKI_EVENT=attach\0BLKI_ORIGIN="
				      "0123456789012345678901234567890123456789\0BLKI_ID=x";
	struct event e;

	(void)state;
	assert_true(events_parse(message, sizeof(message), &e));
	assert_int_equal(strlen(e.origin), BLKI_NAME_MAX - 1);
	assert_false(e.has_id);
}

static char *print(const struct event *e, bool json)
{
	size_t nr_bytes;
	char *text;
	FILE *out = open_memstream(&text, &nr_bytes);

	if (json)
		assert_true(events_print_json(out, e));
	else
		events_print(out, e);
	fclose(out);
	return text;
}

static void expect_line(const struct event *e, const char *line)
{
	char *text = print(e, false);

	assert_string_equal(text, line);
	free(text);
}

static void print_says_what_happened(void **state)
{
	struct event e = { "attach", "sda2", 7, true, "remap", "remap", "dm-3",
			   UINT64_C(1767225600123456789) };

	(void)state;
	expect_line(&e, "2026-01-01 00:00:00.123 attach sda2: remap to dm-3 (id 7)\n");
	e.acceptor[0] = '\0';
	strcpy(e.kind, "filter");
	strcpy(e.name, "null");
	expect_line(&e, "2026-01-01 00:00:00.123 attach sda2: filter null (id 7)\n");
	e = (struct event){ .event = "alias-add", .origin = "sda2", .name = "blki!sda2" };
	expect_line(&e, "1970-01-01 00:00:00.000 alias-add sda2: blki!sda2\n");
	e = (struct event){ .event = "listening" };
	expect_line(&e, "1970-01-01 00:00:00.000 listening\n");
}

static void print_json_has_every_field(void **state)
{
	const struct event e = { "detach", "sda2", 7, true, "filter", "null", "",
				 UINT64_C(1767225600123456789) };
	char *text = print(&e, true);

	(void)state;
	assert_string_equal(text, "{\"schema\":\"blki-event/1\",\"time\":\"2026-01-01T00:00:00."
				  "123456789Z\",\"event\":\"detach\",\"origin\":\"sda2\",\"id\":7,"
				  "\"kind\":\"filter\",\"name\":\"null\",\"acceptor\":null}\n");
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parse_takes_an_attach),
		cmocka_unit_test(parse_takes_an_alias),
		cmocka_unit_test(parse_leaves_others),
		cmocka_unit_test(parse_cuts_what_is_too_long),
		cmocka_unit_test(print_says_what_happened),
		cmocka_unit_test(print_json_has_every_field),
	};

	setenv("TZ", "UTC", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
