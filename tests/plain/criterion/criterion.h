/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What the tests use of Criterion, for where Criterion is not: other machines,
 * and guests in which loading the program for each test would take hours.  Each
 * test runs in a child of a process that has called plain_before().
 */
#pragma once
#pragma GCC system_header /* warns as little as Criterion's */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* For tests that would last too long there. */
#define PLAIN_TESTS 1

struct plain_suite {
	const char *name;
	void (*init)(void), (*fini)(void);
	struct plain_suite *next;
};

struct plain_test {
	const char *suite, *name;
	void (*run)(void);
	struct plain_test *next;
};

/* Whoever links us may have one: once, before all tests. */
void plain_before(void) __attribute__((weak));

void plain_add_suite(struct plain_suite *suite);
void plain_add_test(struct plain_test *test);
void plain_failed(const char *file, int line, const char *text);
/* Ends a test that cannot go on, one that cannot be here. */
_Noreturn void plain_stop(void);
_Noreturn void plain_skip(void);

#define TestSuite(title, ...) \
	static struct plain_suite suite_##title = { .name = #title, \
						    __VA_ARGS__ }; \
	static void __attribute__((constructor)) add_suite_##title(void) \
	{ \
		plain_add_suite(&suite_##title); \
	} \
	struct plain_suite

#define Test(title, what) \
	static void test_##title##_##what(void); \
	static void __attribute__((constructor)) \
	add_##test_##title##_##what(void) \
	{ \
		static struct plain_test test = { \
			.suite = #title, \
			.name = #what, \
			.run = test_##title##_##what \
		}; \
		plain_add_test(&test); \
	} \
	static void test_##title##_##what(void)

/* A check says where it failed, and what the test has to say of it. */
#define PLAIN_CHECK(holds, end, text, ...) \
	do { \
		if (!(holds)) { \
			plain_failed(__FILE__, __LINE__, text); \
			fprintf(stdout, "#   " __VA_ARGS__); \
			fputc('\n', stdout); \
			end; \
		} \
	} while (0)
#define PLAIN_EXPECT(holds, text, ...) \
	PLAIN_CHECK(holds, (void)0, text, __VA_ARGS__)
#define PLAIN_ASSERT(holds, text, ...) \
	PLAIN_CHECK(holds, plain_stop(), text, __VA_ARGS__)
#define PLAIN_SAME(a, b, size) (memcmp(a, b, size) == 0)
#define PLAIN_TEXT(a, b)       (strcmp(a, b) == 0)

#define cr_assert(a, ...)	   PLAIN_ASSERT(a, #a, __VA_ARGS__)
#define cr_assert_not(a, ...)	   PLAIN_ASSERT(!(a), "not " #a, __VA_ARGS__)
#define cr_assert_null(a, ...)	   PLAIN_ASSERT(!(a), "no " #a, __VA_ARGS__)
#define cr_assert_not_null(a, ...) PLAIN_ASSERT(a, #a, __VA_ARGS__)
#define cr_assert_eq(a, b, ...) \
	PLAIN_ASSERT((a) == (b), #a " == " #b, __VA_ARGS__)
#define cr_assert_neq(a, b, ...) \
	PLAIN_ASSERT((a) != (b), #a " != " #b, __VA_ARGS__)
#define cr_assert_lt(a, b, ...) \
	PLAIN_ASSERT((a) < (b), #a " < " #b, __VA_ARGS__)
#define cr_assert_leq(a, b, ...) \
	PLAIN_ASSERT((a) <= (b), #a " <= " #b, __VA_ARGS__)
#define cr_assert_gt(a, b, ...) \
	PLAIN_ASSERT((a) > (b), #a " > " #b, __VA_ARGS__)
#define cr_assert_geq(a, b, ...) \
	PLAIN_ASSERT((a) >= (b), #a " >= " #b, __VA_ARGS__)
#define cr_assert_str_eq(a, b, ...) \
	PLAIN_ASSERT(PLAIN_TEXT(a, b), #a " is " #b, __VA_ARGS__)
#define cr_assert_arr_eq(a, b, size, ...) \
	PLAIN_ASSERT(PLAIN_SAME(a, b, size), #a " is " #b, __VA_ARGS__)
#define cr_assert_fail(...) PLAIN_ASSERT(0, "comes here", __VA_ARGS__)

#define cr_expect(a, ...)	   PLAIN_EXPECT(a, #a, __VA_ARGS__)
#define cr_expect_not(a, ...)	   PLAIN_EXPECT(!(a), "not " #a, __VA_ARGS__)
#define cr_expect_null(a, ...)	   PLAIN_EXPECT(!(a), "no " #a, __VA_ARGS__)
#define cr_expect_not_null(a, ...) PLAIN_EXPECT(a, #a, __VA_ARGS__)
#define cr_expect_eq(a, b, ...) \
	PLAIN_EXPECT((a) == (b), #a " == " #b, __VA_ARGS__)
#define cr_expect_neq(a, b, ...) \
	PLAIN_EXPECT((a) != (b), #a " != " #b, __VA_ARGS__)
#define cr_expect_lt(a, b, ...) \
	PLAIN_EXPECT((a) < (b), #a " < " #b, __VA_ARGS__)
#define cr_expect_leq(a, b, ...) \
	PLAIN_EXPECT((a) <= (b), #a " <= " #b, __VA_ARGS__)
#define cr_expect_gt(a, b, ...) \
	PLAIN_EXPECT((a) > (b), #a " > " #b, __VA_ARGS__)
#define cr_expect_geq(a, b, ...) \
	PLAIN_EXPECT((a) >= (b), #a " >= " #b, __VA_ARGS__)
#define cr_expect_str_eq(a, b, ...) \
	PLAIN_EXPECT(PLAIN_TEXT(a, b), #a " is " #b, __VA_ARGS__)
#define cr_expect_arr_eq(a, b, size, ...) \
	PLAIN_EXPECT(PLAIN_SAME(a, b, size), #a " is " #b, __VA_ARGS__)
#define cr_expect_arr_neq(a, b, size, ...) \
	PLAIN_EXPECT(!PLAIN_SAME(a, b, size), #a " is not " #b, __VA_ARGS__)

#define cr_skip_test(...) \
	do { \
		fprintf(stdout, "#   " __VA_ARGS__); \
		fputc('\n', stdout); \
		plain_skip(); \
	} while (0)
