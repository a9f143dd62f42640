#!/bin/sh
# deadletter export as it is typed: bytes of each format, what a spreadsheet would run, files whole or not there.
. tests/cli/lib.sh

small_database && large_database
result $? "databases are made"

# ---- bytes ----

run export "$db" 5.1.1 --columns recipient,enhanced_code,basic_code,response,time
[ "$code" = 0 ] && [ ! -s "$dir/err" ] && bytes 'recipient,enhanced_code,basic_code,response,time\r
bob@example.com,5.1.1,550,,2026-09-21T14:13:23Z\r
bob@example.com,5.1.1,550,"user ""bob"" unknown, sorry",2026-09-21T14:13:21Z\r
'
result $? "CSV has a head, CR LF and quotes, newest first"

run export "$db" id:5 --format tsv --columns recipient,response,basic_code
[ "$code" = 0 ] && [ ! -s "$dir/err" ] && bytes 'recipient\tresponse\tbasic_code\n\033[31m\377@example.org\t\377\\ta\\\\b\033[2J\t452\n'
result $? "TSV writes tabs and backslashes as escapes, other bytes as they are"

run export "$db" id:2 --columns recipient,title,sender,basic_code
[ "$code" = 0 ] && bytes "recipient,title,sender,basic_code\r\n'=cmd|calc@example.net,'+1,'@shop,554\r\n" &&
	grep -q "^deadletter: 3 cells start with = + - or @ and got a leading '" "$dir/err"
result $? "formulas get a leading ', and it is said"

run export "$db" id:2 --columns recipient,title,sender,basic_code --raw
[ "$code" = 0 ] && bytes 'recipient,title,sender,basic_code\r\n=cmd|calc@example.net,+1,@shop,554\r\n' && [ ! -s "$dir/err" ]
result $? "--raw writes the exact bytes"

run export "$db" to:nobody
[ "$code" = 0 ] && [ "$(wc -l <"$dir/out")" = 1 ]
result $? "nothing found is a head alone, and no error"

# Another reader of CSV finds every byte that the database holds.
run export "$db" status:any --raw --columns id,recipient,title,response,sender,outcome
python3 - "$db" "$dir/out" <<'END'
import csv, io, sqlite3, sys
con = sqlite3.connect(sys.argv[1])
con.text_factory = bytes
want = [[str(r[0])] + [(c or b'').decode('latin-1') for c in r[1:]] for r in con.execute(
	'SELECT id, recipient, title, response, sender, outcome FROM email ORDER BY time DESC')]
got = list(csv.reader(io.open(sys.argv[2], encoding='latin-1', newline=''), strict=True))[1:]
sys.exit(got != want or len(got) != 7)
END
result $? "a reader of CSV gets the same bytes as the database holds"

run export "$db" status:any
python3 - "$dir/out" <<'END'
import csv, io, sys
rows = list(csv.reader(io.open(sys.argv[1], encoding='latin-1', newline=''), strict=True))
sys.exit(any(len(r) != len(rows[0]) or any(c[:1] in ('=', '+', '-', '@', '\t', '\r', '\n') and c for c in r) for r in rows))
END
result $? "without --raw no cell starts like a formula, and rows are even"

run export "$db" status:any --format jsonl --columns id,recipient,title,response,basic_code
python3 - "$dir/out" <<'END'
import json, sys
rows = [json.loads(line) for line in open(sys.argv[1], encoding='utf-8')]
by_id = {r['id']: r for r in rows}
assert len(rows) == 7 and [r['id'] for r in rows] == [7, 6, 5, 4, 3, 2, 1]
assert by_id[5]['recipient'] == '\x1b[31m\ufffd@example.org' and by_id[5]['response'] == '\ufffd\ta\\b\x1b[2J'
assert by_id[2]['recipient'] == '=cmd|calc@example.net' and by_id[2]['response'] == 'one\r\ntwo'
assert by_id[6]['basic_code'] is None and by_id[1]['basic_code'] == 550
END
result $? "each line of JSON is an object, invalid UTF-8 replaced, numbers as numbers"
! grep -q "$esc" "$dir/out"
result $? "JSON holds no control bytes"

run export "$dir/large.db"
[ "$code" = 0 ] && [ "$(wc -l <"$dir/out")" = 20001 ]
result $? "every record of many is written"

# ---- files ----

