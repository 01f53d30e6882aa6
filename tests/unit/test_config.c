/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Configuration files: what they say is what is asked for, every error names
 * its place, and what is printed is read as the same.
 */
#include "user/config.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char error[CONFIG_ERROR_SIZE];

static struct config *read_one(const char *text)
{
	const struct config_text file = { "a.conf", text };
	struct config *config;
	int code = config_parse(&file, 1, &config, error, sizeof(error));

	cr_assert(!code == (config != NULL));
	return config;
}

static void refused(const char *text, const char *expected)
{
	struct config *config = read_one(text);

	cr_expect_null(config, "accepted: %s", text);
	cr_expect_str_eq(error, expected);
	config_free(config);
}

static const char whole[] =
	"# Ours.\n"
	"metrics = \"127.0.0.1:9112\"\n"
	"\n"
	"group web {\n"
	"\tinterface = eth0\n"
	"\tvhid = 3\n"
	"\tvips = { 192.0.2.100/24, \"2001:db8::100/64\" }\n"
	"\tvips += { 192.0.2.101/24 }\n"
	"\tpass-file = /etc/carp-xdp/pass\n"
	"\tadvskew = 100\n"
	"\tpreempt = yes\n"
	"\tpeers = { 192.0.2.9 }\n"
	"\tcompat = freebsd\n"
	"}\n"
	"group cluster-1 {\n"
	"\tinterface = 'eth1'\n"
	"\tnodes = { 1:0, 2:100 }\n"
	"\tvips = { 192.0.2.102/24 }\n"
	"}\n";

Test(config, a_file_becomes_the_requests_of_attach)
{
	struct config *config = read_one(whole);
	struct request r;

	cr_assert(config, "%s", error);
	cr_assert_eq(config->count, 2);
	cr_assert_str_eq(config->metrics, "127.0.0.1:9112");
	cr_assert_str_eq(config->groups[0].name, "web");
	cr_assert_str_eq(config->groups[0].place, "a.conf:4");
	cr_assert_str_eq(config->groups[0].pass_file, "/etc/carp-xdp/pass");
	cr_assert_eq(config->groups[1].vhid, 1);
	cr_assert_eq(
		config_request(&config->groups[0], &r, error, sizeof(error)),
		0);
	cr_expect_str_eq(r.interface, "eth0");
	cr_expect_eq(r.settings.vhid, 3);
	cr_expect_eq(r.settings.vips_count, 3);
	cr_expect_eq(r.settings.peers_count, 1);
	cr_expect_eq(r.settings.advskew, 100);
	cr_expect_eq(r.settings.advbase, 1);
	cr_expect(r.settings.preempt);
	cr_expect_eq(r.settings.compat, COMPAT_FREEBSD);
	/* What it does not say is taken back, where it was said before. */
	cr_expect(r.has & REQUEST_HAS_GATEWAYS);
	cr_expect(r.has & REQUEST_HAS_NAMES);
	request_free(&r);
	config_free(config);
}

Test(config, an_empty_file_is_none)
{
	struct config *config = read_one("");

	cr_assert_eq(config->count, 0);
	config_free(config);
	config = read_one("\n# nothing yet\n");
	cr_assert_eq(config->count, 0);
	config_free(config);
}

#define GROUP(rest) "group g {\ninterface = eth0\n" rest "\n}\n"

Test(config, every_error_names_its_line_and_what_is_allowed)
{
	refused(GROUP("vhid = 300"),
		"a.conf:3: vhid 300: allowed are 1 to 255");
	refused(GROUP("vhid = three"),
		"a.conf:3: invalid integer value for option 'vhid'");
	refused(GROUP("advskev = 3"), "a.conf:3: no such option 'advskev'");
	refused("groups = {}\n", "a.conf:1: no such option 'groups'");
	refused(GROUP("vhid = 3\nvhid = 4"), "a.conf:4: vhid: given twice");
	refused(GROUP("vhid = 3\npreempt = maybe"),
		"a.conf:4: invalid boolean value for option 'preempt'");
	refused(GROUP("vhid = 3\ncompat = linux"),
		"a.conf:4: compat linux: allowed are openbsd, freebsd, ucarp");
	refused(GROUP("vhid = 3\nvips = { 192.0.2.1/33 }"),
		"a.conf:4: vip 192.0.2.1/33: prefix length 33, allowed are 1 "
		"to "
		"32");
	refused(GROUP("vhid = 3\npass-file = pass"),
		"a.conf:4: pass_file pass: wanted is an absolute path below "
		"4096 bytes");
	refused(GROUP("advskew = 3"),
		"a.conf:4: group g: vhid: missing in attach");
	refused("group g {\nvhid = 3\n}\n",
		"a.conf:3: group g: interface: missing in attach");
	refused(GROUP("vhid = 3\nauth = strict"),
		"a.conf:5: group g: auth strict: needs a passphrase "
		"(--pass-file)");
	refused(GROUP("vhid = 3\ncompat = ucarp\nadvbase = 0"),
		"a.conf:6: group g: advbase 0 with advskew 0: in compat ucarp "
		"one of them must be above 0, or a backup waits for a single "
		"interval only");
	refused("metrics = nowhere\n",
		"a.conf:1: metrics nowhere: wanted is ADDRESS:PORT, as in "
		"127.0.0.1:9112 or [::1]:9112");
	refused("group 'two words' {\ninterface = eth0\nvhid = 3\n}\n",
		"a.conf:4: group two words: a name is 1 to 31 letters, digits "
		"and . _ : -");
	refused("group g {\n",
		"a.conf:1: this group has no end: a } is missing");
	refused("\n'' = 3\n", "a.conf:2: not an option");
	refused("metrics 127.0.0.1:1\n",
		"a.conf:1: missing equal sign after option 'metrics'");
}

