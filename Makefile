# deadletter - a terminal browser for email that did not arrive.
#
#   make run     install what is missing, build, open the browser on the sample
#   make test    install what is missing, build, run all tests
#   make help    the rest
#
# SAN=address,undefined or SAN=thread gives a sanitizer build in a folder of its own below build/.

ifeq ($(origin CC),default)
CC := gcc
endif
SAN ?=
comma := ,
BUILD ?= build$(if $(SAN),/san-$(subst $(comma),-,$(SAN)))

PREFIX ?= /usr/local
VERSION := 0.1.0

PKGS := ncursesw sqlite3
CPPFLAGS += -D_GNU_SOURCE -Isrc -I$(BUILD)/gen -DDEADLETTER_VERSION='"$(VERSION)"'
WARN := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes \
        -Wformat=2 -Wvla -Wswitch-enum $(if $(WERROR),-Werror)
CFLAGS ?= -O2 -g
# Frame pointers in sanitizer builds: without them their stack traces stop half way.
SANFLAGS := $(if $(SAN),-fsanitize=$(SAN) -fno-sanitize-recover=all -fno-omit-frame-pointer)
ALL_CFLAGS = -std=gnu17 $(WARN) $(CFLAGS) $(SANFLAGS) $(shell pkg-config --cflags $(PKGS)) -pthread -MMD -MP
LIBS = $(shell pkg-config --libs $(PKGS)) -lm -pthread

