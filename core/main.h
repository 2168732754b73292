// SPDX-License-Identifier: MIT
/* main - what the few files directly in core/ share: the generated table of
 * applets, the packed texts, and basebox's own command. */
#ifndef BASEBOX_MAIN_H
#define BASEBOX_MAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "applet.h"

/* One name, or alias, sorted; generated in build/gen/applets.c. */
struct applet {
	uint16_t name; /* offset into applet_names */
	uint8_t text;  /* number of its help among the packed texts */
	bool own_help : 1; /* `Help: own`: it answers --help itself */
	bool own_fds : 1;  /* `Fds: own`: 0, 1, 2 may stay closed */
};

extern const char applet_names[];
extern const struct applet applets[];
extern int (*const applet_mains[])(int argc, char **argv);
extern const unsigned applet_count;
/* Texts before this number are help: a line with the folder of the applet,
 * then what --help prints. The licences are the last one. */
extern const unsigned applet_texts;

static inline const char *applet_name(unsigned i)
{
	return applet_names + applets[i].name;
}

/* The index of a name, or -1. */
int applet_find(const char *name);

/* The packed texts; generated in build/gen/texts.c by scripts/pack.c. */
extern const uint8_t packed_texts[];
extern const unsigned packed_size;

/* Reads texts from..to (exclusive) and hands each to `take` as a string; stops
 * when take returns nonzero and returns that, else 0; -1 without memory. */
int main_texts(unsigned from, unsigned to,
	       int (*take)(void *ctx, unsigned number, char *text), void *ctx);

/* Prints an applet's help, or the licences: 0, or 111 after a message. */
int main_help(int applet);
int main_licenses(void);
int main_sbom(void);

/* `basebox --install ...`; returns the exit code. */
int main_install(const char *dir, bool symbolic, bool force);

/* Writes to standard output: 0, or 111 after a message. */
int main_put(const char *text);

#endif
