#!/usr/bin/env python3
"""The nth open, read, write, sync, rename, unlink fails: exit 1 and a sentence, the old file intact, nothing left beside it."""
import errno
import os
import shutil

import soak

most = soak.length(5, 1000000)
if soak.SANITIZED:
	soak.skip('a sanitizer has the calls for itself')
dir = soak.scratch()
HOWS = {
	'open': [errno.EMFILE],
	'read': [errno.EIO, 'short'],
	'write': [errno.EIO, errno.ENOSPC, errno.EINTR, 'short'],
	'sync': [errno.EIO],
	'place': [errno.EIO, errno.EINVAL],
	'unlink': [errno.EACCES],
	'truncate': [errno.EIO],
}
tried = 0


def read(path):
	with open(path, 'rb') as f:
		return f.read()


def each_fault(args, prepare, check):
	"""Runs with each fault, once and lasting; `check` says what is wrong with what became of it."""
	global tried
	wrong = []
	prepare()
	calls, run = soak.counts(args, dir)
	if run.code != 0:
		return [run]
	for kind, hows in HOWS.items():
		for how in hows:
			for later in ('', '+'):
				for n in soak.points(calls[kind], most) if calls[kind] else ():
					if how == errno.EINTR and later:
						continue  # nothing could ever end
					prepare()
					fault = f'{kind}:{n}{later}:{how}'
					run = soak.Run(args, fault=fault)
					run.lasting = later == '+'
					tried += 1
					said = check(run)
					if b'damaged' in run.err:
						said = 'the disk failed, not the database'
					if said or run.code not in (0, 1) or (run.code == 1) != (run.err != b''):
						wrong.append(f'{fault}: {said or "odd"}: {run}')
	return wrong


def left_beside(folder, names):
	return sorted(set(os.listdir(folder)) - set(names))


# ---- export ----

sample = os.path.join(dir, 'sample.db')
shutil.copy(os.path.join(soak.BUILD, 'sample.db'), sample)
out_dir = os.path.join(dir, 'out')
os.mkdir(out_dir)
out = os.path.join(out_dir, 'out.csv')
FEW = ['class:4', 'since:2026-11-20']
want = soak.Run(['export', sample] + FEW).out
assert want.count(b'\n') > 5


def old_file():
	with open(out, 'wb') as f:
		f.write(b'old\n')
	os.chmod(out, 0o640)


def no_file():
	if os.path.exists(out):
		os.unlink(out)


def check_replaced(run):
	now = read(out)
	if left_beside(out_dir, ['out.csv']):
		return f'{left_beside(out_dir, ["out.csv"])} left behind'
	if run.code == 0 and now != want:
		return 'not what was to be written'
	if now not in (b'old\n', want):
		return 'neither the old file nor the new one'
	return None


def check_new(run):
	there = os.path.exists(out)
	if left_beside(out_dir, ['out.csv']):
		return f'{left_beside(out_dir, ["out.csv"])} left behind'
	if run.code == 0 and not there:
		return 'no file'
	return 'not what was to be written' if there and read(out) != want else None


def check_printed(run):
	return 'not what was to be written' if run.code == 0 and run.out != want else None


def syncs(args, prepare):
	"""The file before it takes its name, and then the folder that holds the name."""
	prepare()
	calls, run = soak.counts(args, dir)
	return [] if run.code == 0 and calls['sync'] == 2 else [f'{calls["sync"]} syncs: {run}']


for where in ('', ', on a file system without O_TMPFILE'):
	if where:
		os.environ['FAULT_NO_TMPFILE'] = '1'
	soak.result(syncs(['export', sample] + FEW + ['-o', out, '--force'], old_file) +
		    syncs(['export', sample] + FEW + ['-o', out], no_file), f'file and folder are synced once each{where}')
	soak.result(each_fault(['export', sample] + FEW + ['-o', out, '--force'], old_file, check_replaced),
		    f'export that replaces{where}')
	soak.result(each_fault(['export', sample] + FEW + ['-o', out], no_file, check_new), f'export to a new file{where}')
# Permissions, and who makes the file first.
_, run = soak.counts([], dir, program=os.path.join(soak.BUILD, 'tests/unit/test_export'))
soak.result([run] + [line for line in run.out.decode().split('\n') if line[:3] != 'ok '] if run.code != 0 else [],
	    'what holds for a written file holds on a file system without O_TMPFILE')
del os.environ['FAULT_NO_TMPFILE']
soak.result(each_fault(['export', sample] + FEW, lambda: None, check_printed), 'export to standard output')
before = read(sample)

# ---- summary ----

summary = soak.Run(['summary', sample, '--by', 'domain']).out
soak.result(each_fault(['summary', sample, '--by', 'domain'], lambda: None, lambda run:
		       'not what was to be printed' if run.code == 0 and run.out != summary else
		       'something was printed' if run.code == 1 and run.out else None), 'summary')
soak.result(['the database was written to'] if read(sample) != before else [], 'the database stays as it was')

# ---- import ----

in_dir = os.path.join(dir, 'in')
os.mkdir(in_dir)
db = os.path.join(in_dir, 'mail.db')
sources = soak.make_sources(os.path.join(dir, 'sources'), 100)
more = os.path.join(dir, 'more.log')
soak.make_log(more, 100, 2)
args = ['import', sources, '--into', db]
assert soak.Run(args).code == 0
whole = soak.dump(db)
begun = os.path.join(dir, 'begun.db')
assert soak.Run(['import', more, '--into', begun]).code == 0
shutil.copy(begun, db)
assert soak.Run(args).code == 0
both = soak.dump(db)
first = soak.dump(begun)


def no_database():
	soak.remove(db)


def begun_database():
	soak.remove(db)
	shutil.copy(begun, db)


def completes(want):
	"""After a failure what is there is whole, and a repeat gives what one import would have."""
	def check(run):
		if run.code == 0 and not run.err:
			return soak.difference(soak.dump(db), want)
		repeat = soak.Run(args)
		if repeat.code != 0:
			return f'a repeat fails: {repeat}'
		return soak.difference(soak.dump(db), want)
	return check


def check_nothing_left(run):
	if run.code == 1 and os.path.exists(db) and not run.lasting and os.path.getsize(db) > 0:
		state = soak.dump(db)
		if isinstance(state, str) or not state[0]:
			return 'an empty new database is left'
	return completes(whole)(run)


soak.result(each_fault(args, no_database, check_nothing_left), 'import into a new database')
soak.result(each_fault(args, begun_database, completes(both)), 'import into a database with email')
soak.figure(f'{tried} failures of open, read, write, sync, rename, unlink and truncate, once and lasting')
soak.finish()
