// SPDX-License-Identifier: MIT
/* limits - what bounds a template. Go's own limits have Go's values and error
 * texts; the rest bounds memory and the C stack. The arena's and the output
 * buffer's maximum are the caller's: TMPL_ARENA and TMPL_OUTPUT are what the
 * renderer uses. */
#ifndef BASEBOX_TMPL_LIMITS_H
#define BASEBOX_TMPL_LIMITS_H

enum {
	TMPL_PARENS = 10000,	  /* nested parentheses of an expression */
	TMPL_COMMANDS = 100000,	  /* commands in one pipeline */
	TMPL_DEPTH = 100000,	  /* nested template invocations */
	TMPL_WIDTH = 1000000,	  /* width and precision in printf */
	TMPL_ARGS = 100000,	  /* arguments of one call */
	TMPL_PRINT_DEPTH = 10000, /* levels of a value that are printed */
	TMPL_STACK = 5 << 20,	  /* bytes of C stack: of the usual 8 MB */
	TMPL_STRING = 255 << 20,  /* bytes of one string that is made */
	TMPL_LIST = 15 << 20,	  /* elements of one list that is made */
	TMPL_OUTPUT = 512 << 20,  /* bytes of a rendered file */
	TMPL_ARENA = 1 << 30,	  /* bytes of one execution's memory */
};

#endif
