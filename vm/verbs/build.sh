# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# ./x build: the programs in build/release, the kernel module for the guest's kernel.

build_usage() {
	cat <<-'HELP'
	Usage: ./x build [--kernel VMLINUZ [--modules DIR] [--headers DIR]]

	Installs what is missing, builds the programs (build/release) and the kernel module for the
	guest's kernel, and prints where they are.

	Examples:
	  ./x build
	  ./x build --kernel /boot/vmlinuz-6.1.0-40-amd64
	HELP
}

verb_build() {
	while (($#)); do
		case $1 in
		-h | --help) build_usage && return ;;
		esac
		vm_option "$@"
		((VM_SHIFT)) || die "./x build: unknown argument '$1' (./x build --help)"
		shift "$VM_SHIFT"
	done
	guest_prepare
	printf 'programs: %s\nkernel module: %s\n' "$BUILD_DIR" "$BUILD_MODULE"
}
