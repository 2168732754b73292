// SPDX-License-Identifier: MIT
/* applet - what core/main*.c offers to the applets. An applet is
 * `int NAME_main(int argc, char **argv)` with `-` written as `_`, declared by
 * the generated "applets.h"; argv[0] is the name it was called by, without a
 * path; it returns its exit code. Its header comment registers it
 * (scripts/gen-applets says what that holds). */
#ifndef BASEBOX_APPLET_H
#define BASEBOX_APPLET_H

#include "base/attr.h"
#include "base/opt.h"

#define BASEBOX_VERSION "0.1.0"

/* Prints `NAME: usage: ...` with the usage lines of the applet's help and exits
 * 100. */
NORETURN void applet_usage(const char *name);
/* say_prog(name), then reads the options of argv; table = NULL: it has none,
 * argv[1] is an operand even if it begins with a dash. Returns the index of the
 * first operand; applet_usage when something is wrong with the options or
 * fewer than `min` operands are left. */
int applet_opts(const char *name, const struct opt *table, void *opts, int argc,
		char **argv, int min);
/* An operand that is a number, as descriptors are; otherwise applet_usage. */
int applet_num(const char *name, const char *s);

/* Prints the applet's help from its usage line on, as Go programs do ("Usage:
 * NAME ..."); returns the exit code. For applets with `Help: own`. */
int applet_help(const char *name);

/* Prints the template functions by theme, each with examples; returns the exit
 * code. */
int applet_functions(void);

/* How this program was called: argv[0] as it was, or the applet's name after
 * `basebox`. */
extern const char *applet_argv0;

#endif
