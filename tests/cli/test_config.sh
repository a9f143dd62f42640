#!/bin/sh
# config: what holds, where from, and what is wrong with it.
. tests/cli/lib.sh
unset DEADLETTER_CONFIG
export HOME="$dir/home" XDG_CONFIG_HOME="$dir/xdg"
mkdir "$HOME" "$XDG_CONFIG_HOME"
file=$XDG_CONFIG_HOME/deadletter/config

settings() { # settings TEXT: are these all the lines of stdout that are no comments? Escapes as in printf
	grep -v '^#' "$dir/out" | grep -v '^$' >"$dir/settings"
	printf "$1" | cmp -s - "$dir/settings" || { sed 's/^/# /' "$dir/settings" && false; }
}

# ---- where ----

run config --path
[ "$code" = 0 ] && bytes "$file\n"
result $? "the file is in the folder of XDG"
XDG_CONFIG_HOME='' run config --path
[ "$code" = 0 ] && bytes "$HOME/.config/deadletter/config\n"
result $? "without one, in ~/.config"
DEADLETTER_CONFIG=$dir/mine run config --path
[ "$code" = 0 ] && bytes "$dir/mine\n"
result $? "DEADLETTER_CONFIG names another"
DEADLETTER_CONFIG=$dir/mine run config --path --config other
[ "$code" = 0 ] && bytes "other\n"
result $? "--config goes before it"
(unset HOME XDG_CONFIG_HOME; "$BIN" config --path >"$dir/out" 2>"$dir/err")
[ $? = 1 ] && grep -q 'set HOME, or name one with --config FILE$' "$dir/err"
result $? "without a home there is no place"
(unset HOME XDG_CONFIG_HOME; "$BIN" config >"$dir/out" 2>"$dir/err") && settings ''
result $? "and the defaults hold"

# ---- what holds ----

run config
[ "$code" = 0 ] && [ ! -s "$dir/err" ] && settings '' && grep -q "^# There is no file $file\$" "$dir/out"
result $? "without a file everything is a comment"
[ "$(wc -L <"$dir/out")" -le 80 ]
result $? "which fits 80 columns"
grep -qx '#   auto        As the terminal tells by COLORFGBG: light or dark; else dark.' "$dir/out" &&
	grep -qx '#theme = auto' "$dir/out" && grep -qx '#bind export = e' "$dir/out" && grep -qx '#mouse = yes' "$dir/out"
result $? "with the defaults behind #"

mkdir -p "${file%/*}"
cat >"$file" <<'X'
# mine
theme = light
columns = time recipient code response
bind export = x C-e
saved gmail = domain:gmail.com class:5
X
run config
[ "$code" = 0 ] && grep -q "^# Read from $file\$" "$dir/out" &&
	settings 'theme = light\ncolumns = time recipient code response\nbind export = x C-e\nsaved gmail = domain:gmail.com class:5\n'
result $? "the file holds"
cp "$dir/out" "$dir/again"
run config --config "$dir/again"
[ "$code" = 0 ] && sed 1,2d "$dir/out" >"$dir/a" && sed 1,2d "$dir/again" >"$dir/b" && cmp -s "$dir/a" "$dir/b"
result $? "what is printed gives the same again"
run config --theme contrast --no-mouse --tree-width=30
[ "$code" = 0 ] &&
	settings 'theme = contrast\ncolumns = time recipient code response\ntree-width = 30\nmouse = no\nbind export = x C-e\nsaved gmail = domain:gmail.com class:5\n'
result $? "the command line goes before the file"
run config --config /dev/null
[ "$code" = 0 ] && settings ''
result $? "/dev/null is none"

# ---- what is wrong ----

printf 'theme = lihgt\nzone = utc\nfilter = 5.1.1 foo:1\nbind exprot = x\n' >"$file"
run config
[ "$code" = 1 ] && settings 'zone = utc\n' && cat >"$dir/want" <<X && cmp -s "$dir/want" "$dir/err"
$file:1: there is no theme "lihgt"; did you mean light?
$file:3:16: there is no key "foo:"; put the word in quotes to look for it in recipients
$file:4: there is no action "exprot"; did you mean export?
X
result $? "wrong lines are named, the others hold, and the exit code is 1"

rm "$file"
mkfifo "$file"
run config
[ "$code" = 1 ] && settings '' && [ "$(cat "$dir/err")" = "$file: it is no regular file" ]
result $? "a FIFO is not waited for"
rm "$file"

refuses 1 "$dir/none: there is no such file" config --config "$dir/none"
refuses 1 "$dir/home: it is no regular file" config --config "$dir/home"
refuses 2 'there is no theme "pink": it is auto, dark, contrast, distinct or light; see deadletter config --help' \
	config --theme pink
refuses 2 'there is no theme "contrats"; did you mean contrast?' config --theme contrats
refuses 2 'there is no theme "contrats"; did you mean contrast?' "$dir/none.db" --theme contrats
refuses 2 'tree-width is auto or a percentage from 10 to 60, not "99"' config --tree-width 99
refuses 2 'filter, column 1: there is no key "foo:"; put the word in quotes to look for it in recipients' \
	config --filter foo:1
refuses 2 'config takes no words; --config FILE reads another file; see deadletter config --help' config x
refuses 1 "$dir/none: there is no such file" browse "$dir/none.db" --config "$dir/none"
refuses 1 "$dir/none: there is no such file" demo --config "$dir/none"
echo "1..$n"
