// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The shadow stack and the counts of the plugin's call tree, fed with short
 * made-up executions whose paths are plain to see.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "vm/plugin/tree.h"

#define KERNEL 0xffffffff81000000ull
#define PATH_CHARS_MAX 256

/* Blocks of 4 bytes and 2 instructions: A at 0x100, B at 0x200 and so on. */
struct test_block {
	struct block block;
	uint8_t facts[3];
};

#define MAKE(offset, how)                                                           \
	{                                                                           \
		.block = {                                                          \
			.va = KERNEL + (offset),                                    \
			.nr_insns = 2,                                              \
			.size_bytes = 4,                                            \
			.end = INSN_END_##how,                                      \
		},                                                                  \
	}

static struct test_block user = {
	.block = { .va = 0x400000, .nr_insns = 3, .size_bytes = 7, .user = true },
};

static int set_up(void **state)
{
	*state = tree_new();
	return *state ? 0 : -1;
}

static int tear_down(void **state)
{
	tree_free(*state);
	return 0;
}

static void step(struct tree *tree, struct test_block *block)
{
	assert_int_equal(tree_step(tree, &block->block), 0);
}

/* The path of a node as hex offsets: "100/200". */
static void print_path(const struct node *nodes, uint32_t node, FILE *file)
{
	if (nodes[node].parent)
		print_path(nodes, nodes[node].parent, file);
	fprintf(file, "%s%x", nodes[node].parent ? "/" : "",
		(unsigned int)(nodes[node].va - KERNEL));
}

/* The path of the latest new count. */
static void path_of_last(const struct tree *tree, char *path)
{
	size_t nr_nodes, nr_counts;
	const struct node *nodes = tree_nodes(tree, &nr_nodes);
	const struct tree_count *counts = tree_counts(tree, &nr_counts);
	FILE *file = fmemopen(path, PATH_CHARS_MAX, "w");

	assert_non_null(file);
	print_path(nodes, counts[nr_counts - 1].node, file);
	fclose(file);
}

#define assert_path(tree, expected)                          \
	do {                                                 \
		char path_[PATH_CHARS_MAX];                  \
		path_of_last(tree, path_);                   \
		assert_string_equal(path_, expected);        \
	} while (0)

static uint64_t total_runs(const struct tree *tree)
{
	size_t nr_counts;
	const struct tree_count *counts = tree_counts(tree, &nr_counts);
	uint64_t sum = 0;

	for (size_t i = 0; i < nr_counts; i++)
		sum += counts[i].nr_runs;
	return sum;
}

static void step_call_and_return_follow_path(void **state)
{
	struct test_block a = MAKE(0x100, CALL), b = MAKE(0x200, RET);
	struct test_block a2 = MAKE(0x104, OTHER);

	step(*state, &a);
	assert_path(*state, "100");
	step(*state, &b);
	assert_path(*state, "100/200");
	step(*state, &a2);
	assert_path(*state, "100");
}

static void step_same_path_counts_once_per_run(void **state)
{
	struct test_block a = MAKE(0x100, CALL), b = MAKE(0x200, RET);
	struct test_block a2 = MAKE(0x104, OTHER);
	size_t nr_counts, nr_nodes;

	for (int i = 0; i < 5000; i++) {
		step(*state, &a);
		step(*state, &b);
		step(*state, &a2);
		step(*state, &user);
	}
	tree_counts(*state, &nr_counts);
	tree_nodes(*state, &nr_nodes);
	assert_int_equal(nr_counts, 4);
	assert_int_equal(nr_nodes, 3);
	assert_int_equal(total_runs(*state), 20000);
	assert_int_equal(tree_user_insns(*state), 15000);
}

static void step_user_empties_stack(void **state)
{
	struct test_block a = MAKE(0x100, CALL), b = MAKE(0x200, OTHER);
	struct test_block c = MAKE(0x300, OTHER);

	step(*state, &a);
	step(*state, &b);
	step(*state, &user);
	step(*state, &c);
	assert_path(*state, "300");
}

/* call thunk; thunk: call inner; inner: overwrite the return address; ret -> target */
static void step_retpoline_becomes_target(void **state)
{
	struct test_block a = MAKE(0x100, CALL), thunk = MAKE(0x200, CALL);
	struct test_block inner = MAKE(0x208, RET), target = MAKE(0x300, RET);
	struct test_block a2 = MAKE(0x104, OTHER);

	step(*state, &a);
	step(*state, &thunk);
	assert_path(*state, "100/200");
	step(*state, &inner);
	assert_path(*state, "100/200/208");
	step(*state, &target);
	assert_path(*state, "100/300");
	step(*state, &a2);
	assert_path(*state, "100");
}

