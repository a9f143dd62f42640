# deadletter - a terminal browser for email that did not arrive.
#
# `make run` opens the browser on a sample, `make test` runs all tests; both install what is missing. `make help` tells
# the rest: it prints what stands behind ## in this file.

ifeq ($(origin CC),default)
CC := gcc
endif
#: SAN=address,undefined  sanitizer build in a folder of its own below build/; SAN=thread likewise
SAN ?=
comma := ,
BUILD ?= build$(if $(SAN),/san-$(subst $(comma),-,$(SAN)))

#: PREFIX=/usr/local  where install and uninstall work, below DESTDIR
PREFIX ?= /usr/local
VERSION := 0.1.0

PKGS := ncursesw sqlite3 gmime-3.0 libarchive zlib liblzma json-c
CPPFLAGS += -D_GNU_SOURCE -Isrc -I$(BUILD)/gen -DDEADLETTER_VERSION='"$(VERSION)"'
WARN := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes \
        -Wformat=2 -Wvla -Wswitch-enum $(if $(WERROR),-Werror)
CFLAGS ?= -O2 -g
# Frame pointers in sanitizer builds: without them their stack traces stop half way.
SANFLAGS := $(if $(SAN),-fsanitize=$(SAN) -fno-sanitize-recover=all -fno-omit-frame-pointer)
ALL_CFLAGS = -std=gnu17 $(WARN) $(CFLAGS) $(SANFLAGS) $(shell pkg-config --cflags $(PKGS)) -pthread -MMD -MP
LIBS = $(shell pkg-config --libs $(PKGS)) -lm -pthread

