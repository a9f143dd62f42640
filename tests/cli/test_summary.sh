#!/bin/sh
# deadletter summary as it is typed: text, JSON, and counts that are those of the filters named.
. tests/cli/lib.sh

small_database
result $? "a database is made"

run summary "$db"
[ "$code" = 0 ] && [ ! -s "$dir/err" ] && sed 's/  *[█]*$//' "$dir/out" | tr -s ' ' >"$dir/lines" && cat >"$dir/want" <<'END'
6 failures of 7 tracked (85.7%), 2026-09-21 to 2026-09-21

All failures 6 100.0%
 1 Addressing 1 16.7%
 5.1.1 1 16.7% Bad destination mailbox address
 2 Mailbox 1 16.7%
 4.2.2 1 16.7% Mailbox full
 77 (not registered) 1 16.7%
 5.77.123 1 16.7% (not registered)
 No enhanced code 1 16.7%
 554 1 16.7% Transaction failed
 No code 1 16.7%
 Dropped 1 16.7%
END
diff "$dir/want" "$dir/lines" | sed 's/^/# /'
cmp -s "$dir/want" "$dir/lines"
result $? "groups, codes, counts and shares are printed"

LC_ALL=C "$BIN" summary "$db" >"$dir/out" && ! LC_ALL=C grep -q '[^ -~]' "$dir/out" && grep -q '####' "$dir/out"
result $? "bars are ASCII where the terminal has no more"

run summary "$db" status:delivered
[ "$code" = 0 ] && grep -q '^All email  *1 100.0%' "$dir/out" && grep -q '^Filter: status:delivered$' "$dir/out"
result $? "a filter chooses what is counted"

run summary "$db" to:nobody
[ "$code" = 0 ] && [ "$(tail -n 1 "$dir/out" | tr -s ' ')" = "All failures 0 0.0%" ]
result $? "nothing found is a zero, and no error"

# Every filter that the JSON names, put together with the one typed, picks as many as it says.
picks_what_it_counts() { # picks_what_it_counts GROUPING FILTER
	run summary "$db" $2 --by "$1" --format json
	[ "$code" = 0 ] && python3 - "$dir/out" "$BIN" "$db" $2 <<'END'
import json, subprocess, sys
out, binary, db, *typed = sys.argv[1:]
s = json.load(open(out, encoding='utf-8'))
def ids(words):
	run = subprocess.run([binary, 'export', db, *words, '--format', 'jsonl', '--columns', 'id'], capture_output=True)
	assert run.returncode == 0, run.stderr
	return set(run.stdout.split(b'\n')) - {b''}
def picked(text):
	words = text.split()
	anything = 'status:any' in typed and not any(w.startswith('status:') for w in words)
	return len(ids(typed) & ids(words + ['status:any'] * anything))
assert s['tracked'] == 7 and s['failures'] == 6 and s['selected'] == len(ids(typed)) > 0 and not s['more']
assert sum(g['count'] for g in s['groups']) == s['selected']
for g in s['groups']:
	assert not g['codes'] or sum(c['count'] for c in g['codes']) == g['count'], g
	for n in [g] + g['codes']:
		assert picked(n['filter']) == n['count'] > 0, n
END
	result $? "by $1 with \"$2\": counts add up, and each filter picks as many"
}
for filter in '' status:any status:failed 5.1.1 code:none text:one; do
	for grouping in code domain mx sender day wording; do
		picks_what_it_counts $grouping "$filter"
	done
done

run summary "$db" --by sender --order name
[ "$code" = 0 ] && sed -n '3,$s/  *[0-9].*//p' "$dir/out" >"$dir/lines" && cat >"$dir/want" <<'END'
All
  (none)
  @shop
  shop@example.net
END
cmp -s "$dir/want" "$dir/lines"
result $? "groups are listed by name"

cp "$db" "$dir/words.db"
sqlite3 "$dir/words.db" "UPDATE email SET response = '550 5.1.1 <bob@example.com>: nobody of this name has ever had a mailbox on
	this server, and nobody else will' WHERE id = 1"
