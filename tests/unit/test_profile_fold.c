// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Folding: exact windows to stacks, perf's text to stacks, stacks to
 * functions. The expected lines are written by hand from the made-up input.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bench/profile_fold.h"

static FILE *text_open(const char *text)
{
	FILE *file = fmemopen((char *)text, strlen(text), "r");

	assert_non_null(file);
	return file;
}

static void load_symbols(struct profile_symbols *symbols)
{
	FILE *file = text_open("ffffffff81000100 T entry\nffffffff81000200 T submit_bio\n"
			       "ffffffff81000300 T leaf\nffffffff81000310 T tail\n"
			       "ffffffff81000900 T asm_sysvec_timer\n"
			       "ffffffff81000a00 T sysvec_timer\n"
			       "ffffffffc0001000 t hook\t[blki]\n");

	assert_int_equal(profile_symbols_read(symbols, file), 0);
	fclose(file);
	profile_symbols_sort(symbols);
}

/* Fold a record of one window and return the folded text; the caller frees it. */
static char *fold(const char *body)
{
	struct profile_space space[] = {
		{ 0x5000, 0x6000, PROFILE_OWNER_LOADER },
		{ 0x8000, 0x9000, PROFILE_OWNER_SERVER },
	};
	const struct profile_spaces spaces = { .spaces = space, .nr_spaces = 2 };
	struct profile_symbols symbols = { 0 };
	struct profile_record record = { 0 };
	struct profile_tally stacks = { 0 };
	size_t line_nr, nr_bytes;
	char *record_text, *text;
	FILE *file;

	assert_true(asprintf(&record_text, PROFILE_RECORD_HEAD "W 1\n%s", body) > 0);
	file = text_open(record_text);
	assert_int_equal(profile_record_read(&record, file, &line_nr), 0);
	fclose(file);
	load_symbols(&symbols);
	assert_int_equal(profile_fold_record(&record.windows[0], &symbols, &spaces, &stacks), 0);
	assert_int_equal(profile_tally_sum(&stacks).nr_insns, record.windows[0].total_insns);
	file = open_memstream(&text, &nr_bytes);
	assert_int_equal(profile_fold_write(&stacks, "arm", file), 0);
	fclose(file);
	profile_tally_free(&stacks);
	profile_record_free(&record);
	profile_symbols_free(&symbols);
	free(record_text);
	return text;
}

static void assert_folds(const char *body, const char *expected)
{
	char *text = fold(body);

	assert_string_equal(text, expected);
	free(text);
}

static void record_calls_become_stacks(void **state)
{
	(void)state;
	assert_folds("N 1 0 ffffffff81000100\nN 2 1 ffffffff81000200\n"
		     "B 0 ffffffff81000104 0102\nC 1 0 10\nB 1 ffffffff81000200 03\nC 2 1 4\n"
		     "B 2 400000 03\nS 2 7\nE 1 31 7 0\n",
		     "arm;[user] 7\narm;entry 20\narm;entry;submit_bio 4\n");
}

static void record_user_space_is_told_apart(void **state)
{
	(void)state;
	assert_folds("B 0 5010 0305\nS 0 3\nB 1 8010 03\nS 1 4\nB 2 9000 03\nS 2 5\nE 1 15 15 0\n",
		     "arm;[loader] 6\narm;[server] 4\narm;[user] 5\n");
}

static void record_module_function_is_named(void **state)
{
	(void)state;
	assert_folds("N 1 0 ffffffffc0001000\nB 0 ffffffffc0001000 01\nC 1 0 2\nE 1 2 0 0\n",
		     "arm;hook [blki] 2\n");
}

/* A block of three instructions of 8 bytes, the last of which lies in the next function. */
static void record_block_over_boundary_is_split(void **state)
{
	(void)state;
	assert_folds("N 1 0 ffffffff81000300\nB 0 ffffffff81000300 080808\nC 1 0 5\nE 1 15 0 0\n",
		     "arm;leaf 10\narm;leaf;tail 5\n");
}

