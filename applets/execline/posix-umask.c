// SPDX-License-Identifier: MIT
/* posix-umask - show or change the umask as umask does
 *
 * usage: posix-umask [ -S ] [ mask ] [ prog... ]
 *
 * mask is octal or symbolic (u=rwx,g=rx,o=). Without it the umask is printed,
 *  -S  in the symbolic form.
 *
 * Exit: prog's, or 0; 1 wrong mask, 100 wrong usage, 126 and 127 prog cannot
 *   be executed or found.
 * See: https://skarnet.org/software/execline/posix-umask.html
 * Fds: own
 */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "applet.h"
#include "applets.h"
#include "base.h"
#include "execline.h"

struct umask_opts {
	bool symbolic;
};

static const struct opt posix_umask_opts[] = {
	{NULL, NULL, 'S', OPT_FLAG, offsetof(struct umask_opts, symbolic), 0},
	{0},
};

static void show(mode_t mask, bool symbolic)
{
	char text[32];
	int n = 0;

	if (!symbolic) {
		dprintf(1, "%04o\n", (unsigned)mask);
		return;
	}
	for (int who = 0; who < 3; who++) {
		text[n++] = "ugo"[who];
		text[n++] = '=';
		for (int bit = 0; bit < 3; bit++)
			if (!(mask & (0400U >> (3 * who + bit))))
				text[n++] = "rwx"[bit];
		text[n++] = who < 2 ? ',' : '\n';
	}
	(void)!write(1, text, (size_t)n);
}

/* One clause, e.g. "go-w": changes *allowed, the complement of the mask. */
static bool clause(const char **s, mode_t *allowed)
{
	mode_t who = 0, bits = 0;
	char op;

	for (; **s && strchr("ugoa", **s); ++*s)
		who |= **s == 'u'   ? 0700U
		       : **s == 'g' ? 0070U
		       : **s == 'o' ? 0007U
				    : 0777U;
	if (!who)
		who = 0777;
	op = **s;
	if (!op || !strchr("+-=", op))
		return false;
	for (++*s; **s && strchr("rwxX", **s); ++*s)
		bits |= **s == 'r' ? 0444U : **s == 'w' ? 0222U : 0111U;
	bits &= who;
	if (op == '=')
		*allowed = (*allowed & ~who) | bits;
	else if (op == '+')
		*allowed |= bits;
	else
		*allowed &= ~bits;
	return true;
}

static bool parse(const char *s, mode_t *mask)
{
	mode_t allowed = ~*mask & 0777;
	uint64_t v;

	if (num_oct(str_n(s, strlen(s)), 07777, &v)) {
		*mask = (mode_t)v & 0777;
		return true;
	}
	for (;; s++) {
		if (!clause(&s, &allowed))
			return false;
		if (*s != ',')
			break;
	}
	*mask = ~allowed & 0777;
	return !*s;
}

int posix_umask_main(int argc, char **argv)
{
	struct umask_opts o = {0};
	int i = applet_opts("posix-umask", posix_umask_opts, &o, argc, argv, 0);
	mode_t mask = umask(0);

	umask(mask);
	if (!argv[i]) {
		show(mask, o.symbolic);
		return 0;
	}
	if (!parse(argv[i], &mask))
		die(1, "invalid mode string");
	umask(mask);
	el_exec(argv + i + 1);
}
