#!/usr/bin/env python3
"""Measures the real program beside its peers on one database, one log and one mbox, and prints a table. Nothing is asserted.

usage: bench.py BINARY ASK DATABASE LOG MBOX SCRATCH_FOLDER
"""
import os
import shutil
import sqlite3
import statistics
import subprocess
import sys
import time

import browser

BINARY, ASK, DATABASE, LOG, MBOX, SCRATCH = sys.argv[1:7]
ALONE = f"{SCRATCH}/alone.sql"
ROUNDS = 3
ENV = dict(os.environ, TZ="UTC", LC_ALL="C.UTF-8", TERM="xterm-256color", DEADLETTER_TEST="1")


def row(what, figure, peer="", ratio="", command=""):
    print(f"{what:<40} {figure:>22} {peer:>34} {ratio:>7}  {command}", flush=True)


def run(command, out=None):
    """Seconds, peak memory in MB (the kernel's ru_maxrss) and seconds of processor of a shell command."""
    start = time.perf_counter()
    child = subprocess.Popen(["sh", "-c", command if "&&" in command else "exec " + command], stdout=out or subprocess.DEVNULL, env=ENV)
    _, status, usage = os.wait4(child.pid, 0)
    if status:
        raise SystemExit(f"failed: {command}")
    return time.perf_counter() - start, usage.ru_maxrss / 1024, usage.ru_utime + usage.ru_stime


def best_of_pair(ours, theirs, clean):
    """Both commands in turn, so that both see the same machine; medians of seconds, our peak memory."""
    mine, peer, memory = [], [], 0
    for _ in range(ROUNDS):
        clean()
        seconds, mb, _ = run(ours)
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
    browser.measure(BINARY, DATABASE, ENV,
                    lambda what, figure, budget, command="": row(what, figure, "budget " + budget, "", command))
    questions()


def questions():
    """Each question by itself, and those of them that can be put to a peer beside it, in the same minute."""
    peers = {
        "page: start": "SELECT time, recipient, response FROM email WHERE {f} ORDER BY time DESC, id DESC LIMIT 200",
        "page: to:x1234": "SELECT time, recipient FROM email WHERE {f} AND recipient LIKE '%x1234%' ORDER BY time DESC LIMIT 200",
        "page: text:greylist": "SELECT time, recipient FROM email WHERE {f} AND response LIKE '%greylist%'"
                               " ORDER BY time DESC LIMIT 200",
        "groups: code": "SELECT enhanced_code, basic_code, count(*) FROM email WHERE {f} GROUP BY 1, 2",
        "groups: domain": "SELECT domain, count(*) FROM email WHERE {f} GROUP BY 1 ORDER BY 2 DESC LIMIT 2000",
        "groups: MTA": "SELECT remote_mta, count(*) FROM email WHERE {f} GROUP BY 1 ORDER BY 2 DESC LIMIT 2000",
    }
    told = subprocess.run([ASK, DATABASE], capture_output=True, text=True, env=ENV, check=True).stdout
    for line in told.splitlines():
        name, budget, wall, cpu = line.split("\t")
        peer, ratio = f"budget {budget} ms", ""
        if name in peers:
            sql = peers[name].format(f="outcome IN ('failed', 'dropped')")
            seconds = statistics.median(run(f'sqlite3 {DATABASE} "{sql}"')[0] for _ in range(ROUNDS))
            peer, ratio = f"sqlite3 {seconds * 1e3:,.1f} ms; {peer}", f"{seconds * 1e3 / max(float(wall), 0.01):.1f}"
        over = " (over)" if float(wall) > float(budget) else ""
        row(name, f"{wall} ms{over}", peer, ratio, f"{cpu} ms of a processor; {ASK} {DATABASE} '{name}'")


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


def count_lines(path):
    with open(path, "rb") as f:
        return sum(block.count(b"\n") for block in iter(lambda: f.read(1 << 20), b""))


def race(unit, count, clean, ours, peers):
    """Our import and the commands of peers in turn. Rates by the clock, and by seconds of processor, which do not depend on
    what else the machine does."""
    what, mine = ours
    runs = {name: [] for name in [what, *peers]}
    for _ in range(ROUNDS):
        clean()
        for name, command in [(what, mine), *peers.items()]:
            runs[name].append(run(command))
    middle = {name: [statistics.median(column) for column in zip(*r)] for name, r in runs.items()}
    seconds, memory, busy = middle[what]
    row(what, f"{count / seconds:,.0f} {unit}/s", command=mine)
    for name, command in peers.items():
        theirs, _, busy_theirs = middle[name]
        row(f"… beside {name}", "", f"{count / theirs:,.0f} {unit}/s", f"{theirs / seconds:.2f}", command)
        row("… by seconds of processor", f"{busy:.2f} s", f"{busy_theirs:.2f} s", f"{busy_theirs / busy:.2f}")
    row("… peak memory", f"{max(r[1] for r in runs[what]):.0f} MB")


