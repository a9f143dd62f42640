#!/bin/bash
# complete.bash COMPLETION LINE: what bash would offer at the end of LINE, an answer each. LINE is broken into words as
# readline does it, without quotes.
source "$1" || exit 1
COMP_LINE=$2 COMP_POINT=${#2} COMP_WORDS=() COMP_CWORD=0
rest=$2
while [[ $rest =~ ^[[:space:]]*([^[:space:]:=]+|[:=]+) ]]; do
	COMP_WORDS+=("${BASH_REMATCH[1]}")
	rest=${rest:${#BASH_REMATCH[0]}}
done
[[ -z $rest ]] || COMP_WORDS+=('')
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
_deadletter
((${#COMPREPLY[@]} == 0)) || printf '%s\n' "${COMPREPLY[@]}"
