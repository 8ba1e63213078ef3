// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * State files; see state.h for the format and for who may do what. Written by device.c
 * (life cycle) and queue.c (counters), read by cmd_list.c and cmd_del.c.
 */
#include "state.h"

#include "size.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* More queues than this in a file mean that it is not ours. */
#define STATE_QUEUES_MAX	4096u

static_assert(sizeof(struct sim_counters) == 256, "pairs of cache lines");
static_assert(sizeof(struct sim_state_header) == 56, "the format has no holes");

static char own_dir[SIM_STATE_DIR_CHARS];

void sim_state_dir_choose(unsigned int uid, const char *runtime, bool has_run_user,
			  char dir[SIM_STATE_DIR_CHARS])
{
	const char *const name = "/ublk-sim";

	if (!uid)
		snprintf(dir, SIM_STATE_DIR_CHARS, SIM_STATE_DIR_ROOT);
	else if (runtime && runtime[0] == '/' &&
		 strlen(runtime) + strlen(name) < SIM_STATE_DIR_CHARS)
		snprintf(dir, SIM_STATE_DIR_CHARS, "%s%s", runtime, name);
	else if (has_run_user)
		snprintf(dir, SIM_STATE_DIR_CHARS, "/run/user/%u%s", uid, name);
	else
		snprintf(dir, SIM_STATE_DIR_CHARS, "/tmp%s-%u", name, uid);
}

static void own_dir_choose(void)
{
	const unsigned int uid = geteuid();
	char run_user[32];
	struct stat st;

	snprintf(run_user, sizeof(run_user), "/run/user/%u", uid);
	sim_state_dir_choose(uid, getenv("XDG_RUNTIME_DIR"),
			     !stat(run_user, &st) && S_ISDIR(st.st_mode) && st.st_uid == uid,
			     own_dir);
}

const char *sim_state_dir(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, own_dir_choose);
	return own_dir;
}

static bool dir_knows(const char *dir, uint32_t id)
{
	char path[SIM_STATE_DIR_CHARS + 24];

	snprintf(path, sizeof(path), "%s/%u.state", dir, id);
	return !access(path, F_OK);
}

const char *sim_state_dir_of(uint32_t id)
{
	if (!dir_knows(sim_state_dir(), id) && dir_knows(SIM_STATE_DIR_ROOT, id))
		return SIM_STATE_DIR_ROOT;
	return sim_state_dir();
}

/* Make the folder, or see that nobody else made it: in /tmp everybody could have. */
static int dir_make(const char *dir, struct sim_error *err)
{
	struct stat st;

	/* Root's is for `list` of any user, a user's for nobody else. */
	if (mkdir(dir, geteuid() ? 0700 : 0755) && errno != EEXIST)
		return sim_error_set(err, -errno,
				     "state folder %s cannot be made: %s; make its parent folder writable",
				     dir, strerror(errno));
	if (lstat(dir, &st) || !S_ISDIR(st.st_mode) || st.st_uid != geteuid())
		return sim_error_set(err, -EPERM,
				     "state folder %s is another user's or no folder; set XDG_RUNTIME_DIR to a folder of yours",
				     dir);
	return 0;
}

static size_t state_bytes(uint32_t nr_queues)
{
	return SIM_STATE_HEADER_BYTES + (size_t)nr_queues * sizeof(struct sim_counters);
}

static void state_reset(struct sim_state *state)
{
	memset(state, 0, sizeof(*state));
	state->fd = -1;
}

static int path_set(struct sim_state *state, const char *dir, uint32_t id)
{
	const int length = snprintf(state->path, sizeof(state->path), "%s/%u.state", dir, id);

	return length < (int)sizeof(state->path) ? 0 : -ENAMETOOLONG;
}

static int state_map(struct sim_state *state, size_t bytes, int prot)
{
	void *at = mmap(NULL, bytes, prot, MAP_SHARED, state->fd, 0);

	if (at == MAP_FAILED)
		return -errno;
	state->mapped_bytes = bytes;
	state->header = at;
	state->counters = (void *)((char *)at + SIM_STATE_HEADER_BYTES);
	return 0;
}

