#!/usr/bin/env python3
"""The database is replaced, deleted, truncated or damaged while it is browsed: said within a second, and opened again when it can be.

A second, and what a busy machine takes besides: the program looks twice a second.
"""
import os
import shutil
import sqlite3

import soak

dir = soak.scratch()
sample = os.path.join(soak.BUILD, 'sample.db')
folder = os.path.join(dir, 'there')
os.mkdir(folder)
db = os.path.join(folder, 'mail.db')
other = os.path.join(folder, 'other.db')
saved = os.path.join(folder, 'saved.db')
clock = os.path.join(dir, 'clock')
rounds = soak.length(1, 10)
SECOND = 1.0 if soak.is_full() else 3.0  # the short form runs beside other tests
worst = 0.0
cases = 0


def prepare(mode='delete'):
	for path in (db, other, saved):
		soak.remove(path)
		shutil.copy(sample, path)
	con = sqlite3.connect(db)
	con.execute(f'PRAGMA journal_mode = {mode}')
	con.close()
	con = sqlite3.connect(other)
	con.execute("INSERT INTO email (time, outcome, recipient) VALUES (1795435199, 'failed', 'other@example.net')")
	con.commit()
	con.close()
	shutil.copy(other, saved)


def times(faults):
	"""Of each change: how long until it was on the screen."""
	global worst
	with open(clock) as f:
		stamps = [int(line) / 1e9 for line in f]
	os.unlink(clock)
	for start, end in zip(stamps[::2], stamps[1::2]):
		worst = max(worst, end - start)
		if end - start > SECOND:
			faults.append(f'it took {end - start:.2f} s')


def case(name, steps, mode='delete', leave=True):
	"""Steps: (shell command, text that comes onto the screen by itself) or other lines of a script."""
	global cases
	faults = []
	for _ in range(rounds):
		prepare(mode)
		script = ['size 100 30', f'args {db}', 'find 1,571 failures of']
		for step in steps:
			if isinstance(step, str):
				script.append(step)
				continue
			command, text = step
			script += [f'sh date +%s%N >> {clock}; {command}', f'await {text}', f'sh date +%s%N >> {clock}']
		if leave:
			script += ['keys q', 'exit 0', 'tty restored']
		faults += soak.Screens(dir, script).faults
		if os.path.exists(clock):
			times(faults)
	cases += 1
	soak.result(faults, name)


case('replaced by another', [(f'mv {other} {db}', '1,572 failures of')])
case('replaced in WAL mode', [(f'mv {other} {db}', '1,572 failures of')], 'wal')
case('replaced, twice', [(f'mv {other} {db}', '1,572 failures of'), (f'cp {sample} {saved}; mv {saved} {db}', '1,571 failures of')])
case('deleted, and there again', [
	(f'mv {db} {db}.away', 'there is no file'), 'find 1,571 failures of', 'keys <Down><Down><PgDn>', 'find there is no file',
	(f'rm {db}.away; mv {other} {db}', '1,572 failures of'), 'nofind there is no file'])
case('deleted, and another is there', [(f'rm {db}', 'there is no file'), (f'mv {other} {db}', '1,572 failures of')])
case('replaced by a text', [(f'echo hello world, this is no database > {other}.txt; mv {other}.txt {db}', 'is not a database'),
			    'find 1,571 failures of', (f'mv {other} {db}', '1,572 failures of')])
case('replaced by a folder', [(f'rm {db}; mkdir {db}', 'is a folder'), (f'rmdir {db}; mv {other} {db}', '1,572 failures of')])
case('replaced by a database of others', [
	(f'sqlite3 {other}.new "CREATE TABLE kettles (litres)"; mv {other}.new {db}', 'not one of deadletter'),
	(f'mv {other} {db}', '1,572 failures of')])
case('replaced by a newer schema', [(f'sqlite3 {other} "PRAGMA user_version = 9"; mv {other} {db}', 'was made by a newer deadletter'),
				    (f'mv {saved} {db}', '1,572 failures of')])
case('replaced by a damaged one', [
	(f'dd if=/dev/urandom of={other} bs=4096 seek=1 count=400 conv=notrunc 2> /dev/null; mv {other} {db}', 'is damaged'),
	(f'mv {saved} {db}', '1,572 failures of'), 'nofind is damaged'])
case('truncated to nothing', [(f': > {db}', 'is empty'), (f'cat {other} > {db}', '1,572 failures of')])
case('truncated in the middle', [(f'truncate -s 200000 {db}', 'is damaged'), (f'cat {other} > {db}', '1,572 failures of')])
case('its table dropped', [(f'sqlite3 {db} "DROP TABLE attempt"', 'is not whole'), (f'mv {other} {db}', '1,572 failures of'),
			   'nofind is not whole'])
case('overwritten in place', [(f'cat {other} > {db}', '1,572 failures of')])
case('its folder renamed and back', [(f'mv {folder} {folder}.away', 'there is no file'), (f'cp {folder}.away/other.db {folder}.away/mail.db; mv {folder}.away {folder}', '1,572 failures of')])
soak.figure(f'{cases} cases, {rounds} times each; the slowest was on the screen after {worst:.2f} s')
soak.finish()
