#!/bin/sh
# make install and uninstall, into folders of their own.
. tests/cli/lib.sh
unset MAKEFLAGS MFLAGS MAKELEVEL
umask 077 # what is installed is for all, whoever installs it

install_to() { # install_to TARGET DESTDIR PREFIX
	make --no-print-directory BUILD="$BUILD" "$1" DESTDIR="$2" ${3:+PREFIX="$3"} >"$dir/out" 2>"$dir/err"
	code=$?
}

cat >"$dir/places" <<'END'
bin/deadletter
share/bash-completion/completions/deadletter
share/doc/deadletter/LICENSE
share/doc/deadletter/README.md
share/fish/vendor_completions.d/deadletter.fish
share/man/man1/deadletter.1
share/zsh/site-functions/_deadletter
END

stage=$dir/stage
install_to install "$stage"
(cd "$stage/usr/local" && find . ! -type d | sed 's/^..//' | LC_ALL=C sort) >"$dir/got"
[ "$code" = 0 ] && cmp -s "$dir/places" "$dir/got"
result $? "install puts every file in its place below DESTDIR and /usr/local"
[ -z "$(find "$stage/usr" -type d ! -perm 755)$(find "$stage" -type f ! -perm 644 ! -path '*/bin/*')" ] &&
	[ "$(stat -c %a "$stage/usr/local/bin/deadletter")" = 755 ]
result $? "all may read what is installed"
[ "$("$stage/usr/local/bin/deadletter" --version)" = "$("$BIN" --version)" ]
result $? "the installed program runs"
if command -v man >/dev/null; then
	[ "$(man -M "$stage/usr/local/share/man" -w deadletter 2>"$dir/err")" = "$stage/usr/local/share/man/man1/deadletter.1" ]
	result $? "man finds the manual"
fi
install_to install "$stage"
[ "$code" = 0 ]
result $? "install may be repeated"
install_to uninstall "$stage"
[ "$code" = 0 ] && [ -z "$(find "$stage" -mindepth 1)" ]
result $? "uninstall leaves nothing below DESTDIR"
install_to uninstall "$stage"
[ "$code" = 0 ] && [ -z "$(find "$stage" -mindepth 1)" ]
result $? "uninstall of nothing makes nothing"

# Where others have files too.
prefix=$dir/opt
mkdir -p "$prefix/share/man/man1" "$prefix/share/zsh"
touch "$prefix/share/man/man1/other.1"
install_to install "" "$prefix"
(cd "$prefix" && LC_ALL=C ls $(cat "$dir/places")) >"$dir/got" 2>"$dir/err"
[ "$code" = 0 ] && cmp -s "$dir/places" "$dir/got"
result $? "install takes a PREFIX without DESTDIR"
install_to uninstall "" "$prefix"
[ "$code" = 0 ] && [ "$(find "$prefix" ! -type d)" = "$prefix/share/man/man1/other.1" ] && [ -d "$prefix/share/zsh" ] &&
	[ ! -e "$prefix/share/doc/deadletter" ]
result $? "uninstall leaves what others put there, and their folders"
echo "1..$n"
