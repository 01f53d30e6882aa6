/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* The machine, and the Markdown tables.  It never judges a figure. */
#include "report.h"

#include <err.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

static const char *const families[] = { [WIRE_ARP] = "ARP replies",
					[WIRE_ND] = "NA replies",
					[WIRE_TCP] = "unrelated TCP" };

static void read_processor(char *out, size_t size)
{
	FILE *file = fopen("/proc/cpuinfo", "re");
	char line[256];

	snprintf(out, size, "unknown");
	while (file && fgets(line, sizeof(line), file)) {
		char *value = strchr(line, ':');

		if (strncmp(line, "model name", 10) || !value)
			continue;
		line[strcspn(line, "\n")] = 0;
		snprintf(out, size, "%s", value + 2);
		break;
	}
	if (file)
		fclose(file);
}

static void read_load(char *out, size_t size)
{
	FILE *file = fopen("/proc/loadavg", "re");
	char line[64] = "";

	if (file && fgets(line, sizeof(line), file))
		line[strcspn(line, " ")] = 0;
	if (file)
		fclose(file);
	snprintf(out, size, "%s", line);
}

void report_machine(struct report *report)
{
	struct utsname name;
	time_t now = time(NULL);
	struct tm tm;

	uname(&name);
	snprintf(report->kernel, sizeof(report->kernel), "%s %s", name.release,
		 name.machine);
	read_processor(report->processor, sizeof(report->processor));
	read_load(report->load, sizeof(report->load));
	report->cpus = sysconf(_SC_NPROCESSORS_ONLN);
	strftime(report->date, sizeof(report->date), "%Y-%m-%dT%H:%M:%SZ",
		 gmtime_r(&now, &tm));
}

static void print_head(const struct report *report, FILE *file)
{
	fprintf(file,
		"# carp-xdp: benchmark\n\n"
		"%s, %ld CPUs; Linux %s;\n%s; %zu interleaved rounds, all on "
		"CPU %d; load average at the start %s.\nMedians of the "
		"rounds, (least to most) behind them.  Ratios are taken "
		"within a\nround.\n\n",
		report->processor, report->cpus, report->kernel, report->date,
		report->rounds, report->cpu, report->load);
}

static void print_spread(FILE *file, const struct series *series, int digits)
{
	fprintf(file, " %.*f (%.*f to %.*f) |", digits, series_median(series),
		digits, series_min(series), digits, series_max(series));
}

/* --- cost of a frame ---------------------------------------------------- */
static void print_cost_row(const struct report *report, enum cost_id id,
			   FILE *file)
{
	const struct series *gross = &report->cost.gross[id];
	enum cost_id base = cost_base(id);
	struct series net = cost_net(&report->cost, id);
	struct series ratio = series_over(gross, &report->cost.gross[base]);

	fprintf(file, "| %s |", cost_name(id));
	print_spread(file, gross, 1);
	if (cost_is_bare(id)) {
		fprintf(file, " | | |\n");
		return;
	}
	print_spread(file, &net, 1);
	fprintf(file, " %s |", cost_name(base));
	print_spread(file, &ratio, 2);
	fputc('\n', file);
}

void report_cost(const struct report *report, FILE *file)
{
	fprintf(file,
		"## One frame through the program, ns\n\n"
		"`BPF_PROG_TEST_RUN` with repeat, read to whole ns.  Net is "
		"gross less the bare\nprogram named, of the same round.  "
		"Repeat runs on one buffer, and an answered\nrequest is none "
		"any more: where the program rewrites its frame, a program "
		"of\nthe benchmark first puts the frame back and tail-calls "
		"the shipped program;\nthe bare one does the same, and the "
		"control row shows what it adds to a net.\nThe counters "
		"prove each run's verdict.  Without CAP_PERFMON, as our "
		"systemd unit\nstarts the controller, the verifier guards "
		"against speculation.\n\n"
		"| frame | gross | net | less | gross : bare |\n"
		"|---|--:|--:|---|--:|\n");
	for (int id = 0; id < COST_IDS; id++)
		print_cost_row(report, (enum cost_id)id, file);
	fputc('\n', file);
}

/* --- HMAC --------------------------------------------------------------- */
static void print_digest_row(const struct series *openssl, const char *name,
			     const char *how, const struct series *forged,
			     const struct series *alone, FILE *file)
{
	struct series ratio = series_over(forged, openssl);
	struct series ratio_alone = series_over(alone, openssl);

	fprintf(file, "| OpenSSL, %s%s |", name, how);
	print_spread(file, openssl, 0);
	print_spread(file, &ratio, 2);
	print_spread(file, &ratio_alone, 2);
	fputc('\n', file);
}

