# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# H17: with protection information a read is verified by a worker of the kernel after the queue reference is gone, and
# it looks at the bdev the bio names then. Verified load on a disk with T10 protection while filter and remap come and
# go, and the module is unloaded with reads on their way.
DESCRIPTION="attach, detach and unload on a disk with protection information (H17)"
DEADLINE=240

requires() {
	need_module scsi_debug
	modprobe sd_mod
	[[ -e /sys/module/t10_pi || -e /sys/block ]] || SKIP_REASONS+=("no block layer")
}

test() {
	local i nr
	make_scsi_debug 32 dif=1 dix=1 guard=1 delay=0
	[[ $(<"/sys/block/$(basename "$SCSI")/integrity/format") != none ]] || fail "the disk has no protection information"
	start_verify load --threads 8 --max 64K --read-pct 80 "$SCSI"
	nr=$(rounds 2)
	for ((i = 0; i < nr; i++)); do
		load_module
		blki filter attach null "$SCSI"
		wait_seen "$SCSI" 20
		make_noexcl nx "$SCSI"
		blki remap start nx "$SCSI"
		blki filter detach null "$SCSI"
		wait_seen "$SCSI" 20
		blki remap stop nx
		dmsetup remove nx
		rmmod blki
	done
	stop_verify load
}
