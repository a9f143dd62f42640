#!/bin/sh
# deadletter explain as it is typed: without a database, from words or standard input, with hostile input.
. tests/cli/lib.sh
cd "$dir" || exit 1

holds() { # holds TEXT...: all in the output
	for text in "$@"; do
		grep -qF -- "$text" out || { echo "# no \"$text\"" && return 1; }
	done
}

harmless() { # stdout is UTF-8 without control bytes
	python3 -c 'import sys, unicodedata
t = open("out", encoding="utf-8").read()
sys.exit(any(unicodedata.category(c) in ("Cc", "Cf") and c != "\n" for c in t))'
}

run explain 5.1.1
[ "$code" = 0 ] && [ ! -s err ] && head -n 1 out | grep -q '^5\.1\.1  Bad destination mailbox address  permanent$' &&
	holds 'Meaning  ' 'Whose side ' 'What to do ' 'Tell them ' 'RFC 3463' && ! holds 'Evidence' >/dev/null
result $? "a code is explained"
[ -z "$(ls | grep -v -e '^out$' -e '^err$')" ]
result $? "no file is needed, and none is made"
[ "$(awk 'length > 80' out)" = "" ]
result $? "lines fit 80 columns"

run explain 550
[ "$code" = 0 ] && head -n 1 out | grep -q '^550  ' && holds 'RFC 5321'
result $? "a basic code is explained"

run explain 450
holds 'nobody: wait' && holds 'Wait for the retries'
result $? "a temporary code is explained as one of an email that is still tried"

run explain 2.6.4
head -n 1 out | grep -q '^2\.6\.4  Conversion with loss performed  success$'
result $? "a success code has its registered name"
run explain 2.1.1
head -n 1 out | grep -q '^2\.1\.1  Success  success$' && holds 'Registered as Bad destination mailbox address'
result $? "also where that is the name of a failure"

run explain 5.4.1
holds 'Useful        only as a persistent transient error, says the registry'
result $? "what the registry calls a code useful for is told"
run explain X.1.1
holds 'Useful        only as a permanent error, says the registry' && ! holds Beware >/dev/null
result $? "a code without a class has the registry's remark on it"

run explain "550 5.1.1 <bob@example.com>: no such user"
[ "$code" = 0 ] && head -n 1 out | grep -q '^550 5\.1\.1  ' && holds 'Evidence      550 5.1.1 <bob' '              ^^^ ^^^^^'
result $? "a whole reply is explained, with where its codes stand"
cp out whole
run explain 550 5.1.1 '<bob@example.com>:' no such user
cmp -s whole out
result $? "its words may come one by one"
echo '  550 5.1.1 <bob@example.com>: no such user' | "$BIN" explain - >out 2>err && cmp -s whole out &&
	echo '550 5.1.1 <bob@example.com>: no such user' | "$BIN" explain >out 2>err && cmp -s whole out
result $? "or from standard input"

run explain "450 5.1.1 try again"
[ "$code" = 0 ] && holds 'contradict'
result $? "codes that contradict each other are pointed out"
run explain "550 5.1.1 IP blacklisted"
[ "$code" = 0 ] && tr -s ' \n' ' ' <out >flat && mv flat out &&
	holds 'Beware The words say that our server or the message is taken for spam' 'but 5.1.1 says: Bad destination' &&
	! holds 'please send us your current email address' >/dev/null
result $? "words that say another thing than the code are pointed out, and the customer is told by them"
run explain "550 DMARC policy"
[ "$code" = 0 ] && holds '550 alone does not say why; the words say that the' 'Whose side    sender (us)'
result $? "a basic code that may mean anything is explained by the words"
run explain 5.77.123
[ "$code" = 0 ] && holds 'not registered'
result $? "a code in no registry is explained by what is known of it"

run explain 585
[ "$code" = 0 ] && tr -s ' \n' ' ' <out >flat && mv flat out &&
	holds '585 is in no RFC: only its first digit (permanent) tells something.' 'Defined in No RFC' &&
	! holds 'RFC 3463' >/dev/null
result $? "a basic code of no RFC is not said to be defined in one"
run explain 429
[ "$code" = 0 ] && tr -s ' \n' ' ' <out >flat && mv flat out &&
	holds '429 is in no RFC: only its first digit (temporary) and its second (the connection) tell something.'
result $? "its second digit is told where it means something"
run explain 5.9.9
[ "$code" = 0 ] && tr -s ' \n' ' ' <out >flat && mv flat out &&
	holds '5.9.9 is not registered, nor is a subject 9: only its class tells something.'
result $? "a subject that there is not is not said to be explained"

for text in "" "   "; do
	printf '%s' "$text" | "$BIN" explain >out 2>err
	[ $? = 2 ] && [ ! -s out ] && grep -q '^deadletter: .*deadletter explain --help$' err
	result $? "nothing to explain is wrong usage"
done
refuses 2 "unknown option --all; see deadletter explain --help" explain --all

printf '550 5.1.1 \033[31mred\033]0;title\007\377\302\233\342\200\256 gone\r\n' | "$BIN" explain - >out 2>err
[ $? = 0 ] && harmless && [ ! -s err ]
result $? "escapes, C1, bidi and invalid UTF-8 in the text do no harm"
head -c 100000 /dev/urandom | "$BIN" explain - >out 2>err
[ $? -le 1 ] && harmless # three digits of the noise may look like a reply
result $? "noise does no harm"
"$BIN" explain 5,1,1 >out 2>err
[ $? = 1 ] && [ ! -s out ] && [ "$(cat err)" = 'deadletter: no status is in "5,1,1"; a code looks like 550, 5.1.1 or 5.7.*' ]
result $? "what is no status is said to be none"
printf '550\0005.1.1\000' | "$BIN" explain - >out 2>err
[ $? = 0 ] && harmless
result $? "zero bytes do no harm"
head -c 1100000 /dev/zero | "$BIN" explain - >out 2>err
[ $? = 1 ] && [ ! -s out ] && [ "$(cat err)" = "deadletter: standard input is longer than 1 MiB: give one status text" ]
result $? "endless input is refused"

LC_ALL=C "$BIN" explain 'Ünreachable 550 5.4.4' >out 2>err
[ $? = 0 ] && ! LC_ALL=C grep -q '[^ -~]' out
result $? "where the terminal has only ASCII, so has the output"

if [ -e /dev/full ]; then
	"$BIN" explain 5.1.1 >/dev/full 2>err
	[ $? = 1 ] && grep -q '^deadletter: .*standard output: No space left on device$' err
	result $? "a full disk is noticed"
fi

# Every code of the catalogue, and what every field says of it.
bad=$(for code in $(cut -f1 "$OLDPWD"/data/codes/enhanced.tsv "$OLDPWD"/data/codes/basic.tsv | grep -E '^[X0-9].*[0-9]$' | sed 's/^X/5/'); do
	"$BIN" explain "$code" >out 2>err && [ ! -s err ] && holds 'Meaning  ' 'What to do ' 'Tell them ' 'Whose side ' >/dev/null &&
		[ "$(awk 'NR > 1 && length > 80' out)" = "" ] || echo "$code"
done)
[ -z "$bad" ]
result $? "every code has all its parts${bad:+: not }$(echo $bad)"
echo "1..$n"
