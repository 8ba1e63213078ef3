# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# One guest from boot to verdict: run a command in it, pass its output on, judge its kernel log.
#
# guest_run returns the command's exit status. When the guest panics, ends without an answer, passes
# its deadline, or when its kernel reports a defect of the kinds of GUEST_DEFECTS, it says so, sets
# GUEST_FAILURE and returns 1.

readonly CONSOLE_TAIL_LINES=20
readonly GUEST_RACES=$BLKI_ROOT/tests/system/lib/kcsan.awk
readonly GUEST_BOOTS_MAX=3

# what a kernel log must not hold; the wording is the kernel's own
readonly GUEST_DEFECTS='WARNING: |BUG: |kernel BUG at|Oops: |Oops:|general protection fault|'\
'Kernel panic|INFO: task .* blocked for more than|detected stall|self-detected|soft lockup|'\
'hard LOCKUP|possible circular locking|possible recursive locking|inconsistent lock state|'\
'possible irq lock inversion|suspicious RCU usage|held lock freed|lock held when returning|'\
'bad unlock balance|sleeping function called|scheduling while atomic|KASAN: |KCSAN: |UBSAN: |'\
'unreferenced object|ODEBUG: |refcount_t: |list_(add|del) corruption|Bad page state|'\
'Unable to handle|invalid opcode|double fault'

# lines that look like a defect and are none: advice about the emulated processor
readonly GUEST_HARMLESS='clocksource: |Speculative Return Stack Overflow: '

GUEST_DEADLINE_S=900
GUEST_STAGES=()       # --stage DIR:GUESTDIR
GUEST_LAYERS=(base)   # layers of the initramfs
GUEST_PRELOAD=        # modules that init loads
GUEST_RESULTS=        # directory that /results of the guest is unpacked in; empty: thrown away
GUEST_ROOT=           # the guest's root is on a disk (root.sh)
GUEST_ALLOW_DEFECTS=  # set while a test provokes the kernel's complaint on purpose
GUEST_LOG=            # full console log of the last guest
GUEST_FAILURE=        # why the last guest failed, beyond its command's exit status

