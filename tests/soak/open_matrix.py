#!/usr/bin/env python3
"""Every state in which somebody's database may be found, as its owner, another user and root: right data or the right sentence,
nothing left beside it, and the owner can write on."""
import os
import shutil
import sqlite3
import subprocess
import threading
import time

import soak

OWNER, OTHER = 65533, 65534
dir = soak.scratch()
os.chmod(dir, 0o755)
place = os.path.join(dir, 'place')
db = os.path.join(place, 'mail.db')
sample = os.path.join(soak.BUILD, 'sample.db')
cases = 0
if os.geteuid() != 0:
	soak.skip('only root can be several users')

# A copy that all may run and read, wherever the build is.
program = os.path.join(dir, 'deadletter')
shutil.copy(soak.BIN, program)
os.chmod(program, 0o755)
soak.BIN = program


def become(uid):
	def be():
		os.setgroups([])
		os.setgid(uid)
		os.setuid(uid)
	return be


def sql(text, uid=OWNER, path=None):
	"""As another program of this user; the error as text."""
	p = subprocess.run(['sqlite3', '-bail', path or db, '.timeout 2000', text], preexec_fn=become(uid), capture_output=True, text=True)
	return p.stdout.strip() if p.returncode == 0 else 'ERROR ' + p.stderr.strip()


class Held:
	"""Another program of the owner that has it open, after these statements."""

	def __init__(self, text):
		self.p = subprocess.Popen(['sqlite3', db], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
					  preexec_fn=become(OWNER), text=True)
		self.p.stdin.write(text + "\nSELECT 'ready';\n")
		self.p.stdin.flush()
		while self.p.stdout.readline().strip() != 'ready':
			pass

	def end(self, kill=False):
		if kill:
			self.p.kill()
		self.p.stdin.close()
		self.p.wait()


def fresh():
	shutil.rmtree(place, True)
	os.mkdir(place)
	os.chmod(place, 0o755)
	os.chown(place, OWNER, OWNER)
	shutil.copy(sample, db)
	os.chown(db, OWNER, OWNER)
	os.chmod(db, 0o644)


def beside():
	return {n: os.lstat(os.path.join(place, n)).st_uid for n in os.listdir(place)}


def look(uid):
	"""The number of failures, or the sentence."""
	run = soak.Run(['summary', db], preexec_fn=become(uid))
	if run.code == 0:
		return run.out.split(b' ')[0].replace(b',', b'').decode()
	return f'{run.code}: {run.err.decode()}'


def case(name, prepare, expect, owner_after=True, changed=None):
	"""`expect`: for owner, other and root what is found: a number, or a part of the sentence."""
	global cases
	faults = []
	for who, uid in (('owner', OWNER), ('other', OTHER), ('root', 0)):
		want = expect.get(who, expect.get('all'))
		fresh()
		held = prepare()
		there = beside()
		got = look(uid)
		cases += 1
		if want.isdigit() and got != want or not want.isdigit() and (want not in got or not got.startswith('1: deadletter: ')):
			faults.append(f'{who}: got {got!r}, want {want!r}')
		new = {n: u for n, u in beside().items() if n not in there and u != OWNER}
		if new:
			faults.append(f'{who}: left {new}')
		if held:
			held.end()
		if owner_after:
			said = sql("INSERT INTO email (time, outcome, recipient) VALUES (1795435199, 'failed', 'later@example.net'); "
				   "SELECT count(*) FROM email WHERE recipient = 'later@example.net'")
			if said != '1':
				faults.append(f'{who}: the owner cannot write any more: {said}')
	soak.result(faults, name)


def wal_closed():
	assert sql('PRAGMA journal_mode = wal') == 'wal'


def wal_live():
	return Held("PRAGMA journal_mode = wal; DELETE FROM email WHERE id = (SELECT max(id) FROM email WHERE outcome = 'failed');")


def wal_left():
	"""The writer was killed: -wal and -shm stay."""
	wal_live().end(kill=True)


def wal_copied():
	"""As a backup copies it: with -wal, without -shm."""
	wal_left()
	os.unlink(db + '-shm')