static void step_indirect_jump_is_tail_call(void **state)
{
	struct test_block a = MAKE(0x100, CALL);
	struct test_block b = MAKE(0x200, JMP_INDIRECT);
	struct test_block target = MAKE(0x300, RET);
	struct test_block a2 = MAKE(0x104, OTHER);

	step(*state, &a);
	step(*state, &b);
	step(*state, &target);
	assert_path(*state, "100/300");
	step(*state, &a2);
	assert_path(*state, "100");
}

static void step_return_skipping_frames_finds_caller(void **state)
{
	struct test_block a = MAKE(0x100, CALL), b = MAKE(0x200, CALL);
	struct test_block c = MAKE(0x300, RET), a2 = MAKE(0x104, OTHER);

	step(*state, &a);
	step(*state, &b);
	step(*state, &c);
	step(*state, &a2);
	assert_path(*state, "100");
}

/* An interrupt between a return and its target: it has its own path and leaves no trace. */
static void step_interrupt_after_return_is_transparent(void **state)
{
	struct test_block a = MAKE(0x100, CALL), b = MAKE(0x200, OTHER);
	struct test_block irq = MAKE(0x900, CALL), handler = MAKE(0xa00, RET);
	struct test_block irq2 = MAKE(0x904, IRET), b2 = MAKE(0x204, RET);
	struct test_block c = MAKE(0x108, OTHER), a2 = MAKE(0x104, OTHER);

	step(*state, &a);
	step(*state, &b);
	step(*state, &irq); /* cannot follow b: now known as an entry */
	assert_path(*state, "900");
	step(*state, &handler);
	assert_path(*state, "900/a00");
	step(*state, &irq2);
	assert_path(*state, "900");
	step(*state, &b2);
	assert_path(*state, "100/200");
	step(*state, &irq); /* after a return: could follow, but is a known entry */
	step(*state, &handler);
	step(*state, &irq2);
	step(*state, &a2);
	assert_path(*state, "100");
	step(*state, &c);
	assert_path(*state, "100");
	assert_int_equal(total_runs(*state), 11);
}

/* Between a call and its callee. */
static void step_interrupt_after_call_is_transparent(void **state)
{
	struct test_block a = MAKE(0x100, CALL), b = MAKE(0x200, RET);
	struct test_block irq = MAKE(0x900, OTHER), irq2 = MAKE(0x904, IRET);
	struct test_block a2 = MAKE(0x104, OTHER);

	a.block.target_va = b.block.va;
	step(*state, &a);
	step(*state, &irq);
	step(*state, &irq2);
	step(*state, &b);
	assert_path(*state, "100/200");
	step(*state, &a2);
	assert_path(*state, "100");
}

/* A page fault in the middle of a block: the rest of it runs after iret. */
static void step_exception_inside_block_keeps_path(void **state)
{
	struct test_block a = MAKE(0x100, CALL), b = MAKE(0x200, OTHER);
	struct test_block fault = MAKE(0x900, IRET), rest = MAKE(0x202, RET);
	struct test_block a2 = MAKE(0x104, OTHER);

	step(*state, &a);
	step(*state, &b);
	step(*state, &fault);
	assert_path(*state, "900");
	step(*state, &rest);
	assert_path(*state, "100/200");
	step(*state, &a2);
	assert_path(*state, "100");
}

/* A handler that returns to a fixup: no interrupt is invented. */
static void step_exception_fixup_keeps_path(void **state)
{
	struct test_block a = MAKE(0x100, CALL), b = MAKE(0x200, OTHER);
	struct test_block fault = MAKE(0x900, IRET), fixup = MAKE(0x280, RET);
	struct test_block a2 = MAKE(0x104, OTHER);

	step(*state, &a);
	step(*state, &b);
	step(*state, &fault);
	step(*state, &fixup);
	assert_path(*state, "100/200");
	step(*state, &a2);
	assert_path(*state, "100");
}

static void step_jump_target_is_no_interrupt(void **state)
{
	struct test_block a = MAKE(0x100, OTHER), far = MAKE(0x800, OTHER);

	a.block.target_va = far.block.va;
	step(*state, &a);
	step(*state, &far);
	assert_path(*state, "100");
}