LIB_SRC := $(filter-out src/main.c,$(wildcard src/*.c src/import/*.c))
LIB_OBJ := $(LIB_SRC:src/%.c=$(BUILD)/obj/%.o) $(BUILD)/obj/gen/codes_data.o $(BUILD)/obj/gen/embedded.o
BIN := $(BUILD)/deadletter
LIB := $(BUILD)/libdeadletter.a

.DELETE_ON_ERROR:
.PHONY: all run test check deps deps-dev deps-fuzz lint format bench bench-large fuzz fuzz-run screenshots soak install uninstall clean help

all: $(BIN)

run: deps
	@$(MAKE) --no-print-directory all
	@$(BIN) demo

# ---- what must be installed -------------------------------------------------------------------------------------

DEPS := gcc make pkg-config libncurses-dev libsqlite3-dev
DEPS_DEV := $(DEPS) libcmocka-dev libvterm-dev sqlite3 python3
DEPS_FUZZ := $(DEPS) clang libclang-rt-14-dev

deps:
	@sh src/tools/deps.sh $(DEPS)

deps-dev:
	@sh src/tools/deps.sh $(DEPS_DEV)

deps-fuzz:
	@sh src/tools/deps.sh $(DEPS_FUZZ)

# ---- the program ------------------------------------------------------------------------------------------------

$(BIN): $(BUILD)/obj/main.o $(LIB)
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

$(LIB): $(LIB_OBJ)
	@rm -f $@
	$(AR) rcs $@ $^

$(BUILD)/obj/%.o: src/%.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(ALL_CFLAGS) -c -o $@ $<

$(BUILD)/obj/gen/%.o: $(BUILD)/gen/%.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(ALL_CFLAGS) -c -o $@ $<

# Tables and texts in data/ become C by two small host tools; a wrong row fails the build at file:line.
CODE_TABLES := data/codes/classes.tsv data/codes/subjects.tsv data/codes/enhanced.tsv data/codes/basic.tsv \
               data/codes/special.tsv data/codes/providers.tsv
EMBEDDED := data/schema.sql $(sort $(wildcard data/sample/*))

$(BUILD)/tools/%: src/tools/%.c src/base.c src/record.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) -std=gnu17 $(WARN) -O1 -g -o $@ $^

$(BUILD)/gen/codes_data.c: $(BUILD)/tools/gen_codes $(CODE_TABLES)
	@mkdir -p $(@D)
	$(BUILD)/tools/gen_codes $(CODE_TABLES) > $@

$(BUILD)/gen/embedded.c: $(BUILD)/tools/embed $(EMBEDDED)
	@mkdir -p $(@D)
	$(BUILD)/tools/embed $(EMBEDDED) > $@

# ---- tests ------------------------------------------------------------------------------------------------------
# Each test program prints TAP; tests/run.sh runs them all and ends with "N passed, N failed".

UNIT := $(patsubst tests/%.c,$(BUILD)/tests/%,$(wildcard tests/unit/test_*.c tests/store/test_*.c))
CLI := $(wildcard tests/cli/test_*.sh)
SCREEN := $(BUILD)/tests/screen/screen

$(BUILD)/tests/%: tests/%.c $(LIB)
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) -Itests $(ALL_CFLAGS) -MF $@.d -o $@ $< $(LIB) -lcmocka $(LIBS)

$(SCREEN): $(wildcard tests/screen/*.c) $(LIB)
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) -Itests $(ALL_CFLAGS) -MF $@.d -o $@ $(filter %.c %.a,$^) -lvterm -lutil $(LIBS)

test: deps-dev
	@$(MAKE) --no-print-directory check

# The tests alone, for those who have everything.  ONLY=part of a name picks some.
check: $(BIN) $(UNIT) $(SCREEN)
	@BIN=$(abspath $(BIN)) BUILD=$(abspath $(BUILD)) sh tests/run.sh $(UNIT) $(CLI) $(SCREEN)

# ---- fuzzing ----------------------------------------------------------------------------------------------------
# Every tests/fuzz/fuzz_NAME.c runs for FUZZ_SECONDS on its seeds; what it finds besides is kept in build/fuzz/corpus.
# ONLY=NAME runs one.

FUZZ_CC ?= clang
FUZZ_SECONDS ?= 30
FUZZ_DIR := $(BUILD)/fuzz
FUZZ_SAN := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
FUZZ_CFLAGS = -std=gnu17 $(WARN) -O1 -g $(FUZZ_SAN) $(shell pkg-config --cflags $(PKGS)) -pthread -MMD -MP
FUZZ_OBJ := $(LIB_OBJ:$(BUILD)/obj/%=$(FUZZ_DIR)/obj/%)
FUZZERS := $(patsubst tests/fuzz/%.c,$(FUZZ_DIR)/%,$(wildcard tests/fuzz/fuzz_*.c))

$(FUZZ_DIR)/obj/%.o: src/%.c
	@mkdir -p $(@D)
	$(FUZZ_CC) $(CPPFLAGS) $(FUZZ_CFLAGS) -fsanitize=fuzzer-no-link -c -o $@ $<

$(FUZZ_DIR)/obj/gen/%.o: $(BUILD)/gen/%.c
	@mkdir -p $(@D)
	$(FUZZ_CC) $(CPPFLAGS) $(FUZZ_CFLAGS) -fsanitize=fuzzer-no-link -c -o $@ $<

$(FUZZ_DIR)/libdeadletter.a: $(FUZZ_OBJ)
	@rm -f $@
	$(AR) rcs $@ $^

$(FUZZ_DIR)/fuzz_%: tests/fuzz/fuzz_%.c $(FUZZ_DIR)/libdeadletter.a
	$(FUZZ_CC) $(CPPFLAGS) $(FUZZ_CFLAGS) -MF $@.d -fsanitize=fuzzer -o $@ $< $(FUZZ_DIR)/libdeadletter.a $(LIBS)

fuzz: deps-fuzz
	@$(MAKE) --no-print-directory fuzz-run

fuzz-run: $(FUZZERS)
	@FUZZ_SECONDS=$(FUZZ_SECONDS) sh tests/fuzz/run.sh $(FUZZ_DIR) $(FUZZERS)

-include $(shell test -d $(BUILD) && find $(BUILD) -name '*.d')

clean:
	rm -rf build

help:
	@sed -n 's/^#   //p' Makefile
	@echo "make all | check ONLY=name | deps | deps-dev | bench | lint | format | fuzz | screenshots | clean"