/* The whole file, exclusively, until @fd's open file description is gone. */
static int state_lock(int fd)
{
	struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	return fcntl(fd, F_OFD_SETLK, &whole) ? -errno : 0;
}

/* Open and lock the file that @state->path names now; a file unlinked in between is not it. */
static int state_open_locked(struct sim_state *state)
{
	struct stat held;
	int err;

	state->fd = open(state->path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (state->fd < 0)
		return -errno;
	err = state_lock(state->fd);
	if (err)
		return err == -EAGAIN || err == -EACCES ? -EBUSY : err;
	if (fstat(state->fd, &held))
		return -errno;
	return held.st_nlink ? 0 : -ESTALE;
}

static int state_fill(struct sim_state *state, const struct sim_state_header *header)
{
	const size_t bytes = state_bytes(header->nr_queues);
	int err;

	if (ftruncate(state->fd, 0) || ftruncate(state->fd, (off_t)bytes))
		return -errno;
	/* Committed now: a full /run must not kill the server at a counter later. */
	err = posix_fallocate(state->fd, 0, (off_t)bytes);
	if (err)
		return -err;
	err = state_map(state, bytes, PROT_READ | PROT_WRITE);
	if (err)
		return err;
	*state->header = *header;
	/* Pairs with the acquire in sim_state_open(): the rest is written before it. */
	__atomic_store_n(&state->header->magic, SIM_STATE_MAGIC, __ATOMIC_RELEASE);
	return 0;
}

int sim_state_create(struct sim_state *state, const char *dir,
		     const struct sim_state_header *header, struct sim_error *err)
{
	int ret;

	state_reset(state);
	ret = path_set(state, dir, header->id);
	if (ret)
		return sim_error_set(err, ret, "state folder %s has too long a name; use a shorter one",
				     dir);
	ret = dir_make(dir, err);
	if (ret)
		return ret;
	do {
		if (state->fd >= 0)
			close(state->fd);
		ret = state_open_locked(state);
	} while (ret == -ESTALE);
	if (!ret)
		ret = state_fill(state, header);
	if (!ret)
		return 0;
	if (ret == -EBUSY)
		sim_error_set(err, ret,
			      "state file %s is held by a running server; choose another number with -n",
			      state->path);
	else
		sim_error_set(err, ret, "state file %s cannot be written: %s; make room in %s",
			      state->path, strerror(-ret), dir);
	if (ret != -EBUSY && state->fd >= 0)
		unlink(state->path);
	sim_state_close(state);
	return ret;
}

void sim_state_sibling(const struct sim_state *state, const char *ending, char *path, size_t room)
{
	const char *dot = strrchr(state->path, '.');

	snprintf(path, room, "%.*s.%s", (int)(dot - state->path), state->path, ending);
}

void sim_state_remove(struct sim_state *state)
{
	char path[sizeof(state->path)];

	sim_state_sibling(state, SIM_STATE_CONFIG, path, sizeof(path));
	unlink(path);
	sim_state_sibling(state, SIM_STATE_SOCKET, path, sizeof(path));
	unlink(path);
	unlink(state->path);
	sim_state_close(state);
}

int sim_state_open(struct sim_state *state, const char *dir, uint32_t id)
{
	struct stat st;
	int err;

	state_reset(state);
	err = path_set(state, dir, id);
	if (err)
		return err;
	state->fd = open(state->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (state->fd < 0)
		return -errno;
	err = -EPROTO;
	if (fstat(state->fd, &st) || st.st_size < (off_t)state_bytes(1) ||
	    st.st_size > (off_t)state_bytes(STATE_QUEUES_MAX))
		goto err_close;
	err = state_map(state, (size_t)st.st_size, PROT_READ);
	if (err)
		goto err_close;
	err = -EPROTO;
	if (__atomic_load_n(&state->header->magic, __ATOMIC_ACQUIRE) != SIM_STATE_MAGIC ||
	    state->header->id != id || !state->header->nr_queues ||
	    state->header->nr_queues > STATE_QUEUES_MAX ||
	    state->mapped_bytes < state_bytes(state->header->nr_queues) ||
	    !memchr(state->header->target, 0, sizeof(state->header->target)))
		goto err_close;
	return 0;

err_close:
	sim_state_close(state);
	return err;
}

void sim_state_close(struct sim_state *state)
{
	if (state->header)
		munmap(state->header, state->mapped_bytes);
	if (state->fd >= 0)
		close(state->fd);
	state->header = NULL;
	state->counters = NULL;
	state->fd = -1;
}

bool sim_state_is_live(const struct sim_state *state)
{
	struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	return !fcntl(state->fd, F_OFD_GETLK, &whole) && whole.l_type != F_UNLCK;
}

bool sim_state_is_removed(const struct sim_state *state)
{
	struct stat st;

	return !fstat(state->fd, &st) && !st.st_nlink;
}

void sim_state_sum(const struct sim_state *state, struct sim_counters *sum)
{
	const size_t nr_words = sizeof(*sum) / sizeof(uint64_t);
	uint64_t *total = (uint64_t *)sum;
	uint64_t late_max_ns[SIM_TIMED_OPS] = { 0 };
	uint64_t late_ns;
	uint32_t queue;
	size_t word;
	size_t op;

	memset(sum, 0, sizeof(*sum));
	for (queue = 0; queue < state->header->nr_queues; queue++) {
		const uint64_t *from = (const uint64_t *)&state->counters[queue];

		for (word = 0; word < nr_words; word++)
			total[word] += __atomic_load_n(&from[word], __ATOMIC_RELAXED);
		for (op = 0; op < SIM_TIMED_OPS; op++) {
			late_ns = __atomic_load_n(&state->counters[queue].timing[op].late_max_ns,
						  __ATOMIC_RELAXED);
			late_max_ns[op] = late_ns > late_max_ns[op] ? late_ns : late_max_ns[op];
		}
	}
	for (op = 0; op < SIM_TIMED_OPS; op++)
		sum->timing[op].late_max_ns = late_max_ns[op];
}

uint64_t sim_state_queue_ios(const struct sim_state *state, uint32_t queue)
{
	uint64_t sum = 0;
	size_t op;

	for (op = 0; op < SIM_COUNTED_OPS; op++)
		sum += __atomic_load_n(&state->counters[queue].nr_ios[op], __ATOMIC_RELAXED);
	return sum;
}

static int id_compare(const void *a, const void *b)
{
	const uint32_t left = *(const uint32_t *)a;
	const uint32_t right = *(const uint32_t *)b;

	return (left > right) - (left < right);
}

/* The number in "<number>.state"; false for any other name. */
static bool name_parse(const char *name, uint32_t *id)
{
	const char *dot = strrchr(name, '.');
	char digits[16];

	if (!dot || strcmp(dot, ".state") || (size_t)(dot - name) >= sizeof(digits))
		return false;
	snprintf(digits, sizeof(digits), "%.*s", (int)(dot - name), name);
	return !sim_count_parse(digits, UINT32_MAX, id);
}

int sim_state_ids(const char *dir, uint32_t **ids)
{
	struct dirent *entry;
	int nr = 0;
	uint32_t *grown;
	uint32_t id;
	DIR *open_dir;

	*ids = NULL;
	open_dir = opendir(dir);
	if (!open_dir)
		return errno == ENOENT ? 0 : -errno;
	while ((entry = readdir(open_dir))) {
		if (!name_parse(entry->d_name, &id))
			continue;
		grown = realloc(*ids, (size_t)(nr + 1) * sizeof(**ids));
		if (!grown) {
			free(*ids);
			*ids = NULL;
			closedir(open_dir);
			return -ENOMEM;
		}
		*ids = grown;
		grown[nr++] = id;
	}
	closedir(open_dir);
	if (nr)
		qsort(*ids, (size_t)nr, sizeof(**ids), id_compare);
	return nr;
}
