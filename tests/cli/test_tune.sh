#!/bin/sh
# A database that somebody else filled, without our indexes: it answers, and tune adds what is missing.
. tests/cli/lib.sh

small_database
run summary "$db" status:any && cp "$dir/out" "$dir/summary" && run export "$db" && cp "$dir/out" "$dir/export"
result $? "a database is made"

sqlite3 "$db" "SELECT 'DROP ' || type || ' \"' || name || '\";' FROM sqlite_schema WHERE sql IS NOT NULL AND
	(type IN ('index', 'trigger') OR name IN ('tally', 'replaced'))" >"$dir/drop" && sqlite3 "$db" <"$dir/drop" &&
	[ "$(sqlite3 "$db" "SELECT count(*) FROM sqlite_schema WHERE type <> 'table'")" = 0 ]
result $? "all that makes it fast is taken away"

run summary "$db" status:any
[ "$code" = 0 ] && cmp -s "$dir/summary" "$dir/out"
result $? "the summary is the same"
run export "$db"
[ "$code" = 0 ] && cmp -s "$dir/export" "$dir/out"
result $? "the export is the same"

script -qec "'$BIN' summary '$db' 2>&1 >/dev/null" /dev/null </dev/null >"$dir/said"
grep -q '^deadletter: Slow: deadletter tune FILE adds index failure_time and 15 more\.' "$dir/said"
result $? "a terminal is told that it is slow, why, and what to do"

run tune "$db"
[ "$code" = 0 ] && bytes 'Added what was missing, in 16 steps.\n' && [ ! -s "$dir/err" ]
result $? "tune adds it"
run tune "$db"
[ "$code" = 0 ] && bytes 'Nothing was missing.\n'
result $? "again there is nothing to add"
sqlite3 "$db" .schema | sort >"$dir/tuned" && "$BIN" init "$dir/new.db" && sqlite3 "$dir/new.db" .schema | sort >"$dir/fresh" &&
	cmp "$dir/fresh" "$dir/tuned" && [ "$(sqlite3 "$db" 'SELECT sum(count) FROM tally')" = 7 ]
result $? "it is as a new one is"

refuses 2 "name one file; see deadletter tune --help" tune
refuses 1 "there is no file $dir/none.db" tune "$dir/none.db"
sqlite3 "$dir/other.db" 'CREATE TABLE kettles (litres)'
refuses 1 "$dir/other.db is not a database of deadletter" tune "$dir/other.db"

echo "1..$n"
