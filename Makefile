# basebox: one static executable. `make help` lists the targets.
#
# V=1 shows the commands; WERROR=0 keeps warnings from stopping the build;
# LTO=0 links quickly, for daily work (its objects live apart).

SHELL = /bin/bash
.DELETE_ON_ERROR:
.SUFFIXES:
.DEFAULT_GOAL := all

ARCH := $(shell uname -m)
DEPS := build/deps/$(ARCH)
DEPSG := build/deps/$(ARCH)-glibc
V ?= 0
WERROR ?= 1
LTO ?= 1
PREFIX ?= /usr/local
Q := $(if $(filter 0,$(V)),@)
quiet := $(findstring s,$(firstword -$(filter-out --%,$(MAKEFLAGS))))
say = $(if $(filter 0,$(V)),$(if $(quiet),@:,@echo "  $(1)"))

# Sources are found, not listed: adding one edits nothing here.
MAIN := $(wildcard core/*.c)
CORE := $(wildcard core/*/*.c)
APPLETS := $(wildcard applets/*/*.c)
# What PID 1 runs comes first: its code is then together in memory.
FIRST := $(wildcard core/init/*.c core/supervise/*.c core/os/*.c core/s6/*.c \
	core/base/*.c applets/init/init.c applets/supervise/s6-svscan.c) $(MAIN)
SRCS := $(FIRST) $(filter-out $(FIRST),$(CORE) $(APPLETS))
GEN := build/gen/applets.c build/gen/texts.c
UNITS := $(wildcard tests/unit/*_test.c)
UNIT_HELP := $(filter-out $(UNITS),$(wildcard tests/unit/*.c))
FUZZES := $(wildcard tests/fuzz/*_fuzz.c)

WARN := -Wall -Wextra -Wshadow -Wvla -Wswitch-enum -Wundef -Wformat=2 \
	-Wwrite-strings -Wstrict-prototypes -Wmissing-prototypes \
	-Wimplicit-fallthrough -Wnull-dereference \
	$(if $(filter 1,$(WERROR)),-Werror)
CPP := -D_GNU_SOURCE -Iinclude -Icore -Ibuild/gen
LIBS := -lcurl -lmbedtls -lmbedx509 -lmbedcrypto -lcjson -lyaml -lresolv

# The product: musl, small, position independent, no INTERP.
CC := $(DEPS)/bin/musl-gcc
LTOFLAGS := $(if $(filter 1,$(LTO)),-flto=2 -flto-partition=one -fno-fat-lto-objects)
CFLAGS := -std=gnu11 \
	$(shell sed -n -e 's/^$(ARCH): //' -e '/^-/p' scripts/size-flags) \
	-fstack-protector -fmerge-all-constants -fno-caller-saves \
	-fno-ident -fno-math-errno
# Packed relative relocations: 24 bytes per pointer in a table become 1 bit.
LDFLAGS := -static-pie -Wl,--gc-sections -Wl,--build-id=none \
	-Wl,-z,relro,-z,now,-z,noseparate-code,-z,pack-relative-relocs \
	-Wl,--hash-style=gnu -Wl,--as-needed
SHORTEN := $(if $(filter 1,$(LTO)),build/gen/shorten)
OBJ := build/$(if $(filter 1,$(LTO)),product,nolto)

# The debug flavour: glibc and sanitizers.
SAN := -fsanitize=address,undefined -fno-sanitize-recover=undefined
CFLAGSG := -std=gnu11 -O1 -g -fno-omit-frame-pointer $(SAN)
DOBJ := build/debug

objs = $(patsubst %.c,$(1)/%.o,$(filter %.c,$(2)))
OBJS := $(call objs,$(OBJ),$(SRCS) $(GEN))
DOBJS := $(call objs,$(DOBJ),$(MAIN) $(APPLETS) $(GEN))
DCORE := $(call objs,$(DOBJ),$(CORE))

all: build/basebox build/checked links ## the product: build/basebox (static, musl), and build/bin/*

debug: build/debug/basebox ## build/debug/basebox: glibc with ASan and UBSan

.PHONY: compile_commands.json all debug unit test lint lint-light format help-check memcheck size bench image demo fuzz install clean \
	help check links pieces FORCE

# --- the product ---

build/basebox: $(OBJS) build/gen/list build/gen/unsection
	$(call say,LD $@)
	$(Q)$(CC) $(CFLAGS) $(LTOFLAGS) $(LDFLAGS) -Wl,-Map=build/basebox.map \
		-o $@.full $(OBJS) -L$(DEPS)/lib $(LIBS)
	$(Q)! readelf -lW $@.full | grep -q INTERP || \
		{ echo "$@: not static: it has an INTERP header" >&2; exit 1; }
	$(Q)strip -s -R .comment -o $@.new $@.full && build/gen/unsection $@.new && mv $@.new $@

# The whole product's formats are shortened between preprocessor and compiler,
# which then warns of nothing: the other flavours do (LTO=0, debug, lint).
$(OBJ)/%.o: %.c build/deps/set build/gen/flags $(SHORTEN) | build/gen/applets.h
	$(call say,CC $<)
	@mkdir -p $(@D)
ifeq ($(SHORTEN),)
	$(Q)$(CC) $(CPP) $(CFLAGS) $(WARN) -MMD -MP -c -o $@ $<
else
	$(Q)set -o pipefail; \
	$(CC) $(CPP) $(CFLAGS) $(WARN) -MMD -MP -MT $@ -MF $(@:.o=.d) -E $< | $(SHORTEN) | \
	$(CC) $(CFLAGS) $(LTOFLAGS) -w -x cpp-output -c -o $@ - || \
	{ rm -f $@; exit 1; }
endif

# The libraries; what depends on this is redone when they change.
DEPS_KEY := deps.lock mbedtls_config.h mbedtls_small.h yaml_small.h \
	curl_printf.c size-flags curl-options trim-curl-options deps-build.sh

build/deps/set: $(addprefix scripts/,$(DEPS_KEY))
	scripts/setup
	@touch $@

# Changes when the compiler's flags do.
build/gen/flags: FORCE
	@mkdir -p $(@D)
	@echo '$(CPP) $(CFLAGS) $(CFLAGSG)' | cmp -s - $@ || \
		echo '$(CPP) $(CFLAGS) $(CFLAGSG)' >$@

links: build/basebox build/bin/.links ## build/bin/NAME, a hard link for each applet

# Hard links, because a caller may resolve the name it is given. Each is replaced
# in one step: a test that runs meanwhile keeps its tools.
build/bin/.links: build/basebox build/gen/names
	@mkdir -p build/bin
	$(Q)for n in basebox $$(cat build/gen/names); do \
		[ build/bin/$$n -ef build/basebox ] && [ ! -L build/bin/$$n ] && continue; \
		ln -f build/basebox build/bin/.new && mv -f build/bin/.new build/bin/$$n || exit 1; done
	$(Q)cd build/bin && for n in *; do [ $$n = basebox ] || \
		grep -qx -e $$n ../gen/names || rm -f $$n; done
	@touch $@

# --- generated: the applet table ---

build/gen/applets.c build/gen/applets.h build/gen/names build/gen/help \
	build/gen/options.c: build/gen/stamp ;

# Each file changes only when its content does.
build/gen/stamp: build/gen/list scripts/gen-applets core/basebox.c $(APPLETS)
	@mkdir -p build/gen/new
	$(Q)scripts/gen-applets -v out=build/gen/new core/basebox.c $(APPLETS)
	@cd build/gen/new && for f in applets.c applets.h help names options.c; do \
		cmp -s $$f ../$$f || cp $$f ../$$f; done
	@touch $@

# The help texts, the licences of what is linked in, the template functions.
build/gen/texts: build/gen/help build/gen/functions scripts/gen-licenses \
		scripts/gen-sbom LICENSE build/deps/set
	$(Q){ cat build/gen/help; printf 'licenses\n'; \
		scripts/gen-licenses $(DEPS)/share/licenses \
		$(DEPS)/share/versions; printf '\001'; \
		printf 'sbom\n'; scripts/gen-sbom $(DEPS)/share/versions; printf '\001'; \
		cat build/gen/functions; printf '\001'; } | tr '\1' '\0' >$@

# Template functions are documented where they are, with examples that are also
# unit tests.
FUNCS := $(wildcard core/funcs/*.c)

build/gen/functions: scripts/gen-funcdocs $(FUNCS)
	@mkdir -p $(@D)
	$(Q)scripts/gen-funcdocs -v mode=help $(FUNCS) >$@

build/gen/funccases.h: scripts/gen-funcdocs $(FUNCS)
	@mkdir -p $(@D)
	$(Q)scripts/gen-funcdocs -v mode=cases $(FUNCS) >$@

$(DOBJ)/tests/unit/funcs_docs_test.o: build/gen/funccases.h

build/gen/texts.c: build/gen/texts build/gen/pack
	$(call say,GEN $@)
	$(Q)build/gen/pack <build/gen/texts >$@

build/gen/pack: scripts/pack.c core/main_model.h
	@mkdir -p $(@D)
	$(Q)gcc -std=gnu11 -O2 $(WARN) -o $@ $<

build/gen/unsection: scripts/unsection.c
	@mkdir -p $(@D)
	$(Q)gcc -std=gnu11 -O2 -D_GNU_SOURCE $(WARN) -o $@ $<

build/gen/shorten: scripts/shorten.c core/base/pieces.h include/base/fmt.h
	@mkdir -p $(@D)
	$(Q)gcc -std=gnu11 -O2 -D_GNU_SOURCE -Iinclude $(WARN) -o $@ $<

pieces: build/gen/shorten build/deps/set | build/gen/applets.h ## core/base/pieces.h anew, from the formats of today
	$(Q)for f in $(SRCS); do $(CC) $(CPP) -std=gnu11 -E $$f || exit 1; done | \
		build/gen/shorten -l >build/gen/pieces.h
	$(Q)mv build/gen/pieces.h core/base/pieces.h

# Changes only when a source is added or removed, or LTO is switched.
build/gen/list: FORCE
	@mkdir -p $(@D)
	@echo "$(LTO) $(SRCS)" | cmp -s - $@ || echo "$(LTO) $(SRCS)" >$@

# --- checks that the ordinary build runs ---

CHECKED := $(SRCS) $(shell find core applets include -name '*.h' 2>/dev/null)

check: build/checked ## layers, function length, forbidden calls (also part of all)

build/checked: core/LAYERS scripts/curl-options scripts/check-layers scripts/check-functions $(CHECKED)
	$(Q)scripts/check-layers core/LAYERS $(CHECKED)
	$(Q)scripts/check-functions $(CHECKED)
	$(Q)! grep -rhoE 'CURL(OPT|INFO)_[A-Z0-9_]+' core applets | \
		grep -vxFf scripts/curl-options | sed \
		's/$$/: not in scripts\/curl-options, so curl is built without it/' \
		| grep .
	@touch $@

# The applets' prototypes exist before any of them is compiled.
$(call objs,$(OBJ),$(APPLETS)) $(call objs,$(DOBJ),$(APPLETS)): | $(GEN)

# --- debug flavour ---

build/debug/basebox: $(DOBJS) build/debug/core.a
	$(call say,LD $@)
	$(Q)gcc $(CFLAGSG) -o $@ $^ -L$(DEPSG)/lib $(LIBS) -lpthread -lm

build/debug/core.a: $(DCORE) build/gen/list
	$(Q)rm -f $@ && ar rcsT $@ $(DCORE)

$(DOBJ)/%.o: %.c build/deps/set build/gen/flags | build/gen/applets.h
	$(call say,CC $< (debug))
	@mkdir -p $(@D)
	$(Q)gcc -isystem $(DEPSG)/include $(CPP) $(CFLAGSG) $(WARN) -MMD -MP -c -o $@ $<

# --- the same without sanitizers, which valgrind cannot live beside ---

GRIND := $(call objs,build/grind,$(MAIN) $(APPLETS) $(GEN) $(CORE))

memcheck: build/grind/basebox ## valgrind beside a life of each face
	tests/e2e/memcheck.sh

build/grind/basebox: $(GRIND)
	$(call say,LD $@)
	$(Q)gcc -o $@ $^ -L$(DEPSG)/lib $(LIBS) -lpthread -lm

build/grind/%.o: %.c build/deps/set build/gen/flags | build/gen/applets.h
	$(call say,CC $< (valgrind))
	@mkdir -p $(@D)
	$(Q)gcc -isystem $(DEPSG)/include $(CPP) $(filter-out $(SAN),$(CFLAGSG)) \
		-MMD -MP -c -o $@ $<

# --- tests ---

UNIT_BINS := $(patsubst tests/unit/%.c,build/debug/unit/%,$(UNITS))

unit: $(if $(T),build/debug/unit/$(T)_test,$(UNIT_BINS)) ## unit tests under ASan and UBSan; T=name for one
	$(Q)scripts/run-units $(filter build/debug/unit/%,$^)

build/debug/unit/%_test: $(DOBJ)/tests/unit/%_test.o \
		$(call objs,$(DOBJ),$(UNIT_HELP)) build/debug/core.a
	$(call say,LD $@)
	@mkdir -p $(@D)
	$(Q)gcc $(CFLAGSG) -o $@ $^ -L$(DEPSG)/lib $(LIBS) -lcmocka -lpthread -lm

# --- analysers: one stamp per file and tool, redone when the file, one of its
# headers or the settings changed (the debug object knows the headers) ---

LINT := $(patsubst %.c,build/lint/%,$(SRCS))
TIDYFLAGS := -std=gnu11 -isystem $(DEPSG)/include $(CPP)
# GCC 12's analyser knows no cleanup attribute, loses track of ownership across
# its own inlining and of arrays that a loop fills; the three checks off are
# clang's, cppcheck's and ASan's job.
ANALYZE := -fanalyzer -Wno-analyzer-malloc-leak -Wno-analyzer-file-leak \
	-Wno-analyzer-use-of-uninitialized-value
CPPCHECK := cppcheck --quiet --std=c11 --language=c --inline-suppr \
	--enable=warning,performance,portability --error-exitcode=1 \
	--suppressions-list=scripts/cppcheck.suppress -j1

lint: lint-light help-check $(LINT:=.analyzer) $(LINT:=.tidy) $(LINT:=.cppcheck) ## all analysers and checks, each file only when it changed

lint-light: build/checked ## the checks that take a second
	$(Q)scripts/check-style $(CHECKED) $(UNITS) $(UNIT_HELP) $(FUZZES)

build/lint/%.analyzer: build/debug/%.o
	$(call say,ANALYZER $*.c)
	@mkdir -p $(@D)
	$(Q)gcc -std=gnu11 -O1 -isystem $(DEPSG)/include $(CPP) $(WARN) \
		$(ANALYZE) -S -o /dev/null $*.c
	@touch $@

build/lint/%.tidy: build/debug/%.o .clang-tidy
	$(call say,TIDY $*.c)
	@mkdir -p $(@D)
	$(Q)clang-tidy --quiet $*.c -- $(TIDYFLAGS) 2>$@.log || \
		{ cat $@.log >&2; exit 1; }
	@rm -f $@.log; touch $@

build/lint/%.cppcheck: build/debug/%.o scripts/cppcheck.suppress
	$(call say,CPPCHECK $*.c)
	@mkdir -p $(@D)
	$(Q)$(CPPCHECK) -D_GNU_SOURCE -Iinclude -Icore -Ibuild/gen $*.c
	@touch $@

# Each applet's option table against its help text: the tables are read from
# the objects, so that macros and shared rows count.
help-check: build/gen/options ## option tables and help texts say the same
	$(Q)scripts/check-help build/gen/options RS='\001' build/gen/help

build/gen/options: build/debug/options
	$(Q)ASAN_OPTIONS=detect_leaks=0 $< >$@

# A table may be static: copies of the applets' objects make it visible.
VISIBLE := $(call objs,build/debug/visible,$(APPLETS) core/basebox.c)

build/debug/visible/%.o: $(DOBJ)/%.o
	@mkdir -p $(@D)
	$(Q)t=$(notdir $*); objcopy --globalize-symbol=$${t//-/_}_opts $< $@

build/debug/options: $(DOBJ)/build/gen/options.o $(VISIBLE) \
		$(call objs,$(DOBJ),$(filter-out core/main.c core/basebox.c,$(MAIN)) $(GEN)) \
		build/debug/core.a
	$(call say,LD $@)
	$(Q)gcc $(CFLAGSG) -o $@ $^ -L$(DEPSG)/lib $(LIBS) -lpthread -lm

format: ## lays out F="file..." (default: every C file) with clang-format
	$(Q)clang-format -i $(or $(F),$(CHECKED) $(UNITS) $(UNIT_HELP) $(FUZZES))

# --- measures, and what scripts do ---

size: build/basebox ## bytes by library and by module; FILES=1 by source file
	$(Q)FILES=$(FILES) scripts/size $(DEPS) $(CC) $(CFLAGS) $(LTOFLAGS) $(LDFLAGS) \
		$(OBJS) -L$(DEPS)/lib $(LIBS)

test: ## everything required, one sum at the end (scripts/test --help)
	scripts/test

bench image demo: all ## measured beside s6, tini, runit; OCI image; the journey on screen
	scripts/$@

FUZZ_SECONDS ?= 60
FUZZFLAGS := -std=gnu11 -O1 -g -fno-omit-frame-pointer \
	-fsanitize=fuzzer-no-link,address,undefined \
	-fno-sanitize-recover=undefined -Wno-unknown-warning-option
FOBJS := $(call objs,build/fuzz,$(CORE))
FUZZ_BINS := $(patsubst tests/fuzz/%.c,build/fuzz/bin/%,$(FUZZES))

fuzz: $(if $(T),build/fuzz/bin/$(T)_fuzz,$(FUZZ_BINS)) ## libFuzzer targets, FUZZ_SECONDS=60 each; T=name for one
	$(Q)for f in $^; do n=$${f##*/}; mkdir -p build/fuzz/corpus/$$n; \
		seeds=tests/fuzz/$${n%_fuzz}.seeds; [ -d $$seeds ] || seeds=; \
		echo "fuzz $$n, $(FUZZ_SECONDS) s"; \
		$$f -max_total_time=$(FUZZ_SECONDS) -timeout=10 -rss_limit_mb=2048 \
			-verbosity=0 -print_final_stats=1 \
			-artifact_prefix=build/fuzz/$$n- \
			build/fuzz/corpus/$$n $$seeds >build/fuzz/$$n.log 2>&1 || \
			{ tail -40 build/fuzz/$$n.log; exit 1; }; \
		grep number_of_executed_units build/fuzz/$$n.log; done