static void record_tail_call_stands_under_callee(void **state)
{
	(void)state;
	assert_folds("N 1 0 ffffffff81000300\nB 0 ffffffff81000310 01\nC 1 0 6\nE 1 6 0 0\n",
		     "arm;leaf;tail 6\n");
}

static void record_unknown_code_is_said(void **state)
{
	(void)state;
	assert_folds("N 1 0 ffffffffa0000000\nB 0 ffffffffa0000000 01\nC 1 0 1\nE 1 1 0 0\n",
		     "arm;[unknown] 1\n");
}

/* The handler ran below submit_bio(); its code and its callees stand apart. */
static void record_interrupt_is_cut_off(void **state)
{
	(void)state;
	assert_folds("N 1 0 ffffffff81000200\nN 2 1 ffffffff81000a00\nN 3 2 ffffffff81000300\n"
		     "B 0 ffffffff81000900 01\nC 1 0 1\nB 1 ffffffff81000a00 01\nC 2 1 2\n"
		     "B 2 ffffffff81000300 01\nC 3 2 4\nE 1 7 0 0\n",
		     "arm;[interrupt];asm_sysvec_timer 1\narm;[interrupt];sysvec_timer 2\n"
		     "arm;[interrupt];sysvec_timer;leaf 4\n");
}

static void record_facts_are_counted(void **state)
{
	struct profile_record_window window = { 0 };
	struct profile_node nodes[2] = { { 0 }, { .va = 0xffffffff81000300 } };
	uint8_t facts[] = { 0x13, 0x22, 0x43 };
	struct profile_block block = { .va = 0xffffffff81000300, .nr_insns = 3, .facts = facts };
	struct profile_run run = { .node = 1, .block = 0, .nr_runs = 9 };
	const struct profile_spaces spaces = { 0 };
	struct profile_symbols symbols = { 0 };
	struct profile_tally stacks = { 0 };
	struct profile_counts counts;

	(void)state;
	window.nodes = nodes;
	window.nr_nodes = 2;
	window.blocks = &block;
	window.nr_blocks = 1;
	window.runs = &run;
	window.nr_runs = 1;
	load_symbols(&symbols);
	assert_int_equal(profile_fold_record(&window, &symbols, &spaces, &stacks), 0);
	counts = profile_tally_get(&stacks, "leaf");
	assert_int_equal(counts.nr_insns, 27);
	assert_int_equal(counts.nr_locked, 9);
	assert_int_equal(counts.nr_reps, 9);
	assert_int_equal(counts.nr_syscalls, 9);
	assert_int_equal(counts.nr_calls, 9);
	profile_tally_free(&stacks);
	profile_symbols_free(&symbols);
}

static void functions_under_submit_bio_are_apart(void **state)
{
	struct profile_tally stacks = { 0 };
	struct profile_functions functions = { 0 };
	struct profile_counts counts = { .nr_insns = 10 };

	(void)state;
	profile_tally_add(&stacks, "entry;leaf", &counts);
	profile_tally_add(&stacks, "entry;submit_bio;leaf", &counts);
	profile_tally_add(&stacks, "entry;submit_bio", &counts);
	assert_int_equal(profile_fold_functions(&stacks, &functions), 0);
	assert_int_equal(profile_tally_get(&functions.all, "leaf").nr_insns, 20);
	assert_int_equal(profile_tally_get(&functions.under, "leaf").nr_insns, 10);
	assert_int_equal(profile_tally_get(&functions.under, "submit_bio").nr_insns, 10);
	assert_int_equal(profile_tally_get(&functions.under, "entry").nr_insns, 0);
	assert_int_equal(profile_tally_sum(&functions.all).nr_insns, 30);
	profile_functions_free(&functions);
	profile_tally_free(&stacks);
}