Test(config, what_belongs_to_one_group_is_refused_to_two)
{
	refused(GROUP("vhid = 3") GROUP("vhid = 4"),
		"a.conf:8: group g: given twice, first at a.conf:1");
	refused(GROUP("vhid = 3") "group h {\ninterface = eth0\nvhid = 3\n}\n",
		"a.conf:5: group h: eth0 vhid 3: group g at a.conf:1 has it "
		"already");
	refused(GROUP("vhid = 3\nvips = { 192.0.2.1/24 }") "group h "
							   "{\ninterface = "
							   "eth1\nvhid = 9\n"
							   "vips = { "
							   "192.0.2.1/32 "
							   "}\n}\n",
		"a.conf:6: group h: 192.0.2.1: group g at a.conf:1 has it "
		"already");
	refused(GROUP("vhid = 3") "group h {\ninterface = eth0\n"
				  "nodes = { 2:0, 3:100 }\nvips = { "
				  "192.0.2.1/32 }\n}\n",
		"a.conf:5: group h: eth0 vhid 3: group g at a.conf:1 has it "
		"already");
	refused("metrics = 127.0.0.1:1\nmetrics = 127.0.0.1:2\n",
		"a.conf:2: metrics: given twice, first at a.conf:1");
}

Test(config, an_interface_has_one_mode)
{
	struct config *config;

	refused(GROUP("vhid = 3\nmode = skb") "group h {\ninterface = eth0\n"
					      "vhid = 4\n}\n",
		"a.conf:6: group h: mode auto: group g at a.conf:1 has eth0 in "
		"mode skb");
	config = read_one(GROUP("vhid = 3\nmode = skb") "group h {\ninterface "
							"= eth0\nvhid = 4\n"
							"mode = skb\n}\n"
							"group i {\ninterface "
							"= eth1\nvhid = 3\n"
							"mode = native\n}\n");
	cr_assert(config, "%s", error);
	config_free(config);
}

Test(config, several_files_are_one)
{
	const struct config_text files[] = {
		{ "a.conf", GROUP("vhid = 3") },
		{ "b.conf", "group h {\ninterface = eth1\nvhid = 3\n}\n" },
		{ "c.conf", "group i {\ninterface = eth0\nvhid = 3\n}\n" },
	};
	struct config *config;

	cr_assert_eq(config_parse(files, 2, &config, error, sizeof(error)), 0);
	cr_assert_eq(config->count, 2);
	cr_assert_str_eq(config->groups[1].place, "b.conf:1");
	config_free(config);
	cr_assert_eq(config_parse(files, 3, &config, error, sizeof(error)), 3);
	cr_assert_null(config);
	cr_assert_str_eq(error, "c.conf:1: group i: eth0 vhid 3: group g at "
				"a.conf:1 has it already");
}

Test(config, what_is_printed_is_read_as_the_same)
{
	struct config *config = read_one(whole), *again;
	char *text = config_print(config), *twice;

	cr_assert(text);
	again = read_one(text);
	cr_assert(again, "%s", error);
	twice = config_print(again);
	cr_assert_str_eq(text, twice);
	for (size_t i = 0; i < config->count; i++)
		cr_assert(json_object_equal(config->groups[i].attach,
					    again->groups[i].attach));
	config_free(config);
	config_free(again);
	free(text);
	free(twice);
}

