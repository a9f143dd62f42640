#!/usr/bin/env python3
"""SIGKILL at random moments of an import, and at each call that writes: after a repeat the database is that of one import."""
import os
import random
import signal
import sqlite3
import subprocess
import time

import soak

dir = soak.scratch()
db = os.path.join(dir, 'mail.db')
full = soak.is_full()
kills = soak.length(10, 200)
random.seed(20261123)
PAUSE_S = 0.9  # longer than an import waits before it takes in what it has


def import_args(sources):
	return ['import'] + sources + ['--into', db]


def killed_after(args, seconds, feed=None):
	"""Runs and kills. True: it was still at work. `feed`: pieces for its standard input; a pause is a moment without any."""
	p = subprocess.Popen([soak.BIN] + args, stdin=subprocess.PIPE if feed else subprocess.DEVNULL, stdout=subprocess.DEVNULL,
			     stderr=subprocess.DEVNULL)
	until = time.monotonic() + seconds
	for piece in feed or ():
		if time.monotonic() >= until:
			break
		if piece:
			p.stdin.write(piece)
			p.stdin.flush()
		else:
			time.sleep(min(PAUSE_S, max(0, until - time.monotonic())))
	try:
		p.wait(max(0, until - time.monotonic()))
	except subprocess.TimeoutExpired:
		pass
	p.send_signal(signal.SIGKILL)
	if feed:
		try:
			p.stdin.close()
		except BrokenPipeError:
			pass
	return p.wait() == -signal.SIGKILL


def is_half_done():
	"""Is some of it in, for good?"""
	try:
		con = sqlite3.connect(db)
		n = con.execute('SELECT count(*) FROM email').fetchone()[0]
		con.close()
		return n > 0
	except sqlite3.Error:
		return False


def trial(args, want, kill, most, feed):
	"""Up to `most` kills of imports into one database, then one that is not: (kills, left half done, what is wrong)."""
	soak.remove(db)
	done = half = 0
	for _ in range(most):
		done += kill()
		half += is_half_done()
	run = soak.Run(args, feed=feed)
	wrong = None if run.code == 0 else str(run)
	return done, half, wrong or soak.difference(soak.dump(db), want)


def random_kills(name, sources, wanted, most, feed=None):
	args = import_args(sources)
	soak.remove(db)
	start = time.monotonic()
	run = soak.Run(args, feed=b''.join(feed) if feed else None)
	want, seconds = soak.dump(db), time.monotonic() - start
	if feed:
		seconds = PAUSE_S * (feed.count(b'') + 1)
	total, half, wrong = 0, 0, [] if run.code == 0 else [run]
	while total < wanted and len(wrong) < 5:
		done, half_done, fault = trial(args, want, lambda: killed_after(args, random.uniform(0, seconds * 1.1), feed),
					       min(most, wanted - total), b''.join(feed) if feed else None)
		total += done
		half += half_done
		if fault:
			wrong.append(fault)
	soak.result(wrong, f'{name}: {total} kills, {half} with a part already in')
	return total


def kills_at_each_call(sources, most):
	args = import_args(sources)
	soak.remove(db)
	calls, run = soak.counts(args, dir)
	want = soak.dump(db)
	wrong, total = [] if run.code == 0 else [run], 0
	for kind in ('open', 'write', 'sync', 'unlink', 'truncate'):
		for n in soak.points(calls[kind], most) if calls[kind] else ():
			soak.remove(db)
			if soak.Run(args, fault=f'{kind}:{n}:kill').code != 128 + signal.SIGKILL:
				wrong.append(f'{kind} {n} was not reached')
			total += 1
			run = soak.Run(args)
			fault = None if run.code == 0 else str(run)
			fault = fault or soak.difference(soak.dump(db), want)
			if fault:
				wrong.append(f'{kind} {n}: {fault}')
	soak.result(wrong, f'at each call that changes a file: {total} kills')
	return total


def exports_killed(most):
	"""The old file or the new one is there, and nothing else; there is one instant when a replaced file has two names."""
	folder = os.path.join(dir, 'out')
	os.mkdir(folder)
	out = os.path.join(folder, 'out.csv')
	new = soak.Run(['export', db]).out
	args = ['export', db, '-o', out, '--force']
	wrong, total = [], 0
	for old in (None, b'old'):
		calls, run = soak.counts(args, dir)
		for kind in ('open', 'read', 'write', 'sync', 'place'):
			for n in soak.points(calls[kind], most):
				for name in os.listdir(folder):
					os.unlink(os.path.join(folder, name))
				if old:
					with open(out, 'wb') as f:
						f.write(old)
				soak.Run(args, fault=f'{kind}:{n}:kill')
				total += 1
				there = None
				if os.path.exists(out):
					with open(out, 'rb') as f:
						there = f.read()
				names = os.listdir(folder)
				if there not in (old, new) or len(names) > (there is not None) + (kind == 'place' and n == 2):
					wrong.append(f'{kind} {n}: {names}, {there and len(there)} bytes')
	soak.result(wrong, f'exports: {total} kills, no partial file')
	return total


# Into a new database, everything; a log in batches; standard input, which is taken in whenever it pauses.
sources = [soak.make_sources(os.path.join(dir, 'sources'), 2000 if not full else 20000)]
small = [soak.make_sources(os.path.join(dir, 'small'), 100)]
log = os.path.join(dir, 'mail.log')
soak.make_log(log, 20000, 3)
with open(log, 'rb') as f:
	text = f.read()
feed = []
for i in range(3):
	feed += [text[len(text) * i // 3:len(text) * (i + 1) // 3], b'']

total = random_kills('log, bounces, events and a table', sources, kills * 6 // 10, 3)
total += random_kills('standard input with pauses', ['-'], kills * 2 // 10, 4, feed)
if full:
	large = os.path.join(dir, 'large.log')
	soak.make_log(large, 1000000, 5)
	total += random_kills('a million lines', [large], kills - total, 6)
else:
	total += random_kills('a few lines', small, kills - total, 3)
exact = 0
if not soak.SANITIZED:  # a sanitizer has the calls for itself
	exact += kills_at_each_call(small, 100000 if full else 6)
	exact += exports_killed(100000 if full else 4)
soak.figure(f'{total} kills at random moments and {exact} at calls that write: each repeat gave the same database, no partial file')
soak.finish()
