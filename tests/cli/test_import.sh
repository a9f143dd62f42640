#!/bin/sh
# deadletter import as it is typed: repeats, a kill in the middle, standard input, folders, tables, wrong usage.
set -u
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
gen=$BUILD/tools/gen_log
n=0

result() { # result STATUS NAME
	n=$((n + 1))
	if [ "$1" = 0 ]; then echo "ok $n - $2"; else echo "not ok $n - $2"; fi
}

import() { # import ARG...: exit code in $code, output in out and err
	"$BIN" import "$@" >"$dir/out" 2>"$dir/err"
	code=$?
}

# All that an import may write, without the row numbers, which depend on where it was interrupted.
dump() {
	sqlite3 "$1" "SELECT source_key, recipient, time, outcome, enhanced_code, basic_code, response, stage,
		remote_mta, sender, title, message_id, queue_id, queued_at, attempts, source_line FROM email ORDER BY 1, 2, 3;
		SELECT source_key, recipient, a.time, a.outcome, a.enhanced_code, a.basic_code, a.stage, a.remote_mta,
		a.response FROM attempt a JOIN email e ON e.id = a.email_id ORDER BY 1, 2, 3, 4, 9;
		SELECT * FROM tally ORDER BY 1, 2, 3; SELECT * FROM given_up ORDER BY 1, 2"
}

same() { # same FILE FILE
	dump "$1" >"$dir/a" && dump "$2" >"$dir/b" && [ -s "$dir/a" ] && cmp -s "$dir/a" "$dir/b"
}

"$gen" 60000 7 >"$dir/mail.log"
import "$dir/mail.log" --into "$dir/whole.db" --year 2026
[ "$code" = 0 ] && [ "$(wc -l <"$dir/out")" = 1 ] &&
	grep -q '^[1-9][0-9]* records added, [0-9]* changed, 0 unchanged; 60000 lines of 1 source$' "$dir/out" &&
	[ ! -s "$dir/err" ]
result $? "a log is imported, with one line to say so and nothing else in a pipe"

# What is put in when it is stopped may take long: here it waits for one who reads, elsewhere for large indexes.
python3 - "$BIN" "$dir" <<'END'
import signal, sqlite3, subprocess, sys, time
binary, folder = sys.argv[1:]
db = folder + '/patient.db'
command = [binary, 'import', folder + '/mail.log', '--into', db, '--year', '2026']
subprocess.run([binary, 'init', db], check=True, stdout=subprocess.DEVNULL)
reader = sqlite3.connect(db, isolation_level=None)
reader.execute('BEGIN')
reader.execute('SELECT count(*) FROM email').fetchone()
run = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
time.sleep(1)
for seconds in (0.05, 1):  # two so close are one
	run.send_signal(signal.SIGTERM)
	time.sleep(seconds)
assert run.poll() is None
run.send_signal(signal.SIGTERM)
said = run.communicate(timeout=10)[1]
assert run.returncode == 1 and said.startswith('deadletter: stopped at once; not all that was read is in, and') \
	and '\n0 records added, ' in said, said
reader.execute('ROLLBACK')
subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
END
result $? "who asks a second time does not wait until all that was read is in"
same "$dir/whole.db" "$dir/patient.db"
result $? "and the same command completes it"

# As nohup starts it.
{
	head -n 100 "$dir/mail.log"
	sleep 1
	tail -n +101 "$dir/mail.log"
} | (
	trap '' HUP
	(
		sleep 0.5
		kill -HUP "$(cat "$dir/pid")"
	) &
	exec sh -c 'echo $$ >"$1/pid"; exec "$2" import - --into "$1/nohup.db" --year 2026' - "$dir" "$BIN"
) >/dev/null 2>&1
same "$dir/whole.db" "$dir/nohup.db"
result $? "a signal that is ignored stops nothing"

