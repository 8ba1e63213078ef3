/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a live server answers on its channel.
 *
 * A request is an object with "op":
 *   status                                   → the device, as `status --json` shows it
 *   set       faults, profile, force, power, lying, record → the device
 *   cut       policy, seed                   → what was kept
 *   walk-open reorder, drops, torn  → total and kinds
 *   walk-show index                          → the state's kind and place
 *   walk-close                               → {}
 */
#ifndef UBLK_SIM_REQUEST_H
#define UBLK_SIM_REQUEST_H

#include "device.h"
#include "enumerate.h"

#include <json-c/json.h>

/**
 * struct sim_server - what a server's main thread has
 * @device: its device
 * @walk: the crash states that are being shown
 */
struct sim_server {
	struct sim_device device;
	struct sim_enumerate walk;
};

/**
 * sim_request_answer - do what was asked
 * @request: an object; stays the caller's
 * @server: a struct sim_server
 *
 * Context: main thread; may sleep.
 * Return: the reply, a new object.
 */
struct json_object *sim_request_answer(struct json_object *request, void *server);

#endif
