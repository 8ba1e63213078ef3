/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A control command and what it carries, laid out as the driver wants it:
 *
 *     addr → "/dev/ublkcN" payload
 *             dev_path_len
 *             └──────── len ──────┘
 *
 * The path stands there for devices of unprivileged users only: by its permissions the driver
 * judges who sends the command. Pure: no file, no ring.
 */
#ifndef UBLK_SIM_CTRL_FRAME_H
#define UBLK_SIM_CTRL_FRAME_H

#include "ublk_compat.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The longest payload, a set of 1,024 CPUs, and a path of any device number. */
#define SIM_FRAME_BYTES		160u
#define SIM_CHAR_PATH_CHARS	24u
#define SIM_CTRL_NO_QUEUE	((__u16)-1)

/**
 * struct sim_ctrl_frame - a command
 * @cmd: for the entry of the ring; points into @bytes
 * @bytes: what it carries; the driver's until the command is answered
 */
struct sim_ctrl_frame {
	struct sim_ublk_ctrl_cmd cmd;
	unsigned char bytes[SIM_FRAME_BYTES];
};

/**
 * sim_char_path - the char device of a device
 * @path: filled
 * @id: device number
 *
 * Context: pure.
 */
void sim_char_path(char path[SIM_CHAR_PATH_CHARS], uint32_t id);

/**
 * sim_ctrl_frame_pack - lay a command out
 * @frame: filled; must not move until the command is answered
 * @id: device number
 * @with_path: the device is, or may be, an unprivileged user's
 * @payload: what to send, and as many bytes as come back; NULL for none
 * @bytes: of it; at most SIM_FRAME_BYTES less SIM_CHAR_PATH_CHARS
 *
 * Context: pure.
 */
void sim_ctrl_frame_pack(struct sim_ctrl_frame *frame, uint32_t id, bool with_path,
			 const void *payload, size_t bytes);

/**
 * sim_ctrl_frame_unpack - take what the driver wrote
 * @frame: of a command that was answered
 * @payload: filled
 * @bytes: as packed
 *
 * Context: pure.
 */
void sim_ctrl_frame_unpack(const struct sim_ctrl_frame *frame, void *payload, size_t bytes);

/**
 * sim_ctrl_owner - whose device it is
 * @info: from the driver
 * @uid: filled
 * @gid: filled
 *
 * Context: pure.
 */
void sim_ctrl_owner(const struct ublksrv_ctrl_dev_info *info, uint32_t *uid, uint32_t *gid);

#endif
