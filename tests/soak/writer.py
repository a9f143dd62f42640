#!/usr/bin/env python3
"""A writer at 1,000 transactions a second, while others browse, export and sum up: consistent pages, -wal bounded, never blank.

Each transaction puts in two failures, one after the other by time: a consistent state has whole pairs, newest first.
"""
import csv
import io
import os
import re
import shutil
import sqlite3
import threading
import time

import soak

seconds = soak.length(5, 60)
RATE = 1000
WAL_MAX = 256 << 20
dir = soak.scratch()
db = os.path.join(dir, 'mail.db')
shutil.copy(os.path.join(soak.BUILD, 'sample.db'), db)
START_S = 1795435200

con = sqlite3.connect(db)
con.execute('PRAGMA journal_mode = wal')
before = con.execute("SELECT count(*) FROM email WHERE outcome IN ('failed', 'dropped')").fetchone()[0]
con.close()

done = threading.Event()
written = 0
wal_peak = 0
wrong = {'writing': [], 'browsing': [], 'exports': [], 'summaries': []}


def write():
	"""As fast as the rate says; what was late is caught up."""
	global written
	con = sqlite3.connect(db, isolation_level=None, timeout=30)
	con.execute('PRAGMA synchronous = normal')
	start = time.monotonic()
	try:
		while not done.is_set():
			if written >= (time.monotonic() - start) * RATE:
				time.sleep(0.001)
				continue
			con.execute('BEGIN IMMEDIATE')
			con.executemany("INSERT INTO email (time, outcome, recipient, enhanced_code, basic_code, response) VALUES "
					"(?, 'failed', ?, '5.1.1', 550, '550 5.1.1 no such user')",
					[(START_S + 2 * written + i, f'pair{written:07}{"ab"[i]}@example.org') for i in (0, 1)])
			con.execute('COMMIT')
			written += 1
	except sqlite3.Error as e:
		wrong['writing'].append(e)
	con.close()


def watch():
	global wal_peak
	while not done.is_set():
		try:
			wal_peak = max(wal_peak, os.path.getsize(db + '-wal'))
		except FileNotFoundError:
			pass
		time.sleep(0.02)


def pairs_fault(names):
	"""Newest first and whole: 7b 7a 6b 6a … Of a page the first may be cut off."""
	keys = [(int(n[4:11]), n[11]) for n in names]
	if keys and keys[0][1] == 'a':
		keys = keys[1:]
	for i in range(0, len(keys) - 1, 2):
		(n, x), (m, y) = keys[i], keys[i + 1]
		if n != m or x + y != 'ba' or (i and keys[i - 1][0] != n + 1):
			return f'torn: {keys[max(0, i - 1):i + 3]}'
	return None


shots = 0


def browse():
	"""Sessions with every kind of key; after each the screen is read."""
	global shots
	steps = ['<Down>', '<Tab><Home>', '<PgDn>', '<End>', '<Home>', '/pair00<Enter>', '<Esc>', '<Tab>', '<Right>', '<Down>', 't',
		 '<Left>', '<Esc>', '<Tab><Down>', 'F', '<Down>', 'F', '<Tab><Home>', 'bd', 'bc', '/5.1.1<Enter>', '<Enter>', '<Esc>',
		 '<Esc>', 'sr', 'st', '<PgDn>', '<C-l>']
	while not done.is_set():
		script = ['size 100 30', f'args {db}']
		for step in steps * max(1, seconds // 10):
			script += [f'keys {step}', 'shot']
		got = soak.Screens(dir, script)
		wrong['browsing'] += got.faults
		for rows, sent, step in zip(got.shots, got.sent, script[3::2]):
			shots += 1
			text = '\n'.join(rows)
			if not re.search(r'[\d,]+ failures of', rows[0]) or sum(bool(r.strip()) for r in rows) < 25:
				wrong['browsing'].append('blank:\n' + text)
			names = re.findall(r'\d\d:\d\d  (pair\d{7}[ab])', text)
			if len(names) > 4 and 'Recipient ▲' not in text:
				fault = pairs_fault(names)
				if fault and sent.endswith(b'\007'):  # else the next picture is just being sent
					wrong['browsing'].append(f'{step}: {fault}\n{text}\n{sent}')


exports = summaries = 0


def export():
	global exports, summaries
	while not done.is_set():
		began = time.monotonic()
		run = soak.Run(['export', db, '--columns', 'recipient'])
		names = [r[0] for r in csv.reader(io.StringIO(run.out.decode('utf-8', 'replace')))]
		pairs = [n for n in names if n.startswith('pair')]
		fault = pairs_fault(pairs)
		if run.code != 0 or fault or len(pairs) % 2 or len(names) - 1 - len(pairs) != before:
			wrong['exports'].append(f'{len(names)} rows, {len(pairs)} of pairs; {fault}; {run}')
		exports += 1
		run = soak.Run(['summary', db])
		sums = [int(n.replace(',', '')) for n in re.findall(rb'^All failures\s+([\d,]+)'.decode(), run.out.decode(), re.M)]
		if run.code != 0 or not sums or (sums[0] - before) % 2:
			wrong['summaries'].append(f'{sums}: {run}')
		summaries += 1
		# As long as somebody always reads, SQLite cannot begin its log anew.
		done.wait(time.monotonic() - began)


threads = [threading.Thread(target=f) for f in (write, watch, browse, export)]
start = time.monotonic()
for t in threads:
	t.start()
time.sleep(seconds)
done.set()
took = time.monotonic() - start
for t in threads:
	t.join()
for name, faults in wrong.items():
	soak.result(faults, name)
soak.result([] if shots > 10 and exports and summaries else [f'{shots} screens, {exports} exports'], 'others were at work meanwhile')
soak.result([] if wal_peak < WAL_MAX else [f'{wal_peak} bytes'], f'the -wal stays below {WAL_MAX >> 20} MB')
con = sqlite3.connect(db)
n = con.execute("SELECT count(*) FROM email WHERE recipient LIKE 'pair%'").fetchone()[0]
soak.result([] if n == 2 * written and soak.dump(db) and not isinstance(soak.dump(db), str) else [f'{n}: {soak.dump(db)}'],
	    'what was written is there, and counted')
soak.figure(f'{written} transactions in {took:.0f} s ({written / took:.0f}/s), -wal at most {wal_peak / 1e6:.1f} MB, '
	    f'{shots} screens, {exports} exports, {summaries} summaries')
soak.finish()
