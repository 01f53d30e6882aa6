#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# embed-page.sh PAGE: a C file with its bytes and its Content-Security-Policy,
# which allows the one <style> and the one <script> in it by their hashes.
set -euo pipefail
page=$1

# hash_of ELEMENT: from behind its first tag to its last one.
hash_of() {
	{
		echo
		sed -n "/^<$1>\$/,/^<\/$1>\$/{//!p}" "$page"
	} | sha256sum | cut -d' ' -f1 | tr a-f A-F | basenc --base16 -d | base64
}
for element in style script; do
	[[ $(grep -c "^<$element>\$" "$page") == 1 ]] || {
		echo "embed-page.sh: $page: not one <$element> by itself" >&2
		exit 1
	}
done
policy="default-src 'none'; script-src 'sha256-$(hash_of script)';"
policy+=" style-src 'sha256-$(hash_of style)'; connect-src 'self';"
policy+=" img-src data:; base-uri 'none'; form-action 'none';"
policy+=" frame-ancestors 'none'; require-trusted-types-for 'script';"
policy+=" trusted-types 'none'"

cat <<END
#include "user/daemon/page.h"
const char page_policy[] = "$policy";
const size_t page_size = $(wc -c <"$page");
const char page_text[] = {
END
od -An -v -td1 "$page" | sed 's/  */,/g; s/^,//; s/$/,/'
echo "0 };"
