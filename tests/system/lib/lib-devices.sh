# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Devices of a test: each make_ function makes one, registers its removal, and names it by NAME, so that no
# test depends on a number that the kernel chose.

readonly SECTOR_BYTES=512
readonly NULLB_CONFIG=/sys/kernel/config/nullb

# make_null_blk NAME [ATTRIBUTE=VALUE]...: /dev/NAME, memory-backed, 64 MiB, blk-mq, unless told otherwise.
make_null_blk() {
	local name=$1 setting
	shift
	modprobe null_blk nr_devices=0
	mkdir "$NULLB_CONFIG/$name"
	defer remove_null_blk "$name"
	for setting in memory_backed=1 size=64 blocksize=512 "$@"; do
		echo "${setting#*=}" >"$NULLB_CONFIG/$name/${setting%%=*}"
	done
	echo 1 >"$NULLB_CONFIG/$name/power"
	wait_until 10 [ -b "/dev/$name" ]
}

remove_null_blk() {
	[[ -d $NULLB_CONFIG/$1 ]] || return 0
	echo 0 >"$NULLB_CONFIG/$1/power"
	rmdir "$NULLB_CONFIG/$1"
}

# make_partitions DISK MIB...: partitions of these sizes from 1 MiB on; /dev/DISKp1 and so on.
make_partitions() {
	local disk=$1 size start=2048 table='label: dos'
	shift
	for size in "$@"; do
		table+=$'\n'"start=$start, size=$((size * 2048)), type=83"
		start=$((start + size * 2048))
	done
	sfdisk --quiet --no-tell-kernel "/dev/$disk" <<<"$table"
	blockdev --rereadpt "/dev/$disk"
	wait_until 10 [ -b "$(partition "$disk" $#)" ]
}

# forget_partitions DISK: for a disk that outlives the test.
forget_partitions() {
	wipefs -qa "/dev/$1"
	blockdev --rereadpt "/dev/$1"
}

# partition DISK N: the node of its partition.
partition() {
	if [[ $1 == *[0-9] ]]; then
		echo "/dev/${1}p$2"
	else
		echo "/dev/$1$2"
	fi
}

# start_bytes DEV: where a partition begins on its disk, 0 for a disk.
start_bytes() {
	local start
	start=$(cat "/sys/class/block/$(basename "$1")/start" 2>/dev/null || echo 0)
	echo $((start * SECTOR_BYTES))
}

# size_bytes DEV
size_bytes() {
	blockdev --getsize64 "$1"
}

# make_brd MIB: /dev/ram0, a bio-based disk.
make_brd() {
	[[ ! -d /sys/module/brd ]] || rmmod brd
	defer remove_brd
	modprobe brd rd_nr=1 rd_size=$(($1 * 1024))
	wait_until 10 [ -b /dev/ram0 ]
}

remove_brd() {
	[[ ! -d /sys/module/brd ]] || rmmod brd
}

# make_loop FILE MIB: a loop device with direct I/O off; sets LOOP.
make_loop() {
	modprobe loop
	truncate -s "$2M" "$1"
	LOOP=$(losetup --find --show "$1")
	defer remove_loop "$LOOP"
}

remove_loop() {
	losetup -d "$1" 2>/dev/null || true
	wait_until 10 loop_is_free "$1"
}

loop_is_free() {
	[[ ! -e /sys/block/$(basename "$1")/loop/backing_file ]]
}

# make_ublk TARGET [OPTION]...: a disk served by ublk-sim; sets UBLK.
make_ublk() {
	local target=$1
	shift
	modprobe ublk_drv
	UBLK=$(ublk-sim add -t "$target" "$@")
	defer ublk-sim del "$UBLK"
}