run export "$db" -o "$dir/a.jsonl" && [ ! -s "$dir/out" ] && python3 -c 'import json, sys
for line in open(sys.argv[1]): json.loads(line)' "$dir/a.jsonl" && [ "$(stat -c %a "$dir/a.jsonl")" = 600 ]
result $? "the ending of the name picks the format; nobody else may read the file"

echo mine >"$dir/a.csv"
refuses 1 "$dir/a.csv exists; choose another name, or --force to replace it" export "$db" -o "$dir/a.csv"
[ "$(cat "$dir/a.csv")" = mine ]
result $? "the file that was there is as it was"
run export "$db" -o "$dir/a.csv" --force && [ "$code" = 0 ] && [ "$(wc -l <"$dir/a.csv")" -gt 5 ]
result $? "--force replaces it"

refuses 1 "$dir is a folder; name a file in it" export "$db" -o "$dir"
refuses 1 "cannot write $dir/none/a.csv: No such file or directory" export "$db" -o "$dir/none/a.csv"
ln -s "$dir/nowhere" "$dir/link.csv"
run export "$db" -o "$dir/link.csv"
[ "$code" = 1 ] && grep -q 'link.* nowhere' "$dir/err" && [ ! -e "$dir/nowhere" ]
result $? "a link to nowhere is not followed"

if [ -e /dev/full ]; then
	refuses 1 "cannot write /dev/full: No space left on device" export "$db" -o /dev/full
	"$BIN" export "$db" >/dev/full 2>"$dir/err"
	[ $? = 1 ] && [ "$(cat "$dir/err")" = "deadletter: cannot write standard output: No space left on device" ]
	result $? "a full disk behind standard output is noticed"
fi

mkdir "$dir/small"
(ulimit -f 8 && "$BIN" export "$dir/large.db" -o "$dir/small/a.csv") 2>"$dir/err"
[ $? = 1 ] && [ "$(cat "$dir/err")" = "deadletter: cannot write $dir/small/a.csv: File too large" ] &&
	[ -z "$(ls -A "$dir/small")" ]
result $? "a file that grows too large leaves nothing behind"

echo old >"$dir/small/a.csv"
(ulimit -f 8 && "$BIN" export "$dir/large.db" -o "$dir/small/a.csv" --force) 2>"$dir/err"
[ $? = 1 ] && [ "$(ls -A "$dir/small")" = a.csv ] && [ "$(cat "$dir/small/a.csv")" = old ]
result $? "with --force the old file stays until the new one is whole"

{
	"$BIN" export "$dir/large.db" 2>"$dir/err"
	echo $? >"$dir/code"
} | head -n 1 >"$dir/out"
[ "$(cat "$dir/code")" = 1 ] && [ "$(cat "$dir/out" | cut -d, -f1)" = time ] &&
	[ "$(cat "$dir/err")" = "deadletter: cannot write standard output: Broken pipe" ]
result $? "a reader that goes away ends the export"

# Whenever it is stopped, the file is whole or not there; TERM leaves nothing else either.
mkdir "$dir/stop"
torn=
for signal in TERM TERM TERM HUP INT KILL KILL KILL; do
	rm -f "$dir/stop/a.csv"
	"$BIN" export "$dir/large.db" -o "$dir/stop/a.csv" 2>"$dir/err" &
	kill -$signal $! 2>/dev/null
	wait $! 2>/dev/null
	[ ! -e "$dir/stop/a.csv" ] || [ "$(wc -l <"$dir/stop/a.csv")" = 20001 ] || torn="$torn $signal"
	[ $signal = KILL ] || [ -z "$(ls -A "$dir/stop" | grep -v '^a.csv$')" ] || torn="$torn $signal:left"
done
[ -z "$torn" ]
result $? "a signal never leaves half a file${torn:+:$torn}"

# On a terminal the same bytes do no harm.
python3 - "$BIN" "$db" <<'END'
import os, pty, sys
pid, fd = pty.fork()
if pid == 0:
	os.execv(sys.argv[1], [sys.argv[1], 'export', sys.argv[2], 'id:5', '--columns', 'recipient,response'])
shown = b''
try:
	while chunk := os.read(fd, 4096):
		shown += chunk
except OSError:
	pass
assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
text = shown.decode('utf-8')
assert '␛[31m<FF>@example.org' in text and '␛[2J' in text and '\033' not in text, text
END
result $? "a terminal gets stand-ins for hostile bytes"

