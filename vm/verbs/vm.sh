# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# ./x vm run and ./x vm shell: one command, or a shell, in the guest.

vm_usage() {
	cat <<-'HELP'
	Usage: ./x vm run [OPTION…] -- CMD [ARGUMENT…]
	       ./x vm shell [OPTION…]

	Builds what is out of date, boots the guest, runs CMD in it. stdout, stderr and the exit
	status are CMD's; the guest's /results comes back to DIR of --results.

	  --clock wall|instructions  default wall; instructions: one vCPU, -icount, exact and repeatable
	  --smp N                    vCPUs with the wall clock (default 2)
	  --mem MB                   memory of the guest (default 1024)
	  --deadline S               seconds after which the guest has failed (default 900)
	  --accel auto|kvm|tcg|tcg-single
	  --cpu MODEL                QEMU's CPU model
	  --append "WORDS"           more kernel command line
	  --stage DIR:GUESTDIR       copies DIR of the host to GUESTDIR of the guest; may be repeated
	  --results DIR              where the guest's /results goes
	  --drive NAME=MB            one more virtio disk, empty, with the serial number NAME; may be repeated
	                             NAME=MB:multipath: an NVMe disk with two paths
	  --perf                     perf is in the guest too
	  --fio                      so is fio, 84 MB with its libraries
	  --preload "MODULES"        modules that are loaded before CMD
	  --plugin "FILE,ARG=…"      QEMU's -plugin (TCG)
	  --allow-defects            a kernel WARNING or BUG does not fail the run
	  --kernel VMLINUZ [--modules DIR] [--headers DIR]
	                             another kernel than that of vm/kernel.lock

	Examples:
	  ./x vm run -- uname -a
	  ./x vm run --clock instructions -- bash -c 'modprobe null_blk; lsblk'
	  ./x vm shell
	HELP
}

verb_vm() {
	local mode=${1:-} status=0
	case $mode in
	run | shell) shift ;;
	-h | --help) vm_usage && return ;;
	"") vm_usage >&2 && exit 2 ;;
	*) die "./x vm $mode: unknown; it is ./x vm run or ./x vm shell (./x vm --help)" ;;
	esac
	while (($#)); do
		case $1 in
		-h | --help) vm_usage && return ;;
		--) shift && break ;;
		esac
		vm_option "$@"
		((VM_SHIFT)) || { [[ $1 != -* ]] && break; } || die "./x vm $mode: unknown option $1 (--help)"
		shift "$VM_SHIFT"
	done
	vm_options_check
	if [[ $mode == run ]]; then
		(($#)) || die "./x vm run: no command; for instance ./x vm run -- uname -a"
		guest_prepare
		guest_run "$@" || status=$?
		exit "$status"
	fi
	(($# == 0)) || die "./x vm shell takes no command; ./x vm run does"
	guest_prepare
	guest_shell
}
