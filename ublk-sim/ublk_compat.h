/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's ublk control and I/O ABI, as far as this server speaks it.
 *
 * linux/ublk_cmd.h of Linux 6.1 is the oldest header this builds with; what later
 * kernels added (ioctl-encoded commands, feature bits, the device numbers in the
 * parameters) is defined here and nowhere else. Whether the running kernel knows a
 * feature is asked with UBLK_U_CMD_GET_FEATURES, never derived from a version.
 */
#ifndef UBLK_SIM_UBLK_COMPAT_H
#define UBLK_SIM_UBLK_COMPAT_H

#include <assert.h>
#include <linux/ioctl.h>
#include <linux/ublk_cmd.h>
#include <stddef.h>

#ifndef UBLK_U_CMD_ADD_DEV
#define UBLK_U_CMD_GET_QUEUE_AFFINITY	_IOR('u', 0x01, struct ublksrv_ctrl_cmd)
#define UBLK_U_CMD_GET_DEV_INFO		_IOR('u', 0x02, struct ublksrv_ctrl_cmd)
#define UBLK_U_CMD_ADD_DEV		_IOWR('u', 0x04, struct ublksrv_ctrl_cmd)
#define UBLK_U_CMD_DEL_DEV		_IOWR('u', 0x05, struct ublksrv_ctrl_cmd)
#define UBLK_U_CMD_START_DEV		_IOWR('u', 0x06, struct ublksrv_ctrl_cmd)
#define UBLK_U_CMD_STOP_DEV		_IOWR('u', 0x07, struct ublksrv_ctrl_cmd)
#define UBLK_U_CMD_SET_PARAMS		_IOWR('u', 0x08, struct ublksrv_ctrl_cmd)
#define UBLK_U_CMD_GET_PARAMS		_IOR('u', 0x09, struct ublksrv_ctrl_cmd)
#define UBLK_U_CMD_START_USER_RECOVERY	_IOWR('u', 0x10, struct ublksrv_ctrl_cmd)
#define UBLK_U_CMD_END_USER_RECOVERY	_IOWR('u', 0x11, struct ublksrv_ctrl_cmd)
#define UBLK_U_IO_FETCH_REQ		_IOWR('u', 0x20, struct ublksrv_io_cmd)
#define UBLK_U_IO_COMMIT_AND_FETCH_REQ	_IOWR('u', 0x21, struct ublksrv_io_cmd)
#endif

#ifndef UBLK_U_CMD_GET_FEATURES
#define UBLK_U_CMD_GET_FEATURES		_IOR('u', 0x13, struct ublksrv_ctrl_cmd)
#endif

#ifndef UBLK_U_CMD_GET_DEV_INFO2
#define UBLK_U_CMD_GET_DEV_INFO2	_IOR('u', 0x12, struct ublksrv_ctrl_cmd)
#endif

#ifndef UBLK_U_CMD_DEL_DEV_ASYNC
#define UBLK_U_CMD_DEL_DEV_ASYNC	_IOR('u', 0x14, struct ublksrv_ctrl_cmd)
#endif

#ifndef UBLK_FEATURES_LEN
#define UBLK_FEATURES_LEN		8
#endif

#ifndef UBLK_F_UNPRIVILEGED_DEV
#define UBLK_F_UNPRIVILEGED_DEV		(1ULL << 5)
#endif
#ifndef UBLK_F_CMD_IOCTL_ENCODE
#define UBLK_F_CMD_IOCTL_ENCODE		(1ULL << 6)
#endif
#ifndef UBLK_F_USER_COPY
#define UBLK_F_USER_COPY		(1ULL << 7)
#endif
#ifndef UBLK_F_ZONED
#define UBLK_F_ZONED			(1ULL << 8)
#endif
#ifndef UBLK_F_USER_RECOVERY_FAIL_IO
#define UBLK_F_USER_RECOVERY_FAIL_IO	(1ULL << 9)
#endif
#ifndef UBLK_F_UPDATE_SIZE
#define UBLK_F_UPDATE_SIZE		(1ULL << 10)
#endif
#ifndef UBLK_F_AUTO_BUF_REG
#define UBLK_F_AUTO_BUF_REG		(1ULL << 11)
#endif
#ifndef UBLK_F_QUIESCE
#define UBLK_F_QUIESCE			(1ULL << 12)
#endif
#ifndef UBLK_F_PER_IO_DAEMON
#define UBLK_F_PER_IO_DAEMON		(1ULL << 13)
#endif
#ifndef UBLK_F_BUF_REG_OFF_DAEMON
#define UBLK_F_BUF_REG_OFF_DAEMON	(1ULL << 14)
#endif
#ifndef UBLK_F_BATCH_IO
#define UBLK_F_BATCH_IO			(1ULL << 15)
#endif

