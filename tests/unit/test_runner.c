/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What controller and runner take from each other, and what they do not.
 */
#include "user/sys/runner_parts.h"

#include <criterion/criterion.h>
#include <string.h>

static struct runner_order right_order(uint32_t word)
{
	struct runner_order order = { .word = word, .id = 7 };

	order.job.kind = RUNNER_COMMAND;
	order.job.interval_ms = order.job.timeout_ms = 1000;
	runner_add_word(&order.job, "/bin/true");
	runner_add_word(&order.job, "");
	return order;
}

#define REFUSED(why, change) \
	do { \
		struct runner_order o = right_order(RUNNER_CHECK); \
		const char *said; \
		change; \
		said = runner_order_refuse(&o, sizeof(o)); \
		cr_expect(said && !strcmp(said, why), "%s", #change); \
	} while (0)

Test(runner, right_orders_are_taken)
{
	struct {
		struct runner_order order;
		char input[RUNNER_INPUT_MAX + 1];
	} hook = { .order = right_order(RUNNER_HOOK) };
	struct runner_order order = right_order(RUNNER_CHECK);
	const size_t size = sizeof(order);

	cr_expect_null(runner_order_refuse(&order, size));
	order.job.kind = RUNNER_PROBE;
	order.job.text[0] = 'b';
	cr_expect_null(runner_order_refuse(&order, size));
	order = (struct runner_order){ .word = RUNNER_FORGET, .id = 1 };
	cr_expect_null(runner_order_refuse(&order, size));
	cr_expect_null(runner_order_refuse(&hook, size));
	cr_expect_null(runner_order_refuse(&hook, size + RUNNER_INPUT_MAX));
	cr_expect_not_null(
		runner_order_refuse(&hook, size + RUNNER_INPUT_MAX + 1));
	hook.order.job.kind = RUNNER_PROBE;
	cr_expect_str_eq(runner_order_refuse(&hook, size), "kind");
}

Test(runner, wrong_orders_are_not)
{
	REFUSED("number", o.id = 0);
	REFUSED("word", o.word = 0);
	REFUSED("word", o.word = RUNNER_HOOK + 1);
	REFUSED("kind", o.job.kind = 0);
	REFUSED("kind", o.job.kind = RUNNER_KINDS);
	REFUSED("interval", o.job.interval_ms = RUNNER_TIME_MIN_MS - 1);
	REFUSED("interval", o.job.interval_ms = RUNNER_TIME_MAX_MS + 1);
	REFUSED("timeout", o.job.timeout_ms = 0);
	REFUSED("timeout", o.job.timeout_ms = UINT32_MAX);
	REFUSED("words", o.job.words = 0);
	REFUSED("words", o.job.words = 1);
	REFUSED("words", o.job.words = 3);
	REFUSED("words", o.job.words = UINT32_MAX);
	REFUSED("words", o.job.size = 0);
	REFUSED("words", o.job.size--);
	REFUSED("words", o.job.size = RUNNER_WORDS_SIZE + 1);
	REFUSED("words", o.job.text[o.job.size - 1] = 'x');
	REFUSED("path", o.job.text[0] = 'b');
	cr_expect_str_eq(runner_order_refuse("", 1), "size");
}

Test(runner, words_have_room_or_are_not_added)
{
	char long_word[RUNNER_WORDS_SIZE + 1];
	struct runner_job job = { 0 };
	const char *word = NULL;
	int count = 0;

	memset(long_word, 'a', sizeof(long_word));
	long_word[RUNNER_WORDS_SIZE] = '\0';
	cr_expect_not(runner_add_word(&job, long_word));
	cr_expect(runner_add_word(&job, long_word + 1));
	cr_expect_not(runner_add_word(&job, ""));
	job = (struct runner_job){ 0 };
	cr_expect_null(runner_word(&job, NULL));
	while (runner_add_word(&job, "w"))
		count++;
	cr_expect_eq(count, RUNNER_WORDS_MAX);
	while ((word = runner_word(&job, word)))
		count--;
	cr_expect_eq(count, 0);
}

static struct runner_report right_report(void)
{
	return (struct runner_report){ .layout = RUNNER_LAYOUT,
				       .id = 7,
				       .up = 1,
				       .value = -3,
				       .took_ms = 12,
				       .text = "fine" };
}

#define NOT_READ(change) \
	do { \
		struct runner_report r = right_report(); \
		struct runner_result ignored; \
		change; \
		cr_expect(runner_report_read(&r, sizeof(r), &ignored), "%s", \
			  #change); \
	} while (0)

Test(runner, a_report_is_read_or_refused)
{
	struct runner_report report = right_report();
	struct runner_result result;

	cr_assert_null(runner_report_read(&report, sizeof(report), &result));
	cr_expect_eq(result.id, 7);
	cr_expect(result.up);
	cr_expect_not(result.hook);
	cr_expect_eq(result.value, -3);
	cr_expect_eq(result.took_ms, 12);
	cr_expect_str_eq(result.text, "fine");
	cr_expect(runner_report_read(&report, sizeof(report) - 1, &result));
	cr_expect(runner_report_read(&report, sizeof(report) + 1, &result));
	NOT_READ(r.layout++);
	NOT_READ(r.id = 0);
	NOT_READ(r.hook = 2);
	NOT_READ(r.up = 2);
}

Test(runner, a_text_is_one_printable_line)
{
	struct runner_report report = right_report();
	struct runner_result result;

	memset(report.text, 'x', sizeof(report.text));
	runner_report_read(&report, sizeof(report), &result);
	cr_expect_eq(strlen(result.text), RUNNER_TEXT_SIZE - 1);
	memcpy(report.text, "a\tb\r\033[2J\xff\nc", 11);
	runner_report_read(&report, sizeof(report), &result);
	cr_expect_str_eq(result.text, "a b?[2J?");
}
