# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The QEMU command of a guest: accelerator, clock, CPU model, ports.
#
# Two clocks. "instructions": one vCPU, -icount shift=0, guest time is the number of executed guest
# instructions (1 ns each); exact and repeatable, the clock of the benchmark. "wall": as many vCPUs as
# asked, KVM where a probe boot proves that it works, multi-threaded TCG otherwise; for function.

readonly QEMU=qemu-system-x86_64
readonly KVM_PROBE_S=20 # a KVM guest without a disk boots in two seconds or not at all

# The named CPU model of TCG guests; vm/README.md says why this one
readonly QEMU_CPU_TCG=qemu64,+cx16,+popcnt,+ssse3,+sse4.1,+sse4.2,+rdrand,+smep,+smap,+fsgsbase

GUEST_CLOCK=wall # or "instructions"
GUEST_SMP=2
GUEST_MEM_MB=1024
GUEST_MACHINE=pc
GUEST_ACCEL=auto # or "tcg", "tcg-single", "kvm"
GUEST_CPU=       # --cpu: another CPU model than the default
GUEST_PLUGIN=    # --plugin: QEMU's -plugin argument
GUEST_APPEND=    # --append: more kernel command line
GUEST_DRIVES=()  # --drive NAME=MB: more disks; see qemu_drives

# qemu_accel: the accelerator that this guest gets
qemu_accel() {
	if [[ $GUEST_CLOCK == instructions ]]; then
		printf 'tcg-icount\n'
	elif [[ $GUEST_PLUGIN ]]; then
		printf 'tcg\n'
	elif [[ $GUEST_ACCEL != auto ]]; then
		printf '%s\n' "$GUEST_ACCEL"
	elif kvm_works; then
		printf 'kvm\n'
	else
		printf 'tcg\n'
	fi
}

# qemu_cpu ACCEL
qemu_cpu() {
	if [[ $GUEST_CPU ]]; then
		printf '%s\n' "$GUEST_CPU"
	elif [[ $1 == kvm ]]; then
		printf 'host\n'
	else
		printf '%s\n' "$QEMU_CPU_TCG"
	fi
}

# qemu_cmdline ACCEL: the guest's kernel command line
qemu_cmdline() {
	local line="console=ttyS0 panic=-1 oops=panic loglevel=5 rdinit=/init nokaslr cryptomgr.notests"
	line+=" random.trust_cpu=on printk.time=1"
	# the only clock of an icount guest is exact: no watchdog need doubt it
	[[ $1 == tcg-icount ]] && line+=" tsc=reliable"
	printf '%s %s\n' "$line" "$GUEST_APPEND"
}