# find_drive SERIAL: sets DRIVE, the node of the virtio disk that the host gave the guest under this serial number.
find_drive() {
	local file
	modprobe virtio_blk 2>/dev/null || true
	for file in /sys/block/vd*/serial; do
		[[ -e $file && $(<"$file") == "$1" ]] || continue
		file=${file%/serial}
		DRIVE=/dev/${file##*/}
		return 0
	done
	return 1
}

# need_drive SERIAL: for requires().
need_drive() {
	find_drive "$1" || SKIP_REASONS+=("the host gave the guest no disk $1")
}

# make_md LEVEL DISK...: an array without metadata on its members, made without a tool; sets MD. Source:
# Documentation/admin-guide/md.rst, "md devices in sysfs".
make_md() {
	local level=$1 disk md=/sys/block/md_blki/md slot=0
	shift
	modprobe md-mod
	modprobe "$level"
	defer remove_md
	echo md_blki >/sys/module/md_mod/parameters/new_array
	echo none >"$md/metadata_version"
	echo "$level" >"$md/level"
	echo $# >"$md/raid_disks"
	if [[ $level == raid0 ]]; then
		echo $((64 << 10)) >"$md/chunk_size"
	else
		echo $(($(cat "/sys/block/$1/size") / 2)) >"$md/component_size"
	fi
	for disk in "$@"; do
		cat "/sys/block/$disk/dev" >"$md/new_dev"
		echo $(($(cat "/sys/block/$disk/size") / 2)) >"$md/dev-$disk/size"
		echo $((slot++)) >"$md/dev-$disk/slot"
	done
	echo none >"$md/resync_start"
	echo active >"$md/array_state"
	MD=/dev/md_blki
	wait_until 10 [ -b "$MD" ]
}

remove_md() {
	[[ ! -e /sys/block/md_blki/md ]] || echo clear >/sys/block/md_blki/md/array_state
	wait_until 10 [ ! -e /sys/block/md_blki ]
}

# make_zram MIB: sets ZRAM, a bio-based disk of the kernel that compresses into memory.
make_zram() {
	modprobe zram num_devices=1
	defer remove_zram
	ZRAM=/dev/zram0
	echo "$1M" >/sys/block/zram0/disksize
	wait_until 10 [ -b "$ZRAM" ]
}

remove_zram() {
	[[ -d /sys/module/zram ]] || return 0
	[[ ! -e /sys/block/zram0 ]] || echo 1 >/sys/block/zram0/reset
	rmmod zram
}

# make_scsi_debug MIB [OPTION=VALUE]...: sets SCSI, the node.
make_scsi_debug() {
	local size=$1
	shift
	[[ ! -d /sys/module/scsi_debug ]] || rmmod scsi_debug
	modprobe scsi_mod scan=sync 2>/dev/null || true
	modprobe sd_mod
	defer remove_scsi_debug
	modprobe scsi_debug dev_size_mb="$size" "$@"
	wait_until 20 scsi_debug_disk
	SCSI=/dev/$(scsi_debug_disk)
	wait_until 10 [ -b "$SCSI" ]
}

scsi_debug_disk() {
	local path
	for path in /sys/bus/pseudo/drivers/scsi_debug/adapter0/host*/target*/*/block/*; do
		[[ -e $path ]] && basename "$path" && return 0
	done
	return 1
}

remove_scsi_debug() {
	[[ ! -d /sys/module/scsi_debug ]] || rmmod scsi_debug
}

# make_dm NAME TABLE: a device-mapper device made by the system's own dmsetup; fails as that does.
make_dm() {
	defer remove_dm "$1"
	dmsetup --noudevsync --noudevrules create "$1" <<<"$2" || return
	dmsetup mknodes "$1"
}

remove_dm() {
	[[ -e /dev/mapper/$1 ]] || dm_exists "$1" || return 0
	dmsetup resume --noudevsync "$1" || true
	dmsetup --noudevsync remove --retry "$1"
}

# dm_exists NAME
dm_exists() {
	grep -qx -- "$1" /sys/block/dm-*/dm/name 2>/dev/null
}

# dm_kernel_name NAME: dm-N
dm_kernel_name() {
	local file
	for file in /sys/block/dm-*/dm/name; do
		[[ $(<"$file") == "$1" ]] && basename "${file%/dm/name}" && return 0
	done
	return 1
}

# mount_fs TYPE DEV DIR: make a file system and mount it.
mount_fs() {
	"mkfs.$1" -q "$2"
	mount_existing "$2" "$3"
}

# mount_existing DEV DIR
mount_existing() {
	mkdir -p "$2"
	mount "$1" "$2"
	defer unmount "$2"
}

unmount() {
	grep -qF " $1 " /proc/mounts || return 0
	umount "$1"
}
