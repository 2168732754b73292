// SPDX-License-Identifier: MIT
/* env_dir - variables from the files of a directory. */
#ifndef APPLETS_SUPERVISE_ENV_DIR_H
#define APPLETS_SUPERVISE_ENV_DIR_H

#include <stdbool.h>

#include "base.h"

struct envdir {
	int missing_ok;
	bool keep;  /* blanks at the end */
	bool full;  /* all lines */
	bool large; /* values of any length */
	const char *nul; /* its first character stands for NUL bytes */
};

/* Sets and unsets the variables. */
int env_dir_read(const struct envdir *o, const char *path, struct err *e)
	MUST_USE;

#endif