run summary "$dir/words.db" --by wording --order name
[ "$code" = 0 ] && sed -n '3,$p' "$dir/out" | tr -s ' ' >"$dir/lines" && cat >"$dir/want" <<'END'
 6 100.0% All
 3 50.0% (none)
 1 16.7% * a\b [*
 1 16.7% 550 5.1.1 <*>: nobody of this name has ever had a mailbox on this server, and nobody else will
 1 16.7% one two
END
diff "$dir/want" "$dir/lines" | sed 's/^/# /'
cmp -s "$dir/want" "$dir/lines"
result $? "whole sentences stand at the end of the line"

"$BIN" init "$dir/empty.db" && run summary "$dir/empty.db" --format json
[ "$code" = 0 ] && bytes \
	'{"tracked":0,"failures":0,"first":null,"last":null,"filter":"","by":"code","selected":0,"more":false,"groups":[]}\n'
result $? "an empty database has a summary"

if [ -e /dev/full ]; then
	"$BIN" summary "$db" >/dev/full 2>"$dir/err"
	[ $? = 1 ] && grep -q '^deadletter: .*standard output: No space left on device$' "$dir/err"
	result $? "a full disk is noticed"
fi

# What is wrong with the configuration, whose zone is taken, is said; the exit code is that of the summary.
says_of_the_config() { # says_of_the_config TEXT NAME: just this on stderr, and the summary all the same
	DEADLETTER_CONFIG=$dir/config run summary "$db"
	[ "$code" = 0 ] && [ "$(cat "$dir/err")" = "$1" ] && grep -q '^All failures' "$dir/out"
	result $? "$2"
}
printf 'theme = light\nzone = utcc\n' >"$dir/config"
says_of_the_config "deadletter: $dir/config:2: there is no zone \"utcc\"; did you mean utc?" "a wrong line is named"
printf 'foo\nthme = light\n' >"$dir/config"
says_of_the_config "deadletter: $dir/config:1: there is no = in it; write NAME = VALUE; and 1 more: deadletter config shows them" \
	"of several the first, with how many more"
printf '%s = 1\n' "${esc}[2J" >"$dir/config"
DEADLETTER_CONFIG=$dir/config run summary "$db"
[ "$code" = 0 ] && [ "$(wc -l <"$dir/err")" = 1 ] && ! grep -q "$esc" "$dir/err"
result $? "an escape in it does nothing"
rm "$dir/config"
says_of_the_config "deadletter: $dir/config: there is no such file" "a file that is named and missing is missed"
printf 'zone = utc\n' >"$dir/config"
says_of_the_config '' "a right one is not talked about"
printf 'zone = utcc\n' >"$dir/config"
DEADLETTER_CONFIG=$dir/config run summary "$dir/none.db"
[ "$code" = 1 ] && [ "$(wc -l <"$dir/err")" = 1 ] && grep -q 'there is no file' "$dir/err"
result $? "nor a wrong one when the summary fails"

refuses 2 "name a database; see deadletter summary --help" summary
run summary "$db" --by month
[ "$code" = 2 ] && [ ! -s "$dir/out" ] && grep -q 'month.*code.*domain' "$dir/err"
result $? "an unknown grouping is named, with those there are"
refuses 2 'there is no format "csv": it is text or json; see deadletter summary --help' summary "$db" --format csv
refuses 2 "filter, column 6: code: is a code such as 5.1.1, 5.7.*, 550 or 4xx, or none" summary "$db" code:5.1
run summary "$dir/none.db"
[ "$code" = 1 ] && [ ! -e "$dir/none.db" ] && grep -q "^deadletter: there is no file $dir/none.db" "$dir/err"
result $? "a missing file is an error, and is not made"
printf 'no database, but text that is long enough to look at\n' >"$dir/text.db"
run summary "$dir/text.db"
[ "$code" = 1 ] && [ -s "$dir/err" ] && [ ! -s "$dir/out" ]
result $? "what is no database is an error"
run summary "$db" --format "${esc}[2J"
[ "$code" = 2 ] && ! grep -q "$esc" "$dir/err" && grep -q '␛' "$dir/err"
result $? "an escape in a word is shown as a stand-in"
echo "1..$n"
