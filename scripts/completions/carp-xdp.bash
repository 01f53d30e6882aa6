# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# Completion for bash.  Verbs and options are what the program's help says.
# shellcheck shell=bash

# _carp_xdp_verbs, _carp_xdp_options [VERB]: one a line.
_carp_xdp_verbs() {
	carp-xdp --help 2>/dev/null |
		sed -n '/^Verbs:/,/^$/s/^  \([a-z]\+\)  .*/\1/p'
}
_carp_xdp_options() {
	carp-xdp "$@" --help 2>/dev/null | sed -n '/^Options:/,$ {
		s/^ *-\([a-z]\), --\([a-z-]*\) .*/-\1\n--\2/p
		s/^ *\(--[a-z-]*\) .*/\1/p
	}'
}

_carp_xdp() {
	local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
	local verb=${COMP_WORDS[1]-} offered=
	COMPREPLY=()
	if ((COMP_CWORD == 1)); then
		[[ $word == -* ]] && verb='' offered=$(_carp_xdp_options) ||
			offered=$(_carp_xdp_verbs)
		mapfile -t COMPREPLY < <(compgen -W "$offered" -- "$word")
		return
	fi
	case $before in
	--mode) offered="auto native skb" ;;
	--compat) offered="openbsd freebsd ucarp" ;;
	--auth) offered="auto strict compat" ;;
	--balancing) offered="ip ip-stealth ip-unicast" ;;
	--demotion) offered="auto byte advskew both" ;;
	--pass-file | --config | --socket | --pin-dir | --state-dir | --hand | \
		--runner)
		mapfile -t COMPREPLY < <(compgen -f -- "$word")
		return
		;;
	esac
	if [[ ! $offered && $word == -* ]]; then
		offered=$(_carp_xdp_options "$verb")
	elif [[ ! $offered ]]; then
		case $verb in
		maintenance) offered="on off" ;;
		import) offered="keepalived ucarp openbsd freebsd" ;;
		state) offered="master backup" ;;&
		attach | detach | status | set | demote | state | check | \
			explain)
			offered+=" $(cd /sys/class/net && echo *)"
			;;
		esac
		[[ ! $verb =~ ^(check|explain|import)$ ]] ||
			mapfile -t COMPREPLY < <(compgen -f -- "$word")
	fi
	mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < \
		<(compgen -W "$offered" -- "$word")
}
complete -o filenames -F _carp_xdp carp-xdp
