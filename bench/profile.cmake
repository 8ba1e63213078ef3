# SPDX-License-Identifier: GPL-2.0-or-later
#
# The verb `bench profile`; bench/CMakeLists.txt includes this file after the target bench.

# Everything after the guest: pure but for profile_reduce.c, which reads and writes the files.
add_library(profile_core STATIC
	profile_arm.c
	profile_fold.c
	profile_json.c
	profile_meta.c
	profile_perf.c
	profile_record.c
	profile_reduce.c
	profile_report.c
	profile_spaces.c
	profile_summary.c
	profile_symbols.c
	profile_tally.c)
target_link_libraries(profile_core PRIVATE blki_flags PUBLIC PkgConfig::JSONC m)

target_sources(bench PRIVATE
	profile.c
	profile_guest.c
	profile_sample.c
	profile_save.c)
target_link_libraries(bench PRIVATE profile_core)

foreach(unit arm fold meta record reduce spaces summary symbols)
	blki_add_unit_test(test_profile_${unit}
		SOURCES ${CMAKE_SOURCE_DIR}/tests/unit/test_profile_${unit}.c
		LIBS profile_core)
endforeach()
