# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A guest whose root is a real ext4 on the first partition of a virtio disk, and what becomes of it at the end.
#
# The disk is made on the host without a mount: everything that the initramfs holds, by mke2fs -d. The guest's init finds
# the disk by its serial number ROOT_DRIVE and switches to it; at the end it makes / read-only before it resets.

readonly ROOT_DRIVE=root
readonly ROOT_MB=512
readonly ROOT_START_BYTES=$((1 << 20))

# root_disk_make STAGE: the disk of the next guest, from the layers and the overlay STAGE; once per run of ./x
root_disk_make() {
	local stage=$1 file tree=$RUN_DIR/root.tree layer
	file=$(drive_file "$ROOT_DRIVE")
	[[ ! -e $file ]] || return 0
	mkdir -p -- "$tree" "${file%/*}"
	for layer in "${GUEST_LAYERS[@]}"; do
		layer_ensure "$layer"
		(cd -- "$tree" && cpio -idm --quiet <"$LAYER_FILE")
	done
	cp -R -P -- "$stage/." "$tree/"
	truncate -s "${ROOT_MB}M" -- "$file.new"
	sfdisk -q -- "$file.new" <<<"label: dos"$'\n'"start=$((ROOT_START_BYTES / 512)), type=83" >/dev/null
	mke2fs -q -F -t ext4 -d "$tree" -E "offset=$ROOT_START_BYTES,root_owner=0:0" -- "$file.new" \
		$(((ROOT_MB << 10) - ROOT_START_BYTES / 1024))k
	mv -- "$file.new" "$file"
	rm -rf -- "$tree"
}

# root_file PATH: a file of the disk, as it is now
root_file() {
	debugfs -R "cat $1" "$(drive_file "$ROOT_DRIVE")?offset=$ROOT_START_BYTES" 2>/dev/null
}

# root_is_clean: the file system is whole, and was left so that nothing has to be recovered
root_is_clean() {
	local file
	file="$(drive_file "$ROOT_DRIVE")?offset=$ROOT_START_BYTES"
	! dumpe2fs -h "$file" 2>/dev/null | grep -q needs_recovery && e2fsck -fn "$file" >"$RUN_DIR/fsck.log" 2>&1
}
