#!/bin/sh
# What is in the Debian package, told without installing it. DEB is its file.
. tests/cli/lib.sh
root=$dir/root
mkdir "$root"
dpkg-deb --extract "$DEB" "$root" && dpkg-deb --control "$DEB" "$dir/control"
result $? "the package can be unpacked"

# The names in it, and whose they are.
dpkg-deb --fsys-tarfile "$DEB" | tar -t | grep -v '/$' | LC_ALL=C sort >"$dir/got"
cat >"$dir/want" <<'END'
./usr/bin/deadletter
./usr/share/bash-completion/completions/deadletter
./usr/share/doc/deadletter/README.md
./usr/share/doc/deadletter/changelog.gz
./usr/share/doc/deadletter/copyright
./usr/share/fish/vendor_completions.d/deadletter.fish
./usr/share/man/man1/deadletter.1.gz
./usr/share/zsh/vendor-completions/_deadletter
END
diff "$dir/want" "$dir/got" | sed 's/^/# /'
cmp -s "$dir/want" "$dir/got"
result $? "it holds the program, its manual and completions, and nothing else"
[ -z "$(dpkg-deb --fsys-tarfile "$DEB" | tar -tv --numeric-owner | grep -v ' 0/0 ')" ] &&
	[ -z "$(find "$root" -type d ! -perm 755)$(find "$root" -type f ! -perm 644 ! -path '*/bin/*')" ]
result $? "all is root's, and all may read it"
(cd "$root" && md5sum --quiet -c "$dir/control/md5sums") && [ "$(wc -l <"$dir/control/md5sums")" = "$(wc -l <"$dir/want")" ]
result $? "each file has its checksum"

field() {
	dpkg-deb --field "$DEB" "$1"
}

version=$("$root/usr/bin/deadletter" --version | cut -d ' ' -f 2)
[ "$(field Version)" = "$version" ] && [ "$(field Package)" = deadletter ] &&
	zcat "$root/usr/share/doc/deadletter/changelog.gz" | head -n 1 | grep -qF "deadletter ($version) "
result $? "package, program and changelog are of one version"
for library in libc6 libncursesw6 libtinfo6 libsqlite3-0 libarchive13 zlib1g liblzma5; do
	field Depends | grep -q "$library (>= "
	result $? "it depends on $library"
done
! field Depends | tr ',' '\n' | grep -vE '^ ?z?lib'
result $? "and on nothing but libraries"
(cd data/debian && sed -n '/^ Permission/,$s/^ //p' copyright | sed 's/^\.$//') >"$dir/terms"
sed -n '/^Permission/,$p' LICENSE | cmp -s - "$dir/terms"
result $? "the terms are those of the licence"
zcat "$root/usr/share/man/man1/deadletter.1.gz" | cmp -s - "$BUILD/docs/deadletter.1"
result $? "the manual is the one that was built"
! readelf -S "$root/usr/bin/deadletter" | grep -qE '\.(symtab|debug_info)'
result $? "the program is stripped"
readelf -hd "$root/usr/bin/deadletter" >"$dir/elf"
grep -q 'Type:.*DYN' "$dir/elf" && grep -q 'BIND_NOW' "$dir/elf" && grep -q 'PIE' "$dir/elf" &&
	! strings -a "$root/usr/bin/deadletter" | grep -qF "$PWD"
result $? "it is position-independent, bound at its start, and does not say where it was built"
"$root/usr/bin/deadletter" demo -o "$db" && "$root/usr/bin/deadletter" summary "$db" >"$dir/out"
[ $? = 0 ] && grep -q '^All failures' "$dir/out"
result $? "it runs"
echo "1..$n"
