// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Makes and judges the self-describing test block of block.h.
 *
 * The body is a cheap sequence started from the header, so that two blocks differ in every word; the
 * checksum mixes every word with its position. Neither is meant to resist an attacker, both to catch any
 * mix of two blocks, at about four instructions per word, because the guest is emulated.
 */
#include "block.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_WORDS	(BLOCK_BYTES / sizeof(uint64_t))
#define HEADER_WORDS	(sizeof(struct block_header) / sizeof(uint64_t))
#define CHECKSUM_WORD	(offsetof(struct block_header, checksum) / sizeof(uint64_t))

/* Odd 64-bit constant of the golden ratio: consecutive multiples differ in about half of their bits. */
#define GOLDEN		0x9e3779b97f4a7c15ULL

uint64_t block_random(uint64_t *state)
{
	uint64_t z = (*state += GOLDEN);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return z ^ (z >> 31);
}

static uint64_t block_checksum(const uint64_t *words)
{
	uint64_t sum = BLOCK_MAGIC;

	for (size_t i = 0; i < BLOCK_WORDS; i++) {
		uint64_t word = i == CHECKSUM_WORD ? 0 : words[i];

		sum = (sum ^ word) * GOLDEN;
		sum ^= sum >> 29;
	}
	return sum;
}

void block_fill(void *block, uint64_t offset_bytes, uint64_t seed, uint64_t generation)
{
	struct block_header header = {
		.magic = BLOCK_MAGIC,
		.offset_bytes = offset_bytes,
		.generation = generation,
		.seed = seed,
	};
	uint64_t *words = block;
	uint64_t start = seed ^ (offset_bytes * GOLDEN) ^ (generation << 48);
	uint64_t body = block_random(&start);

	memcpy(words, &header, sizeof(header));
	for (size_t i = HEADER_WORDS; i < BLOCK_WORDS; i++)
		words[i] = body += GOLDEN;
	words[CHECKSUM_WORD] = block_checksum(words);
}

enum block_fault block_check(const void *block, const struct block_want *want)
{
	struct block_header header;

	memcpy(&header, block, sizeof(header));
	if (header.magic != BLOCK_MAGIC)
		return BLOCK_FOREIGN;
	if (header.checksum != block_checksum(block))
		return BLOCK_TORN;
	if (header.offset_bytes != want->offset_bytes)
		return BLOCK_MISPLACED;
	if (header.seed != want->seed)
		return BLOCK_OTHER_RUN;
	if (header.generation < want->generation_min)
		return BLOCK_STALE;
	if (header.generation > want->generation_max)
		return BLOCK_AHEAD;
	return BLOCK_OK;
}

const char *block_fault_name(enum block_fault fault)
{
	static const char *const names[] = {
		[BLOCK_OK] = "right",
		[BLOCK_FOREIGN] = "foreign (no block of this test)",
		[BLOCK_TORN] = "torn (wrong checksum)",
		[BLOCK_MISPLACED] = "misplaced (written for another offset)",
		[BLOCK_OTHER_RUN] = "of another run (wrong seed)",
		[BLOCK_STALE] = "stale (a completed write is missing)",
		[BLOCK_AHEAD] = "ahead (a generation never written)",
	};

	return names[fault];
}

int block_parse_bytes(const char *text, uint64_t *bytes)
{
	char *end;
	unsigned int shift = 0;
	unsigned long long value;

	if (*text < '0' || *text > '9')
		return -EINVAL;
	errno = 0;
	value = strtoull(text, &end, 10);
	if (errno)
		return -EINVAL;
	switch (*end) {
	case 'G':
		shift += 10;
		/* fall through */
	case 'M':
		shift += 10;
		/* fall through */
	case 'K':
		shift += 10;
		end++;
		break;
	default:
		break;
	}
	if (*end || value > (UINT64_MAX >> shift))
		return -EINVAL;
	*bytes = value << shift;
	return 0;
}
