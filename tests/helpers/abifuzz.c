// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * abifuzz: call /dev/blki/control at random for a bounded time, and see that it keeps its
 * header's promises.
 *
 * abifuzz_make.c makes the calls up. After each one, with a single worker: the interposers that
 * exist are those that successful calls attached and did not detach (so a failed attach left
 * nothing, a failed detach took nothing), no id came twice, and the errno is one that the header
 * names. With several workers these race, and only the errnos are judged. What the kernel says of
 * it all (KASAN, lockdep, WARNING) is the test runner's to find.
 *
 * It uses only the devices on its command line. Exits 1 when a promise was broken, 2 when it can
 * not start.
 */
#include <argp.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

#include "abifuzz_make.h"

#define WORKERS_MAX	16
#define PAGE_BYTES  4096
#define ENTRIES_MAX	256

/* A held origin stalls everybody who uses it: it is let go after so many calls. */
#define HELD_CALLS_MAX	8

/* What the header names for each command, and what files, addresses and sizes can be wrong. */
static const int errnos[FUZZ_NR_COMMANDS][18] = {
	[FUZZ_VERSION] = { EINVAL, EFAULT, E2BIG },
	[FUZZ_ATTACH] = { EINVAL, EFAULT, E2BIG, EBADF, ENOTBLK, ENOENT, EEXIST, EBUSY, ELOOP,
			 EOPNOTSUPP, ETIMEDOUT, ENODEV, ENOMEM, EINTR },
	[FUZZ_DETACH] = { EINVAL, EFAULT, E2BIG, ENOENT, EBUSY, ETIMEDOUT, EINTR },
	[FUZZ_LIST] = { EINVAL, EFAULT, E2BIG, ENOMEM },
	[FUZZ_ALIAS_ADD] = { EINVAL, EFAULT, E2BIG, EBADF, ENOTBLK, EOPNOTSUPP, ENODEV, ENOMEM },
	[FUZZ_ALIAS_DEL] = { EINVAL, EFAULT, E2BIG, EBADF, ENOTBLK, ENOENT, EBUSY, EOPNOTSUPP },
	[FUZZ_ALIAS_LIST] = { EINVAL, EFAULT, E2BIG, ENOMEM },
	[FUZZ_UNKNOWN] = { ENOTTY },
};

static const char *const command_names[FUZZ_NR_COMMANDS] = {
	"version", "attach", "detach", "list", "alias-add", "alias-del", "alias-list", "unknown",
};

static struct {
	uint64_t seed;
	uint64_t seconds;
	uint64_t nr_workers;
	const char *devices[FUZZ_FDS_MAX];
	size_t nr_devices;
	struct timespec end;
} config = { .seconds = 10, .nr_workers = 1 };

/**
 * struct worker - one who calls
 * @thread: runs it
 * @index: which one
 * @rng: its sequence
 * @control: its own open file, so that what it holds is let go with it
 * @pool: what its calls are made of
 * @area: two pages that can be written, one that can be read, one that is not mapped, in this order
 * @held: the interposer it holds, or 0
 * @nr_held: calls since it holds it
 * @nr_calls: calls of each command
 * @nr_done: of these, successful ones
 * @nr_wrong: promises broken
 * @last_id: highest id that an attach gave
 */
struct worker {
	pthread_t thread;
	unsigned int index;
	uint64_t rng;
	int control;
	struct fuzz_pool pool;
	char *area;
	uint64_t held;
	unsigned int nr_held;
	uint64_t nr_calls[FUZZ_NR_COMMANDS];
	uint64_t nr_done[FUZZ_NR_COMMANDS];
	uint64_t nr_wrong;
	uint64_t last_id;
};

static void wrong(struct worker *w, const struct fuzz_call *call, const char *what, int err)
{
	uint64_t nr = 0;

	for (int i = 0; i < FUZZ_NR_COMMANDS; i++)
		nr += w->nr_calls[i];
	w->nr_wrong++;
	printf("abifuzz: worker %u, call %" PRIu64 " (%s): %s%s%s\n", w->index, nr,
	       command_names[call->command], what, err ? ": " : "", err ? strerror(err) : "");
}

