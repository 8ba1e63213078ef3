# SPDX-License-Identifier: GPL-2.0-or-later
#
# blki_add_unit_test(NAME SOURCES … LIBS …): one cmocka program of tests/unit, known to ctest.
#
# Called at the end of the folder that owns the code under test, for instance
#   blki_add_unit_test(test_bench_stat
#     SOURCES ${CMAKE_SOURCE_DIR}/tests/unit/test_bench_stat.c
#     LIBS bench_core m)
# Exit status 77 is a skip. Does nothing with -DBUILD_TESTING=OFF.

set(BLKI_UNIT_TEST_TIMEOUT_S 120) # a unit test is pure logic: two minutes means it hangs

function(blki_add_unit_test NAME)
	if(NOT BUILD_TESTING)
		return()
	endif()
	cmake_parse_arguments(PARSE_ARGV 1 UNIT "" "" "SOURCES;LIBS")
	if(UNIT_UNPARSED_ARGUMENTS)
		message(FATAL_ERROR "blki_add_unit_test(${NAME}): unknown arguments: "
			"${UNIT_UNPARSED_ARGUMENTS}; use SOURCES and LIBS")
	endif()
	add_executable(${NAME} ${UNIT_SOURCES})
	target_link_libraries(${NAME} PRIVATE blki_flags ${UNIT_LIBS} PkgConfig::CMOCKA)
	add_test(NAME ${NAME} COMMAND ${NAME})
	set_tests_properties(${NAME} PROPERTIES
		SKIP_RETURN_CODE 77
		TIMEOUT ${BLKI_UNIT_TEST_TIMEOUT_S})
endfunction()
