// SPDX-License-Identifier: MIT
/* s6-svstat - show the state of supervised services
 *
 * usage: s6-svstat [ -uwNrpgest | -o field,field... ] [ -n ] servicedir...
 *
 * Without fields a sentence; otherwise their values in the order given:
 *  -u up   -w wantedup   -N normallyup   -r ready   -p pid   -g pgid
 *  -e exitcode   -s signal   -t updownfor (seconds)
 *  -o FIELDS  also paused, signum, updownsince, readysince, readyfor and
 *      lasterror (why the last start failed)
 *  -n  signals as numbers
 *
 * Exit: 0 ok, 1 not supervised, 100 wrong usage, 111 system call failed.
 * See: https://skarnet.org/software/s6/s6-svstat.html
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "applet.h"
#include "applets.h"
#include "base.h"
#include "os/fd.h"
#include "s6.h"
#include "sv_stat.h"

enum { FIELDS = 16 };

enum field {
	F_UP,
	F_WANTEDUP,
	F_NORMALLYUP,
	F_READY,
	F_PAUSED,
	F_PID,
	F_EXITCODE,
	F_SIGNAL,
	F_SIGNUM,
	F_UPDOWNSINCE,
	F_READYSINCE,
	F_UPDOWNFOR,
	F_READYFOR,
	F_PGID,
	F_LASTERROR,
};

static const char names[][12] = {
	"up",	      "wantedup",  "normallyup", "ready",  "paused",
	"pid",	      "exitcode",  "signal",	 "signum", "updownsince",
	"readysince", "updownfor", "readyfor",	 "pgid",   "lasterror",
};

struct svstat {
	unsigned char field[FIELDS];
	unsigned n;
	bool numeric;
};

static void add(struct svstat *o, unsigned field)
{
	if (o->n == FIELDS)
		die(100, "too many option fields");
	o->field[o->n++] = (unsigned char)field;
}

static int add_letter(void *opts, const struct opt *o, const char *value UNUSED,
		      struct err *e UNUSED)
{
	add(opts, (unsigned)o->val);
	return 0;
}

static int add_names(void *opts, const struct opt *o UNUSED, const char *value,
		     struct err *e UNUSED)
{
	struct str rest = str_of(value), part;

	while (rest.n && str_split(&rest, ',', &part)) {
		unsigned i = 0;

		if (!part.n)
			die(100, "invalid null option field");
		while (i < COUNT(names) && !str_prefix(str_of(names[i]), part))
			i++;
		if (i == COUNT(names))
			die(100, "invalid option field: %.*s", (int)part.n,
			    part.p);
		add(opts, i);
	}
	return 0;
}

#define LETTER(c, f)                                                           \
	{                                                                      \
		NULL, add_letter, c, OPT_FN0, 0, f                             \
	}
static const struct opt s6_svstat_opts[] = {
	LETTER('u', F_UP),
	LETTER('w', F_WANTEDUP),
	LETTER('N', F_NORMALLYUP),
	LETTER('r', F_READY),
	LETTER('p', F_PID),
	LETTER('g', F_PGID),
	LETTER('e', F_EXITCODE),
	LETTER('s', F_SIGNAL),
	LETTER('t', F_UPDOWNFOR),
	{NULL, add_names, 'o', OPT_FN, 0, 0},
	{NULL, NULL, 'n', OPT_FLAG, offsetof(struct svstat, numeric), 0},
	{0},
};

static int signal_of(const struct sv_stat *s)
{
	return s->up || !WIFSIGNALED(s->st.wstat) ? -1 : WTERMSIG(s->st.wstat);
}

static void put_since(struct buf *b, const struct tai *t)
{
	char text[TAI_TEXT];

	tai_put(text, t);
	buf_adds(b, text);
}

/* flat switch */
static void put_field(struct buf *b, const struct sv_stat *s, enum field f)
{
	const struct s6_status *st = &s->st;
	static const char *const truth[] = {"false", "true"};
	int sig = signal_of(s);

	switch (f) {
	case F_UP:
		buf_adds(b, truth[s->up]);
		break;
	case F_WANTEDUP:
		buf_adds(b, truth[st->want_up]);
		break;
	case F_NORMALLYUP:
		buf_adds(b, truth[s->normally_up]);
		break;
	case F_READY:
		buf_adds(b, truth[s->up && st->ready]);
		break;
	case F_PAUSED:
		buf_adds(b, truth[st->pid && st->paused]);
		break;
	case F_PID:
	case F_PGID:
		buf_addf(b, "%d", s->up ? (int)st->pid : -1);
		break;
	case F_EXITCODE:
		buf_addf(b, "%d",
			 s->up || s->fresh || sig >= 0 ? -1
						       : WEXITSTATUS(st->wstat));
		break;
	case F_SIGNAL:
		buf_addf(b, "%s%s", sig < 0 ? "NA" : "SIG",
			 sig < 0 ? "" : sig_name(sig));
		break;
	case F_SIGNUM:
		buf_addf(b, "%d", sig);
		break;
	case F_UPDOWNSINCE:
		put_since(b, &st->stamp);
		break;
	case F_READYSINCE:
		put_since(b, &st->ready_stamp);
		break;
	case F_UPDOWNFOR:
		buf_addf(b, "%llu", (unsigned long long)s->seconds);
		break;
	case F_READYFOR:
		buf_addf(b, "%llu", (unsigned long long)s->ready_seconds);
		break;
	case F_LASTERROR:
		buf_adds(b, s->last_error[0] ? s->last_error : "NA");
		break;
	}
}

static int show(const struct svstat *o, const char *dir, bool several,
		struct buf *b)
{
	struct sv_stat s;
	int r = sv_stat_read(dir, &s);

	if (r)
		return r;
	if (o->n) {
		for (unsigned i = 0; i < o->n; i++) {
			if (i)
				buf_addc(b, ' ');
			put_field(b, &s, o->field[i]);
		}
	} else {
		if (several)
			buf_addf(b, "%s: ", dir);
		sv_stat_line(b, &s, o->numeric);
	}
	buf_addc(b, '\n');
	return 0;
}

int s6_svstat_main(int argc, char **argv)
{
	struct svstat o = {.n = 0};
	int i = applet_opts("s6-svstat", s6_svstat_opts, &o, argc, argv, 1);
	bool several = argc - i > 1;
	struct buf b = {0};
	int code = 0;

	for (; argv[i]; i++) {
		int r = show(&o, argv[i], several, &b);

		if (r && !code)
			code = r;
	}
	if (fd_write(1, buf_str(&b), b.len, NULL) < 0)
		die_sys(111, errno, "unable to write to stdout");
	return code;
}