LIB_SRC := $(filter-out src/main.c,$(wildcard src/*.c src/import/*.c))
GENERATED := codes_data themes_data embedded
LIB_OBJ := $(LIB_SRC:src/%.c=$(BUILD)/obj/%.o) $(GENERATED:%=$(BUILD)/obj/gen/%.o)
BIN := $(BUILD)/deadletter
LIB := $(BUILD)/libdeadletter.a
SAMPLE := $(BUILD)/sample.db
DOCS := $(patsubst data/docs/%,$(BUILD)/docs/%,$(wildcard data/docs/*))

# A short line for each step; V=1 shows the commands.
say = $(if $(V),,@printf '  %-4s %s\n' $(1) $@; )

.DELETE_ON_ERROR:
.PHONY: all run test check approve programs deps deps-dev deps-fuzz deps-lint lint lint-run format bench bench-run bench-large growth \
        growth-run deps-bench fuzz fuzz-run screenshots soak soak-run install uninstall deb deb-run deps-deb clean help

all: $(BIN) $(SAMPLE) $(DOCS) ## build the program and the sample below build/ (the default)

run: deps ## install what is missing, build, open the browser on the sample
	@$(MAKE) --no-print-directory all
	@$(BIN) demo

# ---- what must be installed -------------------------------------------------------------------------------------

DEPS := gcc make pkg-config libncurses-dev libsqlite3-dev libgmime-3.0-dev libarchive-dev zlib1g-dev \
        liblzma-dev libjson-c-dev
DEPS_DEV := $(DEPS) libcmocka-dev libvterm-dev sqlite3 python3 mandoc zsh xz-utils zstd bzip2
DEPS_FUZZ := $(DEPS) clang libclang-rt-14-dev
DEPS_LINT := $(DEPS_DEV) clang-format clang-tidy cppcheck

deps: ## install what the program needs
	@sh src/tools/deps.sh $(DEPS)

deps-dev: ## install what the tests need besides
	@sh src/tools/deps.sh $(DEPS_DEV)

deps-fuzz:
	@sh src/tools/deps.sh $(DEPS_FUZZ)

deps-bench:
	@sh src/tools/deps.sh $(DEPS_DEV) pflogsumm libsisimai-perl

deps-lint:
	@sh src/tools/deps.sh $(DEPS_LINT)

# ---- the program ------------------------------------------------------------------------------------------------

$(BIN): $(BUILD)/obj/main.o $(LIB)
	$(call say,CC)$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

# The sample as tests and screenshots see it: its last moment is 2026-11-23T12:00:00Z.
$(SAMPLE): $(BIN)
	@rm -f $@
	$(call say,GEN)DEADLETTER_NOW=1795435200 $(BIN) demo -o $@

$(LIB): $(LIB_OBJ)
	@rm -f $@
	$(call say,AR)$(AR) rcs $@ $^

$(BUILD)/obj/%.o: src/%.c
	@mkdir -p $(@D)
	$(call say,CC)$(CC) $(CPPFLAGS) $(ALL_CFLAGS) -c -o $@ $<

$(BUILD)/obj/gen/%.o: $(BUILD)/gen/%.c
	@mkdir -p $(@D)
	$(call say,CC)$(CC) $(CPPFLAGS) $(ALL_CFLAGS) -c -o $@ $<

# Tables and texts in data/ become C by small host tools; a wrong row fails the build at file:line.
CODE_TABLES := data/codes/classes.tsv data/codes/subjects.tsv data/codes/enhanced.tsv data/codes/basic.tsv \
               data/codes/special.tsv data/codes/providers.tsv
DEFAULT_THEME := data/themes/dark.tsv
THEMES := $(DEFAULT_THEME) $(filter-out $(DEFAULT_THEME),$(sort $(wildcard data/themes/*.tsv)))
EMBEDDED := data/schema.sql $(sort $(wildcard data/sample/*))

$(BUILD)/tools/%: src/tools/%.c src/tools/tsv.c src/base.c src/base_clock.c src/record.c src/theme_role.c
	@mkdir -p $(@D)
	$(call say,CC)$(CC) $(CPPFLAGS) -std=gnu17 $(WARN) -O1 -g -o $@ $^

$(BUILD)/gen/codes_data.c: $(BUILD)/tools/gen_codes $(CODE_TABLES)
	@mkdir -p $(@D)
	$(call say,GEN)$(BUILD)/tools/gen_codes $(CODE_TABLES) > $@

$(BUILD)/gen/themes_data.c: $(BUILD)/tools/gen_themes $(THEMES)
	@mkdir -p $(@D)
	$(call say,GEN)$(BUILD)/tools/gen_themes $(THEMES) > $@

$(BUILD)/gen/embedded.c: $(BUILD)/tools/embed $(EMBEDDED)
	@mkdir -p $(@D)
	$(call say,GEN)$(BUILD)/tools/embed $(EMBEDDED) > $@

# ---- the manual and the completions of shells ---------------------------------------------------------------------

# When this version was made: the date of the manual, and of the files in a package.
SOURCE_DATE_EPOCH ?= $(shell date -d "$$(sed -n '/^ -- /{s/.*>  //p;q}' data/debian/changelog)" +%s)
export SOURCE_DATE_EPOCH

$(BUILD)/tools/gen_docs: $(wildcard src/tools/gen_docs*.c) src/tools/gen_docs.h $(LIB)
	@mkdir -p $(@D)
	$(call say,CC)$(CC) $(CPPFLAGS) $(ALL_CFLAGS) -MF $@.d -o $@ $(filter %.c %.a,$^) $(LIBS)

$(BUILD)/docs/%: data/docs/% $(BUILD)/tools/gen_docs
	@mkdir -p $(@D)
	$(call say,GEN)$(BUILD)/tools/gen_docs $< > $@

# ---- tests ------------------------------------------------------------------------------------------------------
# Each test program prints TAP; tests/run.sh runs them all and ends with "N passed, N failed".

UNIT := $(patsubst tests/%.c,$(BUILD)/tests/%,$(wildcard tests/unit/test_*.c tests/store/test_*.c))
CLI := tests/check_includes.sh $(wildcard tests/cli/test_*.sh)
SCREEN := $(if $(wildcard tests/screen/*.c),$(BUILD)/tests/screen/screen)

$(BUILD)/tests/%: tests/%.c $(LIB)
	@mkdir -p $(@D)
	$(call say,CC)$(CC) $(CPPFLAGS) -Itests $(ALL_CFLAGS) -MF $@.d -o $@ $< $(LIB) -lcmocka $(LIBS)

$(SCREEN): $(wildcard tests/screen/*.c) $(LIB)
	@mkdir -p $(@D)
	$(call say,CC)$(CC) $(CPPFLAGS) -Itests $(ALL_CFLAGS) -MF $@.d -o $@ $(filter %.c %.a,$^) -lvterm -lutil $(LIBS)

# Long tests, whose short form is among the others; SOAK=full is set by the target soak.
SOAK_PARTS := tests/screen/pty.c tests/screen/golden.c tests/soak/hostile.c
SOAKS := $(patsubst tests/%.c,$(BUILD)/tests/%,$(filter-out $(SOAK_PARTS),$(wildcard tests/soak/*.c))) \
         $(filter-out tests/soak/soak.py,$(wildcard tests/soak/*.py))
PRELOAD := $(BUILD)/tests/preload/fault.so

$(BUILD)/tests/soak/%: tests/soak/%.c $(SOAK_PARTS) $(LIB)
	@mkdir -p $(@D)
	$(call say,CC)$(CC) $(CPPFLAGS) -Itests -Itests/screen $(ALL_CFLAGS) -MF $@.d -o $@ $(filter %.c %.a,$^) -lvterm -lutil $(LIBS)

$(PRELOAD): tests/preload/fault.c
	@mkdir -p $(@D)
	$(call say,CC)$(CC) $(CPPFLAGS) -std=gnu17 $(WARN) -O2 -g -fPIC -shared -o $@ $<

test: deps-dev ## install what is missing, build, run all tests
	@$(MAKE) --no-print-directory check

#: ONLY=part  for test, check and fuzz: just those whose name holds it
check: $(BIN) $(SAMPLE) $(DOCS) programs ## the tests alone, for those who have everything
	@BIN=$(abspath $(BIN)) BUILD=$(abspath $(BUILD)) sh tests/run.sh $(UNIT) $(CLI) $(SCREEN) $(SOAKS)

DEPS_SOAK := $(DEPS_DEV) libreoffice-calc-nogui

soak: ## the long tests at full length, minutes to hours; tests/README.md tells their figures
	@sh src/tools/deps.sh $(DEPS_SOAK)
	@$(MAKE) --no-print-directory soak-run

# Some are for a sanitizer.
SOAK_SAN := $(BUILD)/san-address-undefined
SOAK_TSAN := $(BUILD)/san-thread
IN_SAN := $(BUILD)/tests/soak/corrupt $(BUILD)/tests/soak/input
IN_TSAN := $(BUILD)/tests/soak/worker
soak-run: $(BIN) $(SAMPLE) programs
	@$(MAKE) --no-print-directory SAN=address,undefined $(SOAK_SAN)/deadletter $(IN_SAN:$(BUILD)/%=$(SOAK_SAN)/%)
	@$(MAKE) --no-print-directory SAN=thread $(IN_TSAN:$(BUILD)/%=$(SOAK_TSAN)/%)
	@BIN=$(abspath $(BIN)) BUILD=$(abspath $(BUILD)) SAN_BIN=$(abspath $(SOAK_SAN)/deadletter) SOAK=$(or $(SOAK),full) \
		sh tests/run.sh $(filter-out $(IN_SAN) $(IN_TSAN),$(SOAKS)) $(IN_SAN:$(BUILD)/%=$(SOAK_SAN)/%) \
		$(IN_TSAN:$(BUILD)/%=$(SOAK_TSAN)/%)

programs: $(UNIT) $(SCREEN) $(filter $(BUILD)/%,$(SOAKS)) $(PRELOAD) $(BUILD)/tools/gen_log

approve: $(BIN) $(SAMPLE) $(SCREEN) ## take the screens as they are now for the goldens of tests/screen; read the difference
	@BIN=$(abspath $(BIN)) BUILD=$(abspath $(BUILD)) APPROVE=1 $(SCREEN) | grep -v '^ok' ; git status --short tests/screen

# ---- pictures ---------------------------------------------------------------------------------------------------

DEPS_SHOTS := $(DEPS_DEV) xvfb xterm imagemagick fonts-dejavu-core fonts-droid-fallback fonts-unifont

#: MATRIX=1  for screenshots: every main state in four sizes, dark, light and without colour, to build/screenshots/
screenshots: ## render the real program to screenshots/
	@sh src/tools/deps.sh $(DEPS_SHOTS)
	@$(MAKE) --no-print-directory all $(SCREEN)
	@BIN=$(abspath $(BIN)) BUILD=$(abspath $(BUILD)) SCREEN=$(abspath $(SCREEN)) sh src/tools/screenshots.sh $(if $(MATRIX),$(BUILD)/screenshots matrix,screenshots)

# ---- lint ------------------------------------------------------------------------------------------------------

SOURCES = $(wildcard src/*.[ch] src/*/*.[ch] tests/*/*.[ch])

lint: deps-lint ## format, warnings as errors, layers, cppcheck, clang-tidy
	@$(MAKE) --no-print-directory lint-run

lint-run:
	@clang-format --dry-run -Werror $(SOURCES)
	sh tests/check_includes.sh
	@$(MAKE) --no-print-directory BUILD=build/lint WERROR=1 CFLAGS='-O2' all programs
	cppcheck --quiet --std=c11 --enable=warning,performance,portability --inline-suppr --error-exitcode=1 \
		--library=posix --library=tests/cppcheck.cfg --suppress=missingIncludeSystem --suppress=readdirCalled \
		--suppress=autovarInvalidDeallocation -Isrc $(CPPFLAGS) src
	@printf '%s\n' $(filter src/%.c,$(SOURCES)) | xargs -P $$(nproc) -I {} \
		clang-tidy --quiet {} -- -std=gnu17 $(CPPFLAGS) $(shell pkg-config --cflags $(PKGS)) -Ibuild/lint/gen 2>/dev/null

format: deps-lint ## bring the sources into form
	@clang-format -i $(SOURCES)

# ---- fuzzing ----------------------------------------------------------------------------------------------------
# Every tests/fuzz/fuzz_NAME.c runs on its seeds; what it finds besides is kept in build/fuzz/corpus.

FUZZ_CC ?= clang
#: FUZZ_SECONDS=30  how long each fuzzer runs
FUZZ_SECONDS ?= 30
FUZZ_DIR := $(BUILD)/fuzz
FUZZ_SAN := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
FUZZ_CFLAGS = -std=gnu17 $(WARN) -O1 -g $(FUZZ_SAN) $(shell pkg-config --cflags $(PKGS)) -pthread -MMD -MP
FUZZ_OBJ := $(LIB_OBJ:$(BUILD)/obj/%=$(FUZZ_DIR)/obj/%)
FUZZERS := $(patsubst tests/fuzz/%.c,$(FUZZ_DIR)/%,$(wildcard tests/fuzz/fuzz_*.c))

$(FUZZ_DIR)/obj/%.o: src/%.c
	@mkdir -p $(@D)
	$(call say,CC)$(FUZZ_CC) $(CPPFLAGS) $(FUZZ_CFLAGS) -fsanitize=fuzzer-no-link -c -o $@ $<

$(FUZZ_DIR)/obj/gen/%.o: $(BUILD)/gen/%.c
	@mkdir -p $(@D)
	$(call say,CC)$(FUZZ_CC) $(CPPFLAGS) $(FUZZ_CFLAGS) -fsanitize=fuzzer-no-link -c -o $@ $<

$(FUZZ_DIR)/libdeadletter.a: $(FUZZ_OBJ)
	@rm -f $@
	$(call say,AR)$(AR) rcs $@ $^

$(FUZZ_DIR)/fuzz_%: tests/fuzz/fuzz_%.c $(FUZZ_DIR)/libdeadletter.a
	$(call say,CC)$(FUZZ_CC) $(CPPFLAGS) $(FUZZ_CFLAGS) -MF $@.d -fsanitize=fuzzer -o $@ $< $(FUZZ_DIR)/libdeadletter.a $(LIBS)

fuzz: deps-fuzz ## run every fuzzer for FUZZ_SECONDS
	@$(MAKE) --no-print-directory fuzz-run

fuzz-run: $(FUZZERS)
	@FUZZ_SECONDS=$(FUZZ_SECONDS) sh tests/fuzz/run.sh $(FUZZ_DIR) $(FUZZERS)

# ---- bench ------------------------------------------------------------------------------------------------------
# Figures beside those of peers on the same files; nothing is asserted.

#: BENCH_ROWS=1000000  tracked emails, and lines of log, that bench makes
BENCH_ROWS ?= 1000000
BENCH := $(BUILD)/bench
GROWTH_ROWS := 100000 1000000 10000000

# Not anew for each change of the program: ten million take a while.
$(BENCH)/rows-%.db: tests/bench/gen_rows.c data/schema.sql | $(BUILD)/tests/bench/gen_rows
	@mkdir -p $(@D)
	@rm -f $@ $@.part
	$(BUILD)/tests/bench/gen_rows $@.part $*
	@mv $@.part $@

.SECONDARY: $(BUILD)/tools/gen_log
$(BENCH)/mail-%.log: $(BUILD)/tools/gen_log
	@mkdir -p $(@D)
	$(call say,GEN)$(BUILD)/tools/gen_log $* > $@

$(BENCH)/mails-%.mbox: tests/bench/gen_mails.py
	@mkdir -p $(@D)
	$(call say,GEN)python3 $< $* > $@

bench: deps-bench ## measure start, keys, filters, export, import and memory beside peers
	@$(MAKE) --no-print-directory bench-run

bench-large: ## the same with ten million rows
	@$(MAKE) --no-print-directory bench BENCH_ROWS=10000000

bench-run: $(BIN) $(BUILD)/tests/bench/ask $(BENCH)/rows-$(BENCH_ROWS).db $(BENCH)/mail-$(BENCH_ROWS).log $(BENCH)/mails-10000.mbox
	@python3 tests/bench/bench.py $^ $(BENCH)

# How each question's cost grows with the table, and a picture of it.
growth: ## measure each question at 100 thousand, 1 and 10 million rows: a table, and screenshots/growth.png
	@sh src/tools/deps.sh $(DEPS_DEV) imagemagick fonts-dejavu-core
	@$(MAKE) --no-print-directory growth-run

growth-run: $(BUILD)/tests/bench/ask $(GROWTH_ROWS:%=$(BENCH)/rows-%.db)
	@TZ=Europe/Berlin python3 tests/bench/growth.py $< $(BENCH)/growth.svg $(foreach n,$(GROWTH_ROWS),$(n)=$(BENCH)/rows-$(n).db)
	@convert -density 96 $(BENCH)/growth.svg screenshots/growth.png

# ---- installing --------------------------------------------------------------------------------------------------

# FILE:PLACE for each file, the place below PREFIX.
INSTALLED := \
	$(BUILD)/docs/deadletter.1:share/man/man1/deadletter.1 \
	$(BUILD)/docs/deadletter.bash:share/bash-completion/completions/deadletter \
	$(BUILD)/docs/_deadletter:share/zsh/site-functions/_deadletter \
	$(BUILD)/docs/deadletter.fish:share/fish/vendor_completions.d/deadletter.fish \
	README.md:share/doc/deadletter/README.md \
	LICENSE:share/doc/deadletter/LICENSE
PLACES := $(foreach f,$(INSTALLED),$(lastword $(subst :, ,$(f))))
AT = $(DESTDIR)$(PREFIX)

install: $(BIN) $(DOCS) ## install the program, its manual, completions and licence
	install -D -m 755 $(BIN) $(AT)/bin/deadletter
	@for f in $(INSTALLED); do \
		echo "install -D -m 644 $${f%:*} $(AT)/$${f#*:}" && install -D -m 644 "$${f%:*}" "$(AT)/$${f#*:}" || exit; \
	done

# Of folders only the program's own goes: the system has made others, empty as they may be. In a staging area they all go.
uninstall: ## take them away again
	rm -f $(AT)/bin/deadletter $(PLACES:%=$(AT)/%)
	@$(if $(DESTDIR),(cd $(DESTDIR) && rmdir -p --ignore-fail-on-non-empty \
		$(patsubst /%,%,$(sort $(dir $(addprefix $(PREFIX)/,bin/ $(PLACES)))))),rmdir $(AT)/share/doc/deadletter) \
		2>/dev/null || :

DEB := $(BUILD)/deadletter_$(VERSION)_$(shell dpkg --print-architecture 2>/dev/null).deb
DEPS_DEB := $(DEPS) dpkg-dev lintian

deb: deps-deb ## build a Debian package below build/, and check it
	@$(MAKE) --no-print-directory deb-run

deps-deb:
	@sh src/tools/deps.sh $(DEPS_DEB)

deb-run: $(DEB) $(BIN) $(DOCS)
	lintian -EvIL +pedantic --fail-on error,warning $<
	@DEB=$(abspath $<) BIN=$(abspath $(BIN)) BUILD=$(abspath $(BUILD)) sh tests/run.sh tests/deb/test_package.sh

# Built anew with Debian's flags.
DEB_FLAGS = DEB_BUILD_MAINT_OPTIONS=hardening=+all dpkg-buildflags --get
$(DEB): $(LIB_SRC) src/main.c $(wildcard src/*.h src/*/*.h data/*/* src/tools/*) README.md LICENSE Makefile
	@rm -rf $(BUILD)/deb/root
	@CPPFLAGS="$$($(DEB_FLAGS) CPPFLAGS)" CFLAGS="$$($(DEB_FLAGS) CFLAGS)" LDFLAGS="$$($(DEB_FLAGS) LDFLAGS)" \
		$(MAKE) --no-print-directory BUILD=$(BUILD)/deb DESTDIR=$(BUILD)/deb/root PREFIX=/usr install
	$(call say,DEB)sh src/tools/deb.sh $(BUILD)/deb/root $@

-include $(shell test -d $(BUILD) && find $(BUILD) -name '*.d' -type f)

clean: ## remove build/
	rm -rf build

help: ## this text
	@echo 'deadletter $(VERSION) - a terminal browser for email that did not arrive'
	@echo
	@sed -nE 's/^([a-z][a-z-]*):[^#]*## (.*)/  make \1\t\2/p' Makefile | expand -t 22
	@echo
	@sed -nE 's/^#: ([^ ]+)  (.*)/  \1\t\2/p' Makefile | expand -t 28
