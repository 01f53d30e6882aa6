/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Settings, budgets and traces, out of the environment.
 */
c_code {
static int option(const char *name, int normal)
{
	const char *text = getenv(name);

	return text ? atoi(text) : normal;
}

/* Lines of: list, kind, a, b, first and last tick. */
static void load_trace(const char *path)
{
	FILE *file = fopen(path, "r");
	int length[4] = { 0 }, v[6];

	if (!file)
		exit(3);
	while (fscanf(file, "%d %d %d %d %d %d", v, v + 1, v + 2, v + 3, v + 4,
		      v + 5) == 6) {
		int i = v[0] * 120 + length[v[0]]++;

		if (length[v[0]] >= 120)
			exit(3);
		seen[i] = v[1];
		seen_a[i] = v[2];
		seen_b[i] = v[3];
		seen_lo[i] = v[4];
		seen_hi[i] = v[5];
	}
	fclose(file);
}

static void settings(void)
{
	int i, slowest = option("DEMOTED", 3);

	advbase = option("ADVBASE", 2);
	skew[0] = option("SKEW0", 0);
	skew[1] = option("SKEW1", 1);
	skew[2] = option("SKEW2", 2);
	demoted = option("DEMOTED", 3);
	dead_ratio = option("RATIO", 3);
	preempt = option("PREEMPT", 0);
	preempt_delay = option("DELAY", 0);
	compat = option("COMPAT", 0);
	form_byte = option("BYTE", compat == 0);
	for (i = 0; i < 3; i++)
		if (skew[i] > slowest)
			slowest = skew[i];
	slowest += advbase;
	overlap_bound = option("OVERLAP", slowest);
	net_bound = dead_ratio * slowest + 1;
	settle_bound = option("SETTLE", net_bound + 2 * slowest);
	reach = option("REACH", 255);
	tracing = getenv("TRACE") != 0;
	if (tracing)
		load_trace(getenv("TRACE"));
}

static void budgets(void)
{
	now.losses = option("LOSSES", 0);
	now.lates = option("LATES", 0);
	now.cuts = option("CUTS", 0);
	now.crashes = option("CRASHES", 0);
	now.stops = option("STOPS", 0);
	now.starts = option("STARTS", 0);
	now.freezes = option("FREEZES", 0);
	now.demotions = option("DEMOTIONS", 0);
	now.commands = option("COMMANDS", 0);
	now.links = option("LINKS", 0);
	now.kills = option("KILLS", 0);
	now.overflows = option("OVERFLOWS", 0);
}
}

inline set_up()
{
	c_code {
		settings();
		budgets();
		now.arg = option("RUNNING", 7);
	};
	net_quiet = net_bound;
	for (node : 0 .. N - 1) {
		if
		:: arg & (1 << node) -> start(node)
		:: else
		fi
	}
	node = 0;
	arg = 0
}