before=$(md5sum <"$db")
run export "$db" && [ "$(md5sum <"$db")" = "$before" ] && [ -z "$(ls "$dir" | grep 'mail.db-')" ]
result $? "the database is not touched, and nothing lies beside it"

copy=$dir/copy.db
cp "$db" "$copy" && ln "$copy" "$dir/hard" && ln -s copy.db "$dir/soft"
for name in copy.db hard soft; do
	refuses 1 "$dir/$name is the database that is exported: name another file" export "$copy" -o "$dir/$name" --force
done
cmp -s "$db" "$copy"
result $? "no --force replaces the database itself"

# A log that said delivered, the bounce mail that came back, its copy and an event: what each said.
sqlite3 "$db" "INSERT INTO source (email_id, source_key, source_file, source_line, time, outcome, enhanced_code, basic_code)
	VALUES (1, 1, 'mail.log', 7, 1790000000, 'delivered', '2.0.0', 250), (1, 2, 'b.mbox', 3, 1790000002, 'failed', '5.1.1', NULL),
	(1, 2, 'a.mbox', 3, 1790000002, 'failed', '5.1.1', NULL), (1, 3, 'hook.json', NULL, 1790000001, 'failed', '5.0.0', 550)"
run export "$db" --columns title,enhanced_code,basic_code,source_file,source_line title:order
bytes 'title,enhanced_code,basic_code,source_file,source_line\r\n''Your order,5.0.0,550,hook.json,\r\n''Your order,5.1.1,,b.mbox,3\r\nYour order,5.1.1,,a.mbox,3\r\n'
result $? "a column of the source makes one row a source that told of the failure"
run export "$db" --columns title,enhanced_code title:order
bytes 'title,enhanced_code\r\nYour order,5.1.1\r\n'
result $? "without one it is a row an email"
sqlite3 "$db" "DELETE FROM source"

# ---- mistakes ----

printf 'zone = utcc\n' >"$dir/config"
DEADLETTER_CONFIG=$dir/config run export "$db" --columns id 5.1.1
[ "$code" = 0 ] && [ -s "$dir/out" ] &&
	[ "$(cat "$dir/err")" = "deadletter: $dir/config:1: there is no zone \"utcc\"; did you mean utc?" ]
result $? "a wrong line of the configuration is named, and the export goes on"

refuses 2 "name a database; see deadletter export --help" export
refuses 2 "filter, column 11: class: is 2, 4, 5, success, temporary or permanent" export "$db" bob class:3
refuses 2 'there is no column "titel" (character 4 of the list); did you mean title?' export "$db" --columns id,titel
refuses 2 'there is no format "xls": it is csv, tsv or jsonl; see deadletter export --help' export "$db" --format xls
refuses 2 'there is no format "jsno"; did you mean jsonl?' export "$db" --format jsno
refuses 2 "unknown option --colums; did you mean --columns?" export "$db" --colums id
refuses 2 "a value is missing behind -o; see deadletter export --help" export "$db" -o
refuses 2 "no value belongs to --raw=1; see deadletter export --help" export "$db" --raw=1
printf 'no database, but text that is long enough to look at\n' >"$dir/text.db"
run export "$dir/text.db" -o "$dir/never.csv"
[ "$code" = 1 ] && [ -s "$dir/err" ] && [ ! -e "$dir/never.csv" ]
result $? "what is no database gives an error and no file"

# Whatever is in a name, stderr shows it harmlessly.
for word in "$dir/${esc}[31m.db" "--${esc}[2J"; do
	run export "$word"
	[ "$code" != 0 ] && ! grep -q "$esc" "$dir/err" && grep -q '␛' "$dir/err"
	result $? "an escape in a word is shown as a stand-in"
done
run export "$db" --columns "${esc}[2J"
[ "$code" = 2 ] && ! grep -q "$esc" "$dir/err" && grep -q '␛' "$dir/err"
result $? "an escape in a column's name is shown as a stand-in"
run export "$db" --format "$(printf 'a\377\nb')"
[ "$code" = 2 ] && [ "$(wc -l <"$dir/err")" = 1 ] && grep -q 'a<FF>␊b' "$dir/err"
result $? "invalid UTF-8 and line ends in a format's name are shown as stand-ins"
echo "1..$n"
