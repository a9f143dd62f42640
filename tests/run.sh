#!/bin/sh
# Runs test programs that print TAP ("ok 1 - name", "not ok 2 - name") and ends with "N passed, N failed".
# A program that ends with an error without a "not ok" of its own, or without any result, counts as one failure.
# A line "# figure: …" is passed on. ONLY=text runs just those whose path holds the text.
set -u
passed=0
failed=0
out=$(mktemp)
trap 'rm -f "$out"' EXIT
export TZ=UTC LC_ALL=C.UTF-8 CMOCKA_MESSAGE_OUTPUT=TAP DEADLETTER_CONFIG=/dev/null
unset NO_COLOR COLORFGBG DEADLETTER_NOW
for t in "$@"; do
	case $t in *${ONLY:-}*) ;; *) continue ;; esac
	case $t in
	*.sh) sh "$t" >"$out" 2>&1 </dev/null ;;
	*.py) python3 "$t" >"$out" 2>&1 </dev/null ;;
	*) "$t" >"$out" 2>&1 </dev/null ;;
	esac
	code=$?
	p=$(grep '^ok' "$out" | grep -vc '# SKIP')
	f=$(grep -c '^not ok' "$out")
	if [ "$f" = 0 ] && { [ "$code" != 0 ] || ! grep -q '^ok' "$out"; }; then
		f=1
	fi
	name=${t##*/tests/}
	if [ "$f" = 0 ]; then
		echo "$name: $p passed"
		sed -n 's/^# figure: /  /p' "$out"
		sed -n '/# SKIP/s/^ok [0-9]* -* */  skipped: /p' "$out"
	else
		cat "$out"
		echo "$name: $p passed, $f failed (exit $code)"
	fi
	passed=$((passed + p))
	failed=$((failed + f))
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
