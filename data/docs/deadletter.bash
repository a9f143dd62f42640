# Completion of bash for deadletter: commands, options and what they take, files, the terms of a filter.
# It needs nothing else; the package bash-completion loads it by its name.

# What may stand in a place such as "export --format", "export 1" (the first word), "filter class".
# Sets kind and words; fails where there is no such place.
_deadletter_place() {
	case $1 in
@bash-places@
	*) kind='' words='' && return 1 ;;
	esac
}

_deadletter_options() {
	case $1 in
@bash-options@
	esac
}

# The words up to the cursor as the program gets them, for bash breaks them at : and = as well. Sets before and cur.
_deadletter_split() {
	local rest=${COMP_LINE:0:COMP_POINT} trimmed i
	before=() cur=
	for ((i = 0; i <= COMP_CWORD; i++)); do
		trimmed=${rest#"${rest%%[![:space:]]*}"}
		if ((i > 0)) && [[ $trimmed != "$rest" ]]; then
			before+=("$cur")
			cur=
		fi
		if ((i == COMP_CWORD)); then
			cur+=$trimmed
		else
			cur+=${COMP_WORDS[i]}
			rest=${trimmed#"${COMP_WORDS[i]}"}
		fi
	done
}

# Is this word a term of a filter, and no option?
_deadletter_is_term() {
	[[ $1 =~ ^-([a-zA-Z]+:|[0-9]) ]]
}

# Terms that begin with $1, which may be several with blanks between when it stands in quotes.
_deadletter_terms() {
	local last=${1##* } minus=
	local done=${1%"$last"} key
	[[ $last != -* ]] || minus=-
	last=${last#-}
	if [[ $last == *:* ]]; then
		key=${last%%:*}
		_deadletter_place "filter $key" &&
			mapfile -t COMPREPLY < <(compgen -P "$done$minus$key:" -W "$words" -- "${last#*:}")
	else
		mapfile -t COMPREPLY < <(compgen -P "$done$minus" -W '@filter-key-names@' -- "$last")
	fi
}

# A file that looks like a database, else any.
_deadletter_databases() {
	local suffix
	mapfile -t COMPREPLY < <(
		for suffix in db sqlite sqlite3; do
			compgen -f -X "!*.$suffix" -- "$1"
		done
		compgen -d -- "$1"
	)
	((${#COMPREPLY[@]})) || mapfile -t COMPREPLY < <(compgen -f -- "$1")
}

# What may stand in place $1 and begins with $2, with $3 in front.
_deadletter_offer() {
	local kind words
	_deadletter_place "$1" || return
	case $kind in
	file | source)
		mapfile -t COMPREPLY < <(compgen -P "$3" -f -- "$2")
		files=yes
		;;
	database)
		_deadletter_databases "$2"
		COMPREPLY=("${COMPREPLY[@]/#/$3}")
		files=yes
		;;
	filter)
		_deadletter_terms "$2"
		;;
	list)
		local last=${2##*,}
		mapfile -t COMPREPLY < <(compgen -P "$3${2%"$last"}" -W "$words" -- "$last")
		open=yes
		;;
	pair)
		mapfile -t COMPREPLY < <(compgen -P "$3" -S = -W "$words" -- "$2")
		;;
	*)
		mapfile -t COMPREPLY < <(compgen -P "$3" -W "$words" -- "$2")
		;;
	esac
}

# Bash puts the answers in place of what stands behind the last : or = only.
_deadletter_trim() {
	local breaks=
	[[ $COMP_WORDBREAKS != *:* ]] || breaks+=:
	[[ $COMP_WORDBREAKS != *=* ]] || breaks+='='
	[[ -z $breaks || $cur != *[$breaks]* ]] || COMPREPLY=("${COMPREPLY[@]#"${cur%"${cur##*[$breaks]}"}"}")
}

_deadletter() {
	local -a before
	local cur word kind words i
	local command=browse place='' count=0 options=yes quoted='' files='' open=''
	COMPREPLY=()
	_deadletter_split
	if [[ $cur == [\'\"]* ]]; then
		cur=${cur:1}
		quoted=yes
	fi

	# What has been typed: the command, how many of its words, an option that waits for its value.
	for ((i = 1; i < ${#before[@]}; i++)); do
		word=${before[i]}
		if [[ $place ]]; then
			place=
		elif [[ $options && $word == -- ]]; then
			options=
		elif [[ $options && $word == -?* ]] && ! _deadletter_is_term "$word"; then
			! _deadletter_place "$command $word" || place="$command $word"
		elif ((i == 1)) && [[ ' @command-names@ ' == *" $word "* ]]; then
			command=$word
		else
			((++count))
		fi
	done

	if [[ $place ]]; then
		_deadletter_offer "$place" "$cur" ''
	elif [[ $options && $cur == --*=* ]]; then
		_deadletter_offer "$command ${cur%%=*}" "${cur#*=}" "${cur%%=*}="
	elif ((${#before[@]} == 1)); then
		[[ $cur == -* ]] || _deadletter_offer 'browse 1' "$cur" ''
		_deadletter_options browse
		[[ $cur == -* ]] || words=
		mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(
			compgen -W "@command-names@ $words${words:+ --version}" -- "$cur"
		)
	else
		_deadletter_offer "$command $((count ? 2 : 1))" "$cur" ''
		if [[ $options && $cur == -* ]]; then
			_deadletter_options "$command"
			mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -W "$words" -- "$cur")
		fi
	fi

	[[ $quoted ]] || _deadletter_trim
	# A name with quotes or backslashes is left to bash itself.
	[[ -z $files ]] || compopt -o filenames -o default 2>/dev/null
	[[ -z $open && ${COMPREPLY[0]-} != *[:=] ]] || compopt -o nospace 2>/dev/null
} && complete -F _deadletter deadletter
