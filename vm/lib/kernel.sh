# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The guest's kernel: which one, its packages downloaded, checked and unpacked into the cache.
#
# kernel_ensure sets KERNEL_RELEASE, KERNEL_IMAGE (vmlinuz), KERNEL_MODULES (…/lib/modules/RELEASE),
# KERNEL_KDIR (for make KDIR=), KERNEL_PACKAGE (version, for the report) and KERNEL_KEY (names it in
# the cache). Nothing is installed: the host's /boot, /lib/modules and /usr/src are never touched.

readonly KERNEL_LOCK=$BLKI_ROOT/vm/kernel.lock
readonly KERNEL_MB=500 # disk space of one kernel's packages, unpacked ones included

KERNEL_OPT_IMAGE=   # --kernel
KERNEL_OPT_MODULES= # --modules
KERNEL_OPT_HEADERS= # --headers
KERNEL_RELEASE=
KERNEL_IMAGE=
KERNEL_MODULES=
KERNEL_KDIR=
KERNEL_PACKAGE=
KERNEL_KEY=

# lock_field NAME: the value of a line of vm/kernel.lock
lock_field() {
	awk -v name="$1" '$1 == name { print $2; exit }' "$KERNEL_LOCK"
}

# kernel_ensure: from the options, else the cache, else the archive
kernel_ensure() {
	[[ $KERNEL_RELEASE ]] && return
	if [[ $KERNEL_OPT_IMAGE ]]; then
		kernel_from_options
		return
	fi
	[[ -z $KERNEL_OPT_HEADERS$KERNEL_OPT_MODULES ]] ||
		die "--headers and --modules belong to a kernel of your own: name its vmlinuz with --kernel"

	KERNEL_RELEASE=$(lock_field release)
	KERNEL_PACKAGE=$(lock_field version)
	lock_take kernels
	kernel_packages_fetch
	kernel_packages_unpack
	lock_drop kernels
}

# kernel_package_names RELEASE: the four packages of one kernel
kernel_package_names() {
	local base=${1%-"$(lock_field flavour)"}
	printf '%s\n' "linux-image-$1" "linux-headers-$1" "linux-headers-$base-common" \
		"linux-kbuild-$base"
}

# deb_file PACKAGE VERSION: where its file is in the cache
deb_file() {
	printf '%s/packages/%s_%s.deb\n' "$BLKI_CACHE_DIR" "$1" "$2"
}

# kernel_sha PACKAGE: the sha256 its file must have; empty when nothing says so
kernel_sha() {
	local recorded
	recorded=$(deb_file "$1" "$KERNEL_PACKAGE").sha256
	if [[ $KERNEL_PACKAGE == "$(lock_field version)" ]]; then
		awk -v name="$1" '$2 == name { print $3; exit }' "$KERNEL_LOCK"
	elif [[ -e $recorded ]]; then
		cat -- "$recorded"
	fi
}

# deb_is_whole PACKAGE
deb_is_whole() {
	local file sha
	file=$(deb_file "$1" "$KERNEL_PACKAGE")
	sha=$(kernel_sha "$1")
	[[ -s $file && $sha && $(file_sha256 "$file") == "$sha" ]]
}

