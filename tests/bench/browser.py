"""The browser in a pty under load, measured from the key written to the last byte of the frame that shows it.

For bench.py. Nothing is asserted; a figure over its budget is marked.
"""
import fcntl
import os
import pty
import re
import select
import sqlite3
import statistics
import struct
import subprocess
import termios
import threading
import time

SYNC = b"\x1b[5150~"  # tells the program in test mode that all keys before it have been typed
IDLE = re.compile(rb"\x1b\]2;idle \d+ (\d+)\x07")
DOWN, UP, PGDN, PGUP, HOME, END = b"\x1bOB", b"\x1bOA", b"\x1b[6~", b"\x1b[5~", b"\x1bOH", b"\x1bOF"
LEFT, RIGHT, TAB, ESC = b"\x1bOD", b"\x1bOC", b"\t", b"\x1b"
FRAME_GAP_S = 0.002  # a frame is over when nothing has come for so long


class Browser:
    """The program in a pty. It sets the title to "idle N SYNCS" when nothing is pending after so many SYNCs."""

    def __init__(self, binary, database, env, width=120, height=40):
        self.sent = 0
        self.seen = b""
        self.started = time.perf_counter()
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))
            os.execve(binary, [binary, database], env)

    def write(self, keys):
        os.write(self.fd, keys + SYNC)
        self.sent += 1

    def resize(self, width, height):
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))

    def settle(self):
        """Waits until all input has had its effect; returns when the first frame was whole, and when the last was."""
        frame = last = None
        while not any(int(taken) >= self.sent for taken in IDLE.findall(self.seen)):
            if not select.select([self.fd], [], [], FRAME_GAP_S if last and not frame else 60)[0]:
                if not last or frame:
                    raise SystemExit("the browser does not become idle")
                frame = last
                continue
            self.seen += os.read(self.fd, 65536)
            last = time.perf_counter()
        self.seen = b""
        return frame or last, last

    def frame(self):
        """Waits for one frame, whatever is still pending. When its last byte came; None: nothing changed."""
        last = None
        while select.select([self.fd], [], [], FRAME_GAP_S if last else 0.2)[0]:
            self.seen += os.read(self.fd, 65536)
            last = time.perf_counter()
        return last

    def key(self, keys):
        """Milliseconds from key to its frame, and to everything shown."""
        start = time.perf_counter()
        self.write(keys)
        frame, done = self.settle()
        return (frame - start) * 1e3, (done - start) * 1e3

    def press(self, keys):
        """Milliseconds from key to the last byte of its frame; what it asked for may still be pending. None: nothing changed."""
        while select.select([self.fd], [], [], 0)[0]:  # what was not asked for, as the news of others' rows
            os.read(self.fd, 65536)
        self.seen = b""
        start = time.perf_counter()
        os.write(self.fd, keys)
        last = self.frame()
        return (last - start) * 1e3 if last else None

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


