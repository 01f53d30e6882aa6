#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# Builds the image with buildah, in a store of its own; what it begins with is
# the Debian of build/peers, so that no registry is needed but Debian's.
# shellcheck source=tests/netns/lib.sh
source "$(dirname "$0")/../netns/lib.sh"
hosts a
cd "$HOSTS_TOP"
BASE=build/peers/debian
if ! command -v buildah >/dev/null || [[ ! -d $BASE ]]; then
	echo "skip - no buildah, or no Debian in build/peers"
	exit 0
fi
# shellcheck disable=SC2120 # buildah's own words
build() {
	buildah --root "$HOSTS_DIR/store" --runroot "$HOSTS_DIR/run" \
		--storage-driver vfs "$@"
}
# begin: with that Debian, under the name that the recipe knows.
begin() {
	local id
	id=$(build from scratch) && build add -q "$id" "$BASE" / &&
		build commit -q "$id" "$(sed -n 's/^FROM \(.*\) AS .*/\1/p' \
			scripts/container/Containerfile)"
}
whole() {
	build bud --pull=never --isolation chroot -t carp-xdp \
		-f scripts/container/Containerfile .
}
in_image() { build run --isolation chroot "$IMAGE" -- "$@"; }
without() { ! in_image sh -c "command -v $1"; }
setting() { build inspect --type image --format "{{.OCIv1.Config.$1}}" carp-xdp; }

ok "there is a Debian to begin with" begin
ok "the image is built" whole
IMAGE=$(build from --pull-never carp-xdp)
ok "its program runs" in_image carp-xdp --version
ok "and has its user" in_image grep carp-xdp: /etc/passwd
for tool in clang gcc make dh; do
	ok "without $tool" without $tool
done
ok "it begins as what the DaemonSet's arguments are for" [ "$(setting \
	Entrypoint) $(setting Cmd)" == \
	"[/usr/sbin/carp-xdp] [daemon --config /etc/carp-xdp]" ]