static void print_digest(const struct report *report, FILE *file)
{
	const struct digest_results *digest = &report->digest;
	struct series forged = cost_net(&report->cost, COST_FORGED);
	struct series alone = series_minus(&report->cost.gross[COST_FORGED],
					   &report->cost.gross[COST_CHECKSUM]);

	fprintf(file,
		"## HMAC-SHA1 of the advertisement's 31 bytes, ns\n\n"
		"OpenSSL in user space; SHA instructions (SHA-NI) in use: %s.  "
		"\"HMAC alone\" is\nthe forged advertisement less the one with "
		"a bad checksum, the last refusal\nbefore the HMAC.  The "
		"one-shot "
		"call mostly fetches and allocates; hashing is in\nthe rows "
		"below it: 4 compressions if keyed anew, else 2, as in BPF.\n\n"
		"| what | ns | forged, net : this | HMAC alone : this |\n"
		"|---|--:|--:|--:|\n| carp-xdp, forged, net |",
		digest->has_sha_ni ? "yes" : "no");
	print_spread(file, &forged, 0);
	fprintf(file, " | |\n| carp-xdp, HMAC alone |");
	print_spread(file, &alone, 0);
	fprintf(file, " | |\n");
	for (int kind = 0; kind < DIGEST_KINDS; kind++)
		print_digest_row(&digest->with[kind],
				 digest_name((enum digest_kind)kind), "",
				 &forged, &alone, file);
	for (int kind = 0; kind < DIGEST_KINDS && digest->has_sha_ni; kind++)
		print_digest_row(&digest->without[kind],
				 digest_name((enum digest_kind)kind),
				 ", SHA-NI masked", &forged, &alone, file);
	fputc('\n', file);
}

/* --- answers over veth -------------------------------------------------- */
static void print_wire_row(const struct wire_results *wire,
			   enum wire_family family, enum wire_far far,
			   FILE *file)
{
	const struct series *rate = &wire->rate[family][far];
	struct series net = wire_net(wire, family, far);
	struct series kernel, gross_ratio, net_ratio;

	fprintf(file, "| %s | %s | %.3f (%.3f to %.3f) | %.1f |",
		families[family], wire_far_name(far), series_median(rate) / 1e6,
		series_min(rate) / 1e6, series_max(rate) / 1e6,
		100 * series_median(&wire->share[family][far]));
	if (far == WIRE_SINK) {
		fprintf(file, " | | |\n");
		return;
	}
	print_spread(file, &net, 0);
	if (far == WIRE_KERNEL || family == WIRE_TCP) {
		fprintf(file, " | |\n");
		return;
	}
	kernel = wire_net(wire, family, WIRE_KERNEL);
	gross_ratio = series_over(rate, &wire->rate[family][WIRE_KERNEL]);
	net_ratio = series_over(&kernel, &net);
	print_spread(file, &gross_ratio, 2);
	print_spread(file, &net_ratio, 2);
	fputc('\n', file);
}

static void print_wire(const struct report *report, FILE *file)
{
	fprintf(file,
		"## Answers over a veth pair, one core for both ends\n\n"
		"Live frames, XDP_TX; native XDP at the far end, answers "
		"counted at the near end.\nNet is the time of an answer less "
		"that of a frame which the far end drops, so\nless generator "
		"and "
		"one crossing.  The kernel answers with GRO and without "
		"any\nXDP "
		"program, counted by tc.  Of a round's slices of 5 ms the "
		"quieter half counts.\n\n"
		"| what | far end | million/s | of those asked, %% | net ns | "
		": kernel, gross | : kernel, net |\n"
		"|---|---|--:|--:|--:|--:|--:|\n");
	for (int i = 0; i < WIRE_FAMILIES * WIRE_FARS; i++) {
		enum wire_family family = (enum wire_family)(i / WIRE_FARS);
		enum wire_far far = (enum wire_far)(i % WIRE_FARS);

		if (wire_has(family, far))
			print_wire_row(&report->wire, family, far, file);
	}
}

void report_markdown(const struct report *report, FILE *file)
{
	print_head(report, file);
	report_cost(report, file);
	print_digest(report, file);
	print_wire(report, file);
	if (fflush(file) || ferror(file))
		err(1, "writing the report");
}
