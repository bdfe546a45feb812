# votesim. `make run` and `make test` work by themselves from a fresh clone on
# Debian 12; `make help` lists every target.
#
# Each configuration has a build folder of its own, so that many live side by
# side: make BUILD=build/clang-O0 CC=clang OPT=-O0 build/clang-O0/votesim

CC = gcc
AR = ar
OPT = -O2
# The program is optimised as a whole; tests link the same objects without that.
LTO = $(if $(filter gcc-O2,$(CC)$(OPT)),-flto=auto -ffat-lto-objects)
PYTHON = /usr/bin/python3
BUILD = build
CFLAGS = -g -Wall -Wextra -Wconversion -Wshadow -Werror
LDFLAGS =
CPPFLAGS =
YAML_LIB = $(if $(shell grep -ls libfyaml.h sim/scenario/*.c),-lfyaml,-lyaml)
LDLIBS = $(YAML_LIB)
FUZZ_SECONDS = 60
TRUTH = $(wildcard harness/truth/*.jsonl)
JOBS = $(shell nproc)
# make V=1 shows the commands.
say = $(if $(V),,@echo '  $1	$@'; )

COMPILE = $(CC) -std=c17 -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 $(OPT) $(LTO) $(CFLAGS) -I. $(CPPFLAGS)
PROGRAM = $(if $(filter build,$(BUILD)),votesim,$(BUILD)/votesim)

# ---- what is there ------------------------------------------------------------
# NAME_test.c is a cmocka program, fuzz_NAME.c a libFuzzer one, bench_NAME.c a
# program that measures, fake_NAME.c support for tests; the rest is the library.

SOURCES = $(sort $(shell find core sim -name '*.c'))
TESTS   = $(filter %_test.c,$(SOURCES))
FUZZERS = $(foreach s,$(SOURCES),$(if $(filter fuzz_%,$(notdir $s)),$s))
BENCHES = $(foreach s,$(SOURCES),$(if $(filter bench_%,$(notdir $s)),$s))
FAKES   = $(foreach s,$(SOURCES),$(if $(filter fake_%,$(notdir $s)),$s))
LIBRARY = $(filter-out $(TESTS) $(FUZZERS) $(BENCHES) $(FAKES) sim/main.c,$(SOURCES))
CORE    = $(filter core/%,$(LIBRARY))
SIM     = $(filter sim/%,$(LIBRARY))

objects = $(patsubst %.c,$(BUILD)/%.o,$1)
TEST_PROGRAMS  = $(patsubst %.c,$(BUILD)/%,$(TESTS))
FUZZ_PROGRAMS  = $(patsubst %.c,$(BUILD)/fuzz/%,$(FUZZERS))
BENCH_PROGRAMS = $(patsubst %.c,$(BUILD)/%,$(notdir $(BENCHES)))
LIBRARIES = $(BUILD)/libvotesim.a $(BUILD)/libvotequorum_core.a

# ---- building -----------------------------------------------------------------

all: $(PROGRAM)  ## build ./votesim

$(PROGRAM): $(BUILD)/sim/main.o $(LIBRARIES)
	$(call say,LINK)$(CC) $(OPT) $(LTO) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)

$(BUILD)/libvotequorum_core.a: $(call objects,$(CORE))
$(BUILD)/libvotesim.a: $(call objects,$(SIM))
$(BUILD)/libfakes.a: $(call objects,$(FAKES))
$(BUILD)/%.a: $(BUILD)/members
	@rm -f $@
	$(call say,AR)$(if $(LTO),gcc-ar,$(AR)) rcs $@ $(filter %.o,$^)

$(BUILD)/%.o: %.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(call say,CC)$(COMPILE) -MMD -MP -c -o $@ $<

# They have the templates of HTML pages in them.
$(BUILD)/sim/report/html.o: reports/html/dist/report.html
$(BUILD)/sim/coverage/write.o: reports/coverage/coverage.html

# A core test links the core alone: nothing in core/ may need the simulator.
$(BUILD)/core/%_test: $(BUILD)/core/%_test.o $(BUILD)/libfakes.a $(BUILD)/libvotequorum_core.a
	$(call say,LINK)$(CC) $(OPT) $(CFLAGS) $(LDFLAGS) -o $@ $^ -lcmocka
$(BUILD)/sim/%_test: $(BUILD)/sim/%_test.o $(BUILD)/libfakes.a $(LIBRARIES)
	$(call say,LINK)$(CC) $(OPT) $(CFLAGS) $(LDFLAGS) -o $@ $^ -lcmocka $(LDLIBS)

$(BENCH_PROGRAMS): $(BUILD)/%: $(BUILD)/sim/world/%.o $(LIBRARIES)
	$(call say,LINK)$(CC) $(OPT) $(LTO) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)

# Changed flags rebuild objects, files that came or went rebuild the libraries.
$(BUILD)/flags: STAMP = $(COMPILE)
$(BUILD)/members: STAMP = $(LIBRARY) $(FAKES)
$(BUILD)/flags $(BUILD)/members: FORCE
	@mkdir -p $(@D)
	@echo '$(STAMP)' | cmp -s - $@ || echo '$(STAMP)' > $@

test-programs: $(TEST_PROGRAMS)
bench-programs: $(BENCH_PROGRAMS)
yaml-lib:
	@echo $(YAML_LIB)

# Fuzzers are built with clang and all its sanitizers, libraries included.
FUZZ_FLAGS = -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all
$(FUZZ_PROGRAMS): $(BUILD)/fuzz/%: FORCE
	@$(MAKE) --no-print-directory BUILD=$(BUILD)/fuzz CC=clang OPT=-O1 \
		CFLAGS='$(CFLAGS) $(FUZZ_FLAGS)' fuzz-link FUZZER=$*
fuzz-programs: $(FUZZ_PROGRAMS)
ifdef FUZZER
fuzz-link: $(BUILD)/$(FUZZER)
$(BUILD)/$(FUZZER): $(BUILD)/$(FUZZER).o $(BUILD)/libfakes.a $(LIBRARIES)
	$(call say,LINK)$(CC) $(OPT) $(CFLAGS) -fsanitize=fuzzer,address,undefined -o $@ $^ $(LDLIBS)
endif

# ---- what people call ---------------------------------------------------------

run:  ## install what is missing, build, run the whole scenario library
	@harness/setup.sh run
	@$(MAKE) --no-print-directory -j$(JOBS) all
	./votesim run -j $(JOBS) scenarios/

test:  ## install what is missing, run every test
	@harness/setup.sh run test
	@harness/npm.sh
	@$(MAKE) --no-print-directory -j$(JOBS) all test-programs
	$(PYTHON) -m pytest -n $(JOBS) harness

check-format:  ## is every C file as .clang-format would have it?
	@harness/setup.sh format
	clang-format --dry-run --Werror $(SOURCES) $(sort $(shell find core sim -name '*.h') $(wildcard harness/live/*.[ch]))

REPORT = reports/html
report-template:  ## build the template of the HTML report anew, with npm
	@harness/setup.sh npm
	@harness/npm.sh $(REPORT)
	cd $(REPORT) && npm run --silent check && npm run --silent build

test-report:  ## the HTML report in a browser
	@harness/setup.sh run test report
	@$(MAKE) --no-print-directory -j$(JOBS) all
	@harness/npm.sh $(REPORT)
	$(PYTHON) -m pytest -q harness/test_html.py

report-screenshots:  ## the HTML report's screenshots anew: look at each before it is committed
	@harness/setup.sh run test screenshots
	@harness/npm.sh $(REPORT)
	@$(MAKE) --no-print-directory -j$(JOBS) all
	VOTESIM_SCREENSHOTS=renew $(PYTHON) -m pytest -q harness/test_html.py -k in_a_browser
	pngquant --force --ext .png --nofs 48 $(REPORT)/screenshots/*.png

coverage:  ## lines and branches, and what the scenarios cover: build/coverage/
	@harness/setup.sh run test coverage
	$(PYTHON) -m harness.coverage

fuzz:  ## every fuzzer for FUZZ_SECONDS
	@harness/setup.sh run test
	$(PYTHON) -m harness.fuzz --seconds $(FUZZ_SECONDS)

fuzz-corpus:  ## the same, then harness/corpus made anew from what they reach
	@harness/setup.sh run test
	$(PYTHON) -m harness.fuzz --seconds $(FUZZ_SECONDS) --corpus

bench:  ## medians of what is worth measuring, explore beside SPIN; BENCH=parts
	@harness/setup.sh run bench report
	@harness/npm.sh $(REPORT)
	@$(MAKE) --no-print-directory -j$(JOBS) all bench-programs
	$(PYTHON) -m harness.bench $(BENCH)

mutants:  ## broken cores: who catches which
	@harness/setup.sh run test
	@$(MAKE) --no-print-directory -j$(JOBS) all
	$(PYTHON) -m harness.mutants

mutants-all:  ## cores broken in every place that a rule finds: who catches which (long)
	@harness/setup.sh run test
	@$(MAKE) --no-print-directory -j$(JOBS) all test-programs
	$(PYTHON) -m harness.systematic --rules --write

conform:  ## the scenario library on real daemons, compared with the simulator; CONFORM=options (root, long)
	@harness/setup.sh run live
	$(PYTHON) -m harness.conform $(CONFORM)

truth:  ## record every case of TRUTH (harness/truth) on real daemons, and say what differs and why (root, 30 min)
	@harness/setup.sh run live
	@mkdir -p $(BUILD)/live
	@$(MAKE) --no-print-directory -j$(JOBS) all
	@for cases in $(TRUTH); do \
		$(PYTHON) -m harness.live.record $$cases -o $(BUILD)/live/$$(basename $$cases) -j $$((2 * $(JOBS))) --compare || true; \
	done
	$(PYTHON) -m harness.truth_status --seconds 30 --new $(foreach cases,$(TRUTH),$(BUILD)/live/$(notdir $(cases)))

wild:  ## scenarios that nobody wrote, on real daemons and in the simulator; WILD=options (root, long)
	@harness/setup.sh run live
	$(PYTHON) -m harness.wild --output $(BUILD)/wild $(WILD)

# ---- installing -----------------------------------------------------------------
# GNU's names: make install prefix=/usr DESTDIR=/tmp/stage

prefix = /usr/local
exec_prefix = $(prefix)
bindir = $(exec_prefix)/bin
libdir = $(exec_prefix)/lib
includedir = $(prefix)/include
datadir = $(prefix)/share
mandir = $(datadir)/man
docdir = $(datadir)/doc/votesim
bashdir = $(datadir)/bash-completion/completions
zshdir = $(datadir)/zsh/site-functions
pkgconfigdir = $(libdir)/pkgconfig
cmakedir = $(libdir)/cmake/votequorum-core
VERSION = $(shell sed -n 's/^\#define VERSION "\(.*\)"/\1/p' sim/main.c)
PACKAGING = harness/packaging
INSTALL = install -p
to = $(DESTDIR)$(strip $1)

install: all  ## install program, library, manual pages, scenarios; prefix, DESTDIR
	$(INSTALL) -D $(PROGRAM) $(call to, $(bindir)/votesim)
	$(INSTALL) -D -m 644 $(BUILD)/libvotequorum_core.a $(call to, $(libdir)/libvotequorum_core.a)
	$(INSTALL) -D -m 644 core/votequorum.h $(call to, $(includedir)/votequorum-core/votequorum.h)
	$(INSTALL) -D -m 644 sim/man/votesim.1 $(call to, $(mandir)/man1/votesim.1)
	$(INSTALL) -D -m 644 sim/man/votesim-scenario.5 $(call to, $(mandir)/man5/votesim-scenario.5)
	$(INSTALL) -D -m 644 sim/completion/votesim.bash $(call to, $(bashdir)/votesim)
	$(INSTALL) -D -m 644 sim/completion/_votesim $(call to, $(zshdir)/_votesim)
	$(INSTALL) -d $(call to, $(docdir)/ci) $(call to, $(pkgconfigdir)) $(call to, $(cmakedir))
	$(INSTALL) -m 644 README.md $(call to, $(docdir))
	$(INSTALL) -m 644 reports/ci/* $(call to, $(docdir)/ci)
	$(INSTALL) -d $(call to, $(datadir)/votesim) $(patsubst %,$(call to, $(datadir)/votesim)/%,$(sort $(dir $(SCENARIOS))))
	$(foreach s,$(SCENARIOS),$(INSTALL) -m 644 $s $(call to, $(datadir)/votesim)/$(dir $s) &&) true
	$(INSTALL) -m 644 reports/*.json reports/*.xsd $(call to, $(datadir)/votesim)
	@sed -e 's|@PREFIX@|$(prefix)|; s|@LIBDIR@|$(libdir)|; s|@INCLUDEDIR@|$(includedir)|; s|@VERSION@|$(VERSION)|' \
		$(PACKAGING)/votequorum-core.pc.in > $(call to, $(pkgconfigdir)/votequorum-core.pc)
	@sed -e 's|@UP@|$(call relative,$(cmakedir),$(prefix))|; s|@LIB@|$(call relative,$(prefix),$(libdir))|' \
		-e 's|@INCLUDE@|$(call relative,$(prefix),$(includedir))|' \
		$(PACKAGING)/votequorum-core-config.cmake.in > $(call to, $(cmakedir)/votequorum-core-config.cmake)
	@sed -e 's|@VERSION@|$(VERSION)|' $(PACKAGING)/votequorum-core-config-version.cmake.in \
		> $(call to, $(cmakedir)/votequorum-core-config-version.cmake)
SCENARIOS = $(sort $(shell find scenarios -type f))
relative = $(shell realpath -m -s --relative-to=$1 $2)

uninstall:  ## remove what `make install` put there
	rm -f $(call to, $(bindir)/votesim) $(call to, $(libdir)/libvotequorum_core.a) $(call to, $(pkgconfigdir)/votequorum-core.pc) \
		$(call to, $(mandir)/man1/votesim.1) $(call to, $(mandir)/man5/votesim-scenario.5) $(call to, $(bashdir)/votesim) \
		$(call to, $(zshdir)/_votesim)
	rm -rf $(call to, $(includedir)/votequorum-core) $(call to, $(cmakedir)) $(call to, $(datadir)/votesim) $(call to, $(docdir))

deb:  ## Debian packages in build/deb/
	@harness/setup.sh run deb
	$(PACKAGING)/make-deb $(VERSION) $(BUILD)/deb

clean:  ## remove what was built
	rm -rf build votesim

help:  ## this list
	@sed -nE 's/^([a-z-]+):.*## (.*)/make \1\t\2/p' Makefile | expand -t 20

FORCE:
.PHONY: all run test install uninstall deb check-format report-template test-report report-screenshots coverage fuzz fuzz-corpus bench mutants mutants-all conform truth wild clean help \
	test-programs bench-programs fuzz-programs fuzz-link yaml-lib FORCE
.SECONDARY:

-include $(patsubst %.c,$(BUILD)/%.d,$(SOURCES))
