# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# sqlite-check.sh, with $CRASH_MNT: every row whose commit was answered must be there, with no gap, in a database that SQLite
# finds whole. Exit 0: it is so.
set -uo pipefail

mnt=$CRASH_MNT

damaged() {
	echo "state ${UBLK_STATE:-?}: $*"
	exit 1
}

# few programs: each is started for hundreds of states; a sector never written is zeroes, which bash drops
read -r sectors <"/sys/class/block/${UBLK_DEV##*/}/size"
mark=$(dd if="$UBLK_DEV" bs=512 skip=$((sectors - 1)) count=1 iflag=direct status=none)
mark=${mark//[^0-9]/}
busybox mount -t ext4 "$UBLK_DEV" "$mnt" || damaged "it cannot be mounted"
rows=none
if [[ -e $mnt/db ]]; then
	rows=$(sqlite3 -batch -bail "$mnt/db" \
		'PRAGMA integrity_check; SELECT count(*), ifnull(max(id), 0) FROM rows;' 2>&1)
fi
busybox umount "$mnt" || damaged "it cannot be unmounted"
if [[ ${rows%%$'\n'*} == ok ]]; then
	IFS='|' read -r count last <<<"${rows##*$'\n'}"
	[[ $count == "$last" ]] || damaged "$count rows, the last is $last"
	((count >= ${mark:-0})) || damaged "$mark rows were committed, $count are there"
else
	# before the first row there need be no table, and no database
	[[ -z $mark && ($rows == none || $rows == *'no such table'*) ]] || damaged "mark ${mark:-none}: $rows"
fi
