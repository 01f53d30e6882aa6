#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# deb.sh VERSION DIRECTORY: builds Debian's package of this tree in DIRECTORY,
# which is made anew.  The same tree gives the same bytes, wherever it is: its
# time is SOURCE_DATE_EPOCH, else that of the last commit.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
VERSION=$1 OUT=$2
command -v dh >/dev/null || {
	echo "deb.sh: no debhelper here: sudo apt-get install debhelper" >&2
	exit 1
}
: "${SOURCE_DATE_EPOCH:=$(git log -1 --format=%ct 2>/dev/null ||
	stat -c %Y Makefile)}"
export SOURCE_DATE_EPOCH
SOURCE=$OUT/carp-xdp-$VERSION

rm -rf "$OUT"
mkdir -p "$SOURCE"
cp -a Makefile README.md LICENSE bpf user include vmlinux scripts docs "$SOURCE"
cp -a scripts/debian "$SOURCE/debian"
cp scripts/carp-xdp.sysusers "$SOURCE/debian/"
echo "$VERSION" >"$SOURCE/VERSION"
maintainer=$(sed -n 's/^Maintainer: //p' scripts/debian/control)
cat >"$SOURCE/debian/changelog" <<CHANGELOG
carp-xdp ($VERSION) unstable; urgency=medium

  * Version $VERSION.

 -- $maintainer  $(LC_ALL=C date -Rud "@$SOURCE_DATE_EPOCH")
CHANGELOG
# What make was told for this tree is not for that one.
cd "$SOURCE"
env -u MAKEFLAGS -u MAKELEVEL -u MFLAGS -u V -u SANITIZE \
	-u CFLAGS -u CPPFLAGS -u LDFLAGS -u DESTDIR -u PREFIX \
	LC_ALL=C.UTF-8 TZ=UTC DEB_BUILD_OPTIONS="parallel=$(nproc)" \
	dpkg-buildpackage -b -us -uc >"../build.log" 2>&1 || {
	tail -n 30 ../build.log >&2
	exit 1
}
