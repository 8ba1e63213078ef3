/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Making a stateful acceptor clean: everything that it keeps back is written to the origin.
 *
 * detach.c -> [this] -> libdevmapper (messages and status). writecache is told to flush, clone to hydrate,
 * cache writes back by itself; all are watched through their status lines.
 */
#ifndef BLKI_CLEAN_H
#define BLKI_CLEAN_H

#include <stdint.h>
#include <sys/types.h>

#include "tools/libblki/handle.h"

/**
 * clean_left - what a status line says is not on the origin yet
 * @target: name of a stateful target
 * @status: its status line
 * @left: out: blocks or regions; 0 is clean
 *
 * Return: 0; -EIO the target has failed; -EINVAL the line is not understood; -ENOTSUP the target is not
 * stateful.
 */
int clean_left(const char *target, const char *status, uint64_t *left);

/**
 * clean_acceptor - tell the stateful targets of an acceptor to write, and wait until they have
 * @h: a handle; its sentence is set on failure
 * @acceptor: the device
 * @timeout_ms: longest wait
 *
 * Return: 0 it is clean; -ETIMEDOUT; -EINTR; -EIO a target has failed; or -errno of device-mapper.
 */
int clean_acceptor(struct blki *h, dev_t acceptor, unsigned int timeout_ms);

#endif /* BLKI_CLEAN_H */
