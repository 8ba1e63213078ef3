# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# A real udevd with the system's own rules, which the guest has below /blki/udev/system.d.

readonly RULES=/run/udev/rules.d

# need_udevd: for requires().
need_udevd() {
	need_program udevadm
	[[ -d /proc/sys/fs/inotify ]] || SKIP_REASONS+=("this kernel has no inotify, which udevd needs")
	[[ -d /blki/udev/system.d ]] || SKIP_REASONS+=("there are no rules of udev in the guest")
}

start_udevd() {
	mkdir -p "$RULES"
	cp /blki/udev/system.d/*.rules "$RULES"
	ln -sf "$(command -v udevadm)" "$TEST_DIR/systemd-udevd"
	defer stop_udevd
	setsid "$TEST_DIR/systemd-udevd" --debug </dev/null >"$TEST_DIR/udevd.log" 2>&1 &
	wait_until 20 [ -e /run/udev/control ]
}

# stop_udevd: by a signal, for a message may be lost (reload).
stop_udevd() {
	# what it did, for the log
	grep -E '^(dm-|blki|ublk|Udev rules|Invalid)' "$TEST_DIR/udevd.log" || true
	pkill -TERM -x systemd-udevd || true
	wait_until 20 udevd_gone
	rm -rf /run/udev /dev/disk
}

udevd_gone() {
	! pgrep -x systemd-udevd >/dev/null
}

# reload: udevd looks for changed rules when an event comes and it has not looked for three seconds. 'udevadm control
# --reload' would say so at once, and is lost where udevd is slow to take the connection (systemd 252 then
# logs "Invalid sender uid 65534, ignoring message", in one of eight runs on a busy host).
reload() {
	sleep 3.5
}

# settle: every event that has been sent is worked off.
settle() {
	udevadm settle --timeout=$((30 * BLKI_TEST_SCALE))
}
