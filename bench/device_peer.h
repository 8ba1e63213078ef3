/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The disk of the reference server, ublksrv, for comparison with ublk-sim.
 *
 * devices -> this -> the program ublk of ublksrv. It is measured where it is installed; the
 * project does not bring it along.
 */
#ifndef BENCH_DEVICE_PEER_H
#define BENCH_DEVICE_PEER_H

#include <stdbool.h>

#include "devices.h"

/** bench_peer_installed - whether ublksrv's program is in PATH */
bool bench_peer_installed(void);

/**
 * bench_peer_up - make a disk served by ublksrv's null target: one queue, as deep as ours
 * @disk: node, name and server are filled in
 * @options: of no use here
 *
 * Return: 0 or -errno, a sentence was printed; -ENOENT it is not installed.
 */
int bench_peer_up(struct bench_disk *disk, const struct bench_disk_options *options);

/** bench_peer_down - remove it again; Return: 0 or -errno, a sentence was printed */
int bench_peer_down(struct bench_disk *disk);

#endif /* BENCH_DEVICE_PEER_H */
