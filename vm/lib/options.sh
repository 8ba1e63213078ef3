# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The options that every verb which boots a guest understands, and what must be there before it boots.

# vm_option ARGS…: takes one option off; sets VM_SHIFT to the words taken, 0 when it is not one
vm_option() {
	local value=${2-}
	VM_SHIFT=2
	case $1 in
	--clock) GUEST_CLOCK=$value ;;
	--smp) GUEST_SMP=$value ;;
	--mem) GUEST_MEM_MB=$value ;;
	--deadline) GUEST_DEADLINE_S=$value ;;
	--accel) GUEST_ACCEL=$value ;;
	--cpu) GUEST_CPU=$value ;;
	--append) GUEST_APPEND=$value ;;
	--stage) GUEST_STAGES+=("$value") ;;
	--results) GUEST_RESULTS=$value ;;
	--preload) GUEST_PRELOAD=$value ;;
	--drive) GUEST_DRIVES+=("$value") ;;
	--plugin) GUEST_PLUGIN=$value ;;
	--kernel) KERNEL_OPT_IMAGE=$value ;;
	--modules) KERNEL_OPT_MODULES=$value ;;
	--headers) KERNEL_OPT_HEADERS=$value ;;
	--perf) GUEST_LAYERS+=(perf) VM_SHIFT=1 ;;
	--fio) GUEST_LAYERS+=(fio) VM_SHIFT=1 ;;
	--allow-defects) GUEST_ALLOW_DEFECTS=y VM_SHIFT=1 ;;
	*) VM_SHIFT=0 ;;
	esac
	((VM_SHIFT < 2 || $# >= 2)) || die "option $1 needs a value (--help)"
}

# vm_options_check: values that QEMU or the shell would refuse less clearly
vm_options_check() {
	local drive
	[[ $GUEST_CLOCK == wall || $GUEST_CLOCK == instructions ]] ||
		die "--clock $GUEST_CLOCK: unknown; the clocks are wall and instructions"
	[[ $GUEST_ACCEL =~ ^(auto|kvm|tcg|tcg-single)$ ]] ||
		die "--accel $GUEST_ACCEL: unknown; the accelerators are auto, kvm, tcg, tcg-single"
	[[ $GUEST_SMP =~ ^[1-9][0-9]*$ ]] || die "--smp $GUEST_SMP: not a number of vCPUs"
	for drive in "${GUEST_DRIVES[@]}"; do
		[[ $drive =~ ^[a-z][a-z0-9-]{0,15}=[1-9][0-9]*(:multipath)?$ ]] ||
			die "--drive $drive: not NAME=MB or NAME=MB:multipath"
	done
	[[ $GUEST_MEM_MB =~ ^[1-9][0-9]*$ ]] || die "--mem $GUEST_MEM_MB: not a number of MB"
	[[ $GUEST_DEADLINE_S =~ ^[1-9][0-9]*$ ]] || die "--deadline $GUEST_DEADLINE_S: not seconds"
}

# guest_prepare: everything that must be there before a guest can boot
guest_prepare() {
	run_dir_init
	deps_ensure base
	[[ " ${GUEST_LAYERS[*]} " != *" fio "* ]] || deps_ensure fio
	build_all
}
