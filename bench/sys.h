/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Small services of the operating system that every stage of a run needs: messages,
 * interruption, files of a few bytes, child processes.
 *
 * Below everything in the guest; knows nothing of devices or arms.
 */
#ifndef BENCH_SYS_H
#define BENCH_SYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** bench_error - print "bench: " and one sentence to stderr */
void bench_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

/**
 * bench_progress - print one line of progress to stderr, with the seconds since the start
 * in front
 */
void bench_progress(const char *format, ...) __attribute__((format(printf, 1, 2)));

/**
 * bench_signals_catch - from now on SIGINT, SIGTERM and SIGALRM only raise a flag, and system
 * calls return EINTR
 *
 * Everything that was made is then taken down by the ordinary failure paths.
 */
void bench_signals_catch(void);

/** bench_signal - the signal that came, or 0 */
int bench_signal(void);

/** bench_signal_forget - clear the flag, so that taking down is not itself interrupted */
int bench_signal_forget(void);

/**
 * sys_read - read a small text file
 * @text: out: its first @size - 1 bytes, without a trailing newline
 * @size: bytes at @text
 * @format: printf format of the path
 *
 * Return: 0 or -errno.
 */
int sys_read(char *text, size_t size, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/** sys_write - write @text to the file whose path @format makes; Return: 0 or -errno */
int sys_write(const char *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

/**
 * sys_run - run a program found in PATH and wait for it
 * @out: what it wrote to stdout, without a trailing newline; NULL sends its stdout to our stderr
 * @size: bytes at @out
 * @argv: NULL-terminated
 *
 * Its stderr is ours. Context: forks; sleeps.
 * Return: 0; -ENOENT it is not there; -EIO it failed, and a sentence was printed; -E2BIG @out
 * is too small; -EINTR a signal came meanwhile, which the program was sent as well, and it did not
 * succeed.
 */
int sys_run(char *out, size_t size, const char *const argv[]);

/**
 * sys_wait_for - wait until a path exists, at most @timeout_ms milliseconds; Return: 0 or
 * -ETIMEDOUT
 */
int sys_wait_for(const char *path, unsigned int timeout_ms);

/** sys_sleep_ms - sleep that many milliseconds, or until a signal comes; Return: 0 or -EINTR */
int sys_sleep_ms(unsigned int ms);

#endif /* BENCH_SYS_H */
