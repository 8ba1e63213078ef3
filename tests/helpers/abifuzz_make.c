// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Makes up calls of the control ABI.
 *
 * abifuzz.c -> [this]. A call starts out right, so that it gets deep into the kernel; one in
 * three is then bent in a few words, its size or its place, and one in sixteen is noise from end
 * to end.
 */
#include "abifuzz_make.h"

#include <string.h>

/* Per cent of the calls. */
#define BENT_PCT  33
#define NOISE_PCT	6
#define PLACE_PCT	10

uint64_t fuzz_next(uint64_t *rng)
{
	uint64_t z = *rng += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

uint64_t fuzz_below(uint64_t *rng, uint64_t bound)
{
	return fuzz_next(rng) % bound;
}

static bool chance(uint64_t *rng, unsigned int pct)
{
	return fuzz_below(rng, 100) < pct;
}

/* Numbers at which code changes its mind. */
static uint64_t odd_number(uint64_t *rng)
{
	switch (fuzz_below(rng, 6)) {
	case 0:
		return fuzz_below(rng, 9);
	case 1:
		return UINT64_C(1) << fuzz_below(rng, 64);
	case 2:
		return (UINT64_C(1) << fuzz_below(rng, 64)) - 1;
	case 3:
		return UINT64_MAX - fuzz_below(rng, 3);
	case 4:
		return (uint64_t)INT32_MAX + fuzz_below(rng, 3);
	default:
		return fuzz_next(rng);
	}
}

static int some_fd(uint64_t *rng, const struct fuzz_pool *pool)
{
	size_t nr = chance(rng, 85) ? pool->nr_devices : pool->nr_fds;

	return pool->fds[fuzz_below(rng, nr)];
}

static int some_acceptor(uint64_t *rng, const struct fuzz_pool *pool, uint32_t kind)
{
	if (kind == BLKI_KIND_REMAP && pool->nr_acceptors && chance(rng, 80))
		return pool->acceptors[fuzz_below(rng, pool->nr_acceptors)];
	return some_fd(rng, pool);
}

static uint64_t some_id(uint64_t *rng, const struct fuzz_pool *pool)
{
	if (pool->nr_ids && chance(rng, 90))
		return pool->ids[fuzz_below(rng, pool->nr_ids)];
	return odd_number(rng);
}

/* Short, so that a call that waits in vain does not use up the time. */
static uint32_t some_timeout(uint64_t *rng)
{
	return 1 + (uint32_t)fuzz_below(rng, chance(rng, 50) ? 20 : 2000);
}

/* A place for the kernel's sentence, from none to more than it needs, or a wrong one. */
static uint64_t some_message(uint64_t *rng, const struct fuzz_pool *pool, uint32_t *nr_bytes)
{
	*nr_bytes = (uint32_t)fuzz_below(rng, BLKI_MSG_MAX * 2);
	if (chance(rng, 5))
		return odd_number(rng);
	if (chance(rng, 20))
		return 0;
	/* its end may lie behind the mapping */
	return (uintptr_t)pool->buffer + FUZZ_BUFFER_BYTES - fuzz_below(rng, BLKI_MSG_MAX * 3);
}

static void make_attach(uint64_t *rng, const struct fuzz_pool *pool, struct blki_attach *a)
{
	uint64_t kind = fuzz_below(rng, 100);

	a->kind = kind < 45 ? BLKI_KIND_FILTER : kind < 80 ? BLKI_KIND_REMAP : BLKI_KIND_NATIVE;
	a->origin_fd = some_fd(rng, pool);
	a->acceptor_fd = a->kind == BLKI_KIND_FILTER ? -1 : some_acceptor(rng, pool, a->kind);
	a->hook = chance(rng, 60) ? BLKI_HOOK_DEFAULT : (uint32_t)fuzz_below(rng, 6);
	if (a->hook == BLKI_HOOK_FTRACE && pool->no_ftrace)
		a->hook = BLKI_HOOK_DEFAULT;
	a->timeout_ms = some_timeout(rng);
	if (chance(rng, 25))
		a->flags = (uint32_t)fuzz_below(rng, BLKI_ATTACH_ALL + 1);
	if (a->kind == BLKI_KIND_FILTER)
		strcpy(a->name, chance(rng, 95) ? "null" : "nul");
	if (a->kind == BLKI_KIND_FILTER && chance(rng, 30))
		a->altitude = (uint32_t)odd_number(rng);
	if (a->kind == BLKI_KIND_REMAP && chance(rng, 30))
		a->class = (uint32_t)fuzz_below(rng, BLKI_CLASS_TRANSFORMING + 1);
	if (a->kind == BLKI_KIND_NATIVE && chance(rng, 70))
		a->offset_sectors = chance(rng, 70) ? fuzz_below(rng, 32) * 2048 : odd_number(rng);
	a->msg = some_message(rng, pool, &a->msg_size);
}

static void make_detach(uint64_t *rng, const struct fuzz_pool *pool, struct blki_detach *d)
{
	static const uint32_t steps[] = { BLKI_DETACH_CLEAN, BLKI_DETACH_HOLD, BLKI_DETACH_RESUME };

	d->id = some_id(rng, pool);
	d->timeout_ms = some_timeout(rng);
	if (chance(rng, 50))
		d->flags = steps[fuzz_below(rng, 3)];
	if (chance(rng, 15))
		d->flags |= BLKI_DETACH_FREEZE_FS;
	if (chance(rng, 5))
		d->flags = (uint32_t)fuzz_below(rng, BLKI_DETACH_ALL + 1);
	d->msg = some_message(rng, pool, &d->msg_size);
}

static void make_list(uint64_t *rng, const struct fuzz_pool *pool, struct blki_list *l)
{
	l->entry_size = chance(rng, 70) ? sizeof(struct blki_entry) :
					  (uint32_t)fuzz_below(rng, FUZZ_ARGS_BYTES + 64);
	l->nr = chance(rng, 90) ? (uint32_t)fuzz_below(rng, 64) : (uint32_t)odd_number(rng);
	/* its end may lie behind the mapping */
	l->entries = (uintptr_t)pool->buffer + fuzz_below(rng, FUZZ_BUFFER_BYTES);
	if (chance(rng, 10))
		l->entries = odd_number(rng);
}

static void make_alias(uint64_t *rng, const struct fuzz_pool *pool, struct blki_alias *a)
{
	a->origin_fd = some_fd(rng, pool);
	a->msg = some_message(rng, pool, &a->msg_size);
}

/* Bends some words, or how long the structure says it is, or noise behind its end. */
static void bend(uint64_t *rng, struct fuzz_call *call)
{
	uint64_t nr = 1 + fuzz_below(rng, 3);
	uint32_t word;

	switch (fuzz_below(rng, 4)) {
	case 0:
		call->args.size = (uint32_t)odd_number(rng);
		break;
	case 1:
		call->args.size = (uint32_t)fuzz_below(rng, call->nr_bytes + 64);
		call->nr_bytes = call->args.size < 8 ? 8 : call->args.size;
		break;
	case 2: /* longer, with or without something in what the kernel does not know */
		call->nr_bytes += 8 * (1 + fuzz_below(rng, 8));
		call->args.size = (uint32_t)call->nr_bytes;
		if (chance(rng, 50))
			call->args.bytes[call->nr_bytes - 1 - fuzz_below(rng, 8)] = 1;
		break;
	default:
		for (; nr; nr--) {
			word = (uint32_t)odd_number(rng);
			memcpy(call->args.bytes + 4 * fuzz_below(rng, call->nr_bytes / 4), &word,
			       sizeof(word));
		}
		break;
	}
}

static void make_noise(uint64_t *rng, struct fuzz_call *call)
{
	for (size_t i = sizeof(uint32_t); i < call->nr_bytes; i++)
		call->args.bytes[i] = (unsigned char)fuzz_next(rng);
}

static void make_right(uint64_t *rng, const struct fuzz_pool *pool, struct fuzz_call *call)
{
	static const struct {
		unsigned long request;
		size_t nr_bytes;
		unsigned int weight;
	} commands[] = {
		[FUZZ_VERSION] = { BLKI_IOC_VERSION, sizeof(struct blki_version), 3 },
		[FUZZ_ATTACH] = { BLKI_IOC_ATTACH, sizeof(struct blki_attach), 40 },
		[FUZZ_DETACH] = { BLKI_IOC_DETACH, sizeof(struct blki_detach), 30 },
		[FUZZ_LIST] = { BLKI_IOC_LIST, sizeof(struct blki_list), 8 },
		[FUZZ_ALIAS_ADD] = { BLKI_IOC_ALIAS_ADD, sizeof(struct blki_alias), 7 },
		[FUZZ_ALIAS_DEL] = { BLKI_IOC_ALIAS_DEL, sizeof(struct blki_alias), 6 },
		[FUZZ_ALIAS_LIST] = { BLKI_IOC_ALIAS_LIST, sizeof(struct blki_list), 4 },
		[FUZZ_UNKNOWN] = { 0, sizeof(struct blki_version), 2 },
	};
	int64_t ticket = (int64_t)fuzz_below(rng, 100);
	unsigned int command = 0;

	while ((ticket -= commands[command].weight) >= 0)
		command++;
	memset(call, 0, sizeof(*call));
	call->command = command;
	call->request = commands[command].request;
	call->nr_bytes = commands[command].nr_bytes;
	call->args.size = (uint32_t)call->nr_bytes;
	switch (call->command) {
	case FUZZ_ATTACH:
		make_attach(rng, pool, &call->args.attach);
		break;
	case FUZZ_DETACH:
		make_detach(rng, pool, &call->args.detach);
		break;
	case FUZZ_LIST:
	case FUZZ_ALIAS_LIST:
		make_list(rng, pool, &call->args.list);
		break;
	case FUZZ_ALIAS_ADD:
	case FUZZ_ALIAS_DEL:
		make_alias(rng, pool, &call->args.alias);
		break;
	case FUZZ_UNKNOWN: /* another number, or another type */
		call->request = chance(rng, 50) ? _IOC(_IOC_READ | _IOC_WRITE, BLKI_IOC_TYPE,
						       7 + fuzz_below(rng, 249),
						       sizeof(struct blki_version)) :
						  _IOC(_IOC_READ, fuzz_below(rng, BLKI_IOC_TYPE),
						       fuzz_below(rng, 256), 8);
		break;
	default:
		break;
	}
}

void fuzz_make(uint64_t *rng, const struct fuzz_pool *pool, struct fuzz_call *call)
{
	make_right(rng, pool, call);
	if (chance(rng, NOISE_PCT))
		make_noise(rng, call);
	else if (chance(rng, BENT_PCT))
		bend(rng, call);
	if (chance(rng, PLACE_PCT))
		call->place = (enum fuzz_place)(1 + fuzz_below(rng, FUZZ_CUT));
}
