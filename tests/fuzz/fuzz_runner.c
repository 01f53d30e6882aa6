/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What a runner says to a controller, and the other way round: any bytes of any
 * size in memory of exactly that, and right ones broken.  What is taken has a
 * number, a text that is one printable line, and words that end.
 */
#include <string.h>

#include "choices.h"
#include "fuzz.h"
#include "user/sys/runner_parts.h"

static void check_text(const char text[RUNNER_TEXT_SIZE])
{
	MUST(memchr(text, '\0', RUNNER_TEXT_SIZE));
	for (; *text; text++)
		MUST(*text >= ' ' && *text < 0x7f);
}

static void check_words(const struct runner_job *job)
{
	const char *word = NULL;
	uint32_t count = 0;

	while ((word = runner_word(job, word))) {
		MUST(word + strlen(word) < job->text + sizeof(job->text));
		count++;
	}
	MUST(count == job->words && count <= RUNNER_WORDS_MAX);
}

/* As the runner does. */
static void order(const uint8_t *bytes, size_t size)
{
	struct runner_order order;

	if (runner_order_refuse(bytes, size))
		return;
	MUST(size >= sizeof(order));
	memcpy(&order, bytes, sizeof(order));
	MUST(order.id);
	if (order.word == RUNNER_CHECK || order.word == RUNNER_HOOK)
		check_words(&order.job);
}

/* As the controller does. */
static void report(const uint8_t *bytes, size_t size)
{
	struct runner_result result;

	if (runner_report_read(bytes, size, &result))
		return;
	MUST(result.id);
	check_text(result.text);
}

static void fill_order(struct runner_order *o, struct choices *c)
{
	char word[16];

	o->word = 1 + choose(c, 4);
	o->id = 1 + choose(c, 9);
	o->job.kind = 1 + choose(c, 2);
	o->job.interval_ms = RUNNER_TIME_MIN_MS + choose(c, 1000);
	o->job.timeout_ms = RUNNER_TIME_MIN_MS + choose(c, 1000);
	runner_add_word(&o->job, "/bin/true");
	while (c->size && once_in(c, 2)) {
		memset(word, 'a', sizeof(word));
		word[choose(c, sizeof(word))] = '\0';
		word[sizeof(word) - 1] = '\0';
		runner_add_word(&o->job, word);
	}
}

static void fill_report(struct runner_report *r, struct choices *c)
{
	r->layout = RUNNER_LAYOUT;
	r->id = 1 + choose(c, 9);
	r->hook = choose(c, 2);
	r->up = choose(c, 2);
	for (size_t i = 0; i < sizeof(r->text) && c->size; i++)
		r->text[i] = (char)choose(c, 256);
}

static void break_some(void *bytes, size_t size, struct choices *c)
{
	while (c->size && once_in(c, 3))
		((uint8_t *)bytes)[choose(c, (uint32_t)size)] =
			(uint8_t)choose(c, 256);
}

/* In memory of exactly its size. */
static void with_copy(const void *bytes, size_t size,
		      void (*read)(const uint8_t *, size_t))
{
	uint8_t *copy = malloc(size ? size : 1);

	if (!copy)
		return;
	memcpy(copy, bytes, size);
	read(copy, size);
	free(copy);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct choices c = choices_bytes(data, size);
	struct runner_order o = { 0 };
	struct runner_report r = { 0 };

	order(data, size);
	report(data, size);
	fill_order(&o, &c);
	fill_report(&r, &c);
	with_copy(&o, sizeof(o), order);
	with_copy(&r, sizeof(r), report);
	break_some(&o, sizeof(o), &c);
	break_some(&r, sizeof(r), &c);
	with_copy(&o, sizeof(o) - choose(&c, 2), order);
	with_copy(&r, sizeof(r) - choose(&c, 2), report);
	return 0;
}
