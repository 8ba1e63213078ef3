# SPDX-License-Identifier: GPL-2.0-or-later
#
# The target kernel-module: `make -C kernel KDIR=…`, wrapped.
#
# BLKI_KDIR names the kernel build directory. Left empty, the headers of the running kernel are used
# when they are installed; without them the module is left out, and said so. ./x turns this off
# (BLKI_KDIR=OFF) and builds the module for the guest's kernel itself.
set(BLKI_KDIR "" CACHE STRING "Kernel build directory of the module; OFF to leave the module out")

set(kdir "${BLKI_KDIR}")
if(kdir STREQUAL "")
	execute_process(COMMAND uname -r OUTPUT_VARIABLE release OUTPUT_STRIP_TRAILING_WHITESPACE)
	if(EXISTS "/lib/modules/${release}/build/Makefile")
		set(kdir "/lib/modules/${release}/build")
	endif()
endif()

if(kdir AND EXISTS "${kdir}/Makefile")
	add_custom_target(kernel-module ALL
		COMMAND make -C "${CMAKE_SOURCE_DIR}/kernel" "KDIR=${kdir}"
		COMMENT "Building kernel/blki.ko for ${kdir}"
		USES_TERMINAL
		VERBATIM)
elseif(BLKI_KDIR)
	message(FATAL_ERROR "BLKI_KDIR=${BLKI_KDIR} is not a kernel build directory: it has no "
		"Makefile; give the linux-headers directory")
elseif(BLKI_KDIR STREQUAL "")
	message(STATUS "kernel-module: left out, no headers of the running kernel; "
		"give -DBLKI_KDIR=DIR to build it")
endif()
