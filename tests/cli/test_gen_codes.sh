#!/bin/sh
# Feeds wrong tables to the generator of the catalogue: each must end it with file:line and a clear sentence.
set -u
gen=$BUILD/tools/gen_codes
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
n=0
tab=$(printf '\t')

result() { # result STATUS NAME
	n=$((n + 1))
	if [ "$1" = 0 ]; then echo "ok $n - $2"; else echo "not ok $n - $2"; fi
}

fresh() {
	rm -rf "$dir/t"
	mkdir "$dir/t"
	cp data/codes/*.tsv "$dir/t"
}

generate() {
	(cd "$dir/t" && "$gen" classes.tsv subjects.tsv enhanced.tsv basic.tsv special.tsv providers.tsv) \
		>"$dir/out" 2>"$dir/err"
}

line_of() { # line_of FILE CODE: its line number
	awk -F '\t' -v code="$2" '$1 == code { print NR }' "$dir/t/$1"
}

# The row of CODE with its cell in COLUMN set to VALUE (escapes as in printf) must give MESSAGE behind file:line.
wrong_cell() { # wrong_cell FILE CODE COLUMN VALUE MESSAGE
	fresh
	value=$(printf "$4")
	line=$(line_of "$1" "$2")
	awk -F '\t' -v OFS='\t' -v code="$2" -v col="$3" -v value="$value" '$1 == code { $col = value } { print }' \
		"$dir/t/$1" >"$dir/new" && mv "$dir/new" "$dir/t/$1"
	expect "$1:$line: $5"
}

expect() { # expect MESSAGE: exactly this on stderr, exit 1, nothing on stdout
	generate
	code=$?
	[ "$code" = 1 ] && [ "$(cat "$dir/err")" = "$1" ] && [ ! -s "$dir/out" ]
	ok=$?
	[ "$ok" = 0 ] || sed "s/^/# exit $code: /" "$dir/err"
	result "$ok" "$1"
}

fresh
generate && [ ! -s "$dir/err" ] && grep -q 'X\.7\.30' "$dir/out"
result $? "the tables as they are pass"

wrong_cell enhanced.tsv X.1.1 7 '' 'column 7 (todo) is empty'
wrong_cell enhanced.tsv X.1.1 2 '' 'column 2 (name) is empty'
wrong_cell enhanced.tsv X.1.1 5 us 'column 5 (side) must be one of recipient, admin, sender, wait, earlier'
wrong_cell enhanced.tsv X.1.1 10 often 'column 10 (useful) must be one of any, permanent, transient, success'
wrong_cell enhanced.tsv X.1.1 9 '451, 550' \
	'column 9 (basics) must be "any" or basic codes of three digits, one blank between them'
wrong_cell enhanced.tsv X.1.1 9 '4510' \
	'column 9 (basics) must be "any" or basic codes of three digits, one blank between them'
wrong_cell enhanced.tsv X.1.1 8 'We got a 5.1.1 from you.' \
	'column 8 (customer) must not hold a digit: customers get no codes'
wrong_cell enhanced.tsv X.1.1 8 'Please write' 'column 8 (customer) must end with a full stop'
wrong_cell enhanced.tsv X.1.1 8 'One. Two.' 'column 8 (customer) must be one sentence'
wrong_cell enhanced.tsv X.1.1 3 'It does not exist' 'column 3 (meaning) must end with a full stop'
wrong_cell enhanced.tsv X.1.1 4 'Two  blanks.' 'column 4 (info) has a blank too many'
wrong_cell enhanced.tsv X.1.1 4 'A bell \a.' 'column 4 (info) holds a control character or is not UTF-8'
wrong_cell enhanced.tsv X.1.1 4 'A carriage return.\r' 'column 4 (info) holds a control character or is not UTF-8'
wrong_cell enhanced.tsv X.1.1 4 'A lone byte \377.' 'column 4 (info) holds a control character or is not UTF-8'
wrong_cell enhanced.tsv X.1.1 4 'A surrogate \355\240\200.' 'column 4 (info) holds a control character or is not UTF-8'
wrong_cell enhanced.tsv X.1.1 4 'Cut short \303' 'column 4 (info) holds a control character or is not UTF-8'
wrong_cell enhanced.tsv X.1.1 1 5.1.1 'column 1 (code) must be X.subject.detail, such as X.1.1'
wrong_cell enhanced.tsv X.1.1 1 X.1.01 'column 1 (code) must be X.subject.detail, such as X.1.1'
wrong_cell enhanced.tsv X.1.1 1 X.8.1 'column 1 (code) must be X.subject.detail, such as X.1.1'
wrong_cell enhanced.tsv X.1.1 12 more 'has 12 columns, must have 11 (separated by tabs)'
wrong_cell basic.tsv 550 1 55 'column 1 (code) must be a basic code of three digits, 200 to 599'
wrong_cell classes.tsv 4 1 3 'column 1 (code) must be 2, 4 or 5'
wrong_cell special.tsv none 1 nothing 'column 1 (code) must be one of dropped, none, queued, unknown, given up, unreached, success, no code, unsubscribed, complaint, suppressed, refused'
wrong_cell providers.tsv Barracuda 2 5.7.9-1 \
	'column 2 (code) must be such as 5.7.26, 5.7.606-649, X.1.1, 554, 400-499 or any'
wrong_cell providers.tsv Barracuda 4 '' 'needs a host name (mta) or words of the response (marks) to be found by'

line=$(line_of enhanced.tsv X.1.1)
wrong_cell enhanced.tsv X.1.1 1 X.1.0 "X.1.0 repeats line $((line - 1))"
wrong_cell enhanced.tsv X.1.1 1 X.0.5 "X.0.5 must stand before line $((line - 1))"

# Codes are in the order of their numbers, not of their letters: X.1.10 comes after X.1.9.
fresh
awk -F '\t' -v OFS='\t' '$1 == "X.1.8" { $1 = "X.1.10" } { print }' "$dir/t/enhanced.tsv" >"$dir/new" &&
	mv "$dir/new" "$dir/t/enhanced.tsv"
expect "enhanced.tsv:$(line_of enhanced.tsv X.1.9): X.1.9 must stand before line $(line_of enhanced.tsv X.1.10 | head -n 1)"

fresh
sed -i "s/^code${tab}name/code${tab}title/" "$dir/t/basic.tsv"
expect "basic.tsv:$(grep -n '^code' "$dir/t/basic.tsv" | cut -d: -f1): column 2 of the first line must be named \"name\""

fresh
sed -i '/^7	/d' "$dir/t/subjects.tsv"
generate
[ $? = 1 ] && grep -q '^subjects.tsv:[0-9]*: the table has 7 rows, must have 8$' "$dir/err"
result $? "a missing subject is noticed"

fresh
: >"$dir/t/enhanced.tsv"
expect 'enhanced.tsv:1: the table has 0 rows, must have at least 1'

fresh
rm "$dir/t/enhanced.tsv"
expect 'gen_codes: enhanced.tsv: No such file or directory'

(cd "$dir/t" && "$gen" classes.tsv) >"$dir/out" 2>"$dir/err"
[ $? = 1 ] && grep -q 'gen_codes: subjects.tsv is missing on the command line' "$dir/err"
result $? "a table left out on the command line is noticed"

if [ -e /dev/full ]; then
	fresh
	(cd "$dir/t" && "$gen" classes.tsv subjects.tsv enhanced.tsv basic.tsv special.tsv providers.tsv) \
		>/dev/full 2>"$dir/err"
	[ $? = 1 ]
	result $? "a full disk is noticed"
fi
echo "1..$n"
