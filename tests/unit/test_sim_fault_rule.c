// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The language of media faults: what each rule means, and that a wrong one is refused by name.
 */
#include "ublk-sim/fault.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void rule_parse_valid_returns_rule(void **state)
{
	static const struct {
		const char *text;
		struct sim_fault_rule rule;
	} cases[] = {
		{ "bad", { SIM_FAULT_BAD, 1, 0, UINT64_MAX, 1, SIM_FAULT_TOUCH_MAX, 1 } },
		{ "bad:lba=all", { SIM_FAULT_BAD, 1, 0, UINT64_MAX, 1, SIM_FAULT_TOUCH_MAX, 1 } },
		{ "lost:lba=7", { SIM_FAULT_LOST, 2, 7, 7, 1, SIM_FAULT_TOUCH_MAX, 1 } },
		{ "flip:lba=8-15,touch=3-,p=0.5,op=both", { SIM_FAULT_FLIP, 3, 8, 15, 3, SIM_FAULT_TOUCH_MAX, 0.5 } },
		{ "torn:touch=2", { SIM_FAULT_TORN, 2, 0, UINT64_MAX, 2, 2, 1 } },
		{ "hang:touch=2-4,op=write", { SIM_FAULT_HANG, 2, 0, UINT64_MAX, 2, 4, 1 } },
		{ "misdirect:lba=9-", { SIM_FAULT_MISDIRECT, 2, 9, UINT64_MAX, 1, SIM_FAULT_TOUCH_MAX, 1 } },
	};
	struct sim_fault_rule rule;
	struct sim_error err;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(sim_fault_rule_parse(cases[i].text, &rule, &err), 0);
		assert_int_equal(rule.kind, cases[i].rule.kind);
		assert_int_equal(rule.ops, cases[i].rule.ops);
		assert_true(rule.lba_first == cases[i].rule.lba_first);
		assert_true(rule.lba_last == cases[i].rule.lba_last);
		assert_int_equal(rule.touch_first, cases[i].rule.touch_first);
		assert_int_equal(rule.touch_last, cases[i].rule.touch_last);
		assert_true(rule.probability == cases[i].rule.probability);
	}
}

static void rule_parse_invalid_names_the_mistake(void **state)
{
	static const struct {
		const char *text;
		const char *said;
	} cases[] = {
		{ "", "bad, flip" },
		{ "worse", "worse" },
		{ "ba", "'ba'" },
		{ "bad:", "lba=" },
		{ "bad:lba", "'lba'" },
		{ "bad:lba=", "lba=" },
		{ "bad:lba=x", "lba=x" },
		{ "bad:lba=9-8", "lba=9-8" },
		{ "bad:lba=-1", "lba=-1" },
		{ "bad:lba=18446744073709551616", "lba=" },
		{ "bad:lba=1,", "lba=" },
		{ "bad:touch=0", "touch=0" },
		{ "bad:touch=1073741824", "1073741824" },
		{ "bad:p=0", "p=0" },
		{ "bad:p=1.1", "p=1.1" },
		{ "bad:p=nan", "p=nan" },
		{ "bad:p=0.5x", "p=0.5x" },
		{ "bad:op=read", "leave op out" },
		{ "lost:op=write", "leave op out" },
		{ "flip:op=erase", "op=erase" },
		{ "flip:lba=00000000000000000000000000000000000000000000000001", "lba" },
		{ "flip:colour=red", "colour=red" },
	};
	struct sim_fault_rule rule = { .lba_first = 4711 };
	struct sim_error err;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		err.text[0] = '\0';
		assert_int_equal(sim_fault_rule_parse(cases[i].text, &rule, &err), -EINVAL);
		assert_non_null(strstr(err.text, cases[i].said));
		assert_true(rule.lba_first == 4711);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(rule_parse_valid_returns_rule),
		cmocka_unit_test(rule_parse_invalid_names_the_mistake),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
