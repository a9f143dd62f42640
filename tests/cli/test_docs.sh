#!/bin/sh
# The manual and the completions: their form, and what the shells themselves offer with them.
. tests/cli/lib.sh
docs=$BUILD/docs
here=$PWD

skip() { # skip NAME WHY
	n=$((n + 1))
	echo "ok $n - $1 # SKIP $2"
}

# ---- the generator ----

! grep -nE '@[a-z-]+@' "$docs"/*
result $? "no mark is left in what was made of the templates"
printf 'one\ntwo @no-such-part@\n' >"$dir/template"
"$BUILD/tools/gen_docs" "$dir/template" >"$dir/out" 2>"$dir/err"
[ $? = 1 ] && [ "$(cat "$dir/err")" = "$dir/template:2: there is no part @no-such-part@" ]
result $? "a mark that means nothing is told with its line"
printf 'bob@example.com, "$@", @version@' >"$dir/template"
"$BUILD/tools/gen_docs" "$dir/template" >"$dir/out" 2>"$dir/err"
[ $? = 0 ] && [ "bob@example.com, \"\$@\", ${version:=$("$BIN" --version | cut -d ' ' -f 2)}" = "$(cat "$dir/out")" ]
result $? "other uses of @ stay as they are"
SOURCE_DATE_EPOCH=86400 "$BUILD/tools/gen_docs" data/docs/deadletter.1 | grep -q '^\.TH DEADLETTER 1 1970-01-02 "deadletter '"$version"'"'
result $? "the manual's date is that of the version"

# ---- the manual ----

if command -v mandoc >/dev/null; then
	mandoc -T lint -W warning "$docs/deadletter.1"
	result $? "mandoc has nothing against the manual"
else
	skip "mandoc has nothing against the manual" "mandoc is not installed"
fi
if command -v man >/dev/null && command -v groff >/dev/null; then
	warnings=$(man --warnings -E UTF-8 -l -Tutf8 -Z "$docs/deadletter.1" 2>&1 >/dev/null)
	[ -z "$warnings" ] && [ "$(MANWIDTH=80 man -l "$docs/deadletter.1" | col -b | wc -L)" -le 80 ]
	result $? "man shows the manual in 80 columns without a warning"
else
	skip "man shows the manual in 80 columns without a warning" "man or groff is not installed"
fi

# ---- completions ----

mkdir -p "$dir/home/dir"
cd "$dir/home" || exit 1
touch mail.db 'my mail.db' old.sqlite3 notes.txt

# A line; what completes its last word, without what stands there already.
cat >"$dir/table" <<'END'
deadletter ex	explain export
deadletter d	demo dir
deadletter sum	summary
deadletter mail.db cl	class:
deadletter mail.db class:	2 4 5 permanent success temporary
deadletter mail.db class:te	temporary
deadletter mail.db -sta	-status:
deadletter mail.db -status:d	deferred delivered dropped
deadletter mail.db bob@ subject:sec	security
deadletter mail.db code:5.7.2	5.7.2 5.7.20 5.7.21 5.7.22 5.7.23 5.7.24 5.7.25 5.7.26 5.7.27 5.7.28 5.7.29
deadletter mail.db since:y	yesterday
deadletter mail.db nokey:	
deadletter -- mail.db ti	title:
deadletter export 	dir mail.db my mail.db old.sqlite3
deadletter export n	notes.txt
deadletter export mail.db --format 	csv jsonl tsv
deadletter export mail.db --format=j	jsonl
deadletter export --columns re	recipient remote_mta response
deadletter export --columns recipient,en	recipient,enhanced_code
deadletter export --raw mail.db --for	--force --format
deadletter export mail.db -o n	notes.txt
deadletter export mail.db --output=n	notes.txt
deadletter export -o class:5 ma	mail.db
deadletter export -o class:5 mail.db mail.d	
deadletter summary mail.db class:5 --by do	domain
deadletter import n	notes.txt
deadletter import notes.txt --into o	old.sqlite3
deadletter import --column sou	source_file= source_line=
deadletter import --column=rec	recipient=
deadletter demo --theme d	dark distinct
deadletter demo --no-m	--no-mouse
deadletter --columns code,se	code,sender
deadletter explain 5.1.10	5.1.10
deadletter demo --k	--keep
deadletter config --the	--theme
deadletter mail.db --theme=l	light
deadletter mail.db --no-m	--no-mouse
END
cut -f 1 "$dir/table" >"$dir/lines"

# The answers of a shell, as complete.* print them, brought into the form of the table.
table_of() {
	awk '
		function flush(    i, text) {
			if (line == "")
				return
			for (i = 1; i <= count; i++)
				text = text (i > 1 ? " " : "") answers[i]
			print line "\t" text
		}
		/^# / { flush(); line = substr($0, 3); count = 0; next }
		$0 != "" {
			gsub(/\\/, "")
			sub(/[\/,]$/, "")
			while (match($0, /^[^:=]*[:=]./))
				$0 = substr($0, RLENGTH)
			for (i = ++count; i > 1 && answers[i - 1] > $0; i--)
				answers[i] = answers[i - 1]
			answers[i] = $0
		}
		END { flush() }'
}

judge() { # judge SHELL: is its table the wanted one?
	cut -f 1 "$dir/lines" | while IFS= read -r line; do
		want=$(grep -F "$line	" "$dir/table" | awk -F '\t' -v line="$line" '$1 == line')
		grep -qxF -- "$want" "$dir/got" || printf '# wanted: %s\n# got:    %s\n' "$want" \
			"$(awk -F '\t' -v line="$line" '$1 == line' "$dir/got")"
	done >"$dir/differences"
	cat "$dir/differences"
	[ ! -s "$dir/differences" ]
	result $? "$1 completes commands, options, what they take, files and filters"
}

while IFS= read -r line; do
	echo "# $line"
	bash --norc "$here/tests/cli/complete.bash" "$docs/deadletter.bash" "$line"
done <"$dir/lines" | table_of >"$dir/got"
judge bash
if [ -e /usr/share/bash-completion/bash_completion ]; then
	bash --norc -c '. /usr/share/bash-completion/bash_completion && . "$@"' - "$here/tests/cli/complete.bash" \
		"$docs/deadletter.bash" "deadletter mail.db class:te" >"$dir/out" 2>"$dir/err"
	[ "$(cat "$dir/out")" = temporary ]
	result $? "bash completes with the package bash-completion as well"
else
	skip "bash completes with the package bash-completion as well" "bash-completion is not installed"
fi

set --
while IFS= read -r line; do
	set -- "$@" "$line"
done <"$dir/lines"
if command -v zsh >/dev/null; then
	zsh -f "$here/tests/cli/complete.zsh" "$docs" "$@" | table_of >"$dir/got"
	judge zsh
else
	skip "zsh completes the same" "zsh is not installed"
fi
if command -v fish >/dev/null; then
	HOME=$dir/home fish -N "$here/tests/cli/complete.fish" "$docs/deadletter.fish" "$@" | table_of >"$dir/got"
	judge fish
else
	skip "fish completes the same" "fish is not installed"
fi
echo "1..$n"
