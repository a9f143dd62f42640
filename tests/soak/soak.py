"""What the harnesses of tests/soak share: length, TAP, figures, running the program with a fault, comparing databases.

SOAK=short (the default) is what `make test` runs, SOAK=full what `make soak` runs, a number is what it says.
"""
import email.utils
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile

BIN = os.environ['BIN']
BUILD = os.environ['BUILD']
FAULTS = os.path.join(BUILD, 'tests/preload/fault.so')
SANITIZED = '/san-' in BUILD
TIMEOUT_S = 120

os.environ.update(TZ='UTC', LC_ALL='C.UTF-8', DEADLETTER_CONFIG='/dev/null')

_count = 0
_failed = 0


def length(short, full):
	"""How many points, rounds, seconds this run is to take."""
	said = os.environ.get('SOAK', 'short')
	return short if said == 'short' else full if said == 'full' else int(said)


def is_full():
	return os.environ.get('SOAK') == 'full'


def result(faults, name):
	"""One line of TAP: `faults` is a list of sentences, empty when all held."""
	global _count, _failed
	_count += 1
	for fault in faults[:10]:
		print('#', str(fault).replace('\n', '\n#   '))
	if faults:
		_failed += 1
	print(f'{"not ok" if faults else "ok"} {_count} - {name}', flush=True)


def figure(text):
	print('# figure:', text, flush=True)


def finish():
	sys.exit(1 if _failed else 0)


def skip(why):
	print('ok 1 # SKIP', why)
	sys.exit(0)


def scratch():
	"""A folder that is gone when the harness ends."""
	import atexit
	folder = tempfile.mkdtemp(prefix='deadletter-soak-')
	atexit.register(shutil.rmtree, folder, True)
	return folder


class Run:
	"""What became of a command: code (128 + n for signal n), out, err."""

	def __init__(self, args, fault=None, count=None, feed=None, program=None, **more):
		env = dict(os.environ)
		if fault or count:
			env['LD_PRELOAD'] = FAULTS
		if fault:
			env['FAULT'] = fault
		if count:
			env['FAULT_COUNT'] = count
		try:
			p = subprocess.run([program or BIN] + args, env=env, input=feed or b'', capture_output=True, timeout=TIMEOUT_S, **more)
			self.code, self.out, self.err = p.returncode, p.stdout, p.stderr
		except subprocess.TimeoutExpired as e:
			self.code, self.out, self.err = 'hangs', e.stdout or b'', e.stderr or b''
		if isinstance(self.code, int) and self.code < 0:
			self.code = 128 - self.code

	def __str__(self):
		return f'exit {self.code}: {self.err.decode(errors="replace").strip()[:300]}'


def counts(args, folder, **more):
	"""How many calls of each kind a run of this command makes, and the run."""
	path = os.path.join(folder, 'counts')
	run = Run(args, count=path, **more)
	with open(path) as f:
		return {name: int(n) for name, n in (line.split() for line in f)}, run


