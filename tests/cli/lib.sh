# What the tests of commands share: a folder, a small database, running the program. Sourced.
set -u
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
db=$dir/mail.db
esc=$(printf '\033')
n=0

result() { # result STATUS NAME
	n=$((n + 1))
	if [ "$1" = 0 ]; then
		echo "ok $n - $2"
	else
		echo "not ok $n - $2"
		sed 's/^/# exit '"${code:-}"': /' "$dir/err" 2>/dev/null | head -n 5
	fi
}

run() { # run ARG...: exit code in $code, output in out and err
	"$BIN" "$@" >"$dir/out" 2>"$dir/err"
	code=$?
}

# The program ends with CODE, says just TEXT on stderr, and nothing on stdout.
refuses() { # refuses CODE TEXT ARG...
	want=$1
	text=$2
	shift 2
	run "$@"
	[ "$code" = "$want" ] && [ "$(cat "$dir/err")" = "deadletter: $text" ] && [ ! -s "$dir/out" ]
	result $? "$text"
}

bytes() { # bytes TEXT: is this all of stdout? Escapes as in printf
	printf "$1" >"$dir/want"
	cmp -s "$dir/want" "$dir/out" || { diff "$dir/want" "$dir/out" | sed 's/^/# /' && false; }
}

# A failure, a formula, a drop, a delivery, hostile bytes, no answer, a code without a number.
small_database() {
	"$BIN" init "$db" && sqlite3 "$db" "
		INSERT INTO email (id, time, outcome, recipient, enhanced_code, basic_code, response, title, sender) VALUES
		(1, 1790000001, 'failed', 'bob@example.com', '5.1.1', 550, 'user \"bob\" unknown, sorry', 'Your order',
			'shop@example.net'),
		(2, 1790000002, 'failed', '=cmd|calc@example.net', NULL, 554, 'one' || char(13, 10) || 'two', '+1',
			'@shop'),
		(3, 1790000003, 'dropped', 'bob@example.com', '5.1.1', 550, NULL, '-', NULL),
		(4, 1790000004, 'delivered', 'ann@example.org', '2.0.0', 250, 'ok', 'Hello', 'shop@example.net'),
		(5, 1790000005, 'failed', CAST(x'1b5b33316dff40' AS TEXT) || 'example.org', '4.2.2', 452,
			CAST(x'ff' AS TEXT) || char(9) || 'a\\b' || char(27) || '[2J', char(9) || '=1', NULL),
		(6, 1790000006, 'failed', 'erin@example.org', NULL, NULL, NULL, NULL, NULL),
		(7, 1790000007, 'failed', 'fred@example.org', '5.77.123', NULL, NULL, NULL, NULL);"
}

# Enough to fill any pipe.
large_database() {
	"$BIN" init "$dir/large.db" && sqlite3 "$dir/large.db" "
		WITH RECURSIVE i(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i WHERE n < 20000)
		INSERT INTO email (time, outcome, recipient, response)
		SELECT 1790000000 + n, 'failed', 'user' || n || '@example.com', 'no such user here' FROM i"
}