/* Lays the structure of a call. @written: out: where the kernel may have answered, or NULL. */
static void *lay(struct worker *w, const struct fuzz_call *call, void **written)
{
	char *end = w->area + 2 * PAGE_BYTES;
	char *at = end - call->nr_bytes;

	*written = NULL;
	switch (call->place) {
	case FUZZ_READ_ONLY:
		at = end;
		mprotect(at, PAGE_BYTES, PROT_READ | PROT_WRITE);
		memcpy(at, call->args.bytes, call->nr_bytes);
		mprotect(at, PAGE_BYTES, PROT_READ);
		return at;
	case FUZZ_NOWHERE:
		return (void *)(uintptr_t)(call->args.size * UINT64_C(4096));
	case FUZZ_CUT:
		at = end + PAGE_BYTES - call->nr_bytes / 2;
		mprotect(end, PAGE_BYTES, PROT_READ | PROT_WRITE);
		memcpy(at, call->args.bytes, call->nr_bytes / 2);
		mprotect(end, PAGE_BYTES, PROT_READ);
		return at;
	case FUZZ_ODD:
		at--;
		break;
	case FUZZ_END:
		break;
	}
	memcpy(at, call->args.bytes, call->nr_bytes);
	*written = at;
	return at;
}

static bool errno_is_named(enum fuzz_command command, int err)
{
	for (size_t i = 0; i < sizeof(errnos[0]) / sizeof(errnos[0][0]); i++)
		if (errnos[command][i] == err)
			return true;
	return false;
}

static void forget(struct worker *w, uint64_t id)
{
	for (size_t i = 0; i < w->pool.nr_ids; i++)
		if (w->pool.ids[i] == id)
			w->pool.ids[i] = w->pool.ids[--w->pool.nr_ids];
	if (w->held == id)
		w->held = 0;
}

static void took_attach(struct worker *w, const struct fuzz_call *call, const void *answer)
{
	uint64_t id;

	/* a structure that is too short for it gets no id, but the interposer is there */
	if (call->args.size < offsetof(struct blki_attach, id) + sizeof(id) || !answer)
		return;
	memcpy(&id, (const char *)answer + offsetof(struct blki_attach, id), sizeof(id));
	if (config.nr_workers == 1 && id <= w->last_id)
		wrong(w, call, "an id was used again", 0);
	w->last_id = id;
	if (w->pool.nr_ids < FUZZ_IDS_MAX)
		w->pool.ids[w->pool.nr_ids++] = id;
}

static void took_detach(struct worker *w, const struct fuzz_call *call)
{
	const struct blki_detach *d = &call->args.detach;

	if (d->flags & BLKI_DETACH_HOLD) {
		w->held = d->id;
		w->nr_held = 0;
	} else if (d->flags & BLKI_DETACH_RESUME) {
		w->held = 0;
	} else {
		forget(w, d->id);
	}
}

static int detach(struct worker *w, uint64_t id, uint32_t flags)
{
	struct blki_detach d = { .size = sizeof(d), .id = id, .flags = flags };

	return ioctl(w->control, BLKI_IOC_DETACH, &d) ? errno : 0;
}

/* Is the list the one that the calls so far make? An attach without an answer is adopted first. */
static void compare_list(struct worker *w, const struct fuzz_call *call, bool adopt)
{
	static struct blki_entry entries[ENTRIES_MAX];
	struct blki_list l = { .size = sizeof(l),
			      .entries = (uintptr_t)entries,
			      .nr = ENTRIES_MAX,
			      .entry_size = sizeof(entries[0]) };
	size_t nr_known = 0;

	if (ioctl(w->control, BLKI_IOC_LIST, &l))
		wrong(w, call, "the list can not be had afterwards", errno);
	for (size_t i = 0; i < l.nr && i < ENTRIES_MAX; i++) {
		bool known = false;

		for (size_t j = 0; j < w->pool.nr_ids; j++)
			known |= w->pool.ids[j] == entries[i].id;
		nr_known += known;
		if (!known && adopt && w->pool.nr_ids < FUZZ_IDS_MAX) {
			w->pool.ids[w->pool.nr_ids++] = entries[i].id;
			w->last_id = entries[i].id;
			nr_known++;
		} else if (!known) {
			wrong(w, call, "something is attached that no call attached", 0);
			detach(w, entries[i].id, BLKI_DETACH_CLEAN);
		}
	}
	if (nr_known != w->pool.nr_ids) {
		wrong(w, call, "something is gone that no call detached", 0);
		w->pool.nr_ids = 0;
	}
}

