# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# The world of a torture run: disks, file systems and the verifiers that know what every block must hold.
#
# tests/system/torture/ -> [this] -> actors.sh. The disk "torture" and the disk "truth" are the host's, so both outlive
# the guest; after judges them from another guest. Partitions 1 to 3 hold what is verified: ext4, xfs, and blocks
# without a file system; partition 4 comes and goes, and is where the third one's blocks are while it is remapped natively.

readonly EXT4_MIB=160 XFS_MIB=320 RAW_MIB=32 SPARE_MIB=32
readonly EXTENT=32M   # of each verifier
readonly TRUTH_STEP=1 # MiB of the truth disk for each

# The verifiers: name, number of the partition, file on its file system or none
readonly VERIFIERS="ext4:1:file xfs:2:file raw:3:"

# world_disks: sets WORLD_DISK and TRUTH_DISK, names without /dev/.
world_disks() {
	find_drive torture
	WORLD_DISK=${DRIVE#/dev/}
	find_drive truth
	TRUTH_DISK=${DRIVE#/dev/}
}

# world_make: partitions, file systems, mounts.
world_make() {
	world_disks
	make_partitions "$WORLD_DISK" "$EXT4_MIB" "$XFS_MIB" "$RAW_MIB" "$SPARE_MIB"
	mount_fs ext4 "$(partition "$WORLD_DISK" 1)" "$TEST_DIR/ext4"
	mkfs.xfs -qf "$(partition "$WORLD_DISK" 2)"
	mount_existing "$(partition "$WORLD_DISK" 2)" "$TEST_DIR/xfs"
}

# verifier_target NAME PARTITION FILE: what it reads and writes.
verifier_target() {
	if [[ $3 ]]; then
		echo "$TEST_DIR/$1/$3"
	else
		partition "$WORLD_DISK" "$2"
	fi
}

# verifiers COMMAND: COMMAND NAME TARGET TRUTH-OFFSET for each of them.
verifiers() {
	local entry name part file i=0
	for entry in $VERIFIERS; do
		IFS=: read -r name part file <<<"$entry"
		"$@" "$name" "$(verifier_target "$name" "$part" "$file")" $((i++ * TRUTH_STEP))M
	done
}

verifier_start() {
	local create=()
	[[ -b $2 ]] || create=(--create "$EXTENT")
	start_verify "$1" --threads 2 --max 256K --flush-pct 3 --seed $((SEED + 100)) --length "$EXTENT" \
		"${create[@]}" --truth "/dev/$TRUTH_DISK" --truth-offset "$3" "$2"
}

verifier_stop() {
	stop_verify "$1"
}

# verifier_check NAME TARGET OFFSET: everything is still what the truth disk says.
verifier_check() {
	verify --check --max 256K --length "$EXTENT" --truth "/dev/$TRUTH_DISK" --truth-offset "$3" "$2"
}

# world_check: after the last detach: the file systems are whole, and nothing has changed since.
world_check() {
	verifiers verifier_check
	unmount "$TEST_DIR/ext4"
	unmount "$TEST_DIR/xfs"
	e2fsck -fn "$(partition "$WORLD_DISK" 1)"
	xfs_repair -n "$(partition "$WORLD_DISK" 2)"
}
