#compdef carp-xdp
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# Completion for zsh.  Verbs and options are what the program's help says.

local -a offered
local verb=${words[2]-}
if (( CURRENT == 2 )) && [[ $PREFIX != -* ]]; then
	offered=(${(f)"$(carp-xdp --help 2>/dev/null |
		sed -n '/^Verbs:/,/^$/s/^  \([a-z]\+\)  *\(.*\)/\1:\2/p')"})
	_describe verb offered
	return
fi
(( CURRENT > 2 )) || verb=
if [[ $PREFIX == -* ]]; then
	offered=(${(f)"$(carp-xdp $verb --help 2>/dev/null |
		sed -n '/^Options:/,$ {
			s/:/\\:/g
			s/^ *-\([a-z]\), --\([a-z-]*\)  *\(.*\)/-\1:\3\n--\2:\3/p
			s/^ *\(--[a-z-]*\)  *\(.*\)/\1:\2/p
		}')"})
	_describe -o option offered
	return
fi
case ${words[CURRENT-1]} in
--mode) compadd auto native skb; return ;;
--compat) compadd openbsd freebsd ucarp; return ;;
--auth) compadd auto strict compat; return ;;
--balancing) compadd ip ip-stealth ip-unicast; return ;;
--demotion) compadd auto byte advskew both; return ;;
--pass-file|--config|--socket|--pin-dir|--state-dir|--hand|--runner) _files; return ;;
esac
case $verb in
maintenance) compadd on off ;;
import) compadd keepalived ucarp openbsd freebsd; _files ;;
state) compadd master backup; compadd /sys/class/net/*(:t) ;;
check|explain) compadd /sys/class/net/*(:t); _files ;;
attach|detach|status|set|demote) compadd /sys/class/net/*(:t) ;;
esac