# Every email, by a reading of the log that shares nothing with ours.
want=$(grep -o ' [0-9A-Za-z]*: to=<[^>]*>' "$dir/mail.log" | sort -u | wc -l)
[ "$(sqlite3 "$dir/whole.db" 'SELECT count(*) FROM email')" = "$want" ] &&
	[ "$(sqlite3 "$dir/whole.db" 'SELECT count(*) FROM attempt')" = \
		"$(grep -c ' to=<.*status=' "$dir/mail.log")" ] &&
	[ "$(sqlite3 "$dir/whole.db" "SELECT count(*) FROM email WHERE outcome = 'failed'")" = \
		"$({
			grep -o '[0-9A-Za-z]*: to=.*status=bounced' "$dir/mail.log"
			grep -o '[0-9A-Za-z]*: from=.*status=expired' "$dir/mail.log"
		} | cut -d: -f1 | sort -u | wc -l)" ] &&
	[ "$(sqlite3 "$dir/whole.db" 'SELECT count(*) FROM email WHERE sender IS NULL OR message_id IS NULL')" = 0 ]
result $? "every email of the log is there once, with all its attempts, sender and Message-ID"

cp "$dir/whole.db" "$dir/twice.db"
import "$dir/mail.log" --into "$dir/twice.db" --year 2026
[ "$code" = 0 ] && grep -q '^0 records added, 0 changed,' "$dir/out" && same "$dir/whole.db" "$dir/twice.db"
result $? "a second import changes nothing"

import - --into "$dir/stdin.db" --year 2026 <"$dir/mail.log"
[ "$code" = 0 ] && same "$dir/whole.db" "$dir/stdin.db"
result $? "standard input gives the same"

# Nothing that is complete waits for what comes later.
mail() {
	printf 'From MAILER-DAEMON Mon Oct 26 10:00:00 2026\nFrom: MAILER-DAEMON@mx.example\nSubject: Undelivered Mail\n\n'
	printf '<%s@example.com>: 550 5.1.1 no such user\n\n' "$1"
}
{
	mail a
	mail b
	i=0
	while [ $i -lt 200 ] && ! [ "$(sqlite3 "$dir/pause.db" 'SELECT group_concat(recipient) FROM email' 2>/dev/null)" = \
		a@example.com ]; do
		sleep 0.05
		i=$((i + 1))
	done
	[ $i -lt 200 ] && mail c
} | "$BIN" import - --into "$dir/pause.db" >"$dir/out" 2>"$dir/err"
[ "$(sqlite3 "$dir/pause.db" 'SELECT group_concat(substr(recipient, 1, 1)) FROM email')" = a,b,c ]
result $? "of a pipe that pauses, whole mails are in"

ok=0
for packer in 'gzip .gz' 'xz .xz' 'zstd .zst' 'bzip2 .bz2'; do
	ending=${packer#* }
	rm -f "$dir/packed.db"*
	${packer% *} -c <"$dir/mail.log" >"$dir/packed$ending"
	import "$dir/packed$ending" --into "$dir/packed.db" --year 2026
	[ "$code" = 0 ] && same "$dir/whole.db" "$dir/packed.db" || ok=1
	# Through a pipe that is slow to begin.
	{
		head -c 3 "$dir/packed$ending"
		sleep 0.1
		tail -c +4 "$dir/packed$ending"
	} | "$BIN" import - --into "$dir/packed.db" --year 2026 >"$dir/out" 2>"$dir/err" || ok=1
	grep -q '^0 records added, 0 changed,' "$dir/out" || ok=1
done
result $ok "compressed by gzip, xz, zstd or bzip2 it gives the same, from standard input too"

head -c 150000 "$dir/packed.gz" >"$dir/cut.gz"
import "$dir/cut.gz" --into "$dir/cut.db" --year 2026
[ "$code" = 1 ] && grep -q "^deadletter: $dir/cut.gz is damaged or cut off; the [0-9]* lines before that are read" \
	"$dir/err" && [ "$(sqlite3 "$dir/cut.db" 'SELECT count(*) FROM email')" -gt 100 ]
result $? "one that is cut off is said to be so, and its beginning is kept"

# A gigabyte of plain bytes in a few megabytes: whatever it is, memory stays what it was.
{
	head -n 5 "$dir/mail.log"
	head -c 1000000000 /dev/zero
	yes | head -c 20000000
} | gzip -1 >"$dir/bomb.gz"
(
	case $BUILD in */san-*) ;; *) ulimit -v 400000 ;; esac # a sanitizer takes terabytes of addresses
	import "$dir/bomb.gz" --into "$dir/bomb.db" --year 2026
	[ "$code" = 0 ] && grep -q ' malformed$' "$dir/out"
)
result $? "one that unpacks to very much takes no memory"

