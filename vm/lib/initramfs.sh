# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The guest's initramfs: cached layers of host programs and kernel modules, and a small overlay.
#
# A layer (base, perf, fio) is a cpio in the cache, named by a hash of everything it is made of. The
# overlay holds what this clone built, the tests and the command, and is made anew for every run.
# Both are uncompressed: under TCG the guest would spend seconds on unpacking, and uncompressed
# archives that end on a 512-byte block can simply be joined.

readonly GUEST_INIT=$BLKI_ROOT/vm/guest/init
readonly GUEST_PROGRAMS=$BLKI_ROOT/vm/guest/programs.txt
readonly GUEST_MODULES=$BLKI_ROOT/vm/guest/modules.txt
readonly LAYERS_KEPT=6 # layers kept in the cache, the newest

# cpio_pack DIR FILE: everything below DIR, owned by root, in a stable order
cpio_pack() {
	(
		cd -- "$1" || exit
		find . -mindepth 1 -print0 | sort -z |
			cpio -0 -o -H newc -R 0:0 --quiet --reproducible -C 512
	) >"$2"
}

# merged_path PATH: where PATH goes in the guest, whose /bin, /sbin and /lib are below /usr
merged_path() {
	case $1 in
	/bin/* | /sbin/* | /lib/* | /lib32/* | /lib64/*) printf '/usr%s\n' "$1" ;;
	*) printf '%s\n' "$1" ;;
	esac
}

# libraries_copy TREE FILE…: the shared libraries of FILEs into TREE
libraries_copy() {
	local tree=$1 library
	shift
	ldd "$@" 2>/dev/null | awk '
		/=> \// { print $3 }
		$1 ~ /^\/.*ld-linux/ { print $1 }' | sort -u | while IFS= read -r library; do
		file_copy "$tree" "$library" "$(merged_path "$library")"
	done
}

# file_copy TREE SOURCE DEST
file_copy() {
	[[ -e $1$3 ]] && return
	mkdir -p -- "$1$(dirname -- "$3")"
	cp -L -- "$2" "$1$3"
}

# layer_programs LAYER: paths of the layer's programs; dies when one is missing
layer_programs() {
	local layer program path
	while read -r layer program; do
		[[ $layer == "$1" || $layer == "?$1" ]] || continue
		if path=$(type -P "$program"); then
			printf '%s\n' "$path"
		elif [[ $layer != \?* ]]; then
			die "guest: the host has no program '$program' for the initramfs; install it" \
				"(vm/deps.txt names the packages)"
		fi
	done <"$GUEST_PROGRAMS"
}

# layer_ensure LAYER: the layer's cpio in the cache; sets LAYER_FILE
layer_ensure() {
	local layer=$1 programs key
	programs=$(layer_programs "$layer") || exit
	key=$({
		cat -- "$GUEST_PROGRAMS" "$BLKI_ROOT/vm/lib/initramfs.sh"
		[[ $layer == base ]] && cat -- "$GUEST_MODULES" "$KERNEL_MODULES/modules.dep" &&
			printf '%s\n' "$KERNEL_KEY"
		xargs -d '\n' stat -L -c '%n %s %Y' <<<"$programs"
		stat -c '%s %Y' /etc/ld.so.cache 2>/dev/null || true
	} | text_sha256)
	LAYER_FILE=$BLKI_CACHE_DIR/base/$layer-$key.cpio
	[[ -e $LAYER_FILE ]] && touch -- "$LAYER_FILE" && return

	cache_need_space 400 "the guest's initramfs"
	lock_take "layer-$layer"
	if [[ ! -e $LAYER_FILE ]]; then
		step "making the guest's $layer files" "layer_make_$layer" "$programs" ||
			die "guest: the initramfs layer '$layer' could not be made; its message is above"
		mv -- "$RUN_DIR/layer.cpio" "$LAYER_FILE"
	fi
	lock_drop "layer-$layer"
	layers_prune
}

layers_prune() {
	local old
	# shellcheck disable=SC2012 # names are ours: a word, a hash
	ls -t -- "$BLKI_CACHE_DIR/base" | tail -n +"$((LAYERS_KEPT + 1))" | while read -r old; do
		rm -f -- "$BLKI_CACHE_DIR/base/$old"
	done
}

# programs_copy TREE PROGRAMS: programs under their own names, with their libraries
programs_copy() {
	local tree=$1 program
	local -a programs
	mapfile -t programs <<<"$2"
	for program in "${programs[@]}"; do
		file_copy "$tree" "$program" "$(merged_path "$program")"
	done
	libraries_copy "$tree" "${programs[@]}"
}

# layer_make_perf PROGRAMS, layer_make_fio PROGRAMS: nothing but programs
layer_make_perf() {
	local tree=$RUN_DIR/layer
	mkdir -p -- "$tree"
	programs_copy "$tree" "$1"
	cpio_pack "$tree" "$RUN_DIR/layer.cpio"
	rm -rf -- "$tree"
}

layer_make_fio() {
	layer_make_perf "$1"
}

layer_make_base() {
	local tree=$RUN_DIR/layer dir applet
	mkdir -p -- "$tree"/{usr/{bin,sbin,lib,lib64},etc,dev,proc,sys,run,tmp,root,mnt,results,var/tmp}
	for dir in bin sbin lib lib64; do
		ln -s -- "usr/$dir" "$tree/$dir"
	done
	programs_copy "$tree" "$1"
	busybox --list | while read -r applet; do
		compgen -G "$tree/usr/*bin/$applet" >/dev/null || ln -s busybox "$tree/usr/bin/$applet"
	done
	ln -sf bash "$tree/usr/bin/sh"
	printf 'root:x:0:0:root:/root:/bin/bash\nnobody:x:65534:65534:nobody:/:/bin/false\n' \
		>"$tree/etc/passwd"
	printf 'root:x:0:\ndisk:x:6:\nnogroup:x:65534:\n' >"$tree/etc/group"
	printf '127.0.0.1 localhost guest\n' >"$tree/etc/hosts"
	ln -s /proc/self/mounts "$tree/etc/mtab"
	[[ -e /etc/mke2fs.conf ]] && cp -- /etc/mke2fs.conf "$tree/etc/"
	modules_copy "$tree"
	cpio_pack "$tree" "$RUN_DIR/layer.cpio"
	rm -rf -- "$tree"
}

# modules_copy TREE: the modules of vm/guest/modules.txt and what they need, decompressed
modules_copy() {
	local tree=$1 path dest
	dest=$tree/usr/lib/modules/$KERNEL_RELEASE
	mkdir -p -- "$dest"
	awk 'NR == FNR { if ($1 !~ /^#/) want[$1] = 1; next }
	     {
		sub(":", "", $1)
		name = $1; sub(".*/", "", name); sub("[.]ko.*", "", name)
		alias = name; gsub("_", "-", alias); other = name; gsub("-", "_", other)
		if (name in want || alias in want || other in want)
			for (i = 1; i <= NF; i++) print $i
	     }' "$GUEST_MODULES" "$KERNEL_MODULES/modules.dep" | sort -u |
		while IFS= read -r path; do
			mkdir -p -- "$dest/$(dirname -- "$path")"
			case $path in
			*.xz) xz -dc -- "$KERNEL_MODULES/$path" >"$dest/${path%.xz}" ;;
			*.zst) zstd -qdc -- "$KERNEL_MODULES/$path" >"$dest/${path%.zst}" ;;
			*.gz) gzip -dc -- "$KERNEL_MODULES/$path" >"$dest/${path%.gz}" ;;
			*) cp -- "$KERNEL_MODULES/$path" "$dest/$path" ;;
			esac
		done
	cp -- "$KERNEL_MODULES"/modules.{order,builtin*} "$dest/"
	depmod -b "$tree/usr" -C /dev/null "$KERNEL_RELEASE" 2>/dev/null ||
		depmod -b "$tree" "$KERNEL_RELEASE"
}

