#!/usr/bin/env python3
"""The nth allocation fails: the program says so and ends, never wrongly; nothing half written is left, and a repeat is right."""
import errno
import os
import shutil
import signal

import soak

most = soak.length(40, 1000000)
if soak.SANITIZED:
	soak.skip('a sanitizer has the calls for itself')
dir = soak.scratch()
tried = 0
sample = os.path.join(dir, 'sample.db')
shutil.copy(os.path.join(soak.BUILD, 'sample.db'), sample)
out_dir = os.path.join(dir, 'out')
os.mkdir(out_dir)
out = os.path.join(out_dir, 'out.csv')


def each(args, prepare, check, how='once'):
	global tried
	wrong = []
	prepare()
	calls, run = soak.counts(args, dir)
	if run.code != 0:
		return [run]
	for n in soak.points(calls['alloc'], most if how == 'once' else min(most, 1500)):
		prepare()
		run = soak.Run(args, fault=f'alloc:{n}{"+" if how == "lasting" else ""}:{errno.ENOMEM}')
		tried += 1
		# It aborts where it asked for the memory itself; what a library asks for may also end in exit 1.
		ended = run.code == 0 or (run.code in (1, 128 + signal.SIGABRT) and b'memory' in run.err)
		# Without any memory GLib cannot even say so: its stack overflows.
		if how == 'lasting' and run.code == 128 + signal.SIGSEGV:
			prepare()
			ended = b'GLib' in soak.Run(args, fault=f'alloc:{n}:{errno.ENOMEM}').err
		said = check(run)
		if said or not ended:
			wrong.append(f'alloc {n} {how}: {said or "odd"}: {run}')
	return wrong


def no_file():
	if os.path.exists(out):
		os.unlink(out)


want = soak.Run(['export', sample, 'class:4', 'since:2026-11-20']).out
assert want.count(b'\n') > 5


def check_out(run):
	there = sorted(os.listdir(out_dir))
	if run.code == 0:
		with open(out, 'rb') as f:
			return None if f.read() == want else 'not what was to be written'
	return f'{there} left behind' if there else None


db = os.path.join(dir, 'mail.db')
sources = soak.make_sources(os.path.join(dir, 'sources'), 40)
import_args = ['import', sources, '--into', db]
assert soak.Run(import_args).code == 0
whole = soak.dump(db)


def check_import(run):
	if run.code != 0:
		repeat = soak.Run(import_args)
		if repeat.code != 0:
			return f'a repeat fails: {repeat}'
	return soak.difference(soak.dump(db), whole)


def summary_in(locale):
	os.environ['LC_ALL'] = locale
	return soak.Run(['summary', sample, '--by', 'domain']).out


# Without memory for a locale, bars are drawn in ASCII.
summaries = [summary_in('C'), summary_in('C.UTF-8')]


def check_summary(run):
	return None if (run.out in summaries if run.code == 0 else not run.out) else 'not what was to be printed'


for how in ('once', 'lasting'):
	soak.result(each(['export', sample, 'class:4', 'since:2026-11-20', '-o', out], no_file, check_out, how), f'export, {how}')
	soak.result(each(['summary', sample, '--by', 'domain'], lambda: None, check_summary, how), f'summary, {how}')
	soak.result(each(import_args, lambda: soak.remove(db), check_import, how), f'import, {how}')
soak.figure(f'{tried} allocations failed, once or lasting')
soak.finish()
