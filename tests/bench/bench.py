#!/usr/bin/env python3
"""Measures the real program beside its peers on one database, one log and one mbox, and prints a table. Nothing is asserted.

usage: bench.py BINARY DATABASE LOG MBOX SCRATCH_FOLDER
"""
import fcntl
import os
import pty
import re
import select
import shutil
import statistics
import struct
import subprocess
import sys
import termios
import time

BINARY, DATABASE, LOG, MBOX, SCRATCH = sys.argv[1:6]
ROUNDS = 3
ENV = dict(os.environ, TZ="UTC", LC_ALL="C.UTF-8", TERM="xterm-256color", DEADLETTER_TEST="1")
SYNC = b"\x1b[5150~"  # tells the program in test mode that all keys before it have been typed
IDLE = re.compile(rb"\x1b\]2;idle \d+ (\d+)\x07")


class Browser:
    """The program in a pty of 120x40. It sets the title to "idle N SYNCS" when nothing is pending after so many SYNCs."""

    def __init__(self):
        self.sent = 0
        self.seen = b""
        self.started = time.perf_counter()
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
            os.execve(BINARY, [BINARY, DATABASE], ENV)

    def write(self, keys):
        os.write(self.fd, keys + SYNC)
        self.sent += 1

    def settle(self):
        """Waits until all input has had its effect; returns when the first byte came, and the last."""
        first = None
        while not any(int(taken) >= self.sent for taken in IDLE.findall(self.seen)):
            if not select.select([self.fd], [], [], 60)[0]:
                raise SystemExit("the browser does not become idle")
            self.seen += os.read(self.fd, 65536)
            first = first or time.perf_counter()
        done = time.perf_counter()
        self.seen = b""
        return first, done

    def key(self, keys):
        """Milliseconds from key to first change on the screen, and to everything shown."""
        start = time.perf_counter()
        self.write(keys)
        first, done = self.settle()
        return (first - start) * 1e3, (done - start) * 1e3

    def peak_mb(self):
        with open(f"/proc/{self.pid}/status") as f:
            return int(re.search(r"VmHWM:\s+(\d+)", f.read()).group(1)) / 1024

    def quit(self):
        os.write(self.fd, b"q")
        try:
            while os.read(self.fd, 65536):
                pass
        except OSError:
            pass
        os.waitpid(self.pid, 0)


