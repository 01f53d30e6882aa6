/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* Every figure of every round, for programs and for plots. */
#include "report.h"

#include <err.h>
#include <json-c/json.h>

static struct json_object *text(const char *value)
{
	return json_object_new_string(value);
}

static struct json_object *number(double value)
{
	char digits[32];

	snprintf(digits, sizeof(digits), "%.6g", value);
	return json_object_new_double_s(value, digits);
}

static struct json_object *figures(const struct series *series)
{
	struct json_object *object = json_object_new_object();
	struct json_object *rounds = json_object_new_array();

	for (size_t i = 0; i < series->count; i++)
		json_object_array_add(rounds, number(series->values[i]));
	json_object_object_add(object, "median", number(series_median(series)));
	json_object_object_add(object, "min", number(series_min(series)));
	json_object_object_add(object, "max", number(series_max(series)));
	json_object_object_add(object, "rounds", rounds);
	return object;
}

static struct json_object *cost_json(const struct cost_results *cost)
{
	struct json_object *list = json_object_new_array();

	for (int i = 0; i < COST_IDS; i++) {
		struct json_object *row = json_object_new_object();
		enum cost_id id = (enum cost_id)i, base = cost_base(id);
		struct series net = cost_net(cost, id);
		struct series ratio =
			series_over(&cost->gross[id], &cost->gross[base]);

		json_object_object_add(row, "frame", text(cost_name(id)));
		json_object_object_add(row, "gross_ns",
				       figures(&cost->gross[id]));
		json_object_array_add(list, row);
		if (cost_is_bare(id))
			continue;
		json_object_object_add(row, "less", text(cost_name(base)));
		json_object_object_add(row, "net_ns", figures(&net));
		json_object_object_add(row, "gross_to_bare", figures(&ratio));
	}
	return list;
}

static struct json_object *digest_json(const struct digest_results *digest)
{
	struct json_object *object = json_object_new_object();
	struct json_object *list = json_object_new_array();

	json_object_object_add(object, "sha_ni",
			       json_object_new_boolean(digest->has_sha_ni));
	json_object_object_add(object, "openssl", list);
	for (int i = 0; i < DIGEST_KINDS; i++) {
		struct json_object *row = json_object_new_object();

		json_object_object_add(row, "how",
				       text(digest_name((enum digest_kind)i)));
		json_object_object_add(row, "ns", figures(&digest->with[i]));
		json_object_object_add(row, "ns_sha_ni_masked",
				       figures(&digest->without[i]));
		json_object_array_add(list, row);
	}
	return object;
}

static struct json_object *wire_row(const struct wire_results *wire,
				    enum wire_family family, enum wire_far far)
{
	struct json_object *row = json_object_new_object();
	const struct series *rate = &wire->rate[family][far];
	struct series net = wire_net(wire, family, far);

	static const char *const families[] = {
		[WIRE_ARP] = "arp", [WIRE_ND] = "nd", [WIRE_TCP] = "tcp"
	};

	json_object_object_add(row, "what", text(families[family]));
	json_object_object_add(row, "far_end", text(wire_far_name(far)));
	json_object_object_add(row, "per_second", figures(rate));
	json_object_object_add(row, "share_of_sent",
			       figures(&wire->share[family][far]));
	if (far != WIRE_SINK)
		json_object_object_add(row, "net_ns", figures(&net));
	return row;
}

/* Ours against the kernel's answers; of what passes, against a bare program. */
static void add_wire_ratios(const struct wire_results *wire,
			    enum wire_family family, struct json_object *row)
{
	const struct series *rate = wire->rate[family];
	struct series gross, plane, kernel, net;

	if (family == WIRE_TCP) {
		gross = series_over(&rate[WIRE_PLANE], &rate[WIRE_BARE]);
		json_object_object_add(row, "to_bare", figures(&gross));
		return;
	}
	gross = series_over(&rate[WIRE_PLANE], &rate[WIRE_KERNEL]);
	plane = wire_net(wire, family, WIRE_PLANE);
	kernel = wire_net(wire, family, WIRE_KERNEL);
	net = series_over(&kernel, &plane);
	json_object_object_add(row, "to_kernel_gross", figures(&gross));
	json_object_object_add(row, "to_kernel_net", figures(&net));
}

static struct json_object *wire_json(const struct wire_results *wire)
{
	struct json_object *list = json_object_new_array();

	for (int i = 0; i < WIRE_FAMILIES * WIRE_FARS; i++) {
		enum wire_family family = (enum wire_family)(i / WIRE_FARS);
		enum wire_far far = (enum wire_far)(i % WIRE_FARS);
		struct json_object *row;

		if (!wire_has(family, far))
			continue;
		row = wire_row(wire, family, far);
		if (far == WIRE_PLANE)
			add_wire_ratios(wire, family, row);
		json_object_array_add(list, row);
	}
	return list;
}

void report_json(const struct report *report, const char *path)
{
	struct json_object *object = json_object_new_object();

	json_object_object_add(object, "processor", text(report->processor));
	json_object_object_add(object, "cpus",
			       json_object_new_int64(report->cpus));
	json_object_object_add(object, "kernel", text(report->kernel));
	json_object_object_add(object, "date", text(report->date));
	json_object_object_add(object, "load_before", text(report->load));
	json_object_object_add(object, "rounds",
			       json_object_new_int64((int64_t)report->rounds));
	json_object_object_add(object, "cpu", json_object_new_int(report->cpu));
	json_object_object_add(object, "frame_cost", cost_json(&report->cost));
	json_object_object_add(object, "digest", digest_json(&report->digest));
	json_object_object_add(object, "veth", wire_json(&report->wire));
	if (json_object_to_file_ext(path, object, JSON_C_TO_STRING_PRETTY))
		errx(1, "%s: cannot be written", path);
	json_object_put(object);
}
