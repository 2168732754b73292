// SPDX-License-Identifier: MIT
/* logutil-service - s6-log into a directory, as s6-overlay's images call it
 *
 * usage: logutil-service [ -f fifo ] dir
 *
 * Becomes user nobody (65534 where there is none), drops the environment and
 * is s6-log -b with the directives of S6_LOGGING_SCRIPT (n20 s1000000 T).
 *  -f FIFO  read this instead of standard input
 *
 * Exit: that of s6-log.
 * See: https://github.com/just-containers/s6-overlay
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "applet.h"
#include "applets.h"
#include "../supervise/ids_apply.h"
#include "os/user.h"

enum { WORDS = 64 };

struct logutil {
	const char *fifo;
};

static const struct opt logutil_service_opts[] = {
	{NULL, NULL, 'f', OPT_STR, offsetof(struct logutil, fifo), 0},
	{0},
};

static void become_nobody(void)
{
	struct ids ids = {0};
	struct user u;

	if (geteuid())
		return;
	ids_of_account(user_find("nobody", &u, NULL) == 1 ? "nobody"
							  : "65534:65534",
		       &ids);
	ids_apply(&ids);
}

int logutil_service_main(int argc, char **argv)
{
	static char *none[] = {NULL};
	struct logutil o = {0};
	char *words[WORDS + 5] = {(char *)"s6-log", (char *)"-b", (char *)"--"};
	int i = applet_opts("logutil-service", logutil_service_opts, &o, argc,
			    argv, 1);
	const char *said = getenv("S6_LOGGING_SCRIPT");
	char *w = strdup(said && *said ? said : "n20 s1000000 T");
	int n = 3;

	if (o.fifo && (close(0), open(o.fifo, O_RDWR)) < 0)
		die_sys(111, errno, "unable to open %s", o.fifo);
	while (w && n < WORDS && *(w += strspn(w, " \t\n"))) {
		words[n++] = w;
		w += strcspn(w, " \t\n");
		if (*w)
			*w++ = '\0';
	}
	words[n++] = argv[i];
	become_nobody();
	environ = none;
	say_prog(words[0]);
	return s6_log_main(n, words);
}
