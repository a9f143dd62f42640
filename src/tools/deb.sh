#!/bin/sh
# Packs what `make install` puts into ROOT as a Debian package, by Debian's own tools.
# usage: deb.sh ROOT PACKAGE      ROOT is prepared with PREFIX=/usr; SOURCE_DATE_EPOCH is the time of all in it.
set -eu
root=$1
package=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
top=$PWD
doc=$root/usr/share/doc/deadletter

# What Debian wants otherwise than `make install` has it.
strip --strip-unneeded --remove-section=.comment --remove-section=.note "$root/usr/bin/deadletter"
gzip -9n "$root"/usr/share/man/man1/*.1
mkdir -p "$root/usr/share/zsh"
mv "$root/usr/share/zsh/site-functions" "$root/usr/share/zsh/vendor-completions"
rm "$doc/LICENSE"
install -m 644 data/debian/copyright "$doc"
gzip -9nc data/debian/changelog >"$doc/changelog.gz"
chmod 644 "$doc/changelog.gz"

# The control file, with the libraries that the program needs. The tools look for debian/ where they are run.
mkdir "$work/debian" "$root/DEBIAN"
cp data/debian/control data/debian/changelog "$work/debian"
cd "$work"
case $root in /*) ;; *) root=$top/$root ;; esac
dpkg-shlibdeps -Tdebian/substvars "$root/usr/bin/deadletter"
dpkg-gencontrol -Tdebian/substvars -P"$root" -fdebian/files
(cd "$root" && find usr -type f -print0 | LC_ALL=C sort -z | xargs -0 md5sum >DEBIAN/md5sums)
chmod 644 "$root/DEBIAN/control" "$root/DEBIAN/md5sums"
cd "$top"
dpkg-deb --root-owner-group --build "$root" "$package" >/dev/null
