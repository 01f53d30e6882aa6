#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# mandoc has nothing to say about the manual pages, and each verb of the
# program is in one.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# Other pages need not be installed here.
said=$(mandoc -Tlint docs/*.[58] 2>/dev/null |
	grep -v "referenced manual not found") || true
if [[ $said ]]; then
	printf '%s\n' "$said"
	exit 1
fi
bad=0
for verb in attach detach status monitor demote state set check explain top daemon; do
	grep -qw "$verb" docs/carp-xdp.8 || {
		echo "docs/carp-xdp.8: no word about $verb"
		bad=1
	}
done
exit "$bad"