"$gen" 60000 7 rfc3339 >"$dir/iso.log"
import "$dir/iso.log" --into "$dir/iso.db"
[ "$code" = 0 ] && same "$dir/whole.db" "$dir/iso.db"
result $? "RFC 3339 stamps give the same"

mkdir "$dir/log"
head -n 20000 "$dir/mail.log" >"$dir/log/mail.log.2"
sed -n '20001,40000p' "$dir/mail.log" >"$dir/log/mail.log.1"
tail -n +40001 "$dir/mail.log" >"$dir/log/mail.log"
echo notes >"$dir/log/README"
import "$dir/log" --into "$dir/folder.db" --year 2026
dump "$dir/folder.db" | sed 's/|[0-9]*$//' | grep '@' >"$dir/a"
dump "$dir/whole.db" | sed 's/|[0-9]*$//' | grep '@' >"$dir/b"
[ "$code" = 0 ] && [ -s "$dir/a" ] && cmp -s "$dir/a" "$dir/b" &&
	grep -q '1 file of no known format passed over' "$dir/out"
result $? "a folder of rotated logs gives the same, whatever lies beside them"

# The database in that folder, open elsewhere so that -wal and -shm lie beside it: none of them is looked into.
"$BIN" init "$dir/log/own.db" >/dev/null 2>&1
sqlite3 "$dir/log/own.db" 'PRAGMA journal_mode = wal' >/dev/null
mkfifo "$dir/holder"
sqlite3 "$dir/log/own.db" <"$dir/holder" >/dev/null &
exec 3>"$dir/holder"
echo 'SELECT count(*) FROM email;' >&3
while [ ! -e "$dir/log/own.db-shm" ]; do sleep 0.05; done
import "$dir/log" --into "$dir/log/own.db" --year 2026
[ "$code" = 0 ] && same "$dir/folder.db" "$dir/log/own.db" && grep -q '1 file of no known format passed over' "$dir/out"
result $? "a folder may hold the database that is written"
for name in own.db own.db-wal own.db-shm; do
	import "$dir/log/$name" --into "$dir/log/own.db"
	[ "$code" = 1 ] && [ "$(head -n 1 "$dir/err")" = \
		"deadletter: $dir/log/$name is what the import writes to: name another source" ]
	result $? "$name is no source for itself"
done
exec 3>&-

# Killed at an unforeseeable place, a few times; what is there must be whole, and a repeat must complete it.
ok=0
killed=0
for tenths in 0.05 0.1 0.15 0.2 0.3; do
	rm -f "$dir/killed.db"*
	timeout -s KILL "$tenths" "$BIN" import "$dir/mail.log" --into "$dir/killed.db" --year 2026 >/dev/null 2>&1
	[ $? = 0 ] || killed=$((killed + 1))
	import "$dir/mail.log" --into "$dir/killed.db" --year 2026
	[ "$code" = 0 ] && same "$dir/whole.db" "$dir/killed.db" || ok=1
done
[ "$killed" -gt 0 ] && [ "$ok" = 0 ]
result $? "killed in the middle and repeated gives the same"