Test(config, quotes_and_backslashes_survive)
{
	struct config *config =
		read_one(GROUP("vhid = 3\npass-file = '/etc/a\\'b\\\\c\"d$"
			       "{HOME}'"));
	struct config *again;
	char *text;

	cr_assert(config, "%s", error);
	cr_assert_str_eq(config->groups[0].pass_file, "/etc/a'b\\c\"d$"
						      "{HOME}");
	text = config_print(config);
	again = read_one(text);
	cr_assert(again, "%s", error);
	cr_assert_str_eq(config->groups[0].pass_file,
			 again->groups[0].pass_file);
	config_free(config);
	config_free(again);
	free(text);
}

Test(config, a_thousand_groups)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	struct config *config;

	for (int i = 0; i < 1000; i++)
		fprintf(out, "group g%d { interface = eth%d vhid = %d }\n", i,
			i / 255, i % 255 + 1);
	fclose(out);
	config = read_one(text);
	cr_assert(config, "%s", error);
	cr_assert_eq(config->count, 1000);
	cr_assert_str_eq(config->groups[999].name, "g999");
	config_free(config);
	free(text);
}

/* --- tracks --------------------------------------------------------------- */

static const char tracks[] = "track check {\n"
			     "\tcommand = { /bin/check, 'two words' }\n"
			     "\tinterval = 3599.999\n"
			     "\ttimeout = 0.1\n"
			     "\trise = 1\n"
			     "\tfall = 100\n"
			     "\tdemotion = 255\n"
			     "\tuntil-known = down\n"
			     "\tall = true\n"
			     "}\n"
			     "track gate {\n"
			     "\troute = 'inet6 default  dev eth1'\n"
			     "}\n"
			     "track load { file = \"/run/load\" }\n"
			     "group web {\n"
			     "\tinterface = eth0\n"
			     "\tvhid = 3\n"
			     "\ttrack = { gate, check }\n"
			     "}\n";

Test(config, a_track_is_what_it_says_or_its_defaults)
{
	struct config *config = read_one(tracks);
	const struct config_track *t;
	char words[RUNNER_WORDS_SIZE];

	cr_assert(config, "%s", error);
	cr_assert_eq(config->tracks_count, 3);
	t = &config->tracks[0];
	cr_expect_str_eq(t->rules.name, "check");
	cr_expect_str_eq(t->place, "a.conf:1");
	cr_expect_eq(t->job.kind, RUNNER_COMMAND);
	cr_expect_eq(t->job.words, 2);
	cr_expect_eq(t->job.interval_ms, 3599999);
	cr_expect_eq(t->rules.interval_ms, 3599999);
	cr_expect_eq(t->job.timeout_ms, 100);
	cr_expect_eq(t->rules.rise, 1);
	cr_expect_eq(t->rules.fall, 100);
	cr_expect_eq(t->rules.demotion, 255);
	cr_expect(t->rules.guilty && t->rules.all && !t->rules.valued);
	t = &config->tracks[1];
	config_track_words(&t->job, words, sizeof(words));
	cr_expect_str_eq(words, "route inet6 default dev eth1");
	cr_expect_eq(t->job.interval_ms, 2000);
	cr_expect_eq(t->job.timeout_ms, 2000);
	cr_expect_eq(t->rules.rise, 2);
	cr_expect_eq(t->rules.fall, 2);
	cr_expect_eq(t->rules.demotion, TRACK_WEIGHED);
	cr_expect(!t->rules.guilty && !t->rules.all);
	cr_expect(config->tracks[2].rules.valued);
	config_free(config);
}

Test(config, tracks_are_printed_as_they_are_read)
{
	struct config *config = read_one(tracks), *again;
	char *text;

	cr_assert(config, "%s", error);
	text = config_print(config);
	again = read_one(text);
	cr_assert(again, "%s", error);
	cr_assert_eq(again->tracks_count, 3);
	for (size_t i = 0; i < 3; i++) {
		cr_expect(config_track_same_rules(&config->tracks[i].rules,
						  &again->tracks[i].rules));
		cr_expect(config_track_same_job(&config->tracks[i].job,
						&again->tracks[i].job));
	}
	free(text);
	config_free(config);
	config_free(again);
}

Test(config, a_track_in_error_is_told_with_its_place)
{
	refused("track a {\n\tfile = /a\n\trise = 0\n}\n",
		"a.conf:3: rise 0: allowed are 1 to 100");
	refused("track a {\n\tinterface = eth1\n\tinterface = eth2\n}\n",
		"a.conf:3: interface: given twice");
	refused("group a {\n\tinterface = e\n\tvhid = 1\n\ttrack = { b }\n}\n",
		"a.conf:1: group a: track b: there is none of that name");
	refused("track a {\n\tfile = /a\n}\ngroup b {\n\ttrack = { a }\n",
		"a.conf:4: this group has no end: a } is missing");
	refused("group a {\n\tinterface = e\n\tvhid = 1\n\tgroups = { x }\n",
		"a.conf:1: this group has no end: a } is missing");
}
