#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# Builds the package twice, in two places and at two times: the same bytes,
# with all in it that it is to have, and nothing to say for lintian.
# shellcheck source=tests/netns/lib.sh
source "$(dirname "$0")/../netns/lib.sh"
hosts a
cd "$HOSTS_TOP"
A=$HOSTS_DIR/a B=$HOSTS_DIR/another/and/deeper
: "${SOURCE_DATE_EPOCH:=$(git log -1 --format=%ct 2>/dev/null ||
	stat -c %Y Makefile)}"
export SOURCE_DATE_EPOCH

build() {
	local start=$SECONDS
	mkdir -p "$B"
	make -s --no-print-directory deb B="$A" &&
		TZ=Asia/Tokyo LC_ALL=C umask 027 &&
		make -s --no-print-directory deb B="$B" || return 1
	umask 022
	note "built twice in $((SECONDS - start)) s" >&3
}
same() {
	local one name
	for one in "$A"/deb/*.deb; do
		name=${one##*/}
		cmp "$one" "$B/deb/$name" || return 1
	done
}
lints() {
	local said
	said=$(lintian --allow-root --fail-on none "$A"/deb/*.changes 2>&1)
	echo "$said"
	[[ ! $said ]]
}
has() { grep -qE -- "$1\$" "$HOSTS_DIR/contents"; }
control() { dpkg-deb -I "$PACKAGE" "$1"; }

# What the build needs here, but for what every build has.
named() {
	local wanted
	wanted=$(sed -n '/^BUILD=(/,/)/p' scripts/install-deps.sh |
		sed 's/^BUILD=//' | tr -d '()' | xargs -n1 |
		grep -vxE 'gcc|libc6-dev|make|iproute2' | sort)
	comm -23 <(echo "$wanted") <(sed -n '/^Build-Depends/,/^[^ B]/p' \
		scripts/debian/control | grep -oE '[a-z0-9.+-]+' | sort)
}
nothing_missing() { [[ ! $(named) ]]; }
ok "it needs what we install to build it" nothing_missing

ok "make deb, twice" build
ok "the same bytes" same
ok "lintian has nothing to say" lints
PACKAGE=$(find "$A/deb" -name 'carp-xdp_*.deb')
dpkg-deb -c "$PACKAGE" >"$HOSTS_DIR/contents"
for file in usr/sbin/carp-xdp usr/share/man/man8/carp-xdp.8.gz \
	usr/share/man/man5/carp-xdp.conf.5.gz usr/lib/sysusers.d/carp-xdp.conf \
	lib/systemd/system/carp-xdp.service etc/carp-xdp/carp-xdp.conf \
	lib/systemd/system/carp-xdp-hand.socket \
	lib/systemd/system/carp-xdp-hand@.service \
	lib/systemd/system/carp-xdp-runner.socket \
	lib/systemd/system/carp-xdp-runner@.service \
	usr/share/bash-completion/completions/carp-xdp \
	usr/share/zsh/vendor-completions/_carp-xdp; do
	ok "it has $file" has "-rw.r.[-x]r.[-x] root/root .* \./$file"
done
dpkg-deb -x "$PACKAGE" "$HOSTS_DIR/tree"
refute "its program names no place it was built in" \
	grep -qF "$HOSTS_DIR" "$HOSTS_DIR/tree/usr/sbin/carp-xdp"
ok "its program runs" "$HOSTS_DIR/tree/usr/sbin/carp-xdp" --version
ok "and is hardened" scripts/lint/hardened.sh \
	"$A"/deb/carp-xdp-*/build/carp-xdp "$A"/deb/carp-xdp-*/build/carp.bpf.o
refute "its configuration does nothing" grep -E '^[^#]' \
	"$HOSTS_DIR/tree/etc/carp-xdp/carp-xdp.conf"
ok "which is the administrator's to change" \
	grep -qx /etc/carp-xdp/carp-xdp.conf <(control conffiles)
ok "systemd's users are made before the service starts" awk \
	'/systemd-sysusers/ { user = NR } /start|restart/ && !user { early = 1 }
	END { exit !user || early }' <(control postinst)
# Without a package: what was installed goes, but for the configuration.
comes_and_goes() {
	local to=$HOSTS_DIR/installed
	make -s install "DESTDIR=$to" && make -s uninstall "DESTDIR=$to" &&
		[[ $(cd "$to" && find . -type f) == \
			./etc/carp-xdp/carp-xdp.conf ]]
}
ok "make uninstall removes what make install has brought" comes_and_goes
ok "its sockets go with it" grep -q \
	"stop carp-xdp-hand.socket carp-xdp-runner.socket" <(control prerm)
