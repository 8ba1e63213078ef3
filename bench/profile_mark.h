/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The marks by which the loader tells the TCG plugin which instructions to
 * count: a window opens, carries a 16-bit identity, and closes.
 *
 * A mark is one 7-byte no-operation, `nopl disp32(%rax)`, whose displacement
 * is the tag "IKB" and a code; no compiler emits it. The plugin finds it by
 * its bytes when the block is translated, so that rebuilds and address
 * randomisation do not matter. On any processor, with or without the plugin,
 * a mark executes as a NOP: it touches no register, no flag and no memory.
 * Used by the loader (bench/) and by the plugin (vm/plugin/count.c).
 */
#ifndef BLKI_PROFILE_MARK_H
#define BLKI_PROFILE_MARK_H

#include <stdint.h>

#define PROFILE_MARK_NR_BYTES 7
/* The three bytes before the code, and the tag after it. */
#define PROFILE_MARK_HEAD 0x0f, 0x1f, 0x80
#define PROFILE_MARK_TAG 0x49, 0x4b, 0x42
#define PROFILE_MARK_CODE_AT 3 /* offset of the code byte in the mark */

/* Codes. The identity comes first, most significant bit first. */
#define PROFILE_MARK_BIT_0 0x10
#define PROFILE_MARK_BIT_1 0x11
#define PROFILE_MARK_BEGIN 0x01
#define PROFILE_MARK_END 0x02

#define PROFILE_MARK_ID_BITS 16

#define PROFILE_MARK_TEXT_(...) #__VA_ARGS__
#define PROFILE_MARK_TEXT(...) PROFILE_MARK_TEXT_(__VA_ARGS__)
#define PROFILE_MARK_EMIT(code)                                                       \
	__asm__ volatile(".byte " PROFILE_MARK_TEXT(PROFILE_MARK_HEAD) ", "           \
			 PROFILE_MARK_TEXT(code) ", "                                 \
			 PROFILE_MARK_TEXT(PROFILE_MARK_TAG) ::: "memory")

/**
 * profile_mark_begin() - open the window of one measured run
 * @id: identity of the window, 1..65535; unique in one boot
 *
 * Context: userspace, in the thread whose I/O is measured. About 80
 * instructions, executed before the window opens. On a machine that is not
 * x86 it does nothing.
 */
static inline void profile_mark_begin(uint16_t id)
{
#ifdef __x86_64__
	for (int bit = PROFILE_MARK_ID_BITS - 1; bit >= 0; bit--) {
		if (id >> bit & 1)
			PROFILE_MARK_EMIT(PROFILE_MARK_BIT_1);
		else
			PROFILE_MARK_EMIT(PROFILE_MARK_BIT_0);
	}
	PROFILE_MARK_EMIT(PROFILE_MARK_BEGIN);
#else
	(void)id;
#endif
}

/**
 * profile_mark_end() - close the open window
 *
 * Context: userspace, in the thread that opened it. One instruction.
 */
static inline void profile_mark_end(void)
{
#ifdef __x86_64__
	PROFILE_MARK_EMIT(PROFILE_MARK_END);
#endif
}

#endif