# overlay_make STAGE: what this clone built, into the directory STAGE
overlay_make() {
	local stage=$1 program
	mkdir -p -- "$stage"/blki/{bin,kernel,tests/helpers,bench}
	cp -- "$GUEST_INIT" "$stage/init"
	cp -- "$BUILD_MODULE" "$(dirname -- "$BUILD_MODULE")/blki-zerohead.ko" "$stage/blki/kernel/"
	programs_stage "$BUILD_DIR" "$stage" "$stage/blki/bin"
	for program in "$stage"/blki/bin/*; do
		ln -s -- "../../bin/${program##*/}" "$stage/blki/tests/helpers/${program##*/}"
	done
	[[ -d $BLKI_ROOT/tests/system ]] && cp -R -t "$stage/blki/tests" -- "$BLKI_ROOT"/tests/{system,torture,root}
	cp -R -t "$stage/blki" -- "$BLKI_ROOT/docs/recipes" "$BLKI_ROOT/tools/udev"
	# the system's own rules of udev, for the test that starts one
	[[ -d /lib/udev/rules.d ]] && cp -R -- /lib/udev/rules.d "$stage/blki/udev/system.d"
	find "$BLKI_ROOT/bench" -maxdepth 1 -name '*.json' -exec cp -t "$stage/blki/bench" -- {} +
}

# programs_stage BUILD STAGE BIN: the programs of a build into BIN, their libraries into STAGE
programs_stage() {
	local build=$1 stage=$2 bin=$3 folder
	local -a programs=() folders=()
	for folder in tools ublk-sim bench tests; do
		[[ -d $build/$folder ]] && folders+=("$build/$folder")
	done
	((${#folders[@]})) || return 0
	mapfile -d '' -t programs < <(find "${folders[@]}" \( -name CMakeFiles -o -name fuzz \) -prune -o \
		-type f -perm -u+x ! -name 'test_*' ! -name '*.so*' -print0)
	((${#programs[@]})) || return 0
	cp -t "$bin" -- "${programs[@]}"
	libraries_copy "$stage" "${programs[@]}"
}