static void judge(struct worker *w, const struct fuzz_call *call, int err, const void *answer)
{
	bool unanswered = false;

	if (err && !errno_is_named(call->command, err))
		wrong(w, call, "an errno that the header does not name", err);
	w->nr_done[call->command] += !err;
	if (!err && call->command == FUZZ_ATTACH) {
		size_t nr = w->pool.nr_ids;

		took_attach(w, call, answer);
		unanswered = nr == w->pool.nr_ids;
	}
	if (!err && call->command == FUZZ_DETACH)
		took_detach(w, call);
	if (config.nr_workers == 1)
		compare_list(w, call, unanswered);
}

static void one_call(struct worker *w)
{
	struct fuzz_call call;
	void *args, *written;
	int err;

	fuzz_make(&w->rng, &w->pool, &call);
	w->nr_calls[call.command]++;
	args = lay(w, &call, &written);
	err = ioctl(w->control, call.request, args) ? errno : 0;
	judge(w, &call, err, written);
	if (w->held && ++w->nr_held > HELD_CALLS_MAX) {
		err = detach(w, w->held, BLKI_DETACH_RESUME);
		if (err && config.nr_workers == 1)
			wrong(w, &call, "a hold can not be ended", err);
		w->held = 0;
	}
	/* with others about, nobody keeps so much that the rest only sees EEXIST */
	while (w->pool.nr_ids > FUZZ_IDS_MAX / 2) {
		detach(w, w->pool.ids[0], BLKI_DETACH_CLEAN);
		forget(w, w->pool.ids[0]);
	}
}

static bool time_is_up(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec > config.end.tv_sec ||
	       (now.tv_sec == config.end.tv_sec && now.tv_nsec >= config.end.tv_nsec);
}

static void *run_worker(void *worker)
{
	struct worker *w = worker;

	while (!time_is_up() && !w->nr_wrong)
		one_call(w);
	close(w->control);
	return NULL;
}