def p(values, percent):
    return sorted(values)[min(len(values) - 1, len(values) * percent // 100)]


def row(what, figure, peer="", ratio="", command=""):
    print(f"{what:<36} {figure:>16} {peer:>28} {ratio:>7}  {command}", flush=True)


def run(command, out=None):
    """Seconds and peak memory in MB of a shell command."""
    start = time.perf_counter()
    child = subprocess.Popen(["sh", "-c", "exec " + command], stdout=out or subprocess.DEVNULL, env=ENV)
    _, status, usage = os.wait4(child.pid, 0)
    if status:
        raise SystemExit(f"failed: {command}")
    return time.perf_counter() - start, usage.ru_maxrss / 1024


def best_of_pair(ours, theirs, clean):
    """Both commands in turn, so that both see the same machine; medians of seconds, our peak memory."""
    mine, peer, memory = [], [], 0
    for _ in range(ROUNDS):
        clean()
        seconds, mb = run(ours)
        mine.append(seconds)
        memory = max(memory, mb)
        if theirs:
            peer.append(run(theirs)[0])
    return statistics.median(mine), statistics.median(peer) if peer else None, memory


def remove(*paths):
    for path in paths:
        if os.path.exists(path):
            os.remove(path)


def browse():
    first, settled = [], []
    for _ in range(10):
        b = Browser()
        painted, done = b.settle()
        first.append((painted - b.started) * 1e3)
        settled.append((done - b.started) * 1e3)
        b.quit()
    row("first paint, rows and tree there", f"{statistics.median(settled):.1f} ms", command=f"{BINARY} {DATABASE}")

    b = Browser()
    b.settle()
    down, up, pgdn, home, end = b"\x1bOB", b"\x1bOA", b"\x1b[6~", b"\x1bOH", b"\x1bOF"
    keys = [down, down, pgdn, down, up, end, home, b"\t", down, down, up, b"\t"] * 40
    painted, shown = zip(*(b.key(k) for k in keys))
    row("key to painted screen, median", f"{p(painted, 50):.1f} ms", command=f"{len(keys)} keys")
    row("key to painted screen, p99", f"{p(painted, 99):.1f} ms")
    row("key to everything shown, median", f"{p(shown, 50):.1f} ms")
    row("key to everything shown, p99", f"{p(shown, 99):.1f} ms")

    for line in ("code:550", "class:4", "subject:7", "since:30d", "to:x1234", "text:greylisted"):
        b.key(b"/")
        b.key(line[:-1].encode())
        _, last = b.key(line[-1:].encode())
        b.key(b"\r")
        row(f"filter {line}: page and count", f"{last:.1f} ms")
        b.key(b"/")
        b.key(b"\x15\r")
    row("peak memory while browsing", f"{b.peak_mb():.0f} MB")
    b.quit()


def export():
    ours, theirs = f"{SCRATCH}/ours.csv", f"{SCRATCH}/theirs.csv"
    columns = "time,recipient,outcome,enhanced_code,basic_code,response,sender,title,message_id"
    sql = f"SELECT {columns} FROM email WHERE outcome IN ('failed', 'dropped') ORDER BY time DESC, id DESC"
    mine = f"{BINARY} export {DATABASE} --columns {columns} > {ours}"
    peer = f"sqlite3 -csv {DATABASE} \"{sql}\" > {theirs}"
    seconds, peer_seconds, memory = best_of_pair(mine, peer, lambda: remove(ours, theirs))
    rows = int(subprocess.run(["sqlite3", DATABASE, "SELECT sum(count) FROM tally WHERE outcome IN ('failed', 'dropped')"],
                              capture_output=True, text=True).stdout)
    row("export", f"{rows / seconds:,.0f} rows/s", f"sqlite3 -csv {rows / peer_seconds:,.0f}",
        f"{peer_seconds / seconds:.2f}", mine)
    row("peak memory of export", f"{memory:.0f} MB")


def load():
    lines = sum(block.count(b"\n") for block in iter(lambda f=open(LOG, "rb"): f.read(1 << 20), b""))
    database = f"{SCRATCH}/imported.db"
    mine = f"{BINARY} import {LOG} --into {database} 2>/dev/null"
    peer = f"pflogsumm {LOG}" if shutil.which("pflogsumm") else None
    seconds, peer_seconds, memory = best_of_pair(mine, peer, lambda: remove(database))
    row("import of a Postfix log", f"{lines / seconds:,.0f} lines/s",
        f"pflogsumm {lines / peer_seconds:,.0f}" if peer else "", f"{peer_seconds / seconds:.2f}" if peer else "", mine)
    row("peak memory of import", f"{memory:.0f} MB")


def bounces():
    """Both read every mail and find who failed and why; only ours also writes it down."""
    mails = sum(line.startswith(b"From MAILER-DAEMON ") for line in open(MBOX, "rb"))
    database = f"{SCRATCH}/bounces.db"
    mine = f"{BINARY} import {MBOX} --into {database}"
    peer = f"perl -MSisimai -e 'exit(@{{Sisimai->make(shift) || []}} == 0)' {MBOX}"
    if subprocess.run(["perl", "-MSisimai", "-e", "1"], capture_output=True).returncode:
        peer = None
    seconds, peer_seconds, memory = best_of_pair(mine, peer, lambda: remove(database))
    row("import of bounce mails", f"{mails / seconds:,.0f} mails/s", f"Sisimai {mails / peer_seconds:,.0f}" if peer else "",
        f"{peer_seconds / seconds:.2f}" if peer else "", mine)
    row("peak memory of that", f"{memory:.0f} MB")


def main():
    rows = subprocess.run(["sqlite3", DATABASE, "SELECT sum(count) FROM tally"], capture_output=True, text=True).stdout
    print(f"{int(rows):,} tracked emails, {os.path.getsize(DATABASE) / 1e6:,.0f} MB; {os.cpu_count()} processors; "
          f"medians of {ROUNDS}; warm cache\n")
    row("what", "figure", "peer", "ratio", "command")
    browse()
    export()
    load()
    bounces()


main()
