# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# The limits of an alias are its origin's, when it is made, when it is opened after a change, and within seconds under
# I/O without any open. Also those that stacking gets wrong: DMA alignment, discards and write cache switched off.
DESCRIPTION="see the limits of an alias follow its origin"

readonly ATTRIBUTES=(logical_block_size physical_block_size max_sectors_kb max_hw_sectors_kb max_segments
	max_segment_size virt_boundary_mask chunk_sectors discard_granularity discard_max_bytes
	write_zeroes_max_bytes write_cache fua dma_alignment rotational stable_writes optimal_io_size
	minimum_io_size zoned)

# same_limits WHEN: every attribute of the two queues.
same_limits() {
	local attribute of_origin of_alias
	for attribute in "${ATTRIBUTES[@]}"; do
		of_origin=$(cat "/sys/block/nb/queue/$attribute")
		of_alias=$(alias_queue "$ALIAS" "$attribute")
		equal "$1: $attribute of the alias" "$of_alias" "$of_origin"
	done
}

set_limit() {
	echo "$2" >"/sys/block/nb/queue/$1"
}

open_alias() {
	dd if="$ALIAS" of=/dev/null bs=4k count=1 status=none
}

follows() {
	[[ $(alias_queue "$ALIAS" "$1") == "$2" ]]
}

test() {
	make_null_blk nb size=64 blocksize=4096 discard=1 max_sectors=256
	load_module
	make_alias /dev/nb
	same_limits "at first"
	equal "sectors" "$(blockdev --getsz "$ALIAS")" "$(blockdev --getsz /dev/nb)"

	set_limit max_sectors_kb 64
	set_limit write_cache 'write back'
	open_alias
	same_limits "after a change and an open"
	set_limit write_cache 'write through'
	set_limit discard_max_bytes 0
	open_alias
	same_limits "with discards and write cache off"
	refuses 1 'not supported' blkdiscard -o 0 -l 1M "$ALIAS"

	exec {held}<"$ALIAS"
	set_limit max_sectors_kb 32
	start_verify load --threads 2 --seed 3 "$ALIAS"
	set_limit max_sectors_kb 48
	wait_until 10 follows max_sectors_kb 48
	stop_verify load
	exec {held}<&-
	same_limits "after I/O alone"
}
