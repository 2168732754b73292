#!/bin/bash
# Shortened formats: the tool between preprocessor and compiler changes the
# bytes of a format and nothing that a program prints.
. "$(dirname "$0")/lib.sh"

# A build without optimization at link time has not made it.
[ -x "$BUILD/gen/shorten" ] || make -s -C "$ROOT" build/gen/shorten || exit 1

sources()
{
	cat >say.h <<-'EOF'
		#include <stdarg.h>
		#include <stddef.h>
		__attribute__((format(printf, 2, 3))) extern void before(int n, const char *fmt, ...);
		void after(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
		void plain(const char *text);
	EOF
	cat >say.c <<-'EOF'
		#include "say.h"
		#include <stdio.h>
		#include "base/fmt.h"
		static void put(const char *fmt, va_list ap)
		{
			char text[600];
			fmt_vprint(text, sizeof(text), fmt, ap);
			puts(text);
		}
		void before(int n, const char *fmt, ...) { va_list ap; va_start(ap, fmt); (void)n; put(fmt, ap); va_end(ap); }
		void after(const char *fmt, ...) { va_list ap; va_start(ap, fmt); put(fmt, ap); va_end(ap); }
		void plain(const char *text) { puts(text); }
	EOF
	cat >main.c <<-'EOF'
		#include "say.h"
		#define CALL after /* ( */
		#define TEXT "unable to " "open %s"
		int main(int argc, char **argv)
		{
			const char *own = "unable to read %s: not a service";
			char c = '"', d = '(', e = '\'';
			after("unable to " TEXT "\tinvalid service \"%c%c%c\" \x41\102\n%%", "x", c, d, e);
			before(argc, "expected %s of the service, got %d", "unable to", 7);
			before(3, argc > 1 ? "unable to one" : "unable to none");
			after((argc > 1 ? ("unable to one") : "unable to none"));
			CALL("unable to "
			     "go %s on",
			     "unable to");
			after(own, argv ? "unable to" : "service");
			plain("unable to be read: a plain service");
			after("");
			after("%s", ",unable to (;{ be \\ served");
			return __LINE__;
		}
	EOF
}

build() # NAME FILTER
{
	local cc="gcc -w -I$ROOT/include -I$ROOT/core/base -I." f
	for f in say main; do
		$cc -E $f.c | $2 >$f.i && $cc -x cpp-output -c -o "$1-$f.o" - <$f.i ||
			fail "$1: $f.c does not compile"
	done
	$cc -o "$1" "$1"-*.o "$ROOT/core/base/fmt.c" || fail "$1 does not link"
}

t_same_output()
{
	local want got
	sources
	build whole cat
	build short "$BUILD/gen/shorten"
	./whole >want
	want=$?
	./short >got
	got=$?
	cmp want got || fail "$(diff want got)"
	is "$got" "$want" "the number of a line"
	like "$(<got)" 'unable to unable to open x	invalid service ""('
}

t_formats_are_shorter()
{
	sources
	build short "$BUILD/gen/shorten"
	strings -n 6 short >texts
	! grep -q 'unable to open' texts || fail "a format is whole"
	! grep -q 'unable to none' texts || fail "a format behind ? is whole"
	grep -q 'unable to be read: a plain service' texts || fail "a text was changed"
	grep -q 'unable to read %s: not a service' texts || fail "a variable was changed"
}

t_refused()
{
	printf 'void f(const char *, ...) __attribute__((format(printf, 1, 2)));\nvoid g(void) { f("\\303\\251"); }\n' >x.c
	rc 1 "$BUILD/gen/shorten" <x.c
	like "$(<err)" "cannot be shortened"
	printf 'char *s = "no end' >x.c
	rc 1 "$BUILD/gen/shorten" <x.c
	like "$(<err)" "without an end"
}

t_learns()
{
	printf 'void f(const char *, ...) __attribute__((format(printf, 1, 2)));\nvoid g(void) { f("qzqzqz"); f("qz"); }\n' >x.c
	rc 0 "$BUILD/gen/shorten" -l <x.c
	like "$(sed -n 5p out)" "{0x71, 0x7a}," "the first piece"
	is "$(grep -c '^	{' out)" 128 pieces
}

for c in same_output formats_are_shorter refused learns; do
	check $c
done
finish
