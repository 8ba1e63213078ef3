// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Known instruction encodings against what the plugin makes of them. Bytes
 * were taken from an assembler's listing, not from the code under test.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "vm/plugin/insn.h"

#define FACTS(...) insn_facts((const uint8_t[]){ __VA_ARGS__ }, sizeof((uint8_t[]){ __VA_ARGS__ }))
#define END(...) insn_end((const uint8_t[]){ __VA_ARGS__ }, sizeof((uint8_t[]){ __VA_ARGS__ }))

static void facts_plain_returns_length(void **state)
{
	(void)state;
	assert_int_equal(FACTS(0x90), 1);				/* nop */
	assert_int_equal(FACTS(0x48, 0x89, 0xe5), 3);			/* mov %rsp,%rbp */
	assert_int_equal(FACTS(0x66, 0x66, 0x2e, 0x0f, 0x1f, 0x84, 0, 0, 0, 0, 0), 11);
}

static void facts_lock_prefix_returns_locked(void **state)
{
	(void)state;
	assert_int_equal(FACTS(0xf0, 0xff, 0x07), 3 | INSN_LOCKED);	  /* lock incl (%rdi) */
	assert_int_equal(FACTS(0xf0, 0x48, 0x0f, 0xb1, 0x17), 5 | INSN_LOCKED); /* cmpxchg */
	assert_int_equal(FACTS(0x3e, 0xff, 0x07), 3);			  /* patched to ds */
}

static void facts_xchg_memory_returns_locked(void **state)
{
	(void)state;
	assert_int_equal(FACTS(0x87, 0x07), 2 | INSN_LOCKED);	    /* xchg %eax,(%rdi) */
	assert_int_equal(FACTS(0x48, 0x87, 0x07), 3 | INSN_LOCKED); /* xchg %rax,(%rdi) */
	assert_int_equal(FACTS(0x48, 0x87, 0xd8), 3);		    /* xchg %rbx,%rax */
	assert_int_equal(FACTS(0x86, 0x07), 2 | INSN_LOCKED);	    /* xchg %al,(%rdi) */
	assert_int_equal(FACTS(0x66, 0x90), 2);			    /* xchg %ax,%ax */
}

static void facts_rep_string_returns_rep(void **state)
{
	(void)state;
	assert_int_equal(FACTS(0xf3, 0xa4), 2 | INSN_REP);	 /* rep movsb */
	assert_int_equal(FACTS(0xf3, 0x48, 0xab), 3 | INSN_REP); /* rep stosq */
	assert_int_equal(FACTS(0xa4), 1);			 /* movsb, once */
	assert_int_equal(FACTS(0xf3, 0x90), 2);			 /* pause */
	assert_int_equal(FACTS(0xf3, 0x0f, 0x1e, 0xfa), 4);	 /* endbr64 */
}

static void facts_system_call_returns_syscall(void **state)
{
	(void)state;
	assert_int_equal(FACTS(0x0f, 0x05), 2 | INSN_SYSCALL);	  /* syscall */
	assert_int_equal(FACTS(0x0f, 0x0b), 2);			  /* ud2 */
	assert_int_equal(FACTS(0x05, 0, 0, 0, 0), 5);		  /* add $0,%eax */
}

static void end_calls_are_calls(void **state)
{
	(void)state;
	assert_int_equal(END(0xe8, 1, 2, 3, 4), INSN_END_CALL);
	assert_int_equal(END(0xff, 0xd0), INSN_END_CALL);		      /* call *%rax */
	assert_int_equal(END(0x41, 0xff, 0xd3), INSN_END_CALL);	      /* call *%r11 */
	assert_int_equal(END(0xff, 0x50, 0x08), INSN_END_CALL);	      /* call *8(%rax) */
	assert_int_equal(END(0x2e, 0xe8, 1, 2, 3, 4), INSN_END_CALL); /* padded call */
}

static void end_returns_are_returns(void **state)
{
	(void)state;
	assert_int_equal(END(0xc3), INSN_END_RET);
	assert_int_equal(END(0xf3, 0xc3), INSN_END_RET);
	assert_int_equal(END(0xc2, 8, 0), INSN_END_RET);
	assert_int_equal(END(0x48, 0xcf), INSN_END_IRET);
}

static void end_jumps_tell_indirect(void **state)
{
	(void)state;
	assert_int_equal(END(0xff, 0xe0), INSN_END_JMP_INDIRECT); /* jmp *%rax */
	assert_int_equal(END(0xff, 0x25, 1, 2, 3, 4), INSN_END_JMP_INDIRECT);
	assert_int_equal(END(0xe9, 1, 2, 3, 4), INSN_END_OTHER);
	assert_int_equal(END(0xeb, 1), INSN_END_OTHER);
	assert_int_equal(END(0xff, 0xc0), INSN_END_OTHER); /* inc %eax */
	assert_int_equal(END(0xff, 0x30), INSN_END_OTHER); /* push (%rax) */
	assert_int_equal(END(0x0f, 0x05), INSN_END_OTHER); /* syscall */
}

static int32_t displacement(const uint8_t *bytes, size_t nr_bytes)
{
	int32_t bytes_ahead = 0x55;

	return insn_displacement(bytes, nr_bytes, &bytes_ahead) ? bytes_ahead : INT32_MIN;
}

#define AHEAD(...) \
	displacement((const uint8_t[]){ __VA_ARGS__ }, sizeof((uint8_t[]){ __VA_ARGS__ }))

static void displacement_of_direct_jumps_is_signed(void **state)
{
	(void)state;
	assert_int_equal(AHEAD(0xeb, 0xfe), -2);
	assert_int_equal(AHEAD(0x75, 0x10), 16);
	assert_int_equal(AHEAD(0xe2, 0x80), -128); /* loop */
	assert_int_equal(AHEAD(0xe9, 0x00, 0x01, 0x00, 0x00), 256);
	assert_int_equal(AHEAD(0xe8, 0xff, 0xff, 0xff, 0xff), -1);
	assert_int_equal(AHEAD(0x0f, 0x84, 0xfb, 0xff, 0xff, 0xff), -5); /* je */
	assert_int_equal(AHEAD(0x2e, 0x75, 0x10), 16);
}

static void displacement_of_others_is_none(void **state)
{
	(void)state;
	assert_int_equal(AHEAD(0xc3), INT32_MIN);
	assert_int_equal(AHEAD(0xff, 0xe0), INT32_MIN);
	assert_int_equal(AHEAD(0x90), INT32_MIN);
	assert_int_equal(AHEAD(0x0f, 0x1f, 0x80, 1, 2, 3, 4), INT32_MIN);
}

static void truncated_bytes_are_other(void **state)
{
	(void)state;
	assert_int_equal(END(0xff), INSN_END_OTHER);
	assert_int_equal(END(0xf3), INSN_END_OTHER);
	assert_int_equal(FACTS(0x87), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(facts_plain_returns_length),
		cmocka_unit_test(facts_lock_prefix_returns_locked),
		cmocka_unit_test(facts_xchg_memory_returns_locked),
		cmocka_unit_test(facts_rep_string_returns_rep),
		cmocka_unit_test(facts_system_call_returns_syscall),
		cmocka_unit_test(end_calls_are_calls),
		cmocka_unit_test(end_returns_are_returns),
		cmocka_unit_test(end_jumps_tell_indirect),
		cmocka_unit_test(displacement_of_direct_jumps_is_signed),
		cmocka_unit_test(displacement_of_others_is_none),
		cmocka_unit_test(truncated_bytes_are_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
