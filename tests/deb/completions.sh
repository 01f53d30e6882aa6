#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# bash and zsh complete every verb of the program's table and every option of
# each verb, as they are in the sources.
# shellcheck source=tests/netns/lib.sh
source "$(dirname "$0")/../netns/lib.sh"
hosts a
cd "$HOSTS_TOP"
mkdir "$HOSTS_DIR/bin"
ln -s "$(realpath "$CARP_BINARY")" "$HOSTS_DIR/bin/carp-xdp"
export PATH=$HOSTS_DIR/bin:$PATH

# The sources' own words, not those of --help.
verbs=$(sed -n '/^static const struct verb verbs/,/^};/s/^\t{ "\([a-z]*\)",$/\1/p' \
	user/main.c | sort)
options=$(sed -n '/^static const struct row rows/,/^};/s/^\t{ "\([a-z-]*\)",.*/--\1/p' \
	user/cli/options.c | sort -u)

# by_SHELL WORD...: what is offered for the last word, one a line.
by_bash() {
	bash -c '. scripts/completions/carp-xdp.bash
		COMP_WORDS=(carp-xdp "$@") COMP_CWORD=$#
		_carp_xdp
		printf "%s\n" "${COMPREPLY[@]}"' - "$@"
}
by_zsh() {
	zsh -fc '_describe() { print -l -- ${${(P)@[-1]}%%:*} }
		compadd() { print -l -- $@ }
		_files() { print -l -- *(N) }
		_carp_xdp() { '"$(<scripts/completions/carp-xdp.zsh)"'
		}
		words=(carp-xdp "$@") CURRENT=$(($# + 1)) PREFIX=${@[-1]}
		_carp_xdp' - "$@"
}
offers_all() {
	local missing
	missing=$(comm -23 <(echo "$2") <("by_$1" "${@:3}" | sort -u))
	echo "missing: $missing"
	[[ $2 && ! $missing ]]
}
offers_options() {
	local verb
	for verb in "" $verbs; do
		"by_$1" ${verb:+"$verb"} --
	done | sort -u >"$HOSTS_DIR/offered"
	diff <(echo "$options") <(grep -- ^-- "$HOSTS_DIR/offered")
}
# The verbs that say so themselves.
with_interface() {
	local verb
	for verb in $verbs; do
		! carp-xdp "$verb" --help | head -n1 | grep -q IFACE ||
			echo "$verb"
	done
}
offers() { "by_$1" "${@:3}" | grep -xF -- "$2"; }

for shell in bash zsh; do
	ok "$shell: all verbs" offers_all $shell "$verbs" ""
	ok "$shell: all options, and no others" offers_options $shell
	for verb in $(with_interface); do
		ok "$shell: interfaces after $verb" offers $shell lo "$verb" ""
	done
	ok "$shell: values" offers $shell native attach lo --mode ""
	ok "$shell: on and off" offers $shell off maintenance ""
	ok "$shell: files" offers $shell Makefile check ""
	ok "$shell: files of frames" offers $shell Makefile explain lo ""
	refute "$shell: no option of another verb" offers $shell --reason attach --
done
ok "bash: only what begins so" [ "$(by_bash det)" == detach ]