/**
 * struct sim_ublk_ctrl_cmd - struct ublksrv_ctrl_cmd as Linux 6.3 made it
 * @dev_id: device number
 * @queue_id: (__u16)-1
 * @len: bytes at @addr, the path among them
 * @addr: the path of the char device if @dev_path_len says so, behind it the payload
 * @data: the one number that some commands take
 * @dev_path_len: bytes of the path; needed for devices of unprivileged users
 * @pad: zero
 * @reserved: zero
 */
struct sim_ublk_ctrl_cmd {
	__u32 dev_id;
	__u16 queue_id;
	__u16 len;
	__u64 addr;
	__u64 data;
	__u16 dev_path_len;
	__u16 pad;
	__u32 reserved;
};

/* Who made a device, in struct ublksrv_ctrl_dev_info since Linux 6.3: two __u32, user and group. */
#define SIM_UBLK_OWNER_OFFSET		40

/* Where the data of a request is found in the char device's file space. */
#ifndef UBLK_TAG_OFF
#define UBLK_IO_BUF_BITS		25
#define UBLK_TAG_OFF			UBLK_IO_BUF_BITS
#define UBLK_TAG_BITS			16
#define UBLK_QID_OFF			(UBLK_TAG_OFF + UBLK_TAG_BITS)
#endif

#ifndef UBLK_PARAM_TYPE_DEVT
#define UBLK_PARAM_TYPE_DEVT		(1 << 2)
#endif

/**
 * struct sim_ublk_devt - the device numbers the kernel gave; read only
 * @char_major: major of /dev/ublkcN
 * @char_minor: minor of /dev/ublkcN
 * @disk_major: major of /dev/ublkbN, 0 while the disk is not started
 * @disk_minor: minor of /dev/ublkbN
 */
struct sim_ublk_devt {
	__u32 char_major;
	__u32 char_minor;
	__u32 disk_major;
	__u32 disk_minor;
};

/**
 * struct sim_ublk_params - struct ublk_params up to and with the device numbers
 * @len: bytes of this struct, sizeof(struct sim_ublk_params)
 * @types: UBLK_PARAM_TYPE_* that are filled
 * @basic: geometry and attributes
 * @discard: limits of discard and write-zeroes
 * @devt: filled by UBLK_U_CMD_GET_PARAMS only
 *
 * The kernel's struct grows from release to release and is passed with its length;
 * this one is its stable beginning, the same whatever header is installed.
 */
struct sim_ublk_params {
	__u32 len;
	__u32 types;
	struct ublk_param_basic basic;
	struct ublk_param_discard discard;
	struct sim_ublk_devt devt;
};

static_assert(sizeof(struct ublksrv_ctrl_dev_info) == 64, "device info is ABI");
static_assert(sizeof(struct ublksrv_ctrl_cmd) == 32, "control command is ABI");
static_assert(sizeof(struct sim_ublk_ctrl_cmd) == 32, "control command is ABI");
static_assert(offsetof(struct sim_ublk_ctrl_cmd, addr) == 8, "control command is ABI");
static_assert(offsetof(struct sim_ublk_ctrl_cmd, dev_path_len) == 24, "control command is ABI");
static_assert(sizeof(struct ublksrv_io_cmd) == 16, "I/O command is ABI");
static_assert(sizeof(struct ublksrv_io_desc) == 24, "I/O descriptor is ABI");
static_assert(offsetof(struct sim_ublk_params, basic) == 8, "parameters are ABI");
static_assert(offsetof(struct sim_ublk_params, discard) == 40, "parameters are ABI");
static_assert(offsetof(struct sim_ublk_params, devt) == 60, "parameters are ABI");

#endif
