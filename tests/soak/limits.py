#!/usr/bin/env python3
"""What is larger, older or other than anybody expects: browsed, exported, summed up and imported all the same.

A response of 20 MB, a recipient of 1 MB, 100,000 attempts on one email, times before 1970 and after 2100, NUL bytes, wrong types.
"""
import csv
import io
import json
import os
import re
import sqlite3
import time

import soak

dir = soak.scratch()
db = os.path.join(dir, 'mail.db')
csv.field_size_limit(1 << 30)
ATTEMPTS = soak.length(20000, 100000)
MB20 = 20 << 20
MEMORY_MAX_KB = 400 << 10  # several copies of the 20 MB
cases = 0
assert soak.Run(['init', db]).code == 0
con = sqlite3.connect(db, isolation_level=None)
con.text_factory = bytes
con.execute('PRAGMA ignore_check_constraints = on')  # what other programs, or a damaged disk, may leave
con.execute('BEGIN')


def add(recipient, when=1790000000, outcome='failed', **more):
	columns = dict(recipient=recipient, time=when, outcome=outcome, **more)
	con.execute(f'INSERT INTO email ({", ".join(columns)}) VALUES ({", ".join("?" * len(columns))})', list(columns.values()))
	return con.execute('SELECT last_insert_rowid()').fetchone()[0]


add('huge@example.net', response='550 5.1.1 ' + 'r' * MB20, enhanced_code='5.1.1', basic_code=550)
add('x' * (1 << 20) + '@example.net', 1790000001)
many = add('many@example.net', 1790000002, attempts=ATTEMPTS)
con.executemany("INSERT INTO attempt (email_id, time, outcome, response) VALUES (?, ?, 'deferred', '450 4.2.0 later')",
		((many, 1780000000 + i) for i in range(ATTEMPTS)))
add('nul@example.net', 1790000003, response='550 5.1.1 a\0b\0', title='\0')
add('before@example.net', -86400 * 365 * 30)
add('long.before@example.net', -(1 << 62))
add('after@example.net', 4200000000)
add('long.after@example.net', 253402300800 + 86400)
add('never@example.net', (1 << 63) - 1)
add(b'\xff\xfe\x00blob', 1790000004, basic_code='many', enhanced_code=b'5', stage=7.5, response=12, attempts='x', queued_at='noon',
    source_line=b'\1')
add('text.time@example.net', 'yesterday')
add('real.time@example.net', 1790000005.75)
add('null.time@example.net', 1790000006, title=3.25, sender=b'\0\1\2', message_id=17, caused_by='none')
add('', 1790000007)
add('bad.outcome@example.net', 1790000008, 'vanished')
add('own.cause@example.net', 1790000009, 'dropped', caused_by=many + 20)
con.execute('UPDATE email SET caused_by = id WHERE recipient = ?', ['own.cause@example.net'])
con.execute('COMMIT')
failures = con.execute("SELECT count(*) FROM email WHERE outcome IN ('failed', 'dropped')").fetchone()[0]


def case(name, faults):
	global cases
	cases += 1
	soak.result([f for f in faults if f], name)


def fits(run):
	"""The memory that any run took so far, at most."""
	import resource
	peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
	return f'{peak} KB of memory' if peak > MEMORY_MAX_KB and not soak.SANITIZED else None


start = time.monotonic()
run = soak.Run(['export', db, '--raw', '--columns', 'id,recipient,response,title,time'])
rows = list(csv.reader(io.StringIO(run.out.decode('latin-1'), newline=''), strict=True)) if run.code == 0 else []
by_id = {int(r[0]): r for r in rows[1:]}
case('every failure is exported', [None if len(by_id) == failures else f'{len(by_id)} of {failures}: {run}', fits(run)])
for id, recipient, response, title in con.execute(
	"SELECT id, CAST(recipient AS BLOB), CAST(response AS BLOB), CAST(title AS BLOB) FROM email WHERE outcome = 'failed'"):
	got = by_id.get(id, ['', '', '', '', ''])
	want = [(recipient or b'').decode('latin-1'), (response or b'').decode('latin-1'), (title or b'').decode('latin-1')]
	cut = [f'{a[:40]!r} of {len(a)} bytes for {b[:40]!r} of {len(b)}' for a, b in zip(got[1:4], want) if a != b]
	case(f'bytes of record {id}, {len(response or b"")} of response', cut)
