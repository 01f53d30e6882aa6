#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# Debian's Prometheus scrapes two hosts, with the alert rules we ship, through
# the death of the master and its return.  All that rules and dashboard ask
# for is there in what was scraped.
#
#   a (preferred)   b (advskew 50)    c (Prometheus)
#      |                |                |
#   ---+----------------+----------------+---  br0     vhid 3
source "$(dirname "$0")/lib.sh"
hosts a b c
SHIPPED=$HOSTS_TOP/docs/prometheus
PEERS=$HOSTS_TOP/build/peers/usr/bin
[[ -x $PEERS/prometheus && -x $PEERS/promtool ]] || {
	claim skip "prometheus and promtool: scripts/install-deps.sh check"
	exit 0
}
API=http://127.0.0.1:9090/api/v1
A=192.0.2.1:9112
B=192.0.2.2:9112

ok "each alert fires when it should, and only then" \
	"$PEERS/promtool" test rules "$SHIPPED/carp-xdp.rules.test.yml"

api() { on c curl -sS --max-time 5 --get "$API/$1" "${@:2}"; }

# holds EXPRESSION: the server answers with one series at least.
holds() {
	api query --data-urlencode "query=$1" |
		jq -e '.status == "success" and (.data.result | length) > 0'
}
alert_is() {
	holds "ALERTS{alertname=\"$1\",alertstate=\"$2\"}"
}
is_master() { holds "carp_state{instance=\"$1\",carp_state=\"master\"} == 1"; }

join() {
	local host=$1
	shift
	attach "$host" --vhid 3 --vip "$VIP4/24" --vip "$VIP6/64" --preempt "$@"
}
# So that there is one to ask for.
(umask 022 && echo "track self { process = carp-runner all = yes }" \
	>"$HOSTS_DIR/track.conf")
spawn_carp a daemon --config "$HOSTS_DIR/track.conf" --metrics "$A" \
	2>>"$HOSTS_DIR/errors"
wait_until 10 carp a status >/dev/null 2>&1
join a
join b --metrics "$B" --advskew 50

cat >"$HOSTS_DIR/prometheus.yml" <<END
global: { scrape_interval: 500ms, scrape_timeout: 500ms, evaluation_interval: 1s }
rule_files: [$SHIPPED/carp-xdp.rules.yml]
scrape_configs:
  - job_name: carp-xdp
    static_configs: [{ targets: ["$A", "$B"] }]
END
spawn c "$PEERS/prometheus" --config.file="$HOSTS_DIR/prometheus.yml" \
	--storage.tsdb.path="$HOSTS_DIR/tsdb" \
	--web.listen-address=127.0.0.1:9090 >"$HOSTS_DIR/prometheus" 2>&1
SERVER=$SPAWNED

eventually 20 "Prometheus sees a as master" is_master "$A"
eventually 5 "and b as its backup" \
	holds "carp_state{instance=\"$B\",carp_state=\"backup\"} == 1"
eventually 5 "b has heard a" \
	holds "rate(carp_advertisements_received_total{instance=\"$B\"}[5s]) > 0"

# What the rules ask for, as the server has understood them.
api rules | jq -r '.data.groups[].rules[].query' >"$HOSTS_DIR/queries"
ok "the server has all rules" [ "$(wc -l <"$HOSTS_DIR/queries")" -eq \
	"$(grep -c -- '- alert:' "$SHIPPED/carp-xdp.rules.yml")" ]
grep -oE '(carp_[a-z_]+|up)\{[^}]*\}' "$HOSTS_DIR/queries" | sort -u \
	>"$HOSTS_DIR/selectors"
ok "and they ask for something" [ -s "$HOSTS_DIR/selectors" ]
while read -r selector; do
	ok "rules: $selector exists" holds "$selector"
done <"$HOSTS_DIR/selectors"

# ... and what the dashboard does, with Grafana's variables filled in.
jq -r '.panels[] | .title as $title | .targets[]
	| [$title, .refId, (.expr | gsub("\\$__rate_interval"; "10s")
		| gsub("\\$(instance|vhid)"; ".*"))] | @tsv' \
	"$SHIPPED/grafana.json" >"$HOSTS_DIR/panels"
ok "the dashboard has panels" [ -s "$HOSTS_DIR/panels" ]
while IFS=$'\t' read -r title target query; do
	eventually 5 "dashboard: $title, $target has data" holds "$query"
done <"$HOSTS_DIR/panels"
# shellcheck disable=SC2016 # the dollar is Grafana's
ok "its panels are told apart and ask the chosen source" jq -e '
	([.panels[].id] | length == (unique | length)) and
	all(.panels[].targets[]; .datasource.uid == "${datasource}") and
	any(.templating.list[]; .name == "datasource")' "$SHIPPED/grafana.json"

crash a
eventually 10 "a dies: Prometheus sees b as master" is_master "$B"
eventually 30 "CarpControllerDown fires" alert_is CarpControllerDown firing
ok "for a" holds "ALERTS{alertname=\"CarpControllerDown\",instance=\"$A\"}"
refute "and not for b" \
	holds "ALERTS{alertname=\"CarpControllerDown\",instance=\"$B\"}"

join a --metrics "$A"
eventually 10 "a returns: the alert is resolved" \
	fails alert_is CarpControllerDown firing
eventually 10 "and a is master again" is_master "$A"
# A loaded machine may run timers late; nothing else may have fired.
refute "no other alert has fired on the way" holds 'max_over_time(
	ALERTS{alertstate="firing",alertname!~"CarpControllerDown|CarpTimersLate"}
	[5m])'
stop "$SERVER"
