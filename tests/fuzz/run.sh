#!/bin/sh
# Runs fuzzers, as many at once as there are processors, FUZZ_SECONDS each, on tests/fuzz/seeds/NAME and on what earlier runs
# found.
#   run.sh DIR FUZZER...     finds, logs and crashing inputs go below DIR.  ONLY=text runs those whose name holds it.
set -u

fuzz_one() { # dir, fuzzer
	name=${2##*/fuzz_}
	corpus=$1/corpus/$name
	seeds=tests/fuzz/seeds/$name
	[ -d "$seeds" ] || seeds=
	mkdir -p "$corpus"
	log=$1/$name.log
	if "$2" -max_total_time="${FUZZ_SECONDS:-30}" -max_len=4096 -timeout=10 -rss_limit_mb=2048 \
		-artifact_prefix="$1/$name-" "$corpus" $seeds >"$log" 2>&1; then
		echo "fuzz $name: $(grep '^Done' "$log")"
	else
		echo "$(grep -v '^#[0-9]*[[:space:]]*\(NEW\|REDUCE\|pulse\)' "$log" | tail -n 40)
fuzz $name: FAILED, see $log"
		return 1
	fi
}

if [ "$1" = --one ]; then
	fuzz_one "$2" "$3"
	exit
fi
dir=$1
shift
for f in "$@"; do
	case ${f##*/} in *${ONLY:-}*) echo "$f" ;; esac
done | xargs -r -P "$(nproc)" -I '{}' sh "$0" --one "$dir" '{}'
