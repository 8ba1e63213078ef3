# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The host packages of vm/deps.txt: which are missing, and their installation with apt-get.
#
# A probe decides, not dpkg: a program put there by other means is as good. Only apt-get is ever run
# with more rights than the caller's, and only to install the packages that vm/deps.txt names.

readonly DEPS_FILE=$BLKI_ROOT/vm/deps.txt
readonly DEPS_MB=2500 # disk space that all packages of the base set take, on a bare system

PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin # mkfs.ext4 and its like, for a user without sbin

# deps_probe PROBE: true when what PROBE names is there
deps_probe() {
	case $1 in
	cmd:*) command -v "${1#cmd:}" >/dev/null ;;
	pc:*) pkg-config --exists "${1#pc:}" 2>/dev/null ;;
	file:*) [[ -e ${1#file:} ]] ;;
	lib:*) compgen -G "/lib/*/${1#lib:}" >/dev/null || compgen -G "/usr/lib*/${1#lib:}" >/dev/null ;;
	*) die "vm/deps.txt: unknown probe '$1'; the kinds are cmd:, pc:, file: and lib:" ;;
	esac
}

# deps_missing SET: lines "package probe what for" of what SET needs and is not there
deps_missing() {
	local package probe set what
	while read -r package probe set what; do
		[[ $package == \#* || -z $package || $set != "$1" ]] && continue
		deps_probe "$probe" || printf '%s %s %s\n' "$package" "$probe" "$what"
	done <"$DEPS_FILE"
}

# deps_ensure SET: install what is missing, or say exactly what it is
deps_ensure() {
	local missing
	missing=$(deps_missing "$1")
	[[ -z $missing ]] && return
	lock_take packages
	missing=$(deps_missing "$1")
	if [[ $missing ]]; then
		deps_install "$missing"
		missing=$(deps_missing "$1")
		[[ -z $missing ]] || die "packages: apt-get ended well and these probes of" \
			"vm/deps.txt still fail: $(cut -d ' ' -f 2 <<<"$missing" | paste -sd ' ')"
	fi
	lock_drop packages
}

# deps_install MISSING: lines of deps_missing
deps_install() {
	local packages sudo=()
	mapfile -t packages < <(cut -d ' ' -f 1 <<<"$1")

	command -v apt-get >/dev/null || die "packages: this system has no apt-get and lacks" \
		"$(cut -d ' ' -f 2 <<<"$1" | paste -sd ' '); install what provides them" \
		"(Debian's names: ${packages[*]})"
	if ((EUID)); then
		command -v sudo >/dev/null || die "packages: ${packages[*]} are missing and neither" \
			"root nor sudo is at hand; as root: apt-get install --no-install-recommends" \
			"${packages[*]}"
		say "  packages are missing: sudo may ask for your password"
		sudo -v || die "packages: ${packages[*]} are missing and sudo refused; as root:" \
			"apt-get install --no-install-recommends ${packages[*]}"
		sudo=(sudo -n)
	fi
	deps_need_root_space
	step "package lists" "${sudo[@]}" apt-get -q update ||
		warn "apt-get update failed; going on with the package lists that are there"
	say "  installing ${packages[*]}"
	step "installing ${#packages[@]} packages and what they need" \
		"${sudo[@]}" env DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 apt-get -qy \
		-o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=600 \
		install --no-install-recommends "${packages[@]}" ||
		die "packages: apt-get could not install ${packages[*]}; its message is above," \
			"mend that or install them by hand"
}

deps_need_root_space() {
	local free_mb
	free_mb=$(df -Pm /usr | awk 'NR == 2 { print $4 }')
	((free_mb >= DEPS_MB)) || die "packages: /usr has $free_mb MB free and the packages of" \
		"vm/deps.txt may take $DEPS_MB MB; free some space"
}
