// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Classifies x86-64 instructions by their bytes, for the call tree and for
 * the columns of locked operations and REP iterations. Previous stage: QEMU's
 * translator, which knows where instructions begin and end; next: tree.c.
 * Only long mode is decoded: the guest's windows never run anything else.
 */
#include "insn.h"

#include <string.h>

/* Prefixes and the opcode of one instruction. */
struct insn_head {
	bool lock;	/* 0xf0 */
	bool rep;	/* 0xf2 or 0xf3 */
	uint8_t opcode; /* first opcode byte; 0 when the bytes ended early */
	bool has_modrm;
	uint8_t modrm; /* byte after the opcode, if there is one */
};

static bool is_legacy_prefix(uint8_t byte)
{
	switch (byte) {
	case 0x26:
	case 0x2e:
	case 0x36:
	case 0x3e:
	case 0x64:
	case 0x65:
	case 0x66:
	case 0x67:
	case 0xf0:
	case 0xf2:
	case 0xf3:
		return true;
	default:
		return false;
	}
}

static struct insn_head parse_head(const uint8_t *bytes, size_t nr_bytes)
{
	struct insn_head head = { 0 };
	size_t at = 0;

	for (; at < nr_bytes && is_legacy_prefix(bytes[at]); at++) {
		head.lock |= bytes[at] == 0xf0;
		head.rep |= bytes[at] == 0xf2 || bytes[at] == 0xf3;
	}
	if (at < nr_bytes && (bytes[at] & 0xf0) == 0x40) /* REX */
		at++;
	if (at < nr_bytes)
		head.opcode = bytes[at++];
	if (at < nr_bytes) {
		head.has_modrm = true;
		head.modrm = bytes[at];
	}
	return head;
}

/* ins, outs, movs, cmps, stos, lods, scas: the opcodes that REP repeats. */
static bool is_string_opcode(uint8_t opcode)
{
	return (opcode >= 0x6c && opcode <= 0x6f) || (opcode >= 0xa4 && opcode <= 0xa7) ||
	       (opcode >= 0xaa && opcode <= 0xaf);
}

uint8_t insn_facts(const uint8_t *bytes, size_t nr_bytes)
{
	struct insn_head head = parse_head(bytes, nr_bytes);
	uint8_t facts = nr_bytes & INSN_LENGTH_MASK;

	/* xchg with a memory operand (mod != 3) locks without a prefix. */
	if (head.lock || ((head.opcode == 0x86 || head.opcode == 0x87) && head.has_modrm &&
			  head.modrm < 0xc0))
		facts |= INSN_LOCKED;
	if (head.rep && is_string_opcode(head.opcode))
		facts |= INSN_REP;
	/* The second opcode byte is where a one-byte opcode has its modrm. */
	if (head.opcode == 0x0f && head.has_modrm && head.modrm == 0x05)
		facts |= INSN_SYSCALL;
	return facts;
}

enum insn_end insn_end(const uint8_t *bytes, size_t nr_bytes)
{
	struct insn_head head = parse_head(bytes, nr_bytes);

	switch (head.opcode) {
	case 0xe8:
		return INSN_END_CALL;
	case 0xc2:
	case 0xc3:
	case 0xca:
	case 0xcb:
		return INSN_END_RET;
	case 0xcf:
		return INSN_END_IRET;
	case 0xff: /* group 5: the opcode goes on in modrm's middle three bits */
		switch (head.has_modrm ? head.modrm >> 3 & 7 : 0) {
		case 2:
		case 3:
			return INSN_END_CALL;
		case 4:
		case 5:
			return INSN_END_JMP_INDIRECT;
		}
	}
	return INSN_END_OTHER;
}

bool insn_displacement(const uint8_t *bytes, size_t nr_bytes, int32_t *bytes_ahead)
{
	struct insn_head head = parse_head(bytes, nr_bytes);
	bool near = head.opcode == 0xe8 || head.opcode == 0xe9 ||
		    (head.opcode == 0x0f && head.has_modrm && (head.modrm & 0xf0) == 0x80);
	bool near_short = head.opcode == 0xeb || (head.opcode & 0xf0) == 0x70 ||
			  (head.opcode & 0xfc) == 0xe0;

	/* The displacement is what the instruction ends with. */
	if (near && nr_bytes > sizeof(*bytes_ahead))
		memcpy(bytes_ahead, bytes + nr_bytes - sizeof(*bytes_ahead), sizeof(*bytes_ahead));
	else if (near_short)
		*bytes_ahead = (int8_t)bytes[nr_bytes - 1];
	else
		return false;
	return true;
}