# guest_stage STAGE COMMAND…: the overlay of one run
guest_stage() {
	local stage=$1 entry from to
	shift
	overlay_make "$stage"
	for entry in "${GUEST_STAGES[@]}"; do
		from=${entry%:*}
		to=${entry##*:}
		[[ -d $from ]] || die "--stage $entry: there is no directory '$from'; give DIR:GUESTDIR"
		mkdir -p -- "$stage$to"
		cp -R -L -- "$from/." "$stage$to/"
	done
	host_json >"$stage/blki/host.json"
	printf '%s\n' "$GUEST_PRELOAD" >"$stage/blki/preload"
	if (($#)); then
		printf '%q ' "$@" >"$stage/blki/command"
	else
		cp -- "$BLKI_ROOT/vm/guest/shell" "$stage/blki/shell"
	fi
}

# host_json: what the guest's programs cannot know of the host, for the environment of a result
host_json() {
	local accel cpu commit dirty=false clock=ns smp=$GUEST_SMP
	accel=$(qemu_accel)
	cpu=$(qemu_cpu "$accel")
	commit=$(git -C "$BLKI_ROOT" rev-parse HEAD 2>/dev/null || echo unknown)
	[[ -z $(git -C "$BLKI_ROOT" status --porcelain --untracked-files=normal 2>/dev/null) ]] ||
		dirty=true
	if [[ $GUEST_CLOCK == instructions ]]; then
		clock=instructions
		smp=1
	fi
	cat <<-EOF
	{
	  "schema": "blki-host/1",
	  "qemu": "$("$QEMU" --version | sed -n '1s/QEMU emulator version //p')",
	  "accel": "$accel",
	  "cpu_model": "$cpu",
	  "icount": $([[ $clock == instructions ]] && echo true || echo false),
	  "smp": $smp,
	  "mem_mb": $GUEST_MEM_MB,
	  "clock": "$clock",
	  "git_commit": "$commit",
	  "git_dirty": $dirty,
	  "kernel_package": "$KERNEL_PACKAGE",
	  "kernel_release": "$KERNEL_RELEASE"
	}
	EOF
}

# guest_initrd STAGE: joins the layers and the overlay; prints the file's name
guest_initrd() {
	local layer files=()
	for layer in "${GUEST_LAYERS[@]}"; do
		layer_ensure "$layer"
		files+=("$LAYER_FILE")
	done
	cpio_pack "$1" "$RUN_DIR/overlay.cpio"
	cat -- "${files[@]}" "$RUN_DIR/overlay.cpio" >"$RUN_DIR/initrd" ||
		die "guest: no space for the initramfs in $RUN_DIR; free some or set BLKI_CACHE=DIR"
	rm -f -- "$RUN_DIR/overlay.cpio"
}

# guest_run COMMAND…: boots, runs, judges; the command's exit status
guest_run() {
	local dir=$RUN_DIR/guest status boot
	rm -rf -- "$dir"
	mkdir -p -- "$dir/stage"
	guest_stage "$dir/stage" "$@"
	if [[ $GUEST_ROOT ]]; then
		step "making the guest's root disk" root_disk_make "$dir/stage" ||
			die "guest: its root disk could not be made; the message is above"
	fi
	guest_initrd "$dir/stage"
	rm -rf -- "$dir/stage"
	for ((boot = 1; boot <= GUEST_BOOTS_MAX; boot++)); do
		status=0
		guest_boot "$dir" || status=$?
		guest_lost_at_boot "$dir" "$status" || break
		say "  NOTICE: the guest's kernel ended before its first program ran, as it does now and then" \
			"under QEMU's multi-threaded TCG when it patches its own text; booting again ($GUEST_LOG)"
	done
	guest_judge "$dir" "$status"
}

# guest_boot DIR: one boot, from power on to the end of QEMU; QEMU's exit status
guest_boot() {
	local dir=$1 status=0 start
	rm -f -- "$dir"/*
	mkfifo -- "$dir/out" "$dir/err"
	GUEST_LOG=$(log_path)
	: >"$dir/console"
	qemu_command "$RUN_DIR/initrd" "$dir/console" "blki.out=$dir/out" "blki.err=$dir/err" \
		"blki.results=$dir/results.tar" "blki.dmesg=$dir/dmesg" "blki.status=$dir/status"
	say "  booting the guest: $KERNEL_RELEASE, $(qemu_accel), clock $GUEST_CLOCK," \
		"deadline $GUEST_DEADLINE_S s"

	start=$SECONDS
	guest_readers_start "$dir"
	setpriv --pdeathsig TERM timeout -k 5 "$GUEST_DEADLINE_S" \
		setpriv --pdeathsig KILL "${QEMU_COMMAND[@]}" \
		</dev/null >"$dir/qemu.log" 2>&1 &
	GUEST_PID=$!
	wait "$GUEST_PID" || status=$?
	GUEST_PID=
	guest_readers_end
	say "  the guest ran for $(elapsed_s "$start") s"
	guest_log_keep "$dir"
	return "$status"
}

# guest_lost_at_boot DIR QEMU_STATUS: it ended by itself and its init has not even begun, so nothing of ours had
# run; only where the emulation is known to do that
guest_lost_at_boot() {
	(($2 == 0)) && [[ $(qemu_accel) == tcg ]] && ! grep -qx begun "$1/status" 2>/dev/null
}

# guest_shell: an interactive shell on the terminal
guest_shell() {
	local dir=$RUN_DIR/guest status=0
	mkdir -p -- "$dir/stage"
	[[ $GUEST_PRELOAD ]] || GUEST_PRELOAD="dm-mod null_blk ublk_drv loop"
	guest_stage "$dir/stage"
	guest_initrd "$dir/stage"
	GUEST_LOG=$(log_path)
	: >"$dir/console"
	qemu_command "$RUN_DIR/initrd" "$dir/console" "blki.shell=stdio" "blki.status=$dir/status" \
		"blki.dmesg=$dir/dmesg"
	say "  booting the guest: $KERNEL_RELEASE, $(qemu_accel); its console log: $GUEST_LOG"
	if [[ -t 0 ]]; then
		SAVED_STTY=$(stty -g)
		stty raw -echo
	fi
	# in the background, so that a signal is answered at once; it still reads the terminal
	setpriv --pdeathsig KILL "${QEMU_COMMAND[@]}" <&0 2>"$dir/qemu.log" &
	GUEST_PID=$!
	wait "$GUEST_PID" || status=$?
	GUEST_PID=
	[[ -z $SAVED_STTY ]] || stty "$SAVED_STTY"
	SAVED_STTY=
	guest_log_keep "$dir"
	((status == 0)) || fail "guest: QEMU ended with status $status: $(tail -n 1 "$dir/qemu.log")"
}

# guest_readers_start DIR: pass on what the guest writes. An end to write to is kept open, so that a pipe opens
# at once and ends for its reader when guest_readers_end closes it, whether QEMU has ever opened it or not.
guest_readers_start() {
	local port end
	GUEST_READERS=()
	GUEST_PIPES=()
	for port in out err; do
		exec {end}<>"$1/$port"
		GUEST_PIPES+=("$end")
	done
	exec {end}<"$1/out"
	guest_reader <&"$end" &
	GUEST_READERS+=("$!")
	exec {end}<&- {end}<"$1/err"
	guest_reader <&"$end" >&2 &
	GUEST_READERS+=("$!")
	exec {end}<&-
}

# guest_reader: one of them, which keeps no end to write to
guest_reader() {
	local end
	for end in "${GUEST_PIPES[@]}"; do
		exec {end}>&-
	done
	exec cat
}

guest_readers_end() {
	local end pid
	for end in "${GUEST_PIPES[@]}"; do
		exec {end}>&-
	done
	for pid in "${GUEST_READERS[@]}"; do
		wait "$pid" 2>/dev/null || true
	done
	GUEST_READERS=()
}

# guest_log_keep DIR: console, whole kernel log and QEMU's own words in one file
guest_log_keep() {
	{
		printf '### QEMU\n%s\n' "${QEMU_COMMAND[*]}"
		cat -- "$1/qemu.log"
		printf '### console\n'
		tr -d '\r' <"$1/console"
		printf '### dmesg\n'
		cat -- "$1/dmesg" 2>/dev/null || true
	} >"$GUEST_LOG"
}

# guest_judge DIR QEMU_STATUS: the verdict, in the order of what explains most
guest_judge() {
	local dir=$1 qemu_status=$2 answer defects
	defects=$(cat -- "$dir/console" "$dir/dmesg" 2>/dev/null | tr -d '\r' | awk -f "$GUEST_RACES" |
		grep -a -E "$GUEST_DEFECTS" | grep -a -v -E "$GUEST_HARMLESS" | head -n 5 || true)
	answer=$(sed -n 's/^exit \([0-9]*\)$/\1/p' "$dir/status" 2>/dev/null || true)

	GUEST_FAILURE=
	if [[ -s $dir/results.tar && $GUEST_RESULTS ]]; then
		mkdir -p -- "$GUEST_RESULTS"
		tar -C "$GUEST_RESULTS" -xf "$dir/results.tar" --no-same-owner ||
			GUEST_FAILURE="the results that the guest sent are cut off"
	fi
	if ((qemu_status == 124 || qemu_status == 137)); then
		GUEST_FAILURE="the guest did not end within $GUEST_DEADLINE_S s (--deadline)"
	elif ((qemu_status)); then
		sed 's/^/  qemu: /' "$dir/qemu.log" >&2
		GUEST_FAILURE="QEMU ended with status $qemu_status"
	elif [[ -z $answer ]]; then
		GUEST_FAILURE="the guest ended without an answer"
	fi
	if [[ $defects && -z $GUEST_ALLOW_DEFECTS ]]; then
		say "  kernel: ${defects//$'\n'/$'\n'  kernel: }"
		GUEST_FAILURE=${GUEST_FAILURE:+$GUEST_FAILURE, and }
		GUEST_FAILURE+="the guest's kernel reported a defect (the lines above)"
	fi
	guest_races "$dir/console"
	[[ -z $GUEST_FAILURE ]] || guest_failed "$dir" || answer=1
	rm -rf -- "$dir" "$RUN_DIR/initrd"
	return "$answer"
}

# guest_races CONSOLE: how many data races of the kernel alone KCSAN has reported, which fail nothing, and the commonest
guest_races() {
	local races
	races=$(tr -d '\r' <"$1" | awk -f "$GUEST_RACES" | sed -n 's/.*of the kernel alone: //p')
	[[ $races ]] || return 0
	say "  kernel: $(wc -l <<<"$races") data races of the kernel alone; they are no failure; the commonest:"
	sort <<<"$races" | uniq -c | sort -rn | head -n 5 | sed 's/^/  /' >&2
}

# guest_failed DIR: why, the last console lines, the path of the log
guest_failed() {
	say "  last lines of the console:"
	tail -n "$CONSOLE_TAIL_LINES" "$1/console" | tr -d '\r' | sed 's/^/    /' >&2
	say "x: guest: $GUEST_FAILURE; full log: $GUEST_LOG"
	return 1
}
