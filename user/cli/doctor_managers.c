/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Who else gives this interface its addresses, and takes ours for strangers.
 * Reads what systemd-networkd and NetworkManager write down; asks neither.
 */
#include "user/cli/doctor.h"

#include <ctype.h>
#include <glob.h>
#include <stdio.h>
#include <string.h>

/* A line of an INI file into section or key and value; false: neither. */
struct ini {
	char section[32];
	char key[64];
	char value[DOCTOR_PATH_MAX];
};

static bool ini_line(struct ini *ini, const char *line)
{
	size_t length;

	if (sscanf(line, " [%31[^]]]", ini->section) == 1)
		return false;
	ini->value[0] = '\0';
	if (sscanf(line, " %63[^=# \t] = %255[^\n]", ini->key, ini->value) < 1)
		return false;
	length = strlen(ini->value);
	while (length && isspace((unsigned char)ini->value[length - 1]))
		ini->value[--length] = '\0';
	return true;
}

/* The last value of a key; false if it is nowhere in the file.  section "":
 * what stands before any. */
static bool ini_get(const char *path, const char *section, const char *key,
		    char out[DOCTOR_PATH_MAX])
{
	FILE *file = fopen(path, "re");
	struct ini ini = { "", "", "" };
	bool found = false;
	char line[512];

	if (!file)
		return false;
	while (fgets(line, sizeof(line), file)) {
		if (!ini_line(&ini, line) || strcmp(ini.section, section) ||
		    strcmp(ini.key, key))
			continue;
		snprintf(out, DOCTOR_PATH_MAX, "%s", ini.value);
		found = true;
	}
	fclose(file);
	return found;
}

/* --- systemd-networkd ----------------------------------------------------- */

/* Drop-ins of a .network file, as of systemd.network(5); of two that differ
 * the one in the later place is taken, whatever their names. */
static void drop_ins(const char *root, const char *base,
		     char keep[DOCTOR_PATH_MAX])
{
	static const char *const places[] = { "/usr/lib", "/run", "/etc" };
	char pattern[2 * DOCTOR_PATH_MAX];
	glob_t found;

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		snprintf(pattern, sizeof(pattern),
			 "%s%s/systemd/network/%s.d/*.conf", root, places[i],
			 base);
		if (glob(pattern, 0, NULL, &found))
			continue;
		for (size_t j = 0; j < found.gl_pathc; j++)
			ini_get(found.gl_pathv[j], "Network",
				"KeepConfiguration", keep);
		globfree(&found);
	}
}

static bool keeps_strangers(const char *keep)
{
	return !strcmp(keep, "yes") || !strcmp(keep, "true") ||
	       !strcmp(keep, "on") || !strcmp(keep, "1") ||
	       !strcmp(keep, "static");
}

static void judge_networkd(const char *interface, const char *base,
			   const char *keep, struct doctor_report *report)
{
	if (keeps_strangers(keep))
		doctor_find(report, DOCTOR_OK, "networkd",
			    "%s configures %s and keeps our addresses "
			    "(KeepConfiguration=%s)",
			    base, interface, keep);
	else
		doctor_remedy(
			doctor_find(report, DOCTOR_WARNING, "networkd",
				    "%s configures %s with "
				    "KeepConfiguration=%s: virtual IPs are "
				    "removed whenever networkd restarts or "
				    "reconfigures it",
				    base, interface, *keep ? keep : "no"),
			"mkdir -p /etc/systemd/network/%s.d && printf "
			"'[Network]\\nKeepConfiguration=static\\n' "
			">/etc/systemd/network/%s.d/carp-xdp.conf && "
			"networkctl reload",
			base, base);
}

static void check_networkd(const char *root, unsigned int ifindex,
			   const char *interface, struct doctor_report *report)
{
	char path[2 * DOCTOR_PATH_MAX], network[DOCTOR_PATH_MAX];
	char keep[DOCTOR_PATH_MAX] = "";
	const char *base;

	snprintf(path, sizeof(path), "%s/run/systemd/netif/links/%u", root,
		 ifindex);
	/* It keeps such a file of what it leaves alone as well. */
	if (!ini_get(path, "", "NETWORK_FILE", network))
		return;
	base = strrchr(network, '/') ? strrchr(network, '/') + 1 : network;
	snprintf(path, sizeof(path), "%s%s", root, network);
	ini_get(path, "Network", "KeepConfiguration", keep);
	drop_ins(root, base, keep);
	judge_networkd(interface, base, keep, report);
}

/* --- NetworkManager ------------------------------------------------------- */

static void check_manager(const char *root, unsigned int ifindex,
			  const char *interface, struct doctor_report *report)
{
	char path[2 * DOCTOR_PATH_MAX], managed[DOCTOR_PATH_MAX];

	snprintf(path, sizeof(path), "%s/run/NetworkManager/devices/%u", root,
		 ifindex);
	if (!ini_get(path, "device", "managed", managed))
		return;
	if (strcmp(managed, "true"))
		doctor_find(report, DOCTOR_OK, "networkmanager",
			    "leaves %s alone", interface);
	else
		doctor_remedy(
			doctor_find(report, DOCTOR_WARNING, "networkmanager",
				    "manages %s: virtual IPs are removed "
				    "whenever it activates a connection there "
				    "anew",
				    interface),
			"printf '[keyfile]\\n"
			"unmanaged-devices=interface-name:%s\\n' "
			">/etc/NetworkManager/conf.d/carp-xdp.conf && nmcli "
			"general reload (%s's own address is then somebody "
			"else's to set)",
			interface, interface);
}

void doctor_managers(const char *root, unsigned int ifindex,
		     const char *interface, struct doctor_report *report)
{
	const size_t before = report->count;

	check_networkd(root, ifindex, interface, report);
	check_manager(root, ifindex, interface, report);
	if (report->count == before)
		doctor_find(report, DOCTOR_OK, "managers",
			    "neither networkd nor NetworkManager configures "
			    "%s",
			    interface);
}
