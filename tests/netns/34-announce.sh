#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# Announcements: repeated and refreshed; and a router that heeds no gratuitous
# ARP and is asked for instead.
#
#   a        r (ignores announcements)
#   |        |
#   +--------+-------  br0     vhid 3
source "$(dirname "$0")/lib.sh"
hosts a r
VMAC=$(virtual_mac 3)
RECORD=$HOSTS_DIR/record
# Who claims the VIP in a gratuitous ARP, by the second.
bursts() {
	jq -s "[.[] | select(.kind == \"arp\" and .gratuitous and
		.address == \"$VIP4\") | .t / 1e9 | round] | unique | length" \
		"$RECORD"
}
at_least_bursts() { [[ $(bursts) -ge $1 ]]; }

# A router that drops every announcement: ARP for the sender's own address,
# ARP replies to all, and neighbour advertisements.
cat >"$HOSTS_DIR/deaf.c" <<'CODE'
struct xdp_md { unsigned int data, data_end; };
__attribute__((section("xdp"), used)) int deaf(struct xdp_md *context)
{
	unsigned char *p = (void *)(long)context->data;

	if (p + 58 > (unsigned char *)(long)context->data_end)
		return 2;
	if (p[12] == 8 && p[13] == 6 &&
	    ((p[0] == 255 && p[21] == 2) || (p[31] == p[41])))
		return 1;
	return p[12] == 0x86 && p[20] == 58 && p[54] == 136 ? 1 : 2;
}
char _license[] __attribute__((section("license"))) = "GPL";
CODE
clang -O2 -g -target bpf -c "$HOSTS_DIR/deaf.c" -o "$HOSTS_DIR/deaf.o"
on r ip link set dev eth0 xdpgeneric obj "$HOSTS_DIR/deaf.o" sec xdp
knows() { on r ip neigh show "$1" dev eth0 | grep -qi "$2"; }
forget() {
	on r ip neigh replace "$VIP4" lladdr 02:00:00:00:00:99 dev eth0 nud stale
	on r ip neigh replace "$VIP6" lladdr 02:00:00:00:00:99 dev eth0 nud stale
}

wire switch "$RECORD" record a
attach a --vhid 3 --vip "$VIP4/24" --vip "$VIP6/64" --announce-refresh 2 \
	--gateway 192.0.2.2 --gateway 2001:db8::2
eventually 8 "a is master" state_is a 3 master
ok "status has the refresh" [ "$(group a 3 .announce_refresh)" == 2 ]
ok "and the routers" [ "$(group a 3 '.gateways | join(" ")')" == \
	"192.0.2.2 2001:db8::2" ]
forget
eventually 6 "the router learns the virtual MAC" knows "$VIP4" "$VMAC"
eventually 6 "and that of the IPv6 address" knows "$VIP6" "$VMAC"
eventually 3 "it was asked for by ARP" any_recorded "$RECORD" \
	".kind == \"arp\" and .op == 1 and .source == \"$VIP4\" and
	.address == \"192.0.2.2\" and .mac == \"$VMAC\""
eventually 3 "and by a solicitation" any_recorded "$RECORD" \
	".kind == \"ns\" and .source == \"$VIP6\" and
	.address == \"2001:db8::2\" and .mac == \"$VMAC\""
eventually 25 "announcements go on after the repeats" at_least_bursts 8
ok "set changes it" carp a set eth0 --vhid 3 --announce-refresh 0 --no-gateways
ok "no router any more" [ "$(group a 3 '.gateways | length')" == 0 ]
ok "people see it" grep -q "announcements" <(carp a status -v)
# By the kernel's stamps, however late they are read.  For some seconds the
# change itself announces.
changed=$(date +%s%N)
eventually 20 "nine seconds later it still advertises" any_recorded "$RECORD" \
	".kind == \"advert\" and .t > $((changed + 9000000000))"
refute "no refresh, no announcement" any_recorded "$RECORD" \
	".kind == \"arp\" and .gratuitous and .address == \"$VIP4\" and
	.t > $((changed + 4000000000))"
