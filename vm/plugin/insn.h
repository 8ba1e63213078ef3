/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an x86-64 instruction is to the profile, from its bytes alone: how it
 * leaves its block, whether it locks the bus, whether it is a REP iteration.
 * Stands between QEMU's translator and the call tree (tree.h). Not a
 * disassembler: everything that is not asked about here is INSN_END_OTHER.
 */
#ifndef BLKI_INSN_H
#define BLKI_INSN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One byte describes one instruction: its length and three facts. */
#define INSN_LENGTH_MASK 0x0f /* bytes, 1..15: x86's own limit */
#define INSN_LOCKED 0x10      /* LOCK prefix, or xchg with memory */
#define INSN_REP 0x20	      /* REP string instruction: one count is one iteration */
#define INSN_SYSCALL 0x40     /* system call */

/* How control leaves a block whose last instruction this is. */
enum insn_end {
	INSN_END_OTHER,	       /* falls through or jumps inside the function, mostly */
	INSN_END_CALL,	       /* near call, direct or indirect */
	INSN_END_RET,	       /* near or far return */
	INSN_END_IRET,	       /* return from interrupt */
	INSN_END_JMP_INDIRECT, /* jmp *reg or *mem: a tail call in kernel code */
};

/**
 * insn_facts() - length and facts of one instruction
 * @bytes: the instruction's bytes
 * @nr_bytes: its length, 1..15
 *
 * Context: pure.
 * Return: INSN_LENGTH_MASK bits with the length, and INSN_LOCKED, INSN_REP, INSN_SYSCALL.
 * Source: Intel SDM volume 2, sections 2.1 (prefixes) and LOCK, XCHG, REP, SYSCALL.
 */
uint8_t insn_facts(const uint8_t *bytes, size_t nr_bytes);

/**
 * insn_end() - how an instruction leaves its block
 * @bytes: the instruction's bytes
 * @nr_bytes: its length, 1..15
 *
 * Context: pure.
 * Return: one of enum insn_end.
 * Source: Intel SDM volume 2, CALL, RET, IRET, JMP.
 */
enum insn_end insn_end(const uint8_t *bytes, size_t nr_bytes);

/**
 * insn_displacement() - where a direct jump or call leads
 * @bytes: the instruction's bytes
 * @nr_bytes: its length, 1..15
 * @bytes_ahead: out: distance of the target from the end of the instruction
 *
 * Context: pure.
 * Return: true for jmp, jcc, loop, jrcxz and call with a displacement.
 * Source: Intel SDM volume 2, Jcc, JMP, LOOP, CALL.
 */
bool insn_displacement(const uint8_t *bytes, size_t nr_bytes, int32_t *bytes_ahead);

#endif
