# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# load.sh FILE DIR: the beginning of what run starts for the test of FILE, sourced: names and the library.
TEST_FILE=$1
TEST_DIR=$2
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export TEST_FILE TEST_DIR
for library in "$HERE"/lib/lib-*.sh; do
	# shellcheck source=/dev/null
	. "$library"
done