for args in (['export', db, '--format', 'jsonl'], ['export', db, '--format', 'tsv', 'status:any'], ['export', db, 'text:r'],
	     ['export', db, 'since:1960-01-01', 'before:1971-01-01'], ['export', db, 'since:2100-01-01']):
	run = soak.Run(args)
	bad = []
	if args[-1] == 'jsonl' and run.code == 0:
		try:
			bad = [None if len([json.loads(line) for line in run.out.splitlines()]) == failures else 'lines are missing']
		except ValueError as e:
			bad = [e]
	case(' '.join(args[2:]), bad + [run if run.code else None, fits(run)])
for by in ('code', 'domain', 'mta', 'sender', 'day', 'wording', 'recipient'):
	run = soak.Run(['summary', db, '--by', by])
	if run.code == 2:
		continue
	sums = re.match(rb'([\d,]+) failures', run.out)
	case(f'summary --by {by}', [run if run.code or not sums or int(sums[1].replace(b',', b'')) != failures else None, fits(run)])

# Each record on the screen, its detail whole, to its end and back.
script = ['size 100 30', f'args {db}', 'shot', 'keys <Tab><Home>']
for _ in range(failures):
	script += ['keys <Enter>', 'shot', 'keys <End>', 'shot', 'keys <Home><Esc>', 'keys <Down>', 'shot']
for keys in ('t', '<Left><Left>-', '+', '<Esc>', '/many<Enter>', '<Enter><PgDn><PgDn>', '<Esc><Esc><Esc>', 'bd', 'br', 'bw', 'bc', 'sr', 'sc'):
	script += [f'keys {keys}', 'shot']
script += ['keys <Esc><Esc>q', 'exit 0', 'tty restored']
got = soak.Screens(dir, script)
blank = ['\n'.join(s) for s in got.shots if sum(bool(r.strip()) for r in s) < 25]
case(f'{len(got.shots)} screens', got.faults + blank[:2] + ([] if len(got.shots) > 3 * failures else ['screens are missing']))
took = time.monotonic() - start

# The same as sources.
again = os.path.join(dir, 'again.db')
table = os.path.join(dir, 'table.csv')
with open(table, 'w') as f:
	f.write(soak.Run(['export', db, '--raw']).out.decode('utf-8', 'surrogateescape').encode('utf-8', 'replace').decode())
for source in (table,):
	soak.remove(again)
	run = soak.Run(['import', source, '--into', again])
	state = soak.dump(again)
	case(f'import of {os.path.basename(source)}', [run if run.code else None, state if isinstance(state, str) else None,
						     None if not isinstance(state, str) and len(state[0]) > 5 else 'too little', fits(run)])
attempts = os.path.join(dir, 'attempts.log')
with open(attempts, 'w') as f:
	f.write('2026-09-30T10:00:00+00:00 mx1 postfix/cleanup[1]: AAAA1: message-id=<m1@example.org>\n')
	for i in range(ATTEMPTS):
		f.write(time.strftime('%Y-%m-%dT%H:%M:%S+00:00', time.gmtime(1790762400 + i * 7)) +
			' mx1 postfix/smtp[2]: AAAA1: to=<a@example.org>, relay=none, delay=1, dsn=4.4.1, status=deferred (connect to '
			'mx.example.org[192.0.2.1]:25: Connection timed out)\n')
soak.remove(again)
start = time.monotonic()
run = soak.Run(['import', attempts, '--into', again])
con = sqlite3.connect(again)
n = con.execute('SELECT count(*), max(attempts) FROM email').fetchone() + con.execute('SELECT count(*) FROM attempt').fetchone()
case(f'{ATTEMPTS} tries of one email imported', [run if run.code or n != (1, ATTEMPTS, ATTEMPTS) else None, None if run.code == 0 else n])
import_s = time.monotonic() - start
soak.figure(f'{cases} cases; {ATTEMPTS} attempts on one email imported in {import_s:.1f} s, everything else in {took:.1f} s')
soak.finish()
