/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the guest saves so that the host can read addresses: symbols of the
 * kernel, and where loader and server have their code.
 *
 * Called by profile_guest.c after each window; read by profile_reduce.c.
 */
#ifndef BLKI_PROFILE_SAVE_H
#define BLKI_PROFILE_SAVE_H

#include <stdint.h>

/**
 * profile_out_path() - path of a file of the profile
 * @out: directory of the profile
 * @format: a constant of profile_meta.h with at most one %u
 * @id: for that
 * @path: out: malloc'ed
 *
 * Return: 0 or -ENOMEM.
 */
int profile_out_path(const char *out, const char *format, unsigned int id, char **path);

/**
 * profile_save_symbols() - save text symbols of /proc/kallsyms
 * @out: directory of the profile
 * @id: window whose modules are saved; 0 for the kernel's own symbols
 *
 * Return: 0 or -errno, a sentence was printed.
 */
int profile_save_symbols(const char *out, unsigned int id);

/**
 * profile_save_spaces() - save the executable mappings of this process and a server
 * @out: directory of the profile
 * @id: the window
 * @server_pid: the disk's server, or 0
 *
 * Return: 0 or -errno, a sentence was printed.
 */
int profile_save_spaces(const char *out, unsigned int id, int server_pid);

#endif
