/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How long attach and detach take, by hyperfine.
 */
#ifndef BENCH_ATTACH_TIME_H
#define BENCH_ATTACH_TIME_H

/** BENCH_ATTACH_FILE - name of hyperfine's export beside result.json */
#define BENCH_ATTACH_FILE "attach-hyperfine.json"

/**
 * bench_attach_time - time `blki filter attach|detach` and `blki remap start|stop` on a
 * null_blk partition
 * @module: path of the module
 * @out_dir: where hyperfine's JSON goes
 *
 * Context: makes and removes a disk and a device-mapper device; runs hyperfine and blki from PATH.
 * Return: 0 or -errno, a sentence was printed.
 */
int bench_attach_time(const char *module, const char *out_dir);

#endif /* BENCH_ATTACH_TIME_H */
