# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Another revision of this repository, built in the cache, for ./x bench gate --against.
#
# Taken out of git with git archive, so the clone keeps no trace of it (no worktree, no branch).

# revision_tree COMMIT: where its files are
revision_tree() {
	printf '%s/revisions/%s\n' "$BLKI_CACHE_DIR" "$1"
}

# revision_build COMMIT TREE: its programs and its module
revision_build() {
	local commit=$1 tree=$2 new=$2.new.$$
	if [[ ! -d $tree ]]; then
		mkdir -p -- "$new"
		git -C "$BLKI_ROOT" archive --format=tar "$commit" | tar -xf - -C "$new" ||
			die "--against $commit: git archive failed; see its message above"
		mv -T -- "$new" "$tree"
	fi
	mkdir -p -- "$tree/build/release"
	build_programs "$tree" "$tree/build/release"
	build_module "$tree"
}

# revision_stage TREE STAGE: what its build made, laid out as /blki of the guest
revision_stage() {
	mkdir -p -- "$2/bin" "$2/kernel"
	programs_stage "$1/build/release" "$2" "$2/bin"
	cp -- "$(module_dir "$1")/kernel/blki.ko" "$2/kernel/"
}
