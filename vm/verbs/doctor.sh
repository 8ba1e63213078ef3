# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# ./x doctor: what this machine can do. Installs nothing and downloads nothing.

readonly DOCTOR_SPACE_MB=3000 # cache and build of everything but the debug kernels
readonly DOCTOR_MEMORY_MB=2500

DOCTOR_BAD=0

doctor_usage() {
	cat <<-'HELP'
	Usage: ./x doctor

	Says what this machine has and lacks: system, packages, space, memory, the guest's kernel, and
	whether KVM really boots a guest. Changes nothing. Exit: 0 everything is there, 2 something is
	missing that ./x cannot get by itself.

	Example:
	  ./x doctor
	HELP
}

# doctor_line WHAT TEXT…
doctor_line() {
	local what=$1
	shift
	printf '%-12s %s\n' "$what" "$*"
}

# doctor_bad WHAT TEXT: something ./x cannot mend by itself
doctor_bad() {
	local what=$1
	shift
	DOCTOR_BAD=$((DOCTOR_BAD + 1))
	doctor_line "$what" "PROBLEM: $*"
}

doctor_system() {
	local name version id rights
	name=$(sed -n 's/^PRETTY_NAME="\{0,1\}\([^"]*\)"\{0,1\}$/\1/p' /etc/os-release 2>/dev/null)
	version=$(sed -n 's/^VERSION_ID="\{0,1\}\([^"]*\)"\{0,1\}$/\1/p' /etc/os-release 2>/dev/null)
	id=$(sed -n 's/^ID=//p' /etc/os-release 2>/dev/null)
	doctor_line system "${name:-unknown}, kernel $(uname -r), $(nproc) CPUs"
	if [[ $(uname -m) != x86_64 ]]; then
		doctor_bad system "$(uname -m) is not supported; the guest is x86_64"
	elif [[ $id != debian || $version != 12 ]]; then
		doctor_line "" "not Debian 12: ./x is proved there only"
	fi
	rights="neither root nor sudo: packages cannot be installed"
	((EUID)) || rights="root"
	[[ $EUID == 0 ]] || ! command -v sudo >/dev/null || rights="sudo"
	doctor_line rights "$rights"
	[[ -r /proc/self/status ]] || doctor_bad /proc "not mounted; mount -t proc proc /proc"
}

doctor_packages() {
	local set missing
	for set in base debug; do
		missing=$(deps_missing "$set" | cut -d ' ' -f 1 | paste -sd ' ')
		if [[ -z $missing ]]; then
			doctor_line packages "set '$set': all there"
		elif command -v apt-get >/dev/null; then
			doctor_line packages "set '$set': ./x will install $missing"
		elif [[ $set == base ]]; then
			doctor_bad packages "no apt-get; install what provides: $missing"
		fi
	done
	! command -v "$QEMU" >/dev/null || doctor_line qemu "$("$QEMU" --version | head -n 1)"
}

doctor_space() {
	local free_mb memory_mb
	free_mb=$(df -Pm -- "$BLKI_CACHE_DIR" | awk 'NR == 2 { print $4 }')
	if ((free_mb < DOCTOR_SPACE_MB)); then
		doctor_bad cache "$BLKI_CACHE_DIR: $free_mb MB free, $DOCTOR_SPACE_MB MB needed; set BLKI_CACHE"
	else
		doctor_line cache "$BLKI_CACHE_DIR: $free_mb MB free," \
			"$(du -sm -- "$BLKI_CACHE_DIR" 2>/dev/null | cut -f 1) MB used"
	fi
	memory_mb=$(awk '$1 == "MemAvailable:" { print int($2 / 1024) }' /proc/meminfo 2>/dev/null || true)
	if [[ -z $memory_mb ]]; then
		doctor_bad memory "unknown, /proc/meminfo cannot be read"
	elif ((memory_mb < DOCTOR_MEMORY_MB)); then
		doctor_bad memory "$memory_mb MB available, $DOCTOR_MEMORY_MB MB needed by guest and QEMU"
	else
		doctor_line memory "$memory_mb MB available"
	fi
	[[ -w $BLKI_ROOT ]] || doctor_bad clone "$BLKI_ROOT is read-only; clone to a place where you may write"
}

doctor_kernel() {
	local package missing=''
	KERNEL_RELEASE=$(lock_field release)
	KERNEL_PACKAGE=$(lock_field version)
	KERNEL_KEY=$KERNEL_PACKAGE
	while read -r package; do
		deb_is_whole "$package" || missing+=" $package"
	done < <(kernel_package_names "$KERNEL_RELEASE")
	if [[ -z $missing ]]; then
		doctor_line kernel "$KERNEL_PACKAGE of vm/kernel.lock is in the cache"
	elif command -v apt-get >/dev/null && [[ $(archive_uri) ]]; then
		doctor_line kernel "$KERNEL_PACKAGE: ./x will download it ($(archive_uri))"
	else
		doctor_bad kernel "$KERNEL_PACKAGE is not in the cache and no Debian archive is known;" \
			"give --kernel and --headers"
	fi
	KERNEL_IMAGE=$(kernel_home)/$KERNEL_KEY/boot/vmlinuz-$KERNEL_RELEASE
}

doctor_kvm() {
	if [[ ! -e /dev/kvm ]]; then
		doctor_line kvm "no /dev/kvm: guests run under TCG"
	elif [[ ! -w /dev/kvm ]]; then
		doctor_line kvm "/dev/kvm may not be opened (group kvm): guests run under TCG"
	elif [[ ! -e $KERNEL_IMAGE ]] || ! command -v "$QEMU" >/dev/null; then
		doctor_line kvm "/dev/kvm is there; the first guest will prove whether it works"
	elif kvm_works; then
		doctor_line kvm "boots a guest: used for function, TCG for the instruction clock"
	else
		doctor_line kvm "/dev/kvm is there and boots no guest: guests run under TCG"
	fi
}

verb_doctor() {
	case ${1:-} in
	-h | --help) doctor_usage && return ;;
	"") ;;
	*) die "./x doctor $1: unknown; it takes no argument" ;;
	esac
	run_dir_init
	doctor_system
	doctor_packages
	doctor_space
	doctor_kernel
	doctor_kvm
	if ((DOCTOR_BAD)); then
		printf '%d to mend before ./x can work\n' "$DOCTOR_BAD"
		exit 2
	fi
	printf 'everything ./x needs is there or can be fetched\n'
}