{
	echo "no line of a log"
	head -n 100 "$dir/mail.log"
	printf 'Oct 26 10:00:00 mx postfix/smtp[1]: AB12CD34: to=<a@example.com>, relay=no\n'
	i=0
	while [ $i -lt 20 ]; do
		printf 'bad \033[31m%d\n' $i
		i=$((i + 1))
	done
} >"$dir/bad.log"
import "$dir/bad.log" --into "$dir/bad.db" --format postfix
[ "$code" = 0 ] && grep -q '122 lines of 1 source, 22 malformed$' "$dir/out" &&
	[ "$(head -n 2 "$dir/err")" = "$dir/bad.log:1: does not begin with a time stamp
$dir/bad.log:102: a delivery without status=" ] && [ "$(wc -l <"$dir/err")" = 5 ]
result $? "malformed lines are counted, the first ones named, and end nothing"

# As each server's administrator has it: a plain main log, a compressed syslog, the journal through a pipe.
cat >"$dir/mainlog" <<'END'
2026-10-26 10:00:00 1vCxNK-000abc-1A <= s@app.example H=app.example [192.0.2.7] P=esmtp S=99 id=m@app.example
2026-10-26 10:00:01 1vCxNK-000abc-1A ** bob@example.com R=dnslookup T=remote_smtp H=mx.example.com [192.0.2.1]: SMTP error from remote mail server after RCPT TO:<bob@example.com>: 550 5.1.1 unknown
2026-10-26 10:00:01 1vCxNK-000abc-1A Completed
END
gzip -c >"$dir/maillog.1.gz" <<'END'
Oct 26 10:00:00 mx sm-mta[1]: 59QA0012345678: from=<s@app.example>, size=9, nrcpts=1, msgid=<n@app.example>
Oct 26 10:00:01 mx sm-mta[1]: 59QA0012345678: to=<eve@example.com>,<ann@example.com>, delay=00:00:01, mailer=esmtp, relay=mx.example.com. [192.0.2.1], dsn=5.2.2, stat=Mailbox full
END
cat >"$dir/journal" <<'END'
-- Journal begins at Thu 2026-10-01 00:00:00 UTC. --
2026-10-26T10:00:00+0000 mx postfix/qmgr[1]: AB12CD34: from=<s@app.example>, size=9, nrcpt=1 (queue active)
2026-10-26T10:00:01+0000 mx postfix/smtp[2]: AB12CD34: to=<kim@example.com>, relay=none, delay=1, dsn=5.4.4, status=bounced (Host not found)
END
import "$dir/mainlog" "$dir/maillog.1.gz" --into "$dir/servers.db" --year 2026 && [ "$code" = 0 ] &&
	"$BIN" import - --into "$dir/servers.db" <"$dir/journal" >/dev/null &&
	sqlite3 "$dir/servers.db" 'SELECT recipient, sender, enhanced_code, basic_code FROM email ORDER BY 1' >"$dir/a"
[ "$(cat "$dir/a")" = 'ann@example.com|s@app.example|5.2.2|
bob@example.com|s@app.example|5.1.1|550
eve@example.com|s@app.example|5.2.2|
kim@example.com|s@app.example|5.4.4|' ]
result $? "logs of Exim and Sendmail, and the journal"
import "$dir/mainlog" "$dir/maillog.1.gz" --into "$dir/servers.db" --year 2026
[ "$code" = 0 ] && grep -q '^0 records added, 0 changed, 3 unchanged;' "$dir/out"
result $? "and again they change nothing"

cat >"$dir/app.csv" <<'END'
to,status,when
bob@example.com,550 5.1.1 <bob@example.com>: unknown,2026-10-26 10:00
eve@example.com,Dropped,2026-10-26
END
import "$dir/app.csv" --into "$dir/app.db" --column time=when
sqlite3 "$dir/app.db" 'SELECT recipient, outcome, enhanced_code, basic_code, time FROM email ORDER BY id' >"$dir/a"
[ "$code" = 0 ] && [ "$(cat "$dir/a")" = \
	'bob@example.com|failed|5.1.1|550|1793008800
eve@example.com|dropped|||1792972800' ]
result $? "a table of some program, with a column named by hand"

import "$dir/app.csv" --into "$dir/app.db" --column time=when
[ "$code" = 0 ] && grep -q '^0 records added, 0 changed, 2 unchanged;' "$dir/out"
result $? "the same table again changes nothing"

# The time of such rows is that of the reading; it must not make them new.
printf 'to,status,id,message id\na@x.example,bounced,,\nb@x.example,bounced,7,\nc@x.example,deferred,,m@app.example\n%s\n' \
	'c@x.example,bounced,,m@app.example' >"$dir/timeless.csv"
touch -d '2026-01-01' "$dir/timeless.csv"
import "$dir/timeless.csv" --into "$dir/timeless.db"
dump "$dir/timeless.db" >"$dir/a"
touch -d '2026-06-01' "$dir/timeless.csv"
import "$dir/timeless.csv" --into "$dir/timeless.db"
dump "$dir/timeless.db" >"$dir/b"
[ "$code" = 0 ] && grep -q '^0 records added, 0 changed, 4 unchanged;' "$dir/out" && cmp -s "$dir/a" "$dir/b"
result $? "a table without times, written again months later, changes nothing"

columns=id,time,recipient,outcome,enhanced_code,basic_code,response,sender,title,message_id,queued_at,queue_id
columns=$columns,remote_mta,stage,attempts,source_file,source_line
ok=0
for format in csv tsv; do
	"$BIN" export "$dir/whole.db" status:any --columns $columns -o "$dir/all.$format" 2>/dev/null &&
		import "$dir/all.$format" --into "$dir/$format.db" &&
		"$BIN" export "$dir/$format.db" status:any --columns $columns -o "$dir/again.$format" 2>/dev/null || ok=1
	# The numbers of the records are their new database's own.
	[ "$code" = 0 ] && [ ! -s "$dir/err" ] || ok=1
	sed 's/^[0-9]*//' "$dir/all.$format" | sort >"$dir/a"
	sed 's/^[0-9]*//' "$dir/again.$format" | sort >"$dir/b"
	[ "$(wc -l <"$dir/a")" -gt 1000 ] && cmp -s "$dir/a" "$dir/b" || ok=1
done
result $ok "what deadletter exports comes back as it was"

cat >"$dir/hook.json" <<'END'
[{"email":"bob@example.com","timestamp":1790000000,"event":"bounce","status":"5.1.1","sg_message_id":"a.1",
  "reason":"550 5.1.1 unknown"},
 {"email":"ann@example.com","timestamp":1790000001,"event":"bounce","reason":"550 5.2.2 full},
 {"email":"eve@example.com","timestamp":1790000002,"event":"dropped","reason":"Bounced Address"}]
END
import "$dir/hook.json" --into "$dir/hook.db"
sqlite3 "$dir/hook.db" 'SELECT recipient, outcome, enhanced_code, basic_code, source_line FROM email ORDER BY id' >"$dir/a"
[ "$code" = 0 ] && [ "$(cat "$dir/a")" = 'bob@example.com|failed|5.1.1|550|1
eve@example.com|dropped|||4' ] && grep -q '4 lines of 1 source, 1 malformed$' "$dir/out" &&
	[ "$(cat "$dir/err")" = "$dir/hook.json:3: a string that does not end on its line" ]
result $? "the body of a webhook, with one broken event in it"
dump "$dir/hook.db" >"$dir/a"
import - --into "$dir/hook.db" <"$dir/hook.json"
dump "$dir/hook.db" >"$dir/b"
[ "$code" = 0 ] && grep -q '^0 records added, 0 changed, 2 unchanged;' "$dir/out" && cmp -s "$dir/a" "$dir/b"
result $? "the same again changes nothing"

# An array on one line of 8 MB, and one event that never ends: within the memory of any other import.
{
	printf '['
	awk 'BEGIN { for (i = 0; i < 80000; i++)
		printf "{\"email\":\"u%d@example.com\",\"event\":\"bounce\",\"timestamp\":1790000000,\"reason\":\"550 no\"},", i }'
	awk 'BEGIN { for (i = 0; i < 2000000; i++) printf "{\"a\":[" }'
} >"$dir/long.json"
(
	case $BUILD in */san-*) ;; *) ulimit -v 600000 ;; esac
	timeout 60 "$BIN" import "$dir/long.json" --into "$dir/long.db" >"$dir/out" 2>"$dir/err"
)
[ $? = 0 ] && grep -q '^80000 records added' "$dir/out"
result $? "a line of any length is read, whatever it holds"

sqlite3 "$dir/crm.db" "CREATE TABLE outbox (id INTEGER PRIMARY KEY, addressee, state, sent_at);
	INSERT INTO outbox VALUES (1, 'bob@example.com', 'hard bounce', 1790000000);"
cp "$dir/crm.db" "$dir/crm-before.db"
import "$dir/crm.db" --table outbox --column recipient=addressee --into "$dir/table.db"
[ "$code" = 0 ] && grep -q '^1 record added' "$dir/out" && [ "$(ls "$dir"/crm.db*)" = "$dir/crm.db" ] &&
	cmp -s "$dir/crm.db" "$dir/crm-before.db" &&
	grep -q 'table outbox: recipient is addressee, outcome is state, time is sent_at' "$dir/err"
result $? "a table of another program's database, which stays as it is"

refused() { # refused CODE WORDS NAME ARG...
	want=$1 words=$2 name=$3
	shift 3
	import "$@"
	[ "$code" = "$want" ] && grep -q -- "$words" "$dir/err" && [ "$(wc -l <"$dir/err")" -le 2 ]
	result $? "$name"
}

echo "Dear diary" >"$dir/notes"
printf 'who,what\nx,y\n' >"$dir/odd.csv"
refused 1 'is recognised: name it with --format postfix, ' "an unknown format" "$dir/notes" --into "$dir/x.db"
[ ! -e "$dir/x.db" ]
result $? "leaves no new database behind"
"$BIN" init "$dir/old.db" >/dev/null
refused 1 'is recognised' "an unknown format again" "$dir/notes" --into "$dir/old.db"
[ -s "$dir/old.db" ]
result $? "and takes none away"
refused 1 'its columns are: who, what' "a table without a recipient" "$dir/odd.csv" --into "$dir/x.db"
refused 2 'there is no format "pdf": it is postfix, ' "no such format" "$dir/notes" --into "$dir/x.db" --format pdf
refused 1 'no table that is surely one of email' "a database without a table of email" "$dir/crm.db" --into "$dir/x.db"
refused 1 'cannot be read from standard input' "a database as a stream" - --into "$dir/x.db" <"$dir/crm.db"
refused 2 'OURS=THEIRS' "a column that does not exist" "$dir/odd.csv" --into "$dir/x.db" --column whom=who
refused 2 '--year 26th' "a year that is none" "$dir/mail.log" --into "$dir/x.db" --year 26th
refused 2 '--into FILE' "no database" "$dir/mail.log"
refused 2 'import what' "no source" --into "$dir/x.db"
refused 1 'No such file' "a source that is missing" "$dir/nowhere" --into "$dir/none.db"
[ ! -e "$dir/none.db" ]
result $? "no database is made for it"
refused 1 'not a .*database' "a target that is something else" "$dir/mail.log" --into "$dir/notes"
[ "$(cat "$dir/notes")" = "Dear diary" ]
result $? "and it stays as it is"

printf 'time,to,status code,reply,colour\n2026-11-01,a@example.org,550,no,red\n' >"$dir/wide.csv"
import "$dir/wide.csv" --into "$dir/wide.db"
[ "$code" = 0 ] && grep -q 'wide.csv: columns left out.*: reply, colour$' "$dir/err"
result $? "columns that are left out are named"
import "$dir/wide.csv" --into "$dir/wide2.db" --column response=reply
[ "$code" = 0 ] && grep -q 'left out.*: colour$' "$dir/err" &&
	[ "$(sqlite3 "$dir/wide2.db" 'SELECT response FROM email')" = no ]
result $? "one of them is taken in by --column"

# Bounce mails: an mbox, the same in CRLF, a Maildir, a pipe.
mkdir -p "$dir/Maildir/cur" "$dir/Maildir/new" "$dir/Maildir/tmp"
for who in ann bob; do
	cat >"$dir/Maildir/cur/1.$who.host:2,S" <<EOF
Return-Path: <>
From: MAILER-DAEMON@mx.example.net
To: app@example.net
Subject: Undelivered Mail Returned to Sender
Date: Mon, 26 Oct 2026 09:00:00 +0000
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b

could not be delivered
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net

Final-Recipient: rfc822; $who@example.com
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 <$who@example.com>: unknown

--b
Content-Type: text/rfc822-headers

Message-ID: <$who@example.net>
From: app@example.net
Subject: Hello

--b--
EOF
done
printf 'From: ann@example.com\nTo: app@example.net\nSubject: Re: Hello\n\nThanks.\n' >"$dir/Maildir/new/2.host"
for m in "$dir"/Maildir/*/*; do
	echo "From MAILER-DAEMON  Mon Oct 26 09:00:00 2026"
	cat "$m"
	echo
done >"$dir/mbox"
import "$dir/mbox" --into "$dir/mbox.db"
[ "$code" = 0 ] && grep -q '^2 records added' "$dir/out" && [ ! -s "$dir/err" ] &&
	[ "$(sqlite3 "$dir/mbox.db" "SELECT group_concat(recipient || enhanced_code || basic_code || title || message_id, ' ')
		FROM (SELECT * FROM email WHERE outcome = 'failed' ORDER BY recipient)")" = \
		"ann@example.com5.1.1550Helloann@example.net bob@example.com5.1.1550Hellobob@example.net" ]
result $? "an mbox of bounce mails is imported"
for from in "$dir/Maildir" "$dir/mbox"; do
	import "$from" --into "$dir/mbox.db"
	[ "$code" = 0 ] && grep -q '^0 records added, 0 changed, 2 unchanged' "$dir/out"
	result $? "the same mails again, from ${from##*/}, change nothing"
done
sed 's/$/\r/' "$dir/mbox" | "$BIN" import - --into "$dir/pipe.db" >"$dir/out" 2>"$dir/err" &&
	[ "$(sqlite3 "$dir/pipe.db" 'SELECT group_concat(recipient) FROM email')" = "$(sqlite3 "$dir/mbox.db" \
		'SELECT group_concat(recipient) FROM email')" ]
result $? "a pipe with CRLF gives the same"

# Large mails of nothing but one thing: linear time, bounded space. A sanitizer keeps freed memory for a while.
case $BUILD in */san-*) most_mb=1024 ;; *) most_mb=256 ;; esac
hostile() { # hostile NAME COMMAND...: its output is a mail's rest
	name=$1
	shift
	{
		printf 'From: MAILER-DAEMON\nSubject: failure notice\n'
		"$@" | head -c 24000000
	} >"$dir/hostile"
	python3 - "$BIN" "$dir/hostile" "$dir/hostile.db" "$most_mb" <<'EOF' >"$dir/spent"
import resource, subprocess, sys
done = subprocess.run([sys.argv[1], "import", sys.argv[2], "--into", sys.argv[3]], timeout=60, capture_output=True)
use = resource.getrusage(resource.RUSAGE_CHILDREN)
print("%.1f s, %d MB" % (use.ru_utime + use.ru_stime, use.ru_maxrss / 1024))
sys.exit(done.returncode or use.ru_maxrss > int(sys.argv[4]) * 1024 or use.ru_utime > 10)
EOF
	result $? "a mail of nothing but $name is read in time and space: $(cat "$dir/spent")"
	rm -f "$dir/hostile.db"*
}
hostile parts sh -c "printf 'Content-Type: multipart/mixed; boundary=b\n\n'; yes -- '--b
'"
hostile fields yes 'a: b'
hostile addresses sh -c 'echo; yes "<a@example.com>: 550 no <b@example.org>"'
hostile recipients sh -c "printf 'Content-Type: message/delivery-status\n\n'; yes 'Final-Recipient: rfc822; a@example.com
'"
hostile signs sh -c 'echo; yes "@@@@@@<<<<<>>>>>\"\"\"=?=?" | tr -d "\n" | fold -w 900000'
hostile "broken encodings" sh -c "printf 'Content-Type: text/html; charset=utf-7\nContent-Transfer-Encoding: base64\n\n'; yes PGh0bWw+"

echo "1..$n"