class Writer(threading.Thread):
    """Another program that inserts `rate` rows a second into the same database, 10 transactions a second, and takes them out
    again at the end. A query that runs holds it up where the database has no write-ahead log: it says for how long."""

    def __init__(self, database, rate=500):
        super().__init__(daemon=True)
        self.database, self.rate, self.over = database, rate, threading.Event()
        self.rows = 0
        self.longest_s = 0

    def run(self):
        db = sqlite3.connect(self.database, timeout=120)
        first = db.execute("SELECT max(id) FROM email").fetchone()[0]
        now = db.execute("SELECT max(time) FROM email").fetchone()[0]
        began = time.monotonic()
        while not self.over.is_set():
            for i in range(self.rate // 10):
                failed = i % 7 == 0
                db.execute(
                    "INSERT INTO email (recipient, time, outcome, enhanced_code, basic_code, response, sender, title)"
                    " VALUES (?, ?, ?, ?, ?, ?, 'news@shop.example', 'News')",
                    (f"new{self.rows + i}@d{i}.example", now + int(time.monotonic() - began),
                     "failed" if failed else "delivered", "5.1.1" if failed else "2.0.0", 550 if failed else 250,
                     "550 5.1.1 user unknown" if failed else "250 2.0.0 Ok"))
            before = time.monotonic()
            db.commit()
            self.longest_s = max(self.longest_s, time.monotonic() - before)
            self.rows += self.rate // 10
            self.over.wait(max(0, began + self.rows / self.rate - time.monotonic()))
        self.seconds = time.monotonic() - began
        db.execute("DELETE FROM email WHERE id > ?", (first,))
        db.commit()
        db.close()

    def stop(self):
        self.over.set()
        self.join()
        return self.rows / self.seconds


def percentile(values, percent):
    return sorted(values)[min(len(values) - 1, len(values) * percent // 100)]


def drop_caches():
    """True when the system's page cache could be emptied."""
    try:
        os.sync()
        with open("/proc/sys/vm/drop_caches", "w") as f:
            f.write("3")
        return True
    except OSError:
        return False


def scenarios(b):
    """(name, milliseconds of each key) for each way of working; while holding a key it comes 30 times a second."""

    def held(keys, times):
        for key in [keys] * times:
            began = time.perf_counter()
            yield b.press(key)
            time.sleep(max(0, 1 / 30 - (time.perf_counter() - began)))

    def typed(line):
        yield b.press(b"/")
        for letter in line:
            yield b.press(letter.encode())
        yield b.press(b"\r")

    def cleared():
        b.key(b"/")
        b.key(b"\x15\r")

    def resized():
        for width, height in [(80, 24), (200, 60), (120, 40)] * 5:
            start = time.perf_counter()
            b.resize(width, height)
            last = b.frame()
            yield (last - start) * 1e3 if last else None

    yield "typing to:x1234", list(typed("to:x1234"))
    cleared()
    yield "typing text:greylisted", list(typed("text:greylisted"))
    cleared()
    yield "typing mx:hosting7 -from:shop1", list(typed("mx:hosting7 -from:shop1"))
    cleared()
    b.key(TAB)
    yield "holding Down", list(held(DOWN, 150))
    yield "holding PageDown", list(held(PGDN, 100))
    yield "End and Home", [t for _ in range(20) for t in (*held(END, 1), *held(HOME, 1))]
    b.key(TAB)
    b.key(HOME)
    yield "opening and leaving every group", [t for _ in range(20) for t in (*held(RIGHT, 1), *held(DOWN, 1))]
    b.key(HOME)
    yield "resizing", list(resized())
    for key, name in ((b"d", "domain"), (b"m", "MTA"), (b"s", "sender"), (b"y", "day"), (b"w", "wording")):
        yield f"grouping by {name}, and moving on", list(held(b"b", 1)) + list(held(key, 1)) + list(held(DOWN, 10))
    b.key(b"b")
    b.key(b"c")


def measure(binary, database, env, row):
    """row(what, figure, budget): prints a line of the table."""
    settled = []
    for _ in range(7):
        b = Browser(binary, database, env)
        settled.append((b.settle()[1] - b.started) * 1e3)
        b.quit()
    row("start: exec to rows, tree, timeline", f"{statistics.median(settled):.1f} ms", "50 ms", f"{binary} {database}")
    cold = []
    for _ in range(3):
        if drop_caches():
            b = Browser(binary, database, env)
            cold.append((b.settle()[1] - b.started) * 1e3)
            b.quit()
    if cold:
        row("the same, nothing of the file in memory", f"{statistics.median(cold):.0f} ms", "300 ms")

    b = Browser(binary, database, env)
    b.settle()
    writer = Writer(database)
    writer.start()
    everything = []
    for name, times in scenarios(b):
        times = [t for t in times if t is not None]
        everything += times
        row(name, f"{percentile(times, 50):.1f} / {percentile(times, 99):.1f} / {max(times):.1f} ms", "16 ms at p99")
    rate = writer.stop()
    row("all keys: p50 / p99 / worst",
        f"{percentile(everything, 50):.1f} / {percentile(everything, 99):.1f} / {max(everything):.1f} ms",
        "16 ms at p99", f"{len(everything)} keys, {rate:.0f} rows/s written meanwhile")
    row("longest wait of the writer for a commit", f"{writer.longest_s * 1e3:.0f} ms", "none")
    row("peak memory while browsing (VmHWM)", f"{b.peak_mb():.0f} MB", "64 MB")
    b.quit()
    load = os.getloadavg()[0]
    print(f"load of the machine: {load:.1f} on {os.cpu_count()} processors")
