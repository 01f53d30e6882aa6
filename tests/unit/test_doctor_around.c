/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The doctor's judgement on what is around an interface: who else gives it
 * addresses, and who speaks on its wire.
 */
#include "findings.h"

#include "carp/csum.h"
#include "carp/wire.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- who else configures it ------------------------------------------------
 */

static char root[] = "/tmp/doctor-XXXXXX";

static void write_file(const char *directory, const char *name,
		       const char *text)
{
	char path[512];
	FILE *file;

	snprintf(path, sizeof(path), "mkdir -p %s%s", root, directory);
	cr_assert_eq(system(path), 0);
	snprintf(path, sizeof(path), "%s%s/%s", root, directory, name);
	file = fopen(path, "w");
	cr_assert_not_null(file);
	fputs(text, file);
	fclose(file);
}

static void managers(void)
{
	report_forget();
	doctor_managers(root, 7, "eth0", &report);
}

static void root_make(void)
{
	cr_assert_not_null(mkdtemp(root));
}

static void root_remove(void)
{
	char command[64];

	snprintf(command, sizeof(command), "rm -rf %s", root);
	cr_assert_eq(system(command), 0);
}

TestSuite(doctor_managers, .init = root_make, .fini = root_remove);

Test(doctor_managers, nobody)
{
	managers();
	report_expect("managers", DOCTOR_OK, "neither", "");
}

Test(doctor_managers, networkd)
{
	/* One that it knows of and leaves alone. */
	write_file("/run/systemd/netif/links", "7", "ADMIN_STATE=unmanaged\n");
	managers();
	report_expect("managers", DOCTOR_OK, "neither", "");
	write_file("/run/systemd/netif/links", "7",
		   "ADMIN_STATE=configured\n"
		   "NETWORK_FILE=/etc/systemd/network/10-lan.network\n");
	write_file("/etc/systemd/network", "10-lan.network",
		   "[Match]\nName=eth0\n"
		   "[Network]\n# KeepConfiguration=static\nDHCP=yes\n"
		   "[Other]\nKeepConfiguration=yes\n");
	managers();
	report_expect("networkd", DOCTOR_WARNING, "KeepConfiguration=no",
		      "/etc/systemd/network/10-lan.network.d/carp-xdp.conf");
	write_file("/etc/systemd/network/10-lan.network.d", "keep.conf",
		   "[Network]\n KeepConfiguration = static \n");
	managers();
	report_expect("networkd", DOCTOR_OK, "KeepConfiguration=static", "");
	write_file("/etc/systemd/network/10-lan.network.d", "later.conf",
		   "[Network]\nKeepConfiguration=dhcp\n");
	managers();
	report_expect("networkd", DOCTOR_WARNING, "KeepConfiguration=dhcp",
		      "networkctl reload");
}

Test(doctor_managers, networkmanager)
{
	write_file("/run/NetworkManager/devices", "7",
		   "[device]\nmanaged=true\n");
	managers();
	report_expect("networkmanager", DOCTOR_WARNING, "manages eth0",
		      "unmanaged-devices=interface-name:eth0");
	write_file("/run/NetworkManager/devices", "7",
		   "[device]\nmanaged=false\n");
	managers();
	report_expect("networkmanager", DOCTOR_OK, "leaves eth0 alone", "");
}

/* --- the wire --------------------------------------------------------------
 */

static struct doctor_wire wire;

enum {
	IP4 = 20,
	IP6 = 40
};

/* From 192.0.2.HOST or 2001:db8::HOST. */
static void hear(int family, uint8_t host, const uint8_t *body, size_t size)
{
	uint8_t bytes[EAR_SIZE_MAX] = { 0 };
	struct ear_packet packet = { .bytes = bytes,
				     .mac = { 2, 0, 0, 0, 0, host },
				     .vlan = EAR_UNTAGGED };
	const size_t head = family == 4 ? IP4 : IP6;

	memcpy(bytes + head, body, size);
	packet.size = head + size;
	if (family == 4) {
		memcpy(bytes, "\x45", 1);
		bytes[3] = (uint8_t)packet.size;
		memcpy(bytes + 12, (uint8_t[]){ 192, 0, 2, host }, 4);
	} else {
		bytes[0] = 0x60;
		bytes[5] = (uint8_t)size;
		memcpy(bytes + 8, "\x20\x01\x0d\xb8", 4);
		bytes[23] = host;
	}
	doctor_wire_hear(&wire, &packet);
}

static void hear_carp(int family, uint8_t host, uint8_t vhid)
{
	_Alignas(8) struct carp_header header = {
		.version_type = CARP_VERSION_TYPE,
		.vhid = vhid,
		.authlen = CARP_AUTHLEN,
		.advbase = 1,
		.advskew = 100,
	};

	header.checksum =
		carp_csum_finish(carp_csum_words(0, &header, sizeof(header)));
	hear(family, host, (const uint8_t *)&header, sizeof(header));
}

static void hear_vrrp2(uint8_t host, uint8_t vrid, uint8_t addresses)
{
	uint8_t body[16 + 4 * 8] = { 0x21, vrid, 150, addresses, 0, 1, 1, 2 };

	hear(4, host, body, 16 + 4u * addresses);
}

static void judge(unsigned int vhid)
{
	report_forget();
	doctor_wire(&wire, vhid, 3, &report);
}

