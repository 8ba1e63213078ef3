# SPDX-License-Identifier: GPL-2.0-or-later
#
# The libraries of the userspace programs, as imported targets PkgConfig::NAME.
#
# vm/deps.txt names the packages they come from; ./x installs those. Every folder links what it
# needs: PkgConfig::BLKID, PkgConfig::CMOCKA, PkgConfig::DEVMAPPER, PkgConfig::JSONC,
# PkgConfig::UDEV, PkgConfig::URING.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)

pkg_check_modules(BLKID REQUIRED IMPORTED_TARGET blkid)
pkg_check_modules(DEVMAPPER REQUIRED IMPORTED_TARGET devmapper)
pkg_check_modules(JSONC REQUIRED IMPORTED_TARGET json-c)
pkg_check_modules(UDEV REQUIRED IMPORTED_TARGET libudev)
pkg_check_modules(URING REQUIRED IMPORTED_TARGET liburing)
if(BUILD_TESTING)
	pkg_check_modules(CMOCKA REQUIRED IMPORTED_TARGET cmocka)
	pkg_check_modules(SQLITE3 REQUIRED IMPORTED_TARGET sqlite3)
endif()
