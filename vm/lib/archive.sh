# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Downloads from the Debian archive into the cache, as any user and without touching apt's own state.
#
# The kernels are in the release's security suite. Its address is taken from the host's package
# sources; where only the main suite is enabled, from that one's address. Lists and files live in the
# cache: the host's sources, lists and packages stay as they are.

readonly ARCHIVE_SUITE=bookworm-security

ARCHIVE_IS_OPEN=

# archive_apt COMMAND ARGS…: apt-get or apt-cache on the cache's own lists
archive_apt() {
	local command=$1 apt=$BLKI_CACHE_DIR/apt
	shift
	"$command" -q \
		-o "Dir::Etc::SourceList=$apt/sources.list" -o Dir::Etc::SourceParts=- \
		-o "Dir::State::Lists=$apt/lists" -o "Dir::Cache=$apt/cache" \
		-o APT::Sandbox::User=root -o APT::Get::List-Cleanup=0 "$@"
}

# archive_uri: the address of the security suite, from what is enabled on this host
archive_uri() {
	local targets uri
	# shellcheck disable=SC2016 # apt-get replaces $(…) itself
	targets=$(apt-get indextargets --format '$(REPO_URI) $(RELEASE)' 'Created-By: Packages' 2>/dev/null |
		sort -u)
	uri=$(awk -v suite="$ARCHIVE_SUITE" '$2 == suite { print $1; exit }' <<<"$targets")
	if [[ -z $uri ]]; then
		uri=$(sed -n 's|/debian/* [a-z]*$|/debian-security|p' <<<"$targets" | head -n 1)
	fi
	printf '%s\n' "$uri"
}

# archive_open: the security suite's package lists in the cache, fresh; false when out of reach
archive_open() {
	local uri apt=$BLKI_CACHE_DIR/apt keyring=/usr/share/keyrings/debian-archive-keyring.gpg

	[[ $ARCHIVE_IS_OPEN ]] && return
	command -v apt-get >/dev/null || die "kernel: this system has no apt-get to fetch Debian's" \
		"kernel with; give your own with --kernel and --headers"
	uri=$(archive_uri)
	[[ $uri ]] || die "kernel: no Debian archive is among this system's package sources; add" \
		"the suite $ARCHIVE_SUITE to them, or give --kernel and --headers"
	[[ -e $keyring ]] || die "kernel: $keyring is missing; install debian-archive-keyring"
	mkdir -p -- "$apt/lists/partial" "$apt/cache/archives/partial"
	printf 'deb [signed-by=%s arch=amd64] %s %s main\n' "$keyring" "$uri" "$ARCHIVE_SUITE" \
		>"$apt/sources.list"
	step "package list of $ARCHIVE_SUITE" archive_update || return 1
	ARCHIVE_IS_OPEN=y
}

# archive_update: apt-get update ends well even when nothing could be fetched, unless told
archive_update() {
	archive_apt apt-get update -o APT::Update::Error-Mode=any
}

# archive_has PACKAGE VERSION
archive_has() {
	archive_apt apt-cache show "$1=$2" >/dev/null 2>&1
}

# archive_fetch PACKAGE VERSION: its file to the cache, whole or not at all
archive_fetch() {
	local package=$1 version=$2 file sha
	file=$(deb_file "$package" "$version")
	sha=$(archive_apt apt-cache show "$package=$version" | awk '$1 == "SHA256:" { print $2; exit }')
	mkdir -p -- "$RUN_DIR/download"
	step "downloading $package $version" archive_download "$package=$version" ||
		die "kernel: $package $version could not be downloaded; see the message above, then" \
			"run again"
	mv -- "$RUN_DIR"/download/*.deb "$file.new"
	[[ $sha && $(file_sha256 "$file.new") == "$sha" ]] ||
		die "kernel: $package $version arrived damaged (sha256); run again"
	printf '%s\n' "$sha" >"$file.sha256"
	mv -- "$file.new" "$file"
}

archive_download() {
	cd -- "$RUN_DIR/download" || return
	archive_apt apt-get download "$1"
}
