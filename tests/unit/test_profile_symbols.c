// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Symbol look-up at the edges of functions, of modules and of the table.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "bench/profile_symbols.h"

static int read_text(struct profile_symbols *symbols, const char *text)
{
	FILE *file = fmemopen((char *)text, strlen(text), "r");
	int err;

	assert_non_null(file);
	err = profile_symbols_read(symbols, file);
	fclose(file);
	return err;
}

static void load(struct profile_symbols *symbols, const char *text)
{
	assert_int_equal(read_text(symbols, text), 0);
	profile_symbols_sort(symbols);
}

static void find_edges_returns_function(void **state)
{
	struct profile_symbols symbols = { 0 };

	(void)state;
	load(&symbols, "ffffffff81000200 T second\nffffffff81000100 T first\n");
	assert_null(profile_symbols_find(&symbols, 0xffffffff810000ff));
	assert_string_equal(profile_symbols_find(&symbols, 0xffffffff81000100), "first");
	assert_string_equal(profile_symbols_find(&symbols, 0xffffffff810001ff), "first");
	assert_string_equal(profile_symbols_find(&symbols, 0xffffffff81000200), "second");
	assert_string_equal(profile_symbols_find(&symbols, 0xffffffff81000200 +
							   PROFILE_SYMBOL_BYTES_MAX - 1),
			    "second");
	assert_null(profile_symbols_find(&symbols,
					 0xffffffff81000200 + PROFILE_SYMBOL_BYTES_MAX));
	profile_symbols_free(&symbols);
}

static void find_empty_table_returns_null(void **state)
{
	struct profile_symbols symbols = { 0 };

	(void)state;
	load(&symbols, "\n" + 1);
	assert_null(profile_symbols_find(&symbols, 0xffffffff81000000));
	profile_symbols_free(&symbols);
}

static void find_module_returns_name_with_module(void **state)
{
	struct profile_symbols symbols = { 0 };

	(void)state;
	assert_int_equal(read_text(&symbols, "ffffffff81000100 T first\n"), 0);
	load(&symbols, "ffffffffc0201000 t null_queue_rq\t[null_blk]\n");
	assert_string_equal(profile_symbols_find(&symbols, 0xffffffffc0201004),
			    "null_queue_rq [null_blk]");
	assert_string_equal(profile_symbols_find(&symbols, 0xffffffff81000101), "first");
	profile_symbols_free(&symbols);
}

static void sort_aliases_keeps_preferred(void **state)
{
	struct profile_symbols symbols = { 0 };

	(void)state;
	load(&symbols, "ffffffff81000100 t alocal\nffffffff81000100 T __zglobal\n"
		       "ffffffff81000100 T _zglobal\nffffffff81000100 W _aweak\n"
		       "ffffffff81000100 T __pfx_x\n");
	assert_int_equal(symbols.nr_symbols, 1);
	assert_string_equal(profile_symbols_find(&symbols, 0xffffffff81000100), "_aweak");
	profile_symbols_free(&symbols);
}

static void read_data_symbols_are_left_out(void **state)
{
	struct profile_symbols symbols = { 0 };

	(void)state;
	load(&symbols, "ffffffff81000100 T f\nffffffff81000180 D data\nffffffff81000190 r ro\n");
	assert_int_equal(symbols.nr_symbols, 1);
	assert_string_equal(profile_symbols_find(&symbols, 0xffffffff81000190), "f");
	profile_symbols_free(&symbols);
}

static void read_hidden_addresses_returns_eperm(void **state)
{
	struct profile_symbols symbols = { 0 };

	(void)state;
	assert_int_equal(read_text(&symbols, "0000000000000000 T a\n0000000000000000 T b\n"),
			 -EPERM);
	profile_symbols_free(&symbols);
}

static void read_other_text_returns_einval(void **state)
{
	struct profile_symbols symbols = { 0 };

	(void)state;
	assert_int_equal(read_text(&symbols, "ffffffff81000100 T a\n<html>\n"), -EINVAL);
	profile_symbols_free(&symbols);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(find_edges_returns_function),
		cmocka_unit_test(find_empty_table_returns_null),
		cmocka_unit_test(find_module_returns_name_with_module),
		cmocka_unit_test(sort_aliases_keeps_preferred),
		cmocka_unit_test(read_data_symbols_are_left_out),
		cmocka_unit_test(read_hidden_addresses_returns_eperm),
		cmocka_unit_test(read_other_text_returns_einval),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
