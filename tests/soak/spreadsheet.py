#!/usr/bin/env python3
"""Cells that look like formulas, through a spreadsheet and back; and --raw, through Python's csv, byte for byte."""
import csv
import io
import os
import random
import shutil
import sqlite3
import subprocess

import soak

dir = soak.scratch()
db = os.path.join(dir, 'mail.db')
random.seed(20261123)
ROWS = soak.length(500, 20000)
STARTS = ['=', '+', '-', '@', '\t', '\r', '\n', "'", ' =', '"=', '=1+1', '=HYPERLINK("http://x.example","y")', '-2+3', '+1', '@SUM(1)',
	  "=cmd|'/C calc'!A0", '=', '1', '', ',', '"', '\u200b=', '\uff1d1', '%', ';=1', '|=1', '\x0b=1', '\x0c=1', '\xa0=1']
ALPHABET = ['=', '+', '-', '@', ',', ';', '"', "'", '\n', '\r\n', '\t', ' ', 'a', 'é', '漢', '😀', '1', '0', '|', '!', '(', ')', '\\', '\x1f']

assert soak.Run(['init', db]).code == 0
con = sqlite3.connect(db)
con.text_factory = bytes
for i in range(ROWS):
	cells = [random.choice(STARTS) + ''.join(random.choices(ALPHABET, k=random.randint(0, 12))) for _ in range(4)]
	# Now and then any bytes; a text in SQLite may hold them all.
	response = random.randbytes(20) if i % 3 == 0 else cells[3].encode()
	con.execute("INSERT INTO email (id, time, outcome, recipient, sender, title, response, queue_id) "
		    "VALUES (?, ?, 'failed', ?, ?, ?, CAST(? AS TEXT), ?)",
		    [i + 1, 1790000000 + i, cells[0], cells[1], cells[2], response, f'q{i}'])
con.commit()
COLUMNS = 'recipient, sender, title, response'
stored = con.execute(f'SELECT id, {COLUMNS} FROM email ORDER BY time DESC').fetchall()

# ---- --raw ----

run = soak.Run(['export', db, '--raw', '--columns', 'id,' + COLUMNS.replace(' ', '')])
rows = list(csv.reader(io.StringIO(run.out.decode('latin-1'), newline=''), strict=True))
got = [tuple([int(r[0])] + [c.encode('latin-1') for c in r[1:]]) for r in rows[1:]]
want = [tuple([r[0]] + [c or b'' for c in r[1:]]) for r in stored]
soak.result([f'{a} for {b}' for a, b in zip(got, want) if a != b] + ([] if len(got) == len(want) else [run]),
	    f'--raw through csv, {4 * ROWS} cells')

# ---- guarded ----

guarded = os.path.join(dir, 'guarded.csv')
run = soak.Run(['export', db, '--columns', 'id,' + COLUMNS.replace(' ', ''), '-o', guarded])
with open(guarded, newline='', encoding='latin-1') as f:
	rows = list(csv.reader(f, strict=True))[1:]
faults = []
count = 0
for row, record in zip(rows, want):
	for cell, bytes in zip(row[1:], record[1:]):
		dangerous = bytes[:1] in (b'=', b'+', b'-', b'@', b'\t', b'\r', b'\n') and len(bytes) > 0
		count += dangerous
		if cell.encode('latin-1') != (b"'" if dangerous else b'') + bytes:
			faults.append(f'{cell!r} for {bytes!r}')
if not run.err.startswith(f'deadletter: {count} cells start'.encode()):
	faults.append(f'{count} are guarded: {run}')
soak.result(faults, f"a leading ' before {count} cells, and nowhere else")

soffice = shutil.which('soffice')
if not soffice or not soak.is_full():
	print('# figure:', f'{4 * ROWS} cells byte for byte through csv; {count} guarded')
	soak.finish()

# ---- a spreadsheet: no cell becomes a formula, and what comes back is what went in ----

# Only what a spreadsheet can hold: valid UTF-8, no control characters but line ends.
def holds(text):
	return all(c >= ' ' or c in '\t\n' for c in text) and '\ufffe' not in text


con.execute("DELETE FROM email WHERE id % 3 = 1")
for id, *cells in con.execute(f'SELECT id, {COLUMNS} FROM email').fetchall():
	if not all(holds(c.decode()) for c in cells):
		con.execute('DELETE FROM email WHERE id = ?', [id])
con.commit()
small = os.path.join(dir, 'small.csv')
os.unlink(guarded)
assert soak.Run(['export', db, '--columns', 'id,' + COLUMNS.replace(' ', ''), '-o', small]).code == 0
with open(small, newline='', encoding='utf-8') as f:
	sent = list(csv.reader(f, strict=True))


def convert(to, source):
	# 44: comma, 34: quote, 76: UTF-8; of the CSV that is written all cells as they are, formulas as such
	subprocess.run([soffice, '--headless', f'-env:UserInstallation=file://{dir}/profile', '--infilter=CSV:44,34,76,1',
			'--convert-to', to, '--outdir', dir, source], check=True, capture_output=True, timeout=600)


convert('fods', small)
with open(os.path.join(dir, 'small.fods'), encoding='utf-8') as f:
	sheet = f.read()
formulas = sheet.count('table:formula=')
soak.result([f'{formulas} formulas'] if formulas or len(sheet) < 1000 * len(sent) // 10 else [], 'a spreadsheet finds no formula')

# Were there any without the guard? Else this proves nothing.
raw = os.path.join(dir, 'raw.csv')
assert soak.Run(['export', db, '--raw', '--columns', 'id,' + COLUMNS.replace(' ', ''), '-o', raw]).code == 0
convert('fods', raw)
with open(os.path.join(dir, 'raw.fods'), encoding='utf-8') as f:
	dangerous = f.read().count('table:formula=')
soak.result([] if dangerous > 100 else [f'{dangerous}'], f'without it there would be {dangerous}')

os.mkdir(os.path.join(dir, 'back'))
subprocess.run([soffice, '--headless', f'-env:UserInstallation=file://{dir}/profile', '--convert-to',
		'csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false', '--outdir', os.path.join(dir, 'back'),
		os.path.join(dir, 'small.fods')], check=True, capture_output=True, timeout=600)
with open(os.path.join(dir, 'back', 'small.csv'), newline='', encoding='utf-8') as f:
	back = list(csv.reader(f))
def plain(cell):
	"""LibreOffice keeps neither tabs nor the kind of line ends."""
	return cell.replace('\r\n', '\n').replace('\r', '\n').replace('\t', '')


# Numbers and dates take the spreadsheet's own form: compared are cells that are text for sure.
cells = 0
faults = []
for a, b in zip(sent, back):
	for x, y in zip(a, b):
		if any(c.isalpha() for c in x) or x[:1] == "'":
			cells += 1
			if plain(x) != plain(y):
				faults.append(f'{y!r} for {x!r}')
soak.result(faults + ([] if len(back) == len(sent) and cells > len(sent) else [f'{len(back)} rows of {len(sent)}, {cells} cells']),
	    f'{cells} cells come back as they went')
soak.figure(f'{4 * ROWS} cells byte for byte through csv; {5 * len(sent)} through LibreOffice: {formulas} formulas, {dangerous} without '
	    f'the guard; {cells} texts came back')
soak.finish()
