/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Talking to a live server: a socket beside its state file, one JSON object each way.
 *
 *     set, status, cut ──request──→ /run/ublk-sim/<number>.sock ──→ request.c
 *                      ←──reply────                             ←──
 *
 * A message is a packet (SOCK_SEQPACKET), a connection carries one question. A reply has "error"
 * with the sentence, or whatever was asked for. The socket is root's alone; it is served by
 * the server's main thread, so no I/O waits for it.
 */
#ifndef UBLK_SIM_CHANNEL_H
#define UBLK_SIM_CHANNEL_H

#include "error.h"

#include <json-c/json.h>
#include <stdint.h>

/* The longest message: a status with 256 faults and 128 queues has some 20 KiB. */
#define SIM_CHANNEL_BYTES	(64u << 10)

/**
 * struct sim_channel - the server's end
 * @fd: listens; -1: none
 * @path: of the socket
 */
struct sim_channel {
	int fd;
	char path[108];
};

/**
 * sim_channel_open - listen
 * @channel: filled
 * @dir: folder; sim_state_dir() outside tests
 * @id: device number
 * @err: the sentence on failure
 *
 * A socket that a dead server left is replaced.
 *
 * Context: may sleep; the state file of @id is locked by the caller.
 * Return: 0 or -errno.
 */
int sim_channel_open(struct sim_channel *channel, const char *dir, uint32_t id,
		     struct sim_error *err);

/**
 * sim_channel_close - remove the socket
 * @channel: open, or with @fd -1
 */
void sim_channel_close(struct sim_channel *channel);

/**
 * sim_channel_serve - answer one question
 * @channel: its descriptor is readable
 * @answer: called with the request, which stays the channel's; returns the reply, to be freed here
 * @context: handed to @answer
 *
 * Whoever asks and does not go on is left after a second.
 *
 * Context: may sleep.
 */
void sim_channel_serve(const struct sim_channel *channel,
		       struct json_object *(*answer)(struct json_object *request, void *context),
		       void *context);

/**
 * sim_channel_ask - put a question to the server of a device
 * @dir: folder; sim_state_dir() outside tests
 * @id: device number
 * @request: an object; stays the caller's
 * @reply: set to the reply on success, to be freed with json_object_put()
 * @err: the sentence on failure, also one that the server answered
 *
 * Context: may sleep until the server has done it.
 * Return: 0; -ENOENT or -ECONNREFUSED when no server listens; -EINVAL for an error that the
 * server answered; -errno.
 */
int sim_channel_ask(const char *dir, uint32_t id, struct json_object *request,
		    struct json_object **reply, struct sim_error *err);

/**
 * sim_channel_error - a reply that tells a failure
 * @err: its sentence
 *
 * Return: a new object.
 */
struct json_object *sim_channel_error(const struct sim_error *err);

#endif
