# shellcheck shell=bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# For tests of what a configuration has others run: a directory for the files,
# and one where those programs, which run as nobody of ours, find and leave
# things.
CONF=$HOSTS_DIR/conf
ROOM=$HOSTS_DIR/room
mkdir -m 0755 "$CONF"
mkdir -m 0777 "$ROOM"
chmod 0755 "$HOSTS_DIR"

conf() { (umask 022 && cat >"$CONF/$1"); }
script() { cat >"$ROOM/$1" && chmod 0755 "$ROOM/$1"; }
