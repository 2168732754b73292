// SPDX-License-Identifier: MIT
/* loop - turns of a loop, one command each; values from the lines of a
 * descriptor. */
#include <errno.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base.h"
#include "execline.h"

enum { VALUE_MAX = 1 << 24 };

int el_codes_opt(void *opts, const struct opt *o, const char *value,
		 struct err *e)
{
	struct el_codes *c = opts;
	struct str rest = str_of(value), part;
	uint64_t code;

	c->given = true;
	c->breaks = o->val;
	do {
		str_split(&rest, ',', &part);
		/* commas at the end do not matter */
		if (!part.n && part.p != value)
			continue;
		if (!num_u64(part, UINT32_MAX, &code))
			return err_set(e, 0, "%s", value);
		if (code < 256)
			c->set[code / 32] |= UINT32_C(1) << code % 32;
	} while (rest.n);
	return 0;
}

bool el_codes_go_on(const struct el_codes *c, int code)
{
	bool listed = c->set[code / 32 % 8] >> code % 32 & 1;

	return !c->given || listed != c->breaks;
}

/* With import it is the child that puts the value in and executes. */
static pid_t start(const struct el_loop *l, const char *var, const char *value,
		   char *const *argv)
{
	pid_t pid;

	if (!l->import) {
		el_setenv(var, value);
		return el_spawn(argv);
	}
	pid = fork();
	if (!pid)
		el_exec_var(var, value, true, argv);
	return pid;
}

int el_loop_turn(const struct el_loop *l, const char *var, const char *value,
		 char *const *argv)
{
	pid_t pid = start(l, var, value, argv);
	int code;

	if (pid < 0)
		el_die_spawn(argv[0]);
	if (l->parallel)
		return -1;
	code = el_exit_code(el_wait(pid));
	return el_codes_go_on(&l->codes, code) ? -1 : code;
}

bool el_loop_finish(const struct el_loop *l)
{
	bool good = true;
	int wstat;

	while (l->parallel) {
		pid_t pid = wait(&wstat);

		if (pid < 0 && errno != EINTR)
			break;
		if (pid > 0 && !el_codes_go_on(&l->codes, el_exit_code(wstat)))
			good = false;
	}
	return good;
}

/* --- lines --- */

struct input {
	int fd;
	size_t pos, len;
	char buf[4096];
};

/* The next byte, or -1 at the end. */
static int next(struct input *in)
{
	ssize_t n;

	if (in->pos == in->len) {
		do
			n = read(in->fd, in->buf, sizeof in->buf);
		while (n < 0 && errno == EINTR);
		if (n < 0)
			die_sys(111, errno, "unable to read");
		if (!n)
			return -1;
		in->pos = 0;
		in->len = (size_t)n;
	}
	return (unsigned char)in->buf[in->pos++];
}

int el_lines_nul(void *opts, const struct opt *o UNUSED,
		 const char *value UNUSED, struct err *e UNUSED)
{
	((struct el_lines *)opts)->delim = NULL;
	return 0;
}

static bool is_delim(const char *delim, int c)
{
	return delim ? c && strchr(delim, c) : !c;
}

/* The next value; false at the end. */
static bool next_line(const struct el_lines *l, struct input *in, struct buf *b)
{
	int c;

	buf_reset(b);
	while ((c = next(in)) >= 0 && !is_delim(l->delim, c))
		buf_addc(b, (char)c);
	if (c >= 0 && l->keep)
		buf_addc(b, (char)c);
	/* an unfinished last line counts only when it is taken as it is */
	return c >= 0 || (b->len && l->keep && !l->crunch);
}

static bool next_netstring(struct input *in, struct buf *b)
{
	uint64_t n = 0;
	int c = next(in), digits = 0;
	bool good = true;

	buf_reset(b);
	if (c < 0)
		return false;
	for (; c >= 0 && c != ':'; c = next(in), digits++) {
		good = good && ascii_digit((unsigned char)c) && n < VALUE_MAX;
		n = n * 10 + (unsigned)(c - '0');
	}
	if (c >= 0 && (!good || !digits))
		die_sys(111, EPROTO, "unable to netstring_get");
	while (c >= 0 && n-- && (c = next(in)) >= 0)
		buf_addc(b, (char)c);
	if (c >= 0)
		c = next(in);
	if (c != ',')
		die_sys(111, c < 0 ? EPIPE : EPROTO, "unable to netstring_get");
	return true;
}

int el_lines_run(const struct el_lines *l, int fd, const char *var,
		 char *const *argv)
{
	bool net = l->delim && !*l->delim;
	struct input in = {.fd = fd};
	struct buf b = {.max = VALUE_MAX};
	int code = -1, turns = 0;

	while (code < 0 && (net ? next_netstring(&in, &b)
				: next_line(l, &in, &b))) {
		if (b.failed)
			die_sys(111, ENOMEM, "unable to read");
		if (l->crunch && !net && b.len <= (size_t)!!l->keep)
			continue;
		turns = 1;
		code = el_loop_turn(&l->loop, var, buf_str(&b), argv);
	}
	el_loop_finish(&l->loop);
	buf_free(&b);
	return code >= 0 ? code : !turns;
}
