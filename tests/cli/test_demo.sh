#!/bin/sh
# demo: the sample in a file of one's own, or in a private copy that is gone afterwards.
. tests/cli/lib.sh
unset XDG_RUNTIME_DIR
export TMPDIR="$dir/tmp"
mkdir "$TMPDIR"

DEADLETTER_NOW=1795435200
export DEADLETTER_NOW
run demo -o "$db"
[ "$code" = 0 ] && [ ! -s "$dir/out" ] && [ ! -s "$dir/err" ] && [ "$(ls -A "$dir" | grep -c '^mail\.db')" = 1 ]
result $? "-o writes the sample, and nothing beside it"
[ "$(sqlite3 "$db" .dump | cksum)" = "$(sqlite3 "$BUILD/sample.db" .dump | cksum)" ]
result $? "the same moment gives the same sample"
before=$(cksum <"$db")
refuses 1 "$db exists already; name a new file" demo --keep "$db"
[ "$before" = "$(cksum <"$db")" ]
result $? "an existing file stays as it is"
run demo -o "$dir/none/mail.db"
[ "$code" = 1 ] && [ -s "$dir/err" ] && [ ! -e "$dir/none" ]
result $? "a folder that is not there is an error"
refuses 2 "demo takes no file; -o FILE writes the sample there; see deadletter demo --help" demo "$db"

run demo </dev/null
[ "$code" = 2 ] && [ -z "$(ls -A "$TMPDIR")" ]
result $? "without a terminal nothing is left behind"

# In a pty: how the private copy looks while the browser runs, and what is left when it ended by a key or a signal.
for how in q TERM; do
	python3 - "$BIN" $how >"$dir/out" 2>"$dir/err" <<'EOF'
import os, pty, select, signal, stat, sys
binary, how = sys.argv[1:]
pid, fd = pty.fork()
if pid == 0:
    os.execve(binary, [binary, "demo"], dict(os.environ, TERM="xterm", DEADLETTER_TEST="1"))
seen = b""
while b"idle" not in seen:
    if not select.select([fd], [], [], 60)[0]:
        sys.exit("the browser does not become idle")
    seen += os.read(fd, 65536)
for folder, _, files in os.walk(os.environ["TMPDIR"]):
    mode = stat.S_IMODE(os.stat(folder).st_mode)
    if files:
        print(oct(mode), *sorted(files))
if how == "q":
    os.write(fd, b"q")
else:
    os.kill(pid, signal.SIGTERM)
try:
    while os.read(fd, 65536):
        pass
except OSError:
    pass
os.waitpid(pid, 0)
EOF
	[ "$(cat "$dir/out")" = "0o700 sample.db" ] && [ ! -s "$dir/err" ]
	result $? "the copy is private ($how)"
	[ -z "$(ls -A "$TMPDIR")" ]
	result $? "the copy is gone afterwards ($how)"
done