static void is_under_compares_whole_frames(void **state)
{
	(void)state;
	assert_true(profile_stack_is_under("a;submit_bio;b"));
	assert_true(profile_stack_is_under("__submit_bio"));
	assert_true(profile_stack_is_under("a;submit_bio_noacct_nocheck"));
	assert_false(profile_stack_is_under("a;submit_bio_wait;b"));
	assert_false(profile_stack_is_under("a;bsubmit_bio"));
	assert_false(profile_stack_is_under(""));
}

static void assert_perf_folds(const char *input, const char *expected)
{
	struct profile_symbols symbols = { 0 };
	struct profile_tally stacks = { 0 };
	FILE *file = text_open(input);
	size_t nr_bytes;
	char *text;

	load_symbols(&symbols);
	assert_int_equal(profile_fold_perf(file, &symbols, &stacks), 0);
	profile_symbols_free(&symbols);
	fclose(file);
	file = open_memstream(&text, &nr_bytes);
	assert_int_equal(profile_fold_write(&stacks, NULL, file), 0);
	fclose(file);
	assert_string_equal(text, expected);
	free(text);
	profile_tally_free(&stacks);
}

static void perf_samples_become_stacks(void **state)
{
	(void)state;
	assert_perf_folds("bench \n\tffffffff81000300 leaf\n\tffffffff81000108 entry\n"
			  "\t          401020 [unknown]\n\t          401000 main\n\n"
			  "bench \n\tffffffff81000300 leaf\n\tffffffff81000108 entry\n"
			  "\t          401020 [unknown]\n\n"
			  "kworker/0:1 io \n\tffffffffc0001002 hook\n\n",
			  "bench;[user];entry;leaf 2\nkworker/0:1 io;hook [blki] 1\n");
}

/* A call at the very end of a function returns to the next one's first byte. */
static void perf_caller_is_named_by_its_call(void **state)
{
	(void)state;
	assert_perf_folds("bench \n\tffffffff81000300 leaf\n\tffffffff81000300 leaf\n"
			  "\tffffffffa0000000 f\n",
			  "bench;[unknown];submit_bio;leaf 1\n");
}

static void perf_last_sample_without_newline_counts(void **state)
{
	(void)state;
	assert_perf_folds("bench \n\tffffffff81000300 leaf\n", "bench;leaf 1\n");
}

static void perf_idle_and_itself_are_left_out(void **state)
{
	(void)state;
	assert_perf_folds("swapper \n\tffffffff81000300 leaf\n\n"
			  "perf \n\tffffffff81000300 leaf\n\n"
			  "bench \n\tffffffff81000300 leaf\n\n",
			  "bench;leaf 1\n");
}

static void perf_other_text_returns_einval(void **state)
{
	struct profile_symbols symbols = { 0 };
	struct profile_tally stacks = { 0 };
	FILE *file = text_open("Error:\nno such file\n");

	(void)state;
	assert_int_equal(profile_fold_perf(file, &symbols, &stacks), -EINVAL);
	fclose(file);
	file = text_open("\tffffffff81000300 frame without a task\n");
	assert_int_equal(profile_fold_perf(file, &symbols, &stacks), -EINVAL);
	fclose(file);
	profile_tally_free(&stacks);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(record_calls_become_stacks),
		cmocka_unit_test(record_user_space_is_told_apart),
		cmocka_unit_test(record_module_function_is_named),
		cmocka_unit_test(record_block_over_boundary_is_split),
		cmocka_unit_test(record_tail_call_stands_under_callee),
		cmocka_unit_test(record_unknown_code_is_said),
		cmocka_unit_test(record_interrupt_is_cut_off),
		cmocka_unit_test(record_facts_are_counted),
		cmocka_unit_test(functions_under_submit_bio_are_apart),
		cmocka_unit_test(is_under_compares_whole_frames),
		cmocka_unit_test(perf_samples_become_stacks),
		cmocka_unit_test(perf_caller_is_named_by_its_call),
		cmocka_unit_test(perf_last_sample_without_newline_counts),
		cmocka_unit_test(perf_idle_and_itself_are_left_out),
		cmocka_unit_test(perf_other_text_returns_einval),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
