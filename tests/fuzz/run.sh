#!/bin/sh
# Runs fuzzers one after the other, FUZZ_SECONDS each, on tests/fuzz/seeds/NAME and on what earlier runs found.
#   run.sh DIR FUZZER...     finds, logs and crashing inputs go below DIR.  ONLY=text runs those whose name holds it.
set -u
dir=$1
shift
failed=0
for f in "$@"; do
	case ${f##*/} in *${ONLY:-}*) ;; *) continue ;; esac
	name=${f##*/fuzz_}
	corpus=$dir/corpus/$name
	seeds=tests/fuzz/seeds/$name
	[ -d "$seeds" ] || seeds=
	mkdir -p "$corpus"
	log=$dir/$name.log
	if "$f" -max_total_time="${FUZZ_SECONDS:-30}" -max_len=4096 -timeout=10 -rss_limit_mb=2048 \
		-artifact_prefix="$dir/$name-" "$corpus" $seeds >"$log" 2>&1; then
		echo "fuzz $name: $(grep '^Done' "$log")"
	else
		grep -v '^#[0-9]*[[:space:]]*\(NEW\|REDUCE\|pulse\)' "$log" | tail -n 40
		echo "fuzz $name: FAILED, see $log"
		failed=1
	fi
done
exit $failed
