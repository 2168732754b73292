// SPDX-License-Identifier: MIT
/* s6-log - log standard input, with selection and rotation
 *
 * usage: s6-log [ -d notif ] [ -q | -v ] [ -b ] [ -p ] [ -l linelimit ]
 *        [ -t lastlinetimeout ] [ -- ] logging_script
 *
 *  -d, --notification-fd FD  write a newline there when ready
 *  -b  do not read while something is not written yet
 *  -p  ignore SIGTERM              -q -v  less, more said (warnings are)
 *  -l BYTES  split longer lines (8192; at least 48; 0: never)
 *  -t MS  wait for the end of the last line at SIGTERM (2000; 0: for ever)
 * The script, one directive per argument:
 *  +RE  select lines that match; -RE  deselect; f  what nothing has acted on
 *  nN  archives (10); sBYTES  rotate at (99999), lBYTES  less (2000)
 *  SBYTES  size of all archives; RSECS  rotate by time; rMS  try again (2000)
 *  !CMD  ?CMD  execline, shell command that archives are piped through
 *  t T  TAI64N, local time before the line; pTEXT  prefix
 *  EBYTES  of an alert (200); ^BYTES  of a status file (1001)
 *  1  to standard output; 2  to standard error; =FILE  into a status file
 *  /DIR  ./DIR  into this logdir
 * Signals: TERM and HUP finish the line and leave; ALRM rotates.
 *
 * Exit: 0 ok, 100 wrong usage or script, 111 system call failed.
 * See: https://skarnet.org/software/s6/s6-log.html
 */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "applet.h"
#include "applets.h"
#include "base.h"
#include "logd.h"

struct log_opts {
	struct logd_opts o;
	uint32_t notif;
};

static int louder(void *opts, const struct opt *o, const char *value UNUSED,
		  struct err *e UNUSED)
{
	((struct log_opts *)opts)->o.verbosity += o->val;
	return 0;
}

static const struct opt s6_log_opts[] = {
	{"notification-fd", NULL, 'd', OPT_U32,
	 offsetof(struct log_opts, notif), 0},
	{NULL, louder, 'q', OPT_FN0, 0, -1},
	{NULL, louder, 'v', OPT_FN0, 0, 1},
	{NULL, NULL, 'b', OPT_FLAG, offsetof(struct log_opts, o.block), 0},
	{NULL, NULL, 'p', OPT_FLAG, offsetof(struct log_opts, o.protect), 0},
	{NULL, NULL, 'l', OPT_U32, offsetof(struct log_opts, o.linelimit), 0},
	{NULL, NULL, 't', OPT_U32, offsetof(struct log_opts, o.patience), 0},
	{0},
};

int s6_log_main(int argc, char **argv)
{
	struct log_opts o = {
		.o = {.verbosity = 1, .linelimit = 8192, .patience = 2000},
	};
	int i = applet_opts("s6-log", s6_log_opts, &o, argc, argv, 1), code;
	struct logd *l;
	struct err e;

	if (o.notif && o.notif < 3)
		die(100, "notification fd must be 3 or more");
	if (o.notif && fcntl((int)o.notif, F_GETFD) < 0)
		die_sys(100, errno, "invalid notification fd");
	if (logd_open(&l, argv + i, &o.o, &code, &e) < 0)
		die(code, "%s", e.text);
	if (o.notif) {
		(void)!write((int)o.notif, "\n", 1);
		close((int)o.notif);
	}
	code = logd_run(l);
	logd_free(l);
	return code;
}