def hot_journal():
	held = Held("PRAGMA cache_size = 1; PRAGMA cache_spill = 1; BEGIN; UPDATE email SET title = printf('%2000d', id) WHERE id < 1000;")
	held.end(kill=True)
	assert os.path.getsize(db + '-journal') > 512


def writing():
	return Held("BEGIN IMMEDIATE; DELETE FROM email WHERE id = 1;")


def exclusive():
	return Held("BEGIN EXCLUSIVE; DELETE FROM email WHERE id = 1;")


def mode(bits, folder=0o755):
	def prepare():
		os.chmod(db, bits)
		os.chmod(place, folder)
	return prepare


def replaced_by(make):
	def prepare():
		os.unlink(db)
		make()
		if os.path.exists(db) and not os.path.islink(db):
			os.chown(db, OWNER, OWNER)
	return prepare


def text(content):
	def make():
		with open(db, 'wb') as f:
			f.write(content)
	return replaced_by(make)


def cut(size):
	return lambda: os.truncate(db, size)


LESS = '1570'
case('a database with a rollback journal', lambda: None, {'all': '1571'})
case('a WAL database, closed', wal_closed, {'all': '1571'})
case('a WAL database that is being written', wal_live, {'all': LESS})
case('a WAL database whose writer was killed', wal_left, {'all': LESS})
case('a WAL database copied without -shm', wal_copied, {'owner': LESS, 'root': LESS, 'other': 'that only its owner may take in'})
case('a hot journal', hot_journal, {'all': 'was left in the middle of a write'})
case('a transaction under way', writing, {'all': '1571'})
case('locked by a writer', exclusive, {'all': 'is being written by another program'})
case('mode 0600', mode(0o600), {'owner': '1571', 'root': '1571', 'other': 'cannot be read: Permission denied'})
case('mode 0444', mode(0o444), {'all': '1571'}, owner_after=False)
case('mode 0000', mode(0), {'owner': 'cannot be read: Permission denied', 'root': '1571', 'other': 'cannot be read: Permission denied'},
     owner_after=False)
case('a folder that is not for others', mode(0o644, 0o700), {'owner': '1571', 'root': '1571', 'other': 'Permission denied'})
case('a folder that nobody may write', mode(0o644, 0o555), {'all': '1571'}, owner_after=False)


def wal_in_closed_folder():
	wal_closed()
	os.chmod(place, 0o555)


case('a closed WAL database in a folder that nobody may write', wal_in_closed_folder, {'all': '1571'}, owner_after=False)


def wal_private_shm():
	held = wal_live()
	os.chmod(db + '-shm', 0o600)
	return held


case('a live WAL database whose -shm is private', wal_private_shm,
     {'owner': LESS, 'root': LESS, 'other': 'that only its owner may take in'})


def wal_private():
	held = wal_live()
	os.chmod(db + '-shm', 0o600)
	os.chmod(db + '-wal', 0o600)
	return held


case('a live WAL database whose -wal and -shm are private', wal_private,
     {'owner': LESS, 'root': LESS, 'other': 'that only its owner may take in'})
case('through a link', replaced_by(lambda: (shutil.copy(sample, db + '.real'), os.chown(db + '.real', OWNER, OWNER),
					     os.symlink(db + '.real', db))), {'all': '1571'})
case('a link that leads nowhere', replaced_by(lambda: os.symlink('nowhere', db)), {'all': 'there is no file'}, owner_after=False)
case('no file', replaced_by(lambda: None), {'all': 'there is no file'}, owner_after=False)
case('a FIFO', replaced_by(lambda: os.mkfifo(db)), {'all': 'is not a regular file'}, owner_after=False)
case('a folder', replaced_by(lambda: os.mkdir(db)), {'all': 'is a folder, not a database'}, owner_after=False)
case('a device', replaced_by(lambda: os.symlink('/dev/zero', db)), {'all': 'is not a regular file'}, owner_after=False)
case('an empty file', text(b''), {'all': 'is empty'}, owner_after=False)
case('a text', text(b'Hello, world. This is a file of text.\n' * 99), {'all': 'is not a database'}, owner_after=False)
case('one byte', text(b'S'), {'all': 'is empty'}, owner_after=False)
case('a header alone', cut(100), {'all': 'mail.db '}, owner_after=False)
case('cut in the middle', cut(300000), {'all': 'is damaged'}, owner_after=False)
case("somebody else's tables", replaced_by(lambda: sql('CREATE TABLE kettles (litres)')), {'all': 'not one of deadletter'}, owner_after=False)
case('a newer schema', lambda: sql('PRAGMA user_version = 9') and None, {'all': 'was made by a newer deadletter'}, owner_after=False)
case('a table is missing', lambda: sql('DROP TABLE attempt') and None, {'all': 'is not whole: it has no table attempt'}, owner_after=False)


