/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel module in and out.
 *
 * Arms that need no module are measured without it: raw means that nothing of ours is in the
 * kernel.
 */
#ifndef BENCH_MODULE_H
#define BENCH_MODULE_H

#include <stdbool.h>
#include <stddef.h>

/** BENCH_MODULE_DEFAULT - where the guest has the module */
#define BENCH_MODULE_DEFAULT "/blki/kernel/blki.ko"

/** bench_module_loaded - whether a blki module is in the kernel */
bool bench_module_loaded(void);

/**
 * bench_module_load - load the module from a file; nothing happens when one is loaded
 * @path: of the .ko; dm-mod must be there already
 *
 * Context: sleeps. Return: 0 or -errno; a sentence with the kernel's own message was printed.
 */
int bench_module_load(const char *path);

/**
 * bench_module_unload - unload the module if it is loaded; Return: 0 or -errno, a sentence
 * was printed
 */
int bench_module_unload(void);

/** bench_module_id - srcversion of the loaded module, or its build id; "" when none is loaded */
void bench_module_id(char *id, size_t size);

#endif /* BENCH_MODULE_H */