build/fuzz/core.a: $(FOBJS)
	$(Q)rm -f $@ && ar rcsT $@ $^

build/fuzz/bin/%_fuzz: tests/fuzz/%_fuzz.c build/fuzz/core.a
	$(call say,LD $@)
	@mkdir -p $(@D)
	$(Q)clang -isystem $(DEPSG)/include $(CPP) $(FUZZFLAGS) \
		-fsanitize=fuzzer -o $@ $^ -L$(DEPSG)/lib $(LIBS) -lpthread -lm

build/fuzz/%.o: %.c build/deps/set build/gen/flags
	$(call say,CC $< (fuzz))
	@mkdir -p $(@D)
	$(Q)clang -isystem $(DEPSG)/include $(CPP) $(FUZZFLAGS) -MMD -MP \
		-c -o $@ $<

compile_commands.json: ## for editors and tools, in build/
	$(Q)mkdir -p build
	$(Q)for f in $(SRCS) $(UNITS); do printf \
		'{"directory":"%s","file":"%s","command":"gcc %s -c %s"},\n' \
		'$(CURDIR)' $$f '-std=gnu11 -I$(DEPSG)/include $(CPP) $(WARN)' \
		$$f; done | sed '1s/^/[\n/;$$s/,$$/\n]/' >build/$@

install: all ## basebox and a symlink per applet into $(DESTDIR)$(PREFIX)/bin
	install -D -m 755 build/basebox $(DESTDIR)$(PREFIX)/bin/basebox
	$(DESTDIR)$(PREFIX)/bin/basebox --install -s $(DESTDIR)$(PREFIX)/bin

clean: ## removes what was built here (the libraries' cache stays)
	rm -rf build/product build/nolto build/debug build/gen build/bin \
		build/basebox* build/lint build/fuzz build/grind build/checked build/size \
		build/test build/compile_commands.json

help: ## this list
	@sed -n 's/^\([a-z_. -]*\):[^#]*## \(.*\)/\1\t\2/p' $(MAKEFILE_LIST) | \
		awk -F'\t' '{ printf "  %-22s %s\n", $$1, $$2 }'

-include $(patsubst %.o,%.d,$(OBJS) $(DOBJS) $(DCORE) $(GRIND) $(FOBJS)) \
	$(patsubst %.c,$(DOBJ)/%.d,$(UNITS) $(UNIT_HELP))