# Another's WAL database is a snapshot while it lies closed, and live while its owner has it open.
fresh()
wal_closed()
theirs = os.path.join(dir, 'theirs')
runner = os.path.join(dir, 'screen')
shutil.copy(os.path.join(soak.BUILD, 'tests/screen/screen'), runner)
os.chmod(runner, 0o755)
os.mkdir(theirs)
os.chown(theirs, OTHER, OTHER)
seen = os.path.join(theirs, 'seen')
watches = []


def watch():
	watches.append(soak.Screens(theirs, ['size 100 30', f'args {db}', 'find 1,571 failures of', 'find snapshot', f'sh touch {seen}',
					     'await 1,572 failures of', 'nofind snapshot', 'find live', 'keys q', 'exit 0', 'tty restored'],
				    runner=runner, preexec_fn=become(OTHER), cwd=theirs))


watched = threading.Thread(target=watch)
watched.start()
while not os.path.exists(seen) and watched.is_alive():
	time.sleep(0.05)
held = Held("INSERT INTO email (time, outcome, recipient) VALUES (1795435199, 'failed', 'later@example.net');")
watched.join()
held.end()
cases += 1
soak.result(watches[0].faults, "another's WAL database is a snapshot until its owner opens it")

# Writing into what is another's.
faults = []
fresh()
for args in (['import', '/etc/hostname', '--into', db], ['init', db]):
	run = soak.Run(args, preexec_fn=become(OTHER))
	cases += 1
	if run.code != 1 or b'cannot be written: Permission denied' not in run.err:
		faults.append(run)
soak.result(faults, "another's database is not written to")
log = os.path.join(dir, 'more.log')
soak.make_log(log, 300)
os.chmod(log, 0o644)
faults = []
for args in (['import', log, '--into', db], ['init', db], ['tune', db]):
	fresh()
	wal_closed()
	os.chmod(db, 0o666)
	os.chmod(place, 0o777)
	run = soak.Run(args, preexec_fn=become(OTHER))
	said = sql("INSERT INTO email (time, outcome, recipient) VALUES (1795435199, 'failed', 'later@example.net'); SELECT 1")
	cases += 1
	if (run.code != 1 or b'cannot be written: it is in WAL mode, in which only its owner can write to it' not in run.err or
	    said != '1' or beside() != {'mail.db': OWNER}):
		faults.append(f'{run} {said} {beside()}')
soak.result(faults, "another's WAL database that all may write is not written to")
faults = []
fresh()
wal_in_closed_folder()
run = soak.Run(['import', log, '--into', db], preexec_fn=become(OWNER))
cases += 1
if run.code != 1 or b'cannot be written: its folder does not let you create files beside it' not in run.err:
	faults.append(run)
soak.result(faults, 'an import into a WAL database in a folder that nobody may write')
faults = []
for prepare in (lambda: None, wal_closed):
	fresh()
	prepare()
	run = soak.Run(['import', log, '--into', db])
	said = sql("INSERT INTO email (time, outcome, recipient) VALUES (1795435199, 'failed', 'later@example.net'); SELECT 1")
	cases += 1
	if run.code != 0 or said != '1' or any(u != OWNER for u in beside().values()):
		faults.append(f'{run} {said} {beside()}')
soak.result(faults, 'root imports into it, and the owner writes on')
soak.figure(f'{cases} cases')
soak.finish()
