// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Messages, interruption, small files and child processes.
 *
 * Below every stage of a run. The only mutable state is the number of the signal that came and
 * the time of the start; both are set from main() or a handler.
 */
#include "sys.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* How long between two looks of a wait: short against any device's start, long against a look. */
#define POLL_INTERVAL_MS 10

extern char **environ;

static volatile sig_atomic_t caught_signal;

static void vsay(const char *prefix, const char *format, va_list args)
{
	fflush(stdout);
	fputs(prefix, stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
}

void bench_error(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsay("bench: ", format, args);
	va_end(args);
}

void bench_progress(const char *format, ...)
{
	char prefix[32];
	struct timespec now;
	va_list args;

	clock_gettime(CLOCK_BOOTTIME, &now);
	snprintf(prefix, sizeof(prefix), "[%4ld.%01ld s] ", (long)now.tv_sec,
		 now.tv_nsec / 100000000);
	va_start(args, format);
	vsay(prefix, format, args);
	va_end(args);
}

static void remember_signal(int number)
{
	caught_signal = number;
}

void bench_signals_catch(void)
{
	struct sigaction action = { .sa_handler = remember_signal };

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGALRM, &action, NULL);
}

int bench_signal(void)
{
	return caught_signal;
}

int bench_signal_forget(void)
{
	int number = caught_signal;

	caught_signal = 0;
	return number;
}

int sys_read(char *text, size_t size, const char *format, ...)
{
	char path[512];
	va_list args;
	ssize_t n;
	int fd;

	va_start(args, format);
	vsnprintf(path, sizeof(path), format, args);
	va_end(args);
	text[0] = '\0';
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	n = read(fd, text, size - 1);
	if (n < 0)
		n = -errno;
	close(fd);
	if (n < 0)
		return (int)n;
	text[n] = '\0';
	if (n && text[n - 1] == '\n')
		text[n - 1] = '\0';
	return 0;
}

int sys_write(const char *text, const char *format, ...)
{
	char path[512];
	size_t len = strlen(text);
	va_list args;
	int fd, err = 0;

	va_start(args, format);
	vsnprintf(path, sizeof(path), format, args);
	va_end(args);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (write(fd, text, len) != (ssize_t)len)
		err = errno ? -errno : -EIO;
	close(fd);
	return err;
}

static int drain(int fd, char *out, size_t size)
{
	size_t used = 0;
	ssize_t n;

	while (used < size - 1) {
		n = read(fd, out + used, size - 1 - used);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		used += (size_t)n;
	}
	out[used] = '\0';
	if (used && out[used - 1] == '\n')
		out[used - 1] = '\0';
	return used == size - 1 ? -E2BIG : 0;
}

/*
 * A signal that comes while a child runs ends the child too; one that came before does not:
 * then it cleans up.
 */
static int wait_for_child(pid_t pid, const char *name, int signal_before)
{
	int status;

	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR)
			return -errno;
		if (bench_signal() != signal_before)
			kill(pid, bench_signal());
	}
	if (WIFEXITED(status) && !WEXITSTATUS(status))
		return 0;
	if (bench_signal() != signal_before)
		return -EINTR;
	if (WIFEXITED(status))
		bench_error("%s failed with exit code %d", name, WEXITSTATUS(status));
	else
		bench_error("%s was ended by signal %d", name, WTERMSIG(status));
	return -EIO;
}

/*
 * The pipe's reading end may stay open in a daemon that the child leaves behind: hence
 * close-on-exec.
 */
int sys_run(char *out, size_t size, const char *const argv[])
{
	posix_spawn_file_actions_t actions;
	int fds[2] = { -1, -1 }, err, drained = 0, signal_before = bench_signal();
	pid_t pid;

	if (out && pipe2(fds, O_CLOEXEC))
		return -errno;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, out ? fds[1] : STDERR_FILENO, STDOUT_FILENO);
	err = posix_spawnp(&pid, argv[0], &actions, NULL, (char *const *)argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	if (out)
		close(fds[1]);
	if (err) {
		bench_error("%s can not be run: %s", argv[0], strerror(err));
	} else {
		if (out)
			drained = drain(fds[0], out, size);
		err = -wait_for_child(pid, argv[0], signal_before);
	}
	if (out)
		close(fds[0]);
	return err ? -err : drained;
}

int sys_sleep_ms(unsigned int ms)
{
	struct timespec left = { ms / 1000, (long)(ms % 1000) * 1000000 };

	if (nanosleep(&left, NULL) && bench_signal())
		return -EINTR;
	return 0;
}

int sys_wait_for(const char *path, unsigned int timeout_ms)
{
	unsigned int waited;

	for (waited = 0; access(path, F_OK); waited += POLL_INTERVAL_MS) {
		if (waited >= timeout_ms)
			return -ETIMEDOUT;
		if (sys_sleep_ms(POLL_INTERVAL_MS))
			return -EINTR;
	}
	return 0;
}
