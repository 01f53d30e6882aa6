/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Asks for the job of our unit, by the manager's own socket or by the bus.
 * Never tells it to do anything.
 */
#include "user/sys/systemd.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-bus.h>
#include <systemd/sd-login.h>

enum {
	PATIENCE_US = 1000000 /* for each answer */
};

static const char manager[] = "org.freedesktop.systemd1";

bool systemd_manages(void)
{
	return getenv("INVOCATION_ID");
}

/* Its own socket is there without a bus as well. */
static int open_private(sd_bus **out)
{
	sd_bus *bus = NULL;
	int err = sd_bus_new(&bus);

	if (err >= 0)
		err = sd_bus_set_address(bus, "unix:path=/run/systemd/private");
	if (err >= 0)
		err = sd_bus_start(bus);
	if (err < 0)
		sd_bus_unref(bus);
	else
		*out = bus;
	return err;
}

/* The path of our unit's job; "/" if there is none.  To be freed. */
static char *find_job(sd_bus *bus, const char *unit)
{
	sd_bus_message *answer = NULL;
	const char *path = NULL;
	char *found = NULL;
	uint32_t number;

	if (sd_bus_get_property(bus, manager, unit,
				"org.freedesktop.systemd1.Unit", "Job", NULL,
				&answer, "(uo)") >= 0 &&
	    sd_bus_message_read(answer, "(uo)", &number, &path) >= 0)
		found = strdup(path);
	sd_bus_message_unref(answer);
	return found;
}

static bool job_is_restart(sd_bus *bus, const char *unit)
{
	char *job = find_job(bus, unit), *type = NULL;
	bool restart = false;

	if (job && sd_bus_get_property_string(bus, manager, job,
					      "org.freedesktop.systemd1.Job",
					      "JobType", NULL, &type) >= 0)
		restart = !strcmp(type, "restart");
	free(type);
	free(job);
	return restart;
}

static char *path_of(const char *unit)
{
	char *own = NULL, *path = NULL;

	if (!unit && sd_pid_get_unit(0, &own) >= 0)
		unit = own;
	if (unit && sd_bus_path_encode("/org/freedesktop/systemd1/unit", unit,
				       &path) < 0)
		path = NULL;
	free(own);
	return path;
}

bool systemd_restarts(const char *name)
{
	char *unit = path_of(name);
	sd_bus *bus = NULL;
	bool restart = false;

	if (unit &&
	    (open_private(&bus) >= 0 || sd_bus_open_system(&bus) >= 0)) {
		sd_bus_set_method_call_timeout(bus, PATIENCE_US);
		restart = job_is_restart(bus, unit);
	}
	sd_bus_flush_close_unref(bus);
	free(unit);
	return restart;
}
