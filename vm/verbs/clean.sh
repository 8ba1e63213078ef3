# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# ./x clean: what was built; with --all the cache too. Results and installed packages stay.

clean_usage() {
	cat <<-'HELP'
	Usage: ./x clean [--all]

	Removes build/ and this clone's module builds. --all removes the whole cache as well: downloaded
	kernels, initramfs layers, other revisions, debug kernels, logs. results/ is never touched, and
	packages that ./x installed stay installed.

	Examples:
	  ./x clean
	  ./x clean --all
	HELP
}

verb_clean() {
	local all='' root dir fallback what="nothing was built here"
	case ${1:-} in
	-h | --help) clean_usage && return ;;
	--all) all=y ;;
	"") ;;
	*) die "./x clean $1: unknown; the only option is --all (./x clean --help)" ;;
	esac
	cache_init
	root=$BLKI_CACHE_DIR
	if compgen -G "$root/tmp/run.*/.lock" >/dev/null; then
		run_dir_init # sweeps those of runs that are dead
		for dir in "$root"/tmp/run.*; do
			[[ $dir == "$RUN_DIR" ]] || die "clean: another run of ./x is going on" \
				"($dir); wait for it"
		done
	fi
	! compgen -G "$(module_home)/$(clone_key "$BLKI_ROOT")-*" >/dev/null && [[ ! -e $BLKI_ROOT/build ]] ||
		what="removed $BLKI_ROOT/build and this clone's module builds"
	rm -rf -- "$BLKI_ROOT/build" || die "clean: $BLKI_ROOT/build cannot be removed, its files belong to" \
		"somebody else; run it as who built"
	rm -rf -- "$(module_home)/$(clone_key "$BLKI_ROOT")"-*
	say "$what"
	fallback=$(kernel_home)
	[[ $fallback == /var/tmp/blk-interposer-* ]] || fallback=
	if [[ $all ]]; then
		rm -rf -- "$root"/{packages,kernels,base,modules,revisions,debug,logs,apt} \
			"$root"/kvm-* "$root"/.lock-* ${fallback:+"$fallback"}
		[[ $RUN_DIR ]] || rmdir --ignore-fail-on-non-empty -- "$root/tmp" "$root"
		say "removed the cache $root"
	fi
}
