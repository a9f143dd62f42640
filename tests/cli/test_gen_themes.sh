#!/bin/sh
# Feeds wrong files to the generator of the themes: each must end it with file:line and a clear sentence.
set -u
gen=$BUILD/tools/gen_themes
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
n=0

result() { # result STATUS NAME
	n=$((n + 1))
	if [ "$1" = 0 ]; then echo "ok $n - $2"; else echo "not ok $n - $2"; fi
}

generate() {
	(cd "$dir" && "$gen" dark.tsv) >"$dir/out" 2>"$dir/err"
}

# The row that starts with NAME, replaced by TEXT (escapes as in printf), must give MESSAGE behind file:line.
wrong_row() { # wrong_row NAME TEXT MESSAGE
	line=$(awk -F '\t' -v name="$1" '$1 == name { print NR }' data/themes/dark.tsv)
	text=$(printf "$2")
	awk -F '\t' -v name="$1" -v text="$text" '$1 == name { print text; next } { print }' data/themes/dark.tsv \
		>"$dir/dark.tsv"
	generate
	[ $? = 1 ] && [ "$(cat "$dir/err")" = "dark.tsv:$line: $3" ] && [ ! -s "$dir/out" ]
	ok=$?
	[ "$ok" = 0 ] || sed 's/^/# /' "$dir/err"
	result "$ok" "$3"
}

cp data/themes/dark.tsv "$dir"
generate && [ ! -s "$dir/err" ] && grep -q '/\* dim \*/' "$dir/out"
result $? "the default theme as it is passes"

words='must be "-", or a colour'"'"'s number below the column'"'"'s, "on" with another one, bold, dim, reverse or underline'
wrong_row dim 'dim\t256\t-\t-' "column 256 $words"
wrong_row dim 'dim\t-\t16\t-' "column 16 $words"
wrong_row dim 'dim\t-\t-\t8' "column 8 $words"
wrong_row dim 'dim\t-1\t-\t-' "column 256 $words"
wrong_row dim 'dim\tgrey\t-\t-' "column 256 $words"
wrong_row dim 'dim\ton bold\t-\t-' "column 256 $words"
wrong_row dim 'dim\t1 on\t-\t-' 'column 256 names no colour behind "on"'
wrong_row dim 'dim\t1 2\t-\t-' 'column 256 names two colours for the same'
wrong_row dim 'dim\t\t-\t-' 'column 256 is empty'
wrong_row dim 'dim\t1  bold\t-\t-' 'column 256 has a blank too many'
wrong_row dim 'dim\t-\t-' 'has 3 columns, must have 4 (separated by tabs)'
wrong_row dim 'dimm\t-\t-\t-' 'there is no role "dimm"'
wrong_row dim 'text\t-\t-\t-' 'text comes twice'
wrong_row role 'role\t8\t16\t256' 'the head line must be role, 256, 16, 8 (separated by tabs)'
wrong_row background 'background\tgrey' 'background must be dark or light'
wrong_row help 'help\tFor dark backgrounds' 'help must end with a full stop'
wrong_row help 'help\tA bell \a.' 'help holds a control character or is not UTF-8'

grep -v '^spark-dropped' data/themes/dark.tsv >"$dir/dark.tsv"
generate
[ $? = 1 ] && grep -q '^dark.tsv:[0-9]*: there is no row for the role spark-dropped$' "$dir/err"
result $? "a missing role is noticed"

grep -v '^help' data/themes/dark.tsv >"$dir/dark.tsv"
generate
[ $? = 1 ] && grep -q '^dark.tsv:[0-9]*: there is no row "help"$' "$dir/err"
result $? "a missing sentence is noticed"

rm "$dir/dark.tsv"
generate
[ $? = 1 ] && [ "$(cat "$dir/err")" = 'gen_themes: dark.tsv: No such file or directory' ] && [ ! -s "$dir/out" ]
result $? "a missing file is noticed"
echo "1..$n"