# qemu_command INITRD CONSOLE PORTS…: sets the array QEMU_COMMAND; a port is NAME=PATH
qemu_command() {
	local initrd=$1 console=$2 accel port nr=0
	shift 2
	accel=$(qemu_accel)
	QEMU_COMMAND=("$QEMU" -nodefaults -no-user-config -display none -monitor none -no-reboot
		-machine "$GUEST_MACHINE" -m "$GUEST_MEM_MB" -cpu "$(qemu_cpu "$accel")"
		-kernel "$KERNEL_IMAGE" -initrd "$initrd" -append "$(qemu_cmdline "$accel")"
		-chardev "file,id=console,path=$(qemu_escape "$console")" -serial chardev:console
		-device "virtio-serial-pci,max_ports=16")
	case $accel in
	tcg-icount)
		QEMU_COMMAND+=(-accel "tcg,thread=single" -smp 1 -icount "shift=0,sleep=off" -seed 1
			-rtc "base=2024-01-01,clock=vm")
		;;
	tcg) QEMU_COMMAND+=(-accel "tcg,thread=multi" -smp "$GUEST_SMP") ;;
	tcg-single) QEMU_COMMAND+=(-accel "tcg,thread=single" -smp "$GUEST_SMP") ;;
	kvm) QEMU_COMMAND+=(-accel kvm -smp "$GUEST_SMP") ;;
	*) die "--accel $accel: unknown; use auto, kvm, tcg or tcg-single" ;;
	esac
	[[ $GUEST_PLUGIN ]] && QEMU_COMMAND+=(-plugin "$GUEST_PLUGIN")
	qemu_drives
	for port in "$@"; do
		nr=$((nr + 1))
		if [[ $port == blki.shell=* ]]; then
			QEMU_COMMAND+=(-chardev "stdio,id=port$nr,signal=off")
		else
			QEMU_COMMAND+=(-chardev "file,id=port$nr,path=$(qemu_escape "${port#*=}")")
		fi
		QEMU_COMMAND+=(-device "virtserialport,chardev=port$nr,name=${port%%=*}")
	done
}

# qemu_drives: adds the disks of GUEST_DRIVES to QEMU_COMMAND. NAME=MB is a virtio disk with the serial number
# NAME; NAME=MB:multipath an NVMe namespace that two controllers of one subsystem share. The files are in
# RUN_DIR/drives, sparse, made when they are not there: a second guest of the same run finds what the first wrote.
qemu_drives() {
	local spec name size file
	for spec in "${GUEST_DRIVES[@]}"; do
		name=${spec%%=*}
		size=${spec#*=}
		file=$(drive_file "$name")
		mkdir -p -- "${file%/*}"
		[[ -e $file ]] || truncate -s "${size%:*}M" -- "$file"
		QEMU_COMMAND+=(-drive "if=none,id=drive-$name,format=raw,discard=unmap,file=$(qemu_escape "$file")")
		case $size in
		*:multipath)
			QEMU_COMMAND+=(-device "nvme-subsys,id=$name,nqn=$name"
				-device "nvme,id=$name-0,serial=$name,subsys=$name"
				-device "nvme,id=$name-1,serial=$name,subsys=$name"
				-device "nvme-ns,drive=drive-$name,bus=$name-0,shared=on")
			;;
		*) QEMU_COMMAND+=(-device "virtio-blk-pci,drive=drive-$name,serial=$name") ;;
		esac
	done
}

# drive_file NAME: where the content of a disk is, on the host
drive_file() {
	printf '%s/drives/%s.img\n' "$RUN_DIR" "$1"
}

# qemu_escape TEXT: a comma inside an option's value is written twice
qemu_escape() {
	printf '%s\n' "${1//,/,,}"
}

# kvm_works: a guest really boots under KVM; the answer is kept per kernel and boot of the host
kvm_works() {
	local boot_id answer_file
	[[ -r /dev/kvm && -w /dev/kvm ]] || return 1
	boot_id=$(cat /proc/sys/kernel/random/boot_id 2>/dev/null || echo unknown)
	answer_file=$BLKI_CACHE_DIR/kvm-$(printf '%s %s' "$boot_id" "$KERNEL_KEY" | text_sha256)
	if [[ ! -e $answer_file ]]; then
		rm -f -- "$BLKI_CACHE_DIR"/kvm-*
		step "probing KVM with a boot" kvm_probe
		[[ -e $RUN_DIR/kvm.works ]] && echo yes >"$answer_file" || echo no >"$answer_file"
	fi
	[[ $(cat -- "$answer_file") == yes ]]
}

# kvm_probe: boots the kernel without a root file system; it must come as far as to miss it
kvm_probe() {
	local console=$RUN_DIR/kvm.console
	timeout -k 2 "$KVM_PROBE_S" "$QEMU" \
		-nodefaults -no-user-config -display none -monitor none \
		-no-reboot -m 256 -accel kvm -cpu host -smp 2 -kernel "$KERNEL_IMAGE" \
		-append "console=ttyS0 panic=-1" \
		-chardev "file,id=console,path=$(qemu_escape "$console")" -serial chardev:console </dev/null || true
	if grep -a -q 'Kernel panic - not syncing: VFS' "$console"; then
		: >"$RUN_DIR/kvm.works"
	fi
}
