# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# sqlite-run.sh, with $CRASH_MNT: commit one row after another in WAL mode with synchronous=FULL, recorded. When SQLite has
# answered for a row its number goes to a sector behind the file system, past the page cache: a state that
# has the number must have the row.
set -euo pipefail

mnt=$CRASH_MNT
readonly ROWS=${CRASH_ROWS:-100}
readonly MARK_SECTOR=$(($(blockdev --getsz "$UBLK_DEV") - 1))

# ask SQL: run it, wait until it is answered
ask() {
	printf '%s SELECT 4711;\n' "$1" >&"${DB[1]}"
	until [[ ${answer:-} == 4711 ]]; do
		read -r answer <&"${DB[0]}"
	done
	answer=
}

mount "$UBLK_DEV" "$mnt"
coproc DB { exec sqlite3 -batch -bail "$mnt/db"; }
pid=$DB_PID
ask 'PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=12;'
ask 'CREATE TABLE rows(id INTEGER PRIMARY KEY, fill BLOB);'
for ((i = 1; i <= ROWS; i++)); do
	ask "INSERT INTO rows VALUES($i, zeroblob($((i * 37 % 900))));"
	printf '%-511d\n' "$i" |
		dd of="$UBLK_DEV" bs=512 seek="$MARK_SECTOR" oflag=direct conv=notrunc iflag=fullblock status=none
done
printf '.quit\n' >&"${DB[1]}"
wait "$pid"
umount "$mnt"