def points(n, most):
	"""Of 1..n at most `most`, evenly spread, the ends with them."""
	if n <= most:
		return list(range(1, n + 1))
	return sorted({1 + i * (n - 1) // (most - 1) for i in range(most)})


# ---- sources ----

def _bounce(recipient, message_id, code, when):
	return f'''From MAILER-DAEMON {when}
From: MAILER-DAEMON@mx1.example.com
Date: {when}
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

I'm sorry.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx1.example.com

Final-Recipient: rfc822; {recipient}
Action: failed
Status: {code}
Diagnostic-Code: smtp; 550 {code} not here

--b
Content-Type: message/rfc822

Message-ID: <{message_id}>
Subject: Your order

--b--

'''


def make_log(path, lines, seed=1):
	with open(path, 'wb') as f:
		subprocess.run([os.path.join(BUILD, 'tools/gen_log'), str(lines), str(seed), 'rfc3339'], stdout=f, check=True)


def make_sources(folder, lines):
	"""A Postfix log, bounce mails, events and a table, which partly tell of the same email."""
	os.mkdir(folder)
	log = os.path.join(folder, '1.log')
	make_log(log, lines)
	ids = {}
	failed = []
	with open(log) as f:
		for line in f:
			if m := re.search(r' (\w+): message-id=<([^>]*)>', line):
				ids[m[1]] = m[2]
			elif (m := re.search(r' (\w+): to=<([^>]*)>.*dsn=([\d.]+), status=(bounced|deferred)', line)) and m[1] in ids:
				failed.append((m[2], ids[m[1]], m[3]))
	with open(os.path.join(folder, '2.mbox'), 'w') as f:
		for i, (to, message_id, code) in enumerate(failed[::3]):
			f.write(_bounce(to, message_id, code.replace('4.', '5.', 1), email.utils.formatdate(1790763000 + i)))
	with open(os.path.join(folder, '3.json'), 'w') as f:
		for i, (to, message_id, code) in enumerate(failed[::2]):
			f.write(f'{{"email":"{to}","timestamp":{1790764000 + i},"smtp-id":"<{message_id}>","event":"bounce",'
				f'"status":"{code}","reason":"550 {code} no","sg_event_id":"e{i}","sg_message_id":"m{i}"}}\n')
	with open(os.path.join(folder, '4.csv'), 'w') as f:
		f.write('recipient,time,status,response\n')
		for i in range(lines // 50):
			f.write(f'user{i}@example.org,2026-10-01T10:{i % 60:02}:00Z,failed,550 5.1.1 user {i} unknown\n')
	return folder


# ---- databases ----

_RECORD = ('e.source_key, e.recipient, e.time, e.outcome, e.enhanced_code, e.basic_code, e.response, e.stage, '
	   'e.remote_mta, e.sender, e.title, e.message_id, e.queue_id, e.queued_at, e.attempts, e.source_file, e.source_line')
_DUMPS = (
	f'SELECT {_RECORD} FROM email e',
	'SELECT e.source_key, e.recipient, a.time, a.outcome, a.enhanced_code, a.basic_code, a.stage, a.remote_mta, '
	'a.response FROM attempt a LEFT JOIN email e ON e.id = a.email_id',
	'SELECT e.recipient, s.source_key, s.source_file, s.source_line, s.time, s.outcome, s.enhanced_code, s.basic_code, '
	's.response FROM source s LEFT JOIN email e ON e.id = s.email_id',
	'SELECT * FROM given_up',
	'SELECT * FROM tally',
)


def dump(path):
	"""All that an import writes, but for the row numbers; or what is wrong with the database, as text."""
	try:
		db = sqlite3.connect(path)
		db.text_factory = bytes
		said = db.execute('PRAGMA integrity_check').fetchall()
		if said != [(b'ok',)]:
			return f'integrity_check: {said[:3]}'
		wrong = db.execute('SELECT count(*) FROM (SELECT day, outcome, code_key, count FROM tally EXCEPT SELECT time / 86400, '
				   'outcome, code_key, count(*) FROM email GROUP BY 1, 2, 3)').fetchone()[0]
		if wrong:
			return f'{wrong} rows of the tally are wrong'
		rows = [sorted(db.execute(q).fetchall(), key=repr) for q in _DUMPS]
		db.close()
		return rows
	except sqlite3.Error as e:
		return f'{type(e).__name__}: {e}'


def difference(got, want):
	"""None when equal, else a sentence."""
	if got == want:
		return None
	if isinstance(got, str):
		return got
	for name, a, b in zip(('email', 'attempt', 'source', 'given_up', 'tally'), got, want):
		if a != b:
			odd = [r for r in a if r not in set(b)][:1], [r for r in b if r not in set(a)][:1]
			return f'{name}: {len(a)} rows for {len(b)}; got {odd[0]}, want {odd[1]}'


def remove(path):
	for suffix in ('', '-wal', '-shm', '-journal'):
		try:
			os.unlink(path + suffix)
		except FileNotFoundError:
			pass


# ---- the screen ----

class Screens:
	"""Runs a script of tests/screen: see there. Lines `shot` keep the screen as it is then, in `shots`, as lists of rows, and in
	`sent` the last bytes that had come from the program. `runner`: a copy of tests/screen to be run instead; `more` is
	subprocess.run's."""

	def __init__(self, folder, lines, runner=os.path.join(BUILD, 'tests/screen/screen'), **more):
		path = os.path.join(folder, 'steps.script')
		names = []
		with open(path, 'w') as f:
			for line in lines:
				if line == 'shot':
					names.append(f'{len(names)}.shot')
					line = f'match {names[-1]}\nrecord {os.path.join(folder, names[-1])}.sent'
				f.write(line + '\n')
		p = subprocess.run([runner, path], env=dict(os.environ, APPROVE='1', BIN=BIN), stdin=subprocess.DEVNULL,
				   capture_output=True, text=True, errors='replace', **more)
		self.said = p.stdout + p.stderr
		self.faults = [] if p.returncode == 0 else [self.said[-1500:]]
		self.shots, self.sent = [], []
		for name in names:
			name = os.path.join(folder, name)
			if os.path.exists(name):
				with open(name, encoding='utf-8') as f:
					self.shots.append(f.read().split('\n---- looks')[0].split('\n'))
				os.unlink(name)
			if os.path.exists(name + '.sent'):
				with open(name + '.sent', 'rb') as f:
					f.seek(max(0, os.path.getsize(name + '.sent') - 200))
					self.sent.append(f.read())
				os.unlink(name + '.sent')