/* Two pages to write, one to read, one of nothing; @nr_bytes of the first are wanted. */
static char *map_area(size_t nr_bytes)
{
	char *area = mmap(NULL, nr_bytes + 2 * PAGE_BYTES, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (area == MAP_FAILED || mprotect(area + nr_bytes, PAGE_BYTES, PROT_READ) ||
	    mprotect(area + nr_bytes + PAGE_BYTES, PAGE_BYTES, PROT_NONE))
		return NULL;
	return area;
}

static bool is_dm(int fd)
{
	char path[64];
	struct stat st;

	if (fstat(fd, &st))
		return false;
	snprintf(path, sizeof(path), "/sys/dev/block/%u:%u/dm", major(st.st_rdev),
		 minor(st.st_rdev));
	return !access(path, F_OK);
}

static int start_worker(struct worker *w, unsigned int index)
{
	struct fuzz_pool *p = &w->pool;

	w->index = index;
	w->rng = config.seed + index;
	w->control = open("/dev/" BLKI_CONTROL_NODE, O_RDWR | O_CLOEXEC);
	w->area = map_area(2 * PAGE_BYTES);
	p->buffer = map_area(FUZZ_BUFFER_BYTES);
	p->no_ftrace = sysconf(_SC_NPROCESSORS_ONLN) > 1;
	if (w->control < 0 || !w->area || !p->buffer)
		return -errno;
	for (size_t i = 0; i < config.nr_devices; i++) {
		int fd = open(config.devices[i], O_RDONLY | O_CLOEXEC);

		if (fd < 0)
			return -errno;
		p->fds[p->nr_devices++] = fd;
		if (is_dm(fd))
			p->acceptors[p->nr_acceptors++] = fd;
	}
	p->nr_fds = p->nr_devices;
	p->fds[p->nr_fds++] = w->control;
	p->fds[p->nr_fds++] = open("/dev/null", O_RDWR | O_CLOEXEC);
	p->fds[p->nr_fds++] = open("/dev", O_RDONLY | O_PATH | O_CLOEXEC);
	p->fds[p->nr_fds++] = -1;
	p->fds[p->nr_fds++] = INT32_MAX;
	return -pthread_create(&w->thread, NULL, run_worker, w);
}

static error_t parse_option(int key, char *text, struct argp_state *state)
{
	char *end;

	switch (key) {
	case 's':
		config.seconds = strtoull(text, &end, 10);
		if (*end || !config.seconds)
			argp_error(state, "--seconds %s: give a number above 0", text);
		return 0;
	case 'S':
		config.seed = strtoull(text, &end, 0);
		if (*end)
			argp_error(state, "--seed %s: give a number", text);
		return 0;
	case 'w':
		config.nr_workers = strtoull(text, &end, 10);
		if (*end || !config.nr_workers || config.nr_workers > WORKERS_MAX)
			argp_error(state, "--workers %s: give 1 to %d", text, WORKERS_MAX);
		return 0;
	case ARGP_KEY_ARG:
		if (config.nr_devices == FUZZ_FDS_MAX - 8)
			argp_error(state, "more than %d devices", FUZZ_FDS_MAX - 8);
		else
			config.devices[config.nr_devices++] = text;
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "DEVICE is missing");
		return EINVAL;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* Everybody's sums; a fuzzer whose calls all fail has tested nothing. Return: promises broken. */
static uint64_t report(const struct worker *workers)
{
	uint64_t nr_wrong = 0;

	printf("{\"seed\":%" PRIu64 ",\"workers\":%" PRIu64, config.seed, config.nr_workers);
	for (int c = 0; c < FUZZ_NR_COMMANDS; c++) {
		uint64_t nr_calls = 0, nr_done = 0;

		for (size_t i = 0; i < config.nr_workers; i++) {
			nr_calls += workers[i].nr_calls[c];
			nr_done += workers[i].nr_done[c];
		}
		printf(",\"%s\":%" PRIu64 ",\"%s_done\":%" PRIu64, command_names[c], nr_calls,
		       command_names[c], nr_done);
	}
	for (size_t i = 0; i < config.nr_workers; i++)
		nr_wrong += workers[i].nr_wrong;
	printf(",\"wrong\":%" PRIu64 "}\n", nr_wrong);
	return nr_wrong;
}

int main(int argc, char **argv)
{
	static const struct argp_option options[] = {
		{ "seconds", 's', "N", 0, "How long (10)", 0 },
		{ "seed", 'S', "N", 0, "Start of the sequence (the time of day)", 0 },
		{ "workers", 'w', "N", 0, "How many call at once (1)", 0 },
		{ 0 },
	};
	static const struct argp argp = {
		.options = options,
		.parser = parse_option,
		.args_doc = "DEVICE...",
		.doc = "Call the control device at random, with these devices alone.",
	};
	static struct worker workers[WORKERS_MAX];
	struct timespec now;
	int err = 0;

	clock_gettime(CLOCK_REALTIME, &now);
	config.seed = (uint64_t)now.tv_sec ^ (uint64_t)now.tv_nsec;
	argp_err_exit_status = 2;
	argp_parse(&argp, argc, argv, 0, NULL, NULL);
	fprintf(stderr, "abifuzz: --seed %" PRIu64 " --workers %" PRIu64 "\n", config.seed,
		config.nr_workers);
	clock_gettime(CLOCK_MONOTONIC, &config.end);
	config.end.tv_sec += (time_t)config.seconds;
	for (unsigned int i = 0; i < config.nr_workers && !err; i++)
		err = start_worker(&workers[i], i);
	if (err) {
		fprintf(stderr,
			"abifuzz: can not start: %s; are the module and the devices there?\n",
			strerror(-err));
		return 2;
	}
	for (size_t i = 0; i < config.nr_workers; i++)
		pthread_join(workers[i].thread, NULL);
	return report(workers) ? 1 : 0;
}