Test(doctor_wire, silence)
{
	judge(0);
	report_expect("wire", DOCTOR_OK, "nobody spoke CARP or VRRP in 3 s",
		      "");
	judge(5);
	report_expect("vhid", DOCTOR_OK, "5: nobody was heard", "");
}

Test(doctor_wire, taken)
{
	hear_carp(4, 2, 5);
	hear_carp(4, 2, 5);
	hear_carp(6, 2, 6);
	judge(5);
	report_expect(
		"vhid", DOCTOR_WARNING,
		"5 is taken: CARP vhid 5 from 192.0.2.2 (02:00:00:00:00:02), "
		"advbase 1 advskew 100",
		"--vhid 7");
	report_expect("wire", DOCTOR_NOTE, "CARP vhid 6 from 2001:db8::2", "");
	cr_expect_eq(wire.count, 2);
	cr_expect_eq(wire.speakers[0].count, 2);
	judge(255);
	report_expect("vhid", DOCTOR_OK, "nobody", "");
}

/* With seven addresses it has CARP's length of authentication. */
Test(doctor_wire, vrrp2)
{
	hear_vrrp2(3, 9, 1);
	hear_vrrp2(4, 10, 7);
	cr_expect_eq(wire.count, 2);
	cr_expect_eq(wire.speakers[0].protocol, DOCTOR_VRRP2);
	cr_expect_eq(wire.speakers[1].protocol, DOCTOR_VRRP2);
	judge(10);
	report_expect(
		"vhid", DOCTOR_PROBLEM,
		"VRRPv2 VRID 10 from 192.0.2.4 (02:00:00:00:00:04), priority "
		"150",
		"--vhid 11");
}

Test(doctor_wire, vrrp3)
{
	uint8_t body[] = { 0x31, 255, 100, 1, 0, 100, 0, 0, 192, 0, 2, 1 };

	hear(6, 3, body, sizeof(body));
	judge(255);
	report_expect("vhid", DOCTOR_WARNING,
		      "VRRPv3 VRID 255 from 2001:db8::3", "--vhid 1");
	hear(4, 3, body, sizeof(body));
	judge(255);
	cr_expect_eq(report.levels[DOCTOR_PROBLEM], 1);
}

Test(doctor_wire, duplicates)
{
	hear_carp(4, 2, 5);
	hear_carp(6, 2, 5);
	judge(0);
	cr_expect_null(report_find("duplicate", 0));
	hear_carp(4, 3, 5);
	judge(0);
	report_expect("duplicate", DOCTOR_WARNING, "two speak for 5",
		      "free is 6");
	cr_expect_null(report_find("duplicate", 1));
	hear_vrrp2(2, 6, 1);
	hear_carp(4, 2, 6);
	judge(0);
	cr_expect_not_null(report_find("duplicate", 1));
}

/* Whatever is cut off, nothing behind it is read and nobody is made up. */
Test(doctor_wire, truncated)
{
	uint8_t bytes[IP4 + CARP_HEADER_SIZE] = { 0x45, 0, 0, sizeof(bytes) };

	bytes[IP4] = CARP_VERSION_TYPE;
	bytes[IP4 + 1] = 5;
	bytes[IP4 + 3] = CARP_AUTHLEN;
	for (size_t size = 0; size < sizeof(bytes); size++) {
		uint8_t *copy = malloc(size ? size : 1);
		struct ear_packet packet = { .bytes = copy, .size = size };

		memcpy(copy, bytes, size);
		doctor_wire_hear(&wire, &packet);
		cr_expect_eq(wire.count, 0, "size %zu", size);
		free(copy);
	}
	cr_expect_eq(wire.malformed, sizeof(bytes));
	judge(0);
	cr_expect_not_null(report_find("wire", 1));
}

/* Whole by its IP header, and yet no advertisement. */
Test(doctor_wire, short_of_one)
{
	for (uint8_t size = 8; size < CARP_HEADER_SIZE; size++) {
		uint8_t *copy = calloc(1, IP4 + size);
		struct ear_packet packet = { .bytes = copy,
					     .size = IP4 + size };

		copy[0] = 0x45;
		copy[3] = (uint8_t)packet.size;
		copy[IP4] = CARP_VERSION_TYPE;
		copy[IP4 + 3] = CARP_AUTHLEN;
		doctor_wire_hear(&wire, &packet);
		cr_expect_eq(wire.count, 0, "size %u", size);
		free(copy);
	}
}

/* A header that claims to be longer than the packet, or shorter than itself. */
Test(doctor_wire, lying)
{
	uint8_t bytes[64] = { 0x4f, 0, 0, 59 };
	struct ear_packet packet = { .bytes = bytes, .size = sizeof(bytes) };

	doctor_wire_hear(&wire, &packet);
	bytes[0] = 0x44;
	doctor_wire_hear(&wire, &packet);
	bytes[0] = 0x45;
	bytes[3] = 65;
	doctor_wire_hear(&wire, &packet);
	bytes[0] = 0x10;
	doctor_wire_hear(&wire, &packet);
	cr_expect_eq(wire.count, 0);
	cr_expect_eq(wire.malformed, 4);
}

Test(doctor_wire, crowd)
{
	for (int i = 0; i < 2 * DOCTOR_SPEAKERS_MAX; i++)
		hear_carp(4, (uint8_t)i, (uint8_t)(i + 1));
	cr_expect_eq(wire.count, DOCTOR_SPEAKERS_MAX);
	judge(200);
	report_expect("vhid", DOCTOR_OK, "nobody", "");
	cr_expect(wire.overflow);
}