/* The last instruction crosses the page's end: QEMU runs it in a block of its own. */
static void step_instruction_given_up_is_not_counted(void **state)
{
	struct test_block a = MAKE(0xffc, CALL), crossing = MAKE(0xffe, OTHER);
	size_t nr_counts;

	a.block.facts[0] = a.block.facts[1] = 2;
	step(*state, &a);
	step(*state, &crossing);
	assert_path(*state, "ffc");
	assert_int_equal(a.block.nr_insns, 1);
	assert_int_equal(a.block.size_bytes, 2);
	assert_int_equal(tree_counts(*state, &nr_counts)[0].nr_runs, 1);
	step(*state, &a);
	step(*state, &crossing);
	assert_int_equal(a.block.nr_insns, 1);
}

/* Fetched only in part: the block ends before the page does. */
static void step_instruction_fetched_in_part_is_not_counted(void **state)
{
	struct test_block a = MAKE(0xff9, OTHER), crossing = MAKE(0xffb, OTHER);

	a.block.facts[0] = a.block.facts[1] = 2;
	step(*state, &a);
	step(*state, &crossing);
	assert_int_equal(a.block.nr_insns, 1);
}

/* A last instruction that fits into the page can only be run again. */
static void step_instruction_inside_page_stays_counted(void **state)
{
	struct test_block a = MAKE(0xfef, OTHER), again = MAKE(0xff1, OTHER);

	a.block.facts[0] = a.block.facts[1] = 2;
	step(*state, &a);
	step(*state, &again);
	assert_int_equal(a.block.nr_insns, 2);
}

/* The same place, but the instruction is a REP that begins its next iteration. */
static void step_rep_at_page_end_stays_counted(void **state)
{
	struct test_block a = MAKE(0xffc, OTHER), again = MAKE(0xffe, OTHER);

	a.block.facts[0] = 2;
	a.block.facts[1] = 2 | INSN_REP;
	step(*state, &a);
	step(*state, &again);
	assert_int_equal(a.block.nr_insns, 2);
}

static void step_recursion_grows_path(void **state)
{
	struct test_block a = MAKE(0x100, CALL);

	a.block.target_va = a.block.va;
	step(*state, &a);
	step(*state, &a);
	assert_path(*state, "100/100");
}

static void step_too_deep_counts_and_overflows(void **state)
{
	struct test_block a = MAKE(0x100, CALL);

	a.block.target_va = a.block.va;
	for (int i = 0; i < TREE_DEPTH_MAX; i++)
		step(*state, &a);
	assert_int_equal(tree_overflows(*state), 0);
	step(*state, &a);
	assert_int_equal(tree_overflows(*state), 1);
	assert_int_equal(total_runs(*state), TREE_DEPTH_MAX + 1);
}

static void step_return_on_empty_stack_is_counted(void **state)
{
	struct test_block a = MAKE(0x100, RET), b = MAKE(0x200, RET);

	step(*state, &a);
	step(*state, &b);
	assert_path(*state, "200");
	assert_int_equal(total_runs(*state), 2);
}

static void nodes_parents_stand_before_children(void **state)
{
	struct test_block a = MAKE(0x100, CALL), b = MAKE(0x200, CALL);
	struct test_block c = MAKE(0x300, OTHER);
	const struct node *nodes;
	size_t nr_nodes;

	step(*state, &a);
	step(*state, &b);
	step(*state, &c);
	nodes = tree_nodes(*state, &nr_nodes);
	for (size_t i = 1; i < nr_nodes; i++)
		assert_true(nodes[i].parent < i);
}

#define TREE_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TREE_TEST(step_call_and_return_follow_path),
		TREE_TEST(step_same_path_counts_once_per_run),
		TREE_TEST(step_user_empties_stack),
		TREE_TEST(step_retpoline_becomes_target),
		TREE_TEST(step_indirect_jump_is_tail_call),
		TREE_TEST(step_return_skipping_frames_finds_caller),
		TREE_TEST(step_interrupt_after_return_is_transparent),
		TREE_TEST(step_interrupt_after_call_is_transparent),
		TREE_TEST(step_exception_inside_block_keeps_path),
		TREE_TEST(step_exception_fixup_keeps_path),
		TREE_TEST(step_jump_target_is_no_interrupt),
		TREE_TEST(step_instruction_given_up_is_not_counted),
		TREE_TEST(step_instruction_fetched_in_part_is_not_counted),
		TREE_TEST(step_instruction_inside_page_stays_counted),
		TREE_TEST(step_rep_at_page_end_stays_counted),
		TREE_TEST(step_recursion_grows_path),
		TREE_TEST(step_too_deep_counts_and_overflows),
		TREE_TEST(step_return_on_empty_stack_is_counted),
		TREE_TEST(nodes_parents_stand_before_children),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
