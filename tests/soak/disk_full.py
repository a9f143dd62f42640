#!/usr/bin/env python3
"""No room left, or nobody who reads: /dev/full, a small tmpfs, a limit of file size, closed pipes."""
import os
import resource
import shutil
import signal
import subprocess

import soak

dir = soak.scratch()
sample = os.path.join(dir, 'sample.db')
shutil.copy(os.path.join(soak.BUILD, 'sample.db'), sample)
log = os.path.join(dir, 'mail.log')
soak.make_log(log, 30000)
large = os.path.join(dir, 'large.db')
assert soak.Run(['import', log, '--into', large]).code == 0
whole = soak.dump(large)
cases = 0


def case(name, run, code, said, more=None):
	"""Ends with the code, says a part of this, and `more` is what is wrong besides."""
	global cases
	cases += 1
	faults = [f for f in (more,) if f]
	if run.code != code or said not in run.err.decode() or (code and not run.err.startswith(b'deadletter: ')):
		faults.append(run)
	soak.result(faults, name)


def limit_size(most):
	"""As `ulimit -f`: for the program's files."""
	return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))


# ---- /dev/full, closed descriptors ----

for args in (['export', sample], ['summary', sample], ['explain', '5.1.1'], ['config'], ['--help'], ['--version'],
	     ['import', '--help'], ['import', log, '--into', os.path.join(dir, 'said.db')], ['export', sample, '--format', 'jsonl']):
	class Full(soak.Run):
		def __init__(self, args, redirect):
			p = subprocess.run(['sh', '-c', f'exec "$0" "$@" {redirect}', soak.BIN] + args, stdin=subprocess.DEVNULL,
					   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
			self.code, self.out, self.err = p.returncode, p.stdout, p.stderr
	name = ' '.join(os.path.basename(a) for a in args)
	case(f'{name} > /dev/full', Full(args, '> /dev/full'), 1, 'cannot write standard output: No space left on device')
	case(f'{name} >&-', Full(args, '>&-'), 1, 'cannot write standard output')
case('export -o /dev/full', soak.Run(['export', sample, '-o', '/dev/full']), 1, 'No space left on device')


# ---- pipes that nobody reads ----

def into(args, reader):
	"""Exit codes of both and what the program said, without a SIGPIPE that is ignored."""
	p = subprocess.Popen([soak.BIN] + args, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
			     preexec_fn=lambda: signal.signal(signal.SIGPIPE, signal.SIG_DFL))
	q = subprocess.run(reader, stdin=p.stdout, stdout=subprocess.PIPE, shell=True)
	p.stdout.close()
	run = soak.Run.__new__(soak.Run)
	run.err = p.stderr.read()
	run.code, run.out = p.wait(), q.stdout
	run.code = 128 - run.code if run.code < 0 else run.code
	return run


for args in (['export', large, 'status:any'], ['export', large, 'status:any', '--format', 'jsonl'],
	     ['export', large, 'status:any', '-o', '/dev/stdout']):
	run = into(args, 'head -n 3')
	case(f'{" ".join(args[2:])} | head', run, 1, 'Broken pipe', None if run.out.count(b'\n') == 3 else run.out)


# ---- quota and full disks: exports ----

out_dir = os.path.join(dir, 'out')
os.mkdir(out_dir)
out = os.path.join(out_dir, 'out.csv')


def left(folder, want):
	names = sorted(os.listdir(folder))
	return None if names == want else f'{names} is there'


export = ['export', large, 'status:any', '-o', out]
run = soak.Run(export, preexec_fn=limit_size(100000))
case('export beyond ulimit -f', run, 1, 'File too large', left(out_dir, []))
with open(out, 'w') as f:
	f.write('old')
run = soak.Run(export + ['--force'], preexec_fn=limit_size(100000))
case('export --force beyond ulimit -f', run, 1, 'File too large',
     left(out_dir, ['out.csv']) or (None if os.path.getsize(out) == 3 else 'the old file is another'))

# ---- imports ----

# Room for so much; then what was read in full batches is in, and a repeat with room completes it.
for most in (0, 1, 4096, 20000, 100000, 500000, 1000000):
	db = os.path.join(dir, f'quota{most}.db')
	run = soak.Run(['import', log, '--into', db], preexec_fn=limit_size(most))
	state = os.path.exists(db) and os.path.getsize(db) > 0 and isinstance(soak.dump(db), str) and soak.dump(db)
	again = soak.Run(['import', log, '--into', db])
	case(f'import beyond ulimit -f {most}', run, 1, '', state or (None if again.code == 0 else str(again)) or
	     soak.difference(soak.dump(db), whole))
	case('… says why', run, 1, 'File too large')
	os.unlink(db)

# ---- a small file system ----

mount = os.path.join(dir, 'small')
os.mkdir(mount)
if subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=512k', 'deadletter-soak', mount], capture_output=True).returncode == 0:
	try:
		small_out = os.path.join(mount, 'out.csv')
		run = soak.Run(['export', large, 'status:any', '-o', small_out])
		case('export to a full file system', run, 1, 'No space left on device', left(mount, []))
		with open(small_out, 'w') as f:
			f.write('old')
		run = soak.Run(['export', large, 'status:any', '-o', small_out, '--force'])
		case('export --force to a full file system', run, 1, 'No space left on device', left(mount, ['out.csv']))
		os.unlink(small_out)
		db = os.path.join(mount, 'mail.db')
		run = soak.Run(['import', log, '--into', db])
		case('import to a full file system', run, 1, 'the disk is full', left(mount, []))
		few = os.path.join(dir, 'few.log')
		soak.make_log(few, 200, 9)
		assert soak.Run(['import', few, '--into', db]).code == 0
		before = soak.dump(db)
		run = soak.Run(['import', log, '--into', db])
		case('import into a database on it', run, 1, 'the disk is full', left(mount, ['mail.db']) or
		     soak.difference(soak.dump(db), before))
		subprocess.run(['mount', '-o', 'remount,size=64m', mount], check=True)
		again = soak.Run(['import', log, '--into', db])
		assert soak.Run(['import', few, '--into', large]).code == 0
		case('… and again, when there is room', again, 0, '', soak.difference(
			[sorted(t, key=repr) for t in soak.dump(db)], soak.dump(large)))
	finally:
		subprocess.run(['umount', mount], check=True)
soak.figure(f'{cases} cases of no room or no reader')
soak.finish()
