#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# Common ground of the tests in this folder; sourced.  Each script is begun
# twice: on this machine it only boots a guest, in the guest it does its work,
# with the helpers of tests/netns/lib.sh.
if [[ -z ${CARP_GUEST:-} ]]; then
	exec "$(dirname "${BASH_SOURCE[0]}")/boot.sh" "tests/qemu/${0##*/}"
fi
# shellcheck source=tests/netns/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../netns/lib.sh"
