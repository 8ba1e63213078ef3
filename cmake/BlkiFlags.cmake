# SPDX-License-Identifier: GPL-2.0-or-later
#
# blki_flags: the language, warnings and include directories every userspace target links.
#
# Linked PRIVATE by each target of tools/, ublk-sim/, bench/ and tests/. Warnings are errors. The
# include directories are the repository root (for "bench/stat.h"), include/ and include/uapi.
set(CMAKE_C_STANDARD 11)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

set(BLKI_SANITIZE "" CACHE STRING "Sanitizers of -fsanitize=, comma separated; empty for none")

add_library(blki_flags INTERFACE)
target_compile_definitions(blki_flags INTERFACE _GNU_SOURCE)
target_compile_options(blki_flags INTERFACE
	-Wall -Wextra -Werror -Wmissing-prototypes -Wshadow -Wstrict-prototypes
	-fno-omit-frame-pointer)
target_include_directories(blki_flags INTERFACE
	"${CMAKE_SOURCE_DIR}"
	"${CMAKE_SOURCE_DIR}/include"
	"${CMAKE_SOURCE_DIR}/include/uapi")

if(BLKI_SANITIZE)
	target_compile_options(blki_flags INTERFACE
		-fsanitize=${BLKI_SANITIZE} -fno-sanitize-recover=all)
	target_link_options(blki_flags INTERFACE -fsanitize=${BLKI_SANITIZE})
endif()
