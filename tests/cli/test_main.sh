#!/bin/sh
# The program itself: help, version, wrong usage, no terminal, init.
. tests/cli/lib.sh

narrow() { # is no line of the output wider than 80 columns?
	[ "$(wc -L <"$dir/out")" -le 80 ]
}

run
[ "$code" = 2 ] && [ ! -s "$dir/out" ] && grep -q 'see deadletter --help$' "$dir/err"
result $? "without words it is said where to find help, and the exit code is 2"
for word in --help -h help; do
	run $word
	[ "$code" = 0 ] && [ ! -s "$dir/err" ] && [ "$(grep -c '^  deadletter ' "$dir/out")" -ge 7 ] &&
		[ "$(grep -cE '^  (to|from|domain|code|class|subject|status|mx|title|text|id|since|before):' "$dir/out")" = 13 ]
	result $? "$word lists every command and every key of the filter"
	narrow
	result $? "$word fits 80 columns"
done
run --version
[ "$code" = 0 ] && grep -qE '^deadletter [0-9]+\.[0-9]+\.[0-9]+$' "$dir/out" && [ "$(wc -l <"$dir/out")" = 1 ]
result $? "--version is one line"

for command in browse export summary import explain init demo config; do
	run $command --help
	[ "$code" = 0 ] && [ ! -s "$dir/err" ] && [ "$(head -n 1 "$dir/out")" = "usage:" ] &&
		grep -q '^  deadletter ' "$dir/out" && narrow
	result $? "$command --help"
	run $command --no-such-option
	help="$command --help"
	[ $command != browse ] || help=--help # the one that needs no name
	[ "$code" = 2 ] && [ ! -s "$dir/out" ] &&
		[ "$(cat "$dir/err")" = "deadletter: unknown option --no-such-option; see deadletter $help" ]
	result $? "$command names an unknown option"
done

if [ -e /dev/full ]; then
	for word in --help --version "export --help"; do
		"$BIN" $word >/dev/full 2>"$dir/err"
		[ $? = 1 ] && grep -q '^deadletter: .*standard output: No space left on device$' "$dir/err"
		result $? "a full disk behind $word is noticed"
	done
fi
"$BIN" --help >&- 2>"$dir/err"
[ $? = 1 ] && grep -q '^deadletter: .*standard output: Bad file descriptor$' "$dir/err"
result $? "a standard output that is closed is noticed"

# ---- init ----

umask 022
run init "$db"
[ "$code" = 0 ] && [ ! -s "$dir/out" ] && [ ! -s "$dir/err" ] && [ "$(sqlite3 "$db" 'PRAGMA integrity_check')" = ok ] &&
	[ "$(ls "$dir" | grep mail)" = mail.db ]
result $? "init makes a database and nothing beside it"
sqlite3 "$db" "INSERT INTO email (time, outcome, recipient) VALUES (1, 'failed', 'bob@example.com')"
run init "$db"
[ "$code" = 0 ] && [ "$(sqlite3 "$db" 'SELECT count(*) FROM email')" = 1 ]
result $? "init leaves a database that is there as it is"
sqlite3 "$db" 'DROP TRIGGER email_id_stays; DROP TABLE attempt'
run init "$db"
[ "$code" = 0 ] && [ "$(sqlite3 "$db" "SELECT count(*) FROM sqlite_master WHERE name IN ('email_id_stays', 'attempt')")" = 2 ]
result $? "init puts back what lacks"
echo 'keep me; I am a letter and no database, and long enough' >"$dir/letter"
run init "$dir/letter"
[ "$code" = 1 ] && [ -s "$dir/err" ] && [ "$(wc -c <"$dir/letter")" = 56 ]
result $? "init does not touch another file"
sqlite3 "$dir/other.db" 'CREATE TABLE email (x)'
before=$(md5sum <"$dir/other.db")
run init "$dir/other.db"
[ "$code" = 1 ] && [ -s "$dir/err" ] && [ "$(md5sum <"$dir/other.db")" = "$before" ]
result $? "init does not touch another program's database"
run init "$dir/none/mail.db"
[ "$code" = 1 ] && [ -s "$dir/err" ]
result $? "init in a missing folder is an error"
run init
[ "$code" = 2 ] && [ ! -s "$dir/out" ]
result $? "init without a file is wrong usage"

# ---- browse, without a terminal ----

for words in "$db" "browse $db" "$db status:any"; do
	TERM=xterm-256color run $words
	[ "$code" = 2 ] && [ ! -s "$dir/out" ] && grep -q 'needs a terminal' "$dir/err" && [ "$(wc -l <"$dir/err")" = 1 ]
	result $? "without a terminal there is one line on stderr"
done
run "$db" tittle:x
[ "$code" = 2 ] && [ "$(cat "$dir/err")" = 'deadletter: filter, column 1: there is no key "tittle:"; did you mean title:?' ]
result $? "a wrong filter is told before anything is opened"
run browse
[ "$code" = 2 ] && [ ! -s "$dir/out" ]
result $? "browse without a file is wrong usage"
run "$dir/none.db"
[ "$code" = 1 ] && [ ! -e "$dir/none.db" ] && [ "$(wc -l <"$dir/err")" = 1 ]
result $? "a missing file is an error, and is not made"
run "$dir/$(printf 'x\033[31m\n\377')"
[ "$code" = 1 ] && ! grep -q "$esc" "$dir/err" && grep -qF 'x␛[31m␊<FF>' "$dir/err" && [ "$(wc -l <"$dir/err")" = 1 ]
result $? "hostile bytes of a file's name are shown as stand-ins"
echo "1..$n"
