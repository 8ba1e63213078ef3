# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Debug kernels: Debian's source of the locked version, configured by vm/debug/, built in the cache.
#
# debug/<variant>-<key>/ holds the build tree, which the module is built against, and what
# modules_install made. The key covers fragments, source version and compiler, so a kernel is built
# once; that takes some ten minutes on two free cores.

readonly DEBUG_CPU=max
readonly DEBUG_MB=9000 # source, objects and packages of one debug kernel

# debug_kernel VARIANT: kasan or kcsan; sets the KERNEL_ variables as kernel_ensure does
debug_kernel() {
	local variant=$1 key dir
	KERNEL_PACKAGE=$(lock_field version)
	key=$({
		cat -- "$BLKI_ROOT/vm/debug/base.config" "$BLKI_ROOT/vm/debug/$variant.config"
		printf '%s\n' "$KERNEL_PACKAGE"
		"$(debug_compiler)" --version
	} | text_sha256)
	KERNEL_KEY=$variant-$key
	dir=$(debug_home)/$KERNEL_KEY
	lock_take "debug-$variant"
	if [[ ! -e $dir/.complete ]]; then
		deps_ensure debug
		debug_source_fetch
		[[ -d $dir/tree ]] || cache_need_space "$DEBUG_MB" "building the $variant kernel"
		debug_build "$variant" "$dir"
	fi
	lock_drop "debug-$variant"
	KERNEL_RELEASE=$(cat -- "$dir/tree/include/config/kernel.release")
	KERNEL_IMAGE=$dir/tree/arch/x86/boot/bzImage
	KERNEL_MODULES=$dir/lib/modules/$KERNEL_RELEASE
	KERNEL_KDIR=$dir/tree
}

# debug_prepare VARIANT: the kernel, and a guest that it boots in
debug_prepare() {
	# a debug kernel is too slow to find the timer of the model that benchmarks use
	GUEST_CPU=${GUEST_CPU:-$DEBUG_CPU}
	# the interrupt routing of the machine "pc" is computed in loops that ACPICA gives 30 s
	GUEST_MACHINE=q35
	# reports are long; what the ring has lost the tests' runner can not judge
	GUEST_APPEND+=" log_buf_len=8M"
	debug_kernel "$1"
}

# debug_compiler: the one that Debian builds this series with
debug_compiler() {
	if [[ $(gcc -dumpversion 2>/dev/null) == 12 ]]; then
		printf 'gcc\n'
	else
		printf 'gcc-12\n'
	fi
}

# debug_home: beside the kernels, in a path without spaces
debug_home() {
	local home
	home=$(kernel_home)
	printf '%s/debug\n' "${home%/kernels}"
}

# debug_source_fetch: the source package whole in the cache
debug_source_fetch() {
	local package
	package=$(awk '$1 == "source" { print $2; exit }' "$KERNEL_LOCK")
	deb_is_whole "$package" && return
	cache_need_space 400 "the kernel's source"
	archive_open || die "debug kernel: $package $KERNEL_PACKAGE is not whole in the cache and the" \
		"package archive cannot be reached; connect once"
	archive_has "$package" "$KERNEL_PACKAGE" || die "debug kernel: the archive no longer has" \
		"$package $KERNEL_PACKAGE of vm/kernel.lock; write a newer version there"
	archive_fetch "$package" "$KERNEL_PACKAGE"
}

# debug_build VARIANT DIR: unpack, configure, build, install the modules below DIR
debug_build() {
	local variant=$1 dir=$2 package
	package=$(awk '$1 == "source" { print $2; exit }' "$KERNEL_LOCK")
	if [[ ! -e $dir/tree/Makefile ]]; then
		step "unpacking the kernel's source" debug_unpack "$package" "$dir" ||
			die "debug kernel: $package in $BLKI_CACHE_DIR/packages cannot be unpacked;" \
				"remove it and run again"
	fi
	step "configuring the $variant kernel" debug_configure "$variant" "$dir" ||
		fail "debug kernel: the fragments of vm/debug do not configure; the message is above"
	step "building the $variant kernel (ten minutes on two free cores)" \
		nice make -C "$dir/tree" "CC=$(debug_compiler)" -j "$(nproc)" bzImage modules ||
		fail "debug kernel: it does not build; the compiler's message is above"
	step "installing the modules of the $variant kernel into the cache" \
		make -C "$dir/tree" "CC=$(debug_compiler)" "INSTALL_MOD_PATH=$dir" modules_install ||
		fail "debug kernel: its modules could not be installed below $dir"
	: >"$dir/.complete"
}

debug_unpack() {
	local package=$1 dir=$2
	rm -rf -- "$dir/tree" "$dir/unpack"
	mkdir -p -- "$dir/unpack"
	dpkg-deb -x "$(deb_file "$package" "$KERNEL_PACKAGE")" "$dir/unpack"
	tar -C "$dir/unpack" -xJf "$dir/unpack/usr/src/$package.tar.xz"
	mv -T -- "$dir/unpack/$package" "$dir/tree"
	rm -rf -- "$dir/unpack"
}

# debug_configure VARIANT DIR: allnoconfig and the fragments; a symbol that did not take is told
debug_configure() {
	local variant=$1 dir=$2 line fragment=$2/fragment
	cat -- "$BLKI_ROOT/vm/debug/base.config" "$BLKI_ROOT/vm/debug/$variant.config" >"$fragment"
	make -C "$dir/tree" "CC=$(debug_compiler)" "KCONFIG_ALLCONFIG=$fragment" allnoconfig
	grep '^CONFIG_' "$BLKI_ROOT/vm/debug/$variant.config" | while IFS= read -r line; do
		grep -qxF -- "$line" "$dir/tree/.config" || {
			echo "vm/debug/$variant.config: $line did not take effect"
			exit 1
		}
	done
}