# kernel_packages_fetch: every package of the kernel whole in the cache
kernel_packages_fetch() {
	local package missing=()

	while read -r package; do
		deb_is_whole "$package" && continue
		[[ -e $(deb_file "$package" "$KERNEL_PACKAGE") ]] &&
			say "  $package in the cache is damaged (its sha256 is wrong): fetching it again"
		missing+=("$package")
	done < <(kernel_package_names "$KERNEL_RELEASE")
	((${#missing[@]})) || return 0

	cache_need_space "$KERNEL_MB" "the guest's kernel"
	if ! archive_open; then
		kernel_offline "${missing[*]}"
		return
	fi
	if ! archive_has "${missing[0]}" "$KERNEL_PACKAGE"; then
		kernel_take_newest
		kernel_packages_fetch_all
		return
	fi
	for package in "${missing[@]}"; do
		archive_fetch "$package" "$KERNEL_PACKAGE"
	done
}

kernel_packages_fetch_all() {
	local package
	while read -r package; do
		deb_is_whole "$package" || archive_fetch "$package" "$KERNEL_PACKAGE"
	done < <(kernel_package_names "$KERNEL_RELEASE")
}

# kernel_take_newest: the locked version is gone from the archive
kernel_take_newest() {
	local meta locked=$KERNEL_PACKAGE
	meta=linux-image-$(lock_field series)-$(lock_field flavour)
	KERNEL_PACKAGE=$(archive_apt apt-cache show "$meta" | awk '$1 == "Version:" { print $2; exit }')
	KERNEL_RELEASE=$(archive_apt apt-cache show "$meta" |
		sed -n 's/^Depends:.*linux-image-\([^ ,]*\).*/\1/p' | head -n 1)
	[[ $KERNEL_PACKAGE && $KERNEL_RELEASE ]] || die "kernel: the archive has neither version" \
		"$locked of vm/kernel.lock nor any $meta; give your own with --kernel and --headers"
	say "NOTICE: the archive no longer has kernel $locked of vm/kernel.lock;" \
		"using the newest, $KERNEL_PACKAGE. Figures of the two kernels must not be compared."
}

# kernel_offline MISSING: no archive; any whole kernel of the cache will do, with a notice
kernel_offline() {
	local dir
	for dir in "$BLKI_CACHE_DIR"/kernels/*/; do
		[[ -e $dir/.complete ]] || continue
		read -r KERNEL_RELEASE KERNEL_PACKAGE _ <"$dir/.complete"
		say "NOTICE: $1 cannot be fetched; using kernel $KERNEL_PACKAGE of the cache"
		return
	done
	die "kernel: ($1) not whole in the cache and the package archive cannot be reached;" \
		"connect once, or give --kernel and --headers"
}

# kernel_packages_unpack: the packages of the cache to kernels/KEY, and the KERNEL_ variables
kernel_packages_unpack() {
	local dir new sha
	KERNEL_KEY=$KERNEL_PACKAGE
	dir=$(kernel_home)/$KERNEL_KEY
	if [[ -e $dir/.complete ]]; then
		read -r _ _ sha <"$dir/.complete"
		[[ $(file_sha256 "$dir/boot/vmlinuz-$KERNEL_RELEASE" 2>/dev/null) == "$sha" ]] ||
			rm -rf -- "$dir"
	fi
	if [[ ! -e $dir/.complete ]]; then
		new=$dir.new.$$
		rm -rf -- "$dir" "$new"
		step "unpacking kernel $KERNEL_PACKAGE" kernel_unpack_to "$new" "$dir" ||
			die "kernel: its packages in $BLKI_CACHE_DIR/packages cannot be unpacked;" \
				"remove them and run again"
	fi
	KERNEL_IMAGE=$dir/boot/vmlinuz-$KERNEL_RELEASE
	KERNEL_MODULES=$dir/lib/modules/$KERNEL_RELEASE
	KERNEL_KDIR=$dir/usr/src/linux-headers-$KERNEL_RELEASE
}

# kernel_home: where kernels are unpacked; kbuild refuses a path with spaces or colons
kernel_home() {
	local home=$BLKI_CACHE_DIR/kernels
	if [[ $home == *[[:space:]:]* ]]; then
		home=/var/tmp/blk-interposer-$EUID-$(clone_key "$BLKI_CACHE_DIR")
		[[ -d $home ]] || mkdir -m 0700 -- "$home"
		[[ -O $home ]] || die "kernel: $home belongs to somebody else; set BLKI_CACHE=DIR to a" \
			"path without spaces"
	fi
	printf '%s\n' "$home"
}

# kernel_unpack_to NEW FINAL: unpack in NEW, make its makefiles point into FINAL, rename
kernel_unpack_to() {
	local new=$1 final=$2 package makefile
	mkdir -p -- "$new"
	while read -r package; do
		dpkg-deb -x "$(deb_file "$package" "$KERNEL_PACKAGE")" "$new"
	done < <(kernel_package_names "$KERNEL_RELEASE")
	while IFS= read -r makefile; do
		sed -i "s|/usr/src/linux-|$final/usr/src/linux-|g" "$makefile"
	done < <(grep -l '/usr/src/linux-' "$new"/usr/src/linux-headers-*/Makefile)
	# without it kbuild makes no BTF for the module, which would need pahole
	rm -f -- "$new/usr/src/linux-headers-$KERNEL_RELEASE/vmlinux"
	rm -rf -- "${new:?}/usr/share"
	depmod -b "$new" "$KERNEL_RELEASE" # the package leaves modules.dep to its installation
	printf '%s %s %s\n' "$KERNEL_RELEASE" "$KERNEL_PACKAGE" \
		"$(file_sha256 "$new/boot/vmlinuz-$KERNEL_RELEASE")" >"$new/.complete"
	mv -T -- "$new" "$final"
}

# kernel_from_options: any vmlinuz, its modules and headers
kernel_from_options() {
	[[ -r $KERNEL_OPT_IMAGE ]] || die "--kernel $KERNEL_OPT_IMAGE: no such readable file;" \
		"give a vmlinuz (bzImage)"
	KERNEL_IMAGE=$(readlink -f -- "$KERNEL_OPT_IMAGE")
	KERNEL_RELEASE=$(vmlinuz_release "$KERNEL_IMAGE")
	[[ $KERNEL_RELEASE ]] || die "--kernel $KERNEL_OPT_IMAGE: not an x86 bzImage; give a vmlinuz"
	KERNEL_MODULES=${KERNEL_OPT_MODULES:-$(dirname -- "$KERNEL_IMAGE")/../lib/modules/$KERNEL_RELEASE}
	[[ -d $KERNEL_MODULES/kernel ]] || KERNEL_MODULES=${KERNEL_OPT_MODULES:-/lib/modules/$KERNEL_RELEASE}
	[[ -d $KERNEL_MODULES ]] || die "--kernel $KERNEL_OPT_IMAGE: no modules of $KERNEL_RELEASE" \
		"found; name their directory (…/lib/modules/$KERNEL_RELEASE) with --modules"
	[[ -e $KERNEL_MODULES/modules.dep ]] || die "--modules $KERNEL_MODULES: there is no" \
		"modules.dep; run depmod -b ROOT $KERNEL_RELEASE on it"
	KERNEL_KDIR=${KERNEL_OPT_HEADERS:-$KERNEL_MODULES/build}
	[[ -e $KERNEL_KDIR/Makefile ]] || die "--kernel $KERNEL_OPT_IMAGE: no headers of" \
		"$KERNEL_RELEASE in $KERNEL_KDIR; name the build directory with --headers"
	KERNEL_KDIR=$(readlink -f -- "$KERNEL_KDIR")
	[[ $KERNEL_KDIR != *[[:space:]:]* ]] || die "--headers $KERNEL_KDIR: kbuild refuses a path" \
		"with spaces or colons; move or copy it"
	KERNEL_MODULES=$(readlink -f -- "$KERNEL_MODULES")
	KERNEL_PACKAGE=custom
	KERNEL_KEY=custom-$(file_sha256 "$KERNEL_IMAGE" | cut -c 1-16)
}

# vmlinuz_release FILE: what uname -r will say; Source: Documentation/arch/x86/boot.rst, kernel_version
vmlinuz_release() {
	local magic offset
	magic=$(od -An -c -j 514 -N 4 -- "$1" | tr -d ' \n')
	[[ $magic == HdrS ]] || return 0
	offset=$(($(od -An -tu2 -j 526 -N 2 -- "$1") + 512))
	tail -c +"$((offset + 1))" -- "$1" | head -c 128 | tr '\0' '\n' | head -n 1 | cut -d ' ' -f 1
}