def sqlite_alone(finished, copy):
    """What no import into such a database can beat with one writer: the shell copies the finished rows and makes their
    indexes, without reading any source, checks or triggers."""
    model = f"{SCRATCH}/model.db"
    remove(model)
    run(f"{BINARY} init {model} 2>/dev/null")
    schema = sqlite3.connect(model)
    made = {kind: [sql for sql, in schema.execute("SELECT sql FROM sqlite_schema WHERE type = ? AND sql IS NOT NULL", (kind,))]
            for kind in ("table", "index")}
    tables = [name for name, in schema.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
    columns = {t: ", ".join(c[1] for c in schema.execute(f"PRAGMA table_xinfo({t})") if c[6] == 0) for t in tables}
    page_size = schema.execute("PRAGMA page_size").fetchone()[0]
    schema.close()
    remove(model)
    copies = [f"INSERT INTO main.{t} ({columns[t]}) SELECT {columns[t]} FROM finished.{t}" for t in tables]
    with open(ALONE, "w") as f:
        f.write(";\n".join([f"PRAGMA page_size = {page_size}", f"ATTACH '{finished}' AS finished", "PRAGMA ignore_check_constraints = on",
                            "BEGIN", *made["table"], "PRAGMA cache_size = -49152", *copies, "PRAGMA cache_size = -1000",
                            "PRAGMA threads = 2", *made["index"], "COMMIT;\n"]))
    return f"rm -f {copy} && sqlite3 {copy} '.read {ALONE}'"


def load():
    database, copy = f"{SCRATCH}/imported.db", f"{SCRATCH}/theirs.db"
    mine = f"{BINARY} import {LOG} --into {database} 2>/dev/null"
    peers = {"pflogsumm, goal 10": f"pflogsumm {LOG}"} if shutil.which("pflogsumm") else {}
    peers["SQLite alone, finished rows"] = sqlite_alone(database, copy)
    race("lines", count_lines(LOG), lambda: remove(database, copy), ("import of a Postfix log", mine), peers)
    remove(database, copy, ALONE)


def load_csv():
    """The shell's .import into a table of the same columns: as it comes, with indexes as our table has them on these
    columns. Ours also reads codes, writes the attempts, and makes six indexes more: so the last peer puts the rows
    into a database like ours, which is what it takes to browse them."""
    table, database, theirs = f"{SCRATCH}/rows.csv", f"{SCRATCH}/imported.db", f"{SCRATCH}/theirs.db"
    columns = "time,recipient,outcome,enhanced_code,basic_code,response,sender,title,message_id"
    remove(table)
    run(f"{BINARY} export {DATABASE} status:any --raw --columns {columns} -o {table}")
    shell = f"sqlite3 {theirs} 'DROP TABLE IF EXISTS email; CREATE TABLE email ({columns})' " + \
        f"'.import --csv --skip 1 {table} email'"
    indexes = "CREATE INDEX t ON email (time, outcome); " + \
        "CREATE INDEX r ON email (recipient COLLATE NOCASE, time DESC); CREATE INDEX m ON email (message_id)"
    known = "recipient, outcome, nullif(enhanced_code, ''), nullif(basic_code, '') + 0, nullif(response, ''), " + \
        "nullif(sender, ''), nullif(title, ''), nullif(message_id, '')"
    ready = f"{BINARY} init {theirs} >/dev/null 2>&1 && sqlite3 {theirs} 'CREATE TEMP TABLE rows ({columns})' " + \
        f"'.import --csv --skip 1 --schema temp {table} rows' " + \
        f'"INSERT INTO email ({columns}) SELECT unixepoch(time), {known} FROM rows"'
    mine = f"{BINARY} import {table} --into {database} 2>/dev/null"
    peers = {".import into a bare table": shell, ".import, then 3 indexes": f"{shell} '{indexes}'",
             ".import, then INSERT, goal 1": f"rm -f {theirs} && {ready}",
             "SQLite alone, finished rows": sqlite_alone(database, theirs)}
    race("rows", int(tracked()), lambda: remove(database, theirs), ("import of CSV", mine), peers)
    remove(table, database, theirs, ALONE)


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


def tracked():
    return subprocess.run(["sqlite3", DATABASE, "SELECT sum(count) FROM tally"], capture_output=True, text=True).stdout


def main():
    print(f"{int(tracked()):,} tracked emails, {os.path.getsize(DATABASE) / 1e6:,.0f} MB; {os.cpu_count()} processors; "
          f"medians of {ROUNDS}; warm cache\n")
    row("what", "figure", "peer, budget", "ratio", "command")
    browse()
    export()
    load()
    load_csv()
    bounces()


main()
