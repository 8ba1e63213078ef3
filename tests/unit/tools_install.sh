#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# tools_install.sh BUILD SOURCE COMPILER SANITIZERS: what an installation brings, used as a stranger would.
#
# A program that knows only pkg-config and <blki.h> is built against it, shared and static, and run; the shared library
# shows the functions of its header and no others; man pages, completion and the unit are where they are looked for.
set -euo pipefail

build=$1 source=$2 compiler=$3 sanitizers=$4
dir=$(mktemp -d)
trap 'rm -rf -- "$dir"' EXIT

fail() {
	echo "tools_install: $*"
	exit 1
}

DESTDIR=$dir/root cmake --install "$build" >"$dir/log" || fail "cmake --install: $(tail -n 3 "$dir/log")"
pc=$(find "$dir/root" -name blki.pc)
[[ $pc ]] || fail "there is no blki.pc"
export PKG_CONFIG_PATH=${pc%/*}
prefix=$(pkg-config --variable=prefix blki)
root=$dir/root$prefix
lib=$dir/root$(pkg-config --variable=libdir blki)

for file in bin/blki bin/dmsetup include/blki.h include/linux/blki.h share/man/man8/blki.8 \
	share/man/man8/dmsetup-blki.8 share/bash-completion/completions/blki \
	lib/systemd/system/blki-restore.service lib/udev/rules.d/59-ublk-sim.rules share/man/man8/ublk-sim.8; do
	[[ -s $root/$file ]] || fail "$file is not installed"
done
grep -q "^ExecStart=$prefix/bin/blki restore" "$root/lib/systemd/system/blki-restore.service" ||
	fail "the unit does not start the installed program"
grep -q "PROGRAM!=\"$prefix/bin/ublk-sim owner %n\"" "$root/lib/udev/rules.d/59-ublk-sim.rules" ||
	fail "the udev rule does not ask the installed program"
[[ $(readlink "$lib/libblki.so") == libblki.so.* ]] || fail "libblki.so has no version"

cat >"$dir/stranger.c" <<-'PROGRAM'
	#include <blki.h>
	#include <stdio.h>
	int main(void)
	{
		struct blki_opts opts = { .dry_run = 1 };
		struct blki *h;
		int ret = blki_open(&h);

		printf("%s\n", ret ? blki_message(h) : "open");
		if (!ret)
			blki_filter_attach(h, "/dev/null", "null", &opts, NULL);
		blki_close(h);
		return 0;
	}
PROGRAM
flags=(-std=c11 -Wall -Wextra -Wpedantic -Werror ${sanitizers:+-fsanitize=$sanitizers})
# shellcheck disable=SC2046 # several words
"$compiler" "${flags[@]}" "$dir/stranger.c" -o "$dir/shared" \
	$(PKG_CONFIG_SYSROOT_DIR=$dir/root pkg-config --cflags --libs blki) ||
	fail "a program that uses the shared library does not build"
said=$(LD_LIBRARY_PATH=$lib "$dir/shared") || fail "it does not run"
[[ $said == open || $said == */dev/blki/control* ]] || fail "it says: $said"
# shellcheck disable=SC2046 # several words
"$compiler" "${flags[@]}" "-I$root/include" "$dir/stranger.c" -o "$dir/static" "$lib/libblki.a" \
	$(pkg-config --libs devmapper) || fail "a program that uses the static library does not build"
[[ $("$dir/static") == "$said" ]] || fail "the static one says something else"

# the library is one for C++ too, where there is a compiler to tell
if command -v c++ >/dev/null; then
	cat >"$dir/stranger.cc" <<-'PROGRAM'
		#include <blki.h>
		#include <cstdio>
		int main()
		{
			blki_entry e{};
			blki *h = nullptr;

			std::puts(blki_open(&h) ? blki_message(h) : "open");
			blki_close(h);
			return static_cast<int>(e.class_);
		}
	PROGRAM
	# shellcheck disable=SC2046 # several words
	c++ -Wall -Wextra -Werror ${sanitizers:+-fsanitize=$sanitizers} "$dir/stranger.cc" -o "$dir/cxx" \
		$(PKG_CONFIG_SYSROOT_DIR=$dir/root pkg-config --cflags --libs blki) ||
		fail "a program in C++ does not build"
	[[ $(LD_LIBRARY_PATH=$lib "$dir/cxx") == "$said" ]] || fail "the one in C++ says something else"
fi

# the unit, with its program and manual where they are here
if command -v systemd-analyze >/dev/null; then
	sed -E "s#^ExecStart=$prefix#ExecStart=$root#; /^Documentation=/d" \
		"$root/lib/systemd/system/blki-restore.service" >"$dir/blki-restore.service"
	# only what it says of this unit: it loads those of this machine, too
	verdict=$(systemd-analyze verify "$dir/blki-restore.service" 2>&1 | grep -F blki-restore || true)
	[[ -z $verdict ]] || fail "systemd says of the unit: $verdict"
fi

# shown: functions of the library; promised: those that the header declares
nm -D --defined-only "$lib/libblki.so" | awk '$2 == "T" { sub("@.*", "", $3); print $3 }' | sort >"$dir/shown"
sed -nE 's/^([a-z].*[ *])?(blki_[a-z_]+)\(.*/\2/p' "$source/include/blki.h" | sort -u >"$dir/promised"
diff "$dir/promised" "$dir/shown" || fail "the library does not show what its header promises"
