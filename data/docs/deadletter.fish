# Completion of fish for deadletter: commands, options and what they take, files, the terms of a filter.

# What may stand in a place such as "export --format", "export 1" (the first word), "filter class": prints the kind, then
# words with what they mean. Fails where there is no such place.
function __deadletter_place
	switch $argv[1]
@fish-places@
		case '*'
			return 1
	end
end

# What has been typed before the cursor: prints the command, and how many of its words.
function __deadletter_typed
	set -l tokens (commandline -opc)
	set -l name browse
	set -l count 0
	set -l value
	set -l options yes
	if contains -- "$tokens[2]" @command-names@
		set name $tokens[2]
		set -e tokens[2]
	end
	for token in $tokens[2..]
		if test -n "$value"
			set value
		else if test -n "$options" -a "$token" = --
			set options
		else if test -n "$options"; and string match -qr -- '^-(?![a-zA-Z]+:|[0-9]).' $token
			__deadletter_place "$name $token" >/dev/null
			and set value yes
		else
			set count (math $count + 1)
		end
	end
	printf '%s\n' $name $count
end

# Is this the command that has been typed?
function __deadletter_in
	set -l typed (__deadletter_typed)
	test $typed[1] = $argv[1]
end

# The word at the cursor, without the option that it belongs to.
function __deadletter_token
	commandline -ct | string replace -r -- '^--[a-z-]+=' ''
end

# Terms of a filter: keys, or behind a key what it takes.
function __deadletter_filter
	set -l token (commandline -ct | string trim -l -c "'\"")
	set -l minus (string match -r -- '^-' $token; or echo)
	set -l key (string match -r -- '^-?([a-z]+):' $token)[2]
	if test -n "$key"
		set -l words (__deadletter_place "filter $key")
		printf '%s\n' $minus$key:$words[2..]
	else
		set -l keys (printf '%s\n'@fish-filter-keys@
		)
		printf '%s\n' $minus$keys
	end
end

# Words with commas between.
function __deadletter_list
	set -l head (__deadletter_token | string match -r -- '^.*,'; or echo)
	printf '%s\n' $head$argv
end

# Files that look like a database, else any.
function __deadletter_database
	set -l files (__fish_complete_path (__deadletter_token))
	string match -r -- '^.*(?:/|\.db|\.sqlite3?)(?:\t.*)?$' $files
	or printf '%s\n' $files
end

function __deadletter_at
	set -l words (__deadletter_place $argv[1])
	set -l kind $words[1]
	set -e words[1]
	switch $kind
		case file source
			__fish_complete_path (__deadletter_token)
		case database
			__deadletter_database
		case filter
			__deadletter_filter
		case list
			__deadletter_list $words
		case pair
			printf '%s=\n' $words
		case '*'
			printf '%s\n' $words
	end
end

# The command's own words.
function __deadletter_words
	set -l typed (__deadletter_typed)
	test $typed[2] = 0
	and __deadletter_at "$typed[1] 1"
	or __deadletter_at "$typed[1] 2"
end

function __deadletter_commands
	printf '%s\n'@fish-commands@
end

function __deadletter_first
	test (count (commandline -opc)) = 1
end

complete -c deadletter -f
complete -c deadletter -n __deadletter_first -k -a '(__deadletter_commands)'
complete -c deadletter -n __deadletter_first -l version -d 'Say which version this is.'
complete -c deadletter -l help -d 'Say what the command does and what it takes.'
complete -c deadletter -a '(__deadletter_words)'
@fish-options@
