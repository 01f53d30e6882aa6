/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What is a word between controller and runner, and what is not.  Looks at
 * bytes only, calls nothing.
 */
#include "user/sys/runner_parts.h"

#include <string.h>

/* --- words ---------------------------------------------------------------- */

bool runner_add_word(struct runner_job *job, const char *word)
{
	const size_t size = strlen(word) + 1;

	if (job->words >= RUNNER_WORDS_MAX || job->size > sizeof(job->text) ||
	    size > sizeof(job->text) - job->size)
		return false;
	memcpy(job->text + job->size, word, size);
	job->size += (uint32_t)size;
	job->words++;
	return true;
}

const char *runner_word(const struct runner_job *job, const char *before)
{
	const char *next = before ? before + strlen(before) + 1 : job->text;

	return next < job->text + job->size ? next : NULL;
}

static bool are_words(const struct runner_job *job)
{
	uint32_t ends = 0;

	if (!job->words || job->words > RUNNER_WORDS_MAX || !job->size ||
	    job->size > sizeof(job->text) || job->text[job->size - 1])
		return false;
	for (uint32_t i = 0; i < job->size; i++)
		ends += !job->text[i];
	return ends == job->words;
}

static bool is_time(uint32_t ms)
{
	return ms >= RUNNER_TIME_MIN_MS && ms <= RUNNER_TIME_MAX_MS;
}

const char *runner_job_refuse(const struct runner_job *job)
{
	if (!job->kind || job->kind >= RUNNER_KINDS)
		return "kind";
	if (!is_time(job->interval_ms))
		return "interval";
	if (!is_time(job->timeout_ms))
		return "timeout";
	if (!are_words(job))
		return "words";
	if (job->kind == RUNNER_COMMAND && job->text[0] != '/')
		return "path";
	return NULL;
}

/* --- orders --------------------------------------------------------------- */

static const char *check_refuse(const struct runner_order *order, size_t size)
{
	if (size != sizeof(*order))
		return "size";
	return runner_job_refuse(&order->job);
}

static const char *hook_refuse(const struct runner_order *order, size_t size)
{
	if (size - sizeof(*order) > RUNNER_INPUT_MAX)
		return "size";
	if (order->job.kind != RUNNER_COMMAND)
		return "kind";
	return runner_job_refuse(&order->job);
}

const char *runner_order_refuse(const void *message, size_t size)
{
	struct runner_order order;

	if (size < sizeof(order))
		return "size";
	memcpy(&order, message, sizeof(order));
	if (!order.id)
		return "number";
	switch (order.word) {
	case RUNNER_CHECK:
		return check_refuse(&order, size);
	case RUNNER_HOOK:
		return hook_refuse(&order, size);
	case RUNNER_FORGET:
	case RUNNER_NUDGE:
		return size == sizeof(order) ? NULL : "size";
	default:
		return "word";
	}
}

/* --- reports -------------------------------------------------------------- */

void runner_text(char out[RUNNER_TEXT_SIZE], const char *bytes, size_t size)
{
	size_t used = 0;

	for (size_t i = 0; i < size && used < RUNNER_TEXT_SIZE - 1; i++) {
		const unsigned char c = (unsigned char)bytes[i];

		if (!c || c == '\n')
			break;
		if (c == '\t')
			out[used++] = ' ';
		else if (c != '\r')
			out[used++] = c >= ' ' && c < 0x7f ? (char)c : '?';
	}
	out[used] = '\0';
}

const char *runner_report_read(const void *message, size_t size,
			       struct runner_result *out)
{
	struct runner_report report;

	if (size != sizeof(report))
		return "size";
	memcpy(&report, message, sizeof(report));
	if (report.layout != RUNNER_LAYOUT)
		return "layout";
	if (!report.id)
		return "number";
	if (report.hook > 1 || report.up > 1)
		return "word";
	*out = (struct runner_result){ .id = report.id,
				       .hook = report.hook,
				       .up = report.up,
				       .value = report.value,
				       .took_ms = report.took_ms };
	runner_text(out->text, report.text, sizeof(report.text));
	return NULL;
}
