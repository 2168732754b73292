// SPDX-License-Identifier: MIT
/* main - what core/main*.c share. */
#ifndef BASEBOX_MAIN_H
#define BASEBOX_MAIN_H

/* `basebox ...` when the first argument is no applet; returns the exit code. */
int main_command(int argc, char **argv);

/* Writes text to standard output: 0, or 111 after a message. */
int main_put(const char *text);

#endif
