# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Builds what the guest runs: the userspace programs with CMake, the module with kernel/'s makefile.
#
# The programs go to build/release of the clone. The module is built in a copy of kernel/ and
# include/ in the cache, one per clone and kernel: kbuild refuses paths with spaces, and two kernels
# must not share object files. build_all sets BUILD_DIR and BUILD_MODULE.

BUILD_DIR=
BUILD_MODULE=
BUILD_PLANT=0 # --plant N: instructions planted into every hooked bio, to see the gate trip

# build_all: everything of this clone that is out of date
build_all() {
	kernel_ensure
	BUILD_DIR=$BLKI_ROOT/build/release
	cache_need_space 300 "a build"
	build_programs_locked
	BUILD_MODULE=$(module_dir "$BLKI_ROOT")/kernel/blki.ko
	lock_take "build-$(clone_key "$BLKI_ROOT")"
	build_module "$BLKI_ROOT"
	lock_drop "build-$(clone_key "$BLKI_ROOT")"
}

# build_programs_locked: the programs of this clone, in BUILD_DIR
build_programs_locked() {
	mkdir -p -- "$BUILD_DIR" 2>/dev/null || true
	[[ -w $BUILD_DIR ]] || die "build: $BUILD_DIR cannot be written; clone the repository to a place" \
		"where you may write"
	lock_take "build-$(clone_key "$BLKI_ROOT")"
	build_programs "$BLKI_ROOT" "$BUILD_DIR"
	lock_drop "build-$(clone_key "$BLKI_ROOT")"
}

# clone_key ROOT: names a clone in the cache
clone_key() {
	printf '%s' "$1" | text_sha256
}

# build_programs ROOT DIR: configure once, then build
build_programs() {
	local root=$1 dir=$2
	if [[ ! -e $dir/build.ninja ]]; then
		step "configuring the programs" cmake -S "$root" -B "$dir" -G Ninja \
			-DCMAKE_BUILD_TYPE=RelWithDebInfo -DBLKI_KDIR=OFF ||
			die "build: CMake could not configure $root; its message is above"
	fi
	step "building the programs" cmake --build "$dir" ||
		fail "build: the programs do not build; the compiler's message is above"
}

# module_dir ROOT: the copy that the module is built in
module_dir() {
	printf '%s/%s-%s-%s\n' "$(module_home)" "$(clone_key "$1")" "$KERNEL_KEY" "$BUILD_PLANT"
}

# module_home: beside the kernels, in a path without spaces
module_home() {
	local home
	home=$(kernel_home)
	printf '%s/modules\n' "${home%/kernels}"
}

# build_module ROOT: kernel/blki.ko of ROOT for the guest's kernel, in module_dir
build_module() {
	local root=$1 dir
	dir=$(module_dir "$root")
	[[ -e $root/kernel/Makefile ]] || die "build: $root/kernel has no Makefile; the clone is incomplete"
	mkdir -p -- "$dir"
	module_sources_copy "$root" "$dir"
	[[ ! -e $dir/built || ! -e $dir/kernel/blki.ko ]] || return 0
	step "building the kernel module for $KERNEL_RELEASE" \
		make -C "$dir/kernel" "KDIR=$KERNEL_KDIR" "CC=$(kernel_compiler)" "BLKI_PLANT=$BUILD_PLANT" \
		-j "$(nproc)" ||
		fail "build: the kernel module does not build; the compiler's message is above"
	: >"$dir/built"
}

# module_sources_copy ROOT DIR: sources only, what is unchanged keeps its time, what is gone goes; any
# change takes the mark "built" away
module_sources_copy() {
	local root=$1 dir=$2 file
	(
		cd -- "$root" || exit
		find kernel include -type f \( -name '*.[ch]' -o -name 'Makefile*' -o -name Kbuild \) \
			! -name '*.mod.c' -print
	) | sort >"$dir/sources.new"
	if [[ -e $dir/sources ]]; then
		comm -23 "$dir/sources" "$dir/sources.new" | while IFS= read -r file; do
			rm -f -- "$dir/$file" "$dir/built"
		done
	fi
	while IFS= read -r file; do
		cmp -s -- "$root/$file" "$dir/$file" && continue
		rm -f -- "$dir/built"
		mkdir -p -- "$dir/$(dirname -- "$file")"
		cp -- "$root/$file" "$dir/$file"
	done <"$dir/sources.new"
	mv -- "$dir/sources.new" "$dir/sources"
}

# kernel_compiler: the one the kernel was built with, when it is there
kernel_compiler() {
	local config=$KERNEL_KDIR/.config major
	major=$(sed -n 's/^CONFIG_GCC_VERSION=\([0-9]*\)[0-9]\{4\}$/\1/p' "$config" 2>/dev/null)
	if [[ $major ]] && command -v "gcc-$major" >/dev/null; then
		printf 'gcc-%s\n' "$major"
	else
		printf 'gcc\n'
	fi
}
