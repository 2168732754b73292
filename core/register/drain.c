// SPDX-License-Identifier: MIT
/* drain - the wait between "nobody finds us any more" and the end: a fixed time
 * (look-ups made just before are still in flight), or until no connection to
 * the service's port is established any more. */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "os/file.h"
#include "register/engine.h"
#include "register/proc.h"

enum {
	POLL_MS = 100,
	QUIET_MS = 500, /* without a connection, before it counts as drained */
	LEAST_MS = 1000,
	TCP_FILE_MAX = 16 << 20,
	TCP_ESTABLISHED = 1,
};

/* Lines of /proc/net/tcp: "sl local_address rem_address st ...", addresses as
 * HEX:PORT. */
static bool open_on(struct str line, unsigned port)
{
	struct str f[4];
	uint32_t local, state;
	ptrdiff_t colon;

	if (reg_fields(line, f, COUNT(f)) != COUNT(f))
		return false;
	colon = str_chr(f[1], ':');
	return colon > 0 &&
	       reg_hex(str_cut(f[1], (size_t)colon + 1, f[1].n), &local) &&
	       reg_hex(f[3], &state) && state == TCP_ESTABLISHED &&
	       local == port;
}

static int count(const char *path, unsigned port)
{
	BUF_AUTO struct buf b = {0};
	struct str rest, line;
	int n = 0;

	if (file_read(AT_FDCWD, path, &b, TCP_FILE_MAX, NULL) < 0)
		return -1;
	rest = str_n(buf_str(&b), b.len);
	while (str_split(&rest, '\n', &line))
		n += open_on(line, port);
	return n;
}

int reg_connections(unsigned port)
{
	int v4 = count("/proc/net/tcp", port);
	int v6 = count("/proc/net/tcp6", port);

	if (v4 < 0)
		return -1;
	return v4 + (v6 > 0 ? v6 : 0); /* no IPv6 in the kernel: no file */
}

/* The longest wait that any service asks for, and whether a connection is
 * open that one of them waits for. */
static int64_t longest(const struct reg *r, int *open)
{
	int64_t most = 0;

	*open = 0;
	for (const struct entry *en = r->entries; en; en = en->next) {
		int64_t ns = en->s->drain >= 0 ? en->s->drain : r->o.drain;

		if (en->s->drain_connections) {
			int n = reg_connections(en->s->port);

			ns = en->s->drain_connections;
			if (n < 0)
				*open = -1;
			else if (*open >= 0)
				*open += n;
		} else if (*open == 0 &&
			   clock_mono_ms() - r->drain_from < dur_ms(ns)) {
			*open = 1; /* a fixed wait is not over */
		}
		if (ns > most)
			most = ns;
	}
	return dur_ms(most);
}

static bool by_connections(const struct reg *r)
{
	for (const struct entry *en = r->entries; en; en = en->next)
		if (en->s->drain_connections)
			return true;
	return false;
}

static void on_timer(struct loop_timer *t)
{
	reg_drain(t->ctx);
}

void reg_drain(struct reg *r)
{
	int64_t now = clock_mono_ms(), most, left;
	int open;

	if (!r->draining) {
		r->draining = true;
		r->drain_from = r->quiet_from = now;
		if (by_connections(r) && reg_connections(0) < 0)
			log_warn("register", "/proc/net/tcp cannot be read: "
					     "waiting for the whole drain time");
	}
	most = longest(r, &open);
	left = r->drain_from + most - now;
	if (open)
		r->quiet_from = now;
	if (r->skip_drain || left <= 0 ||
	    (by_connections(r) && !open && now - r->drain_from >= LEAST_MS &&
	     now - r->quiet_from >= QUIET_MS)) {
		loop_timer_unset(&r->drain_timer);
		if (!r->told_stopped && r->o.stopped) {
			r->told_stopped = true;
			r->o.stopped(r->o.ctx);
		}
		return;
	}
	if (by_connections(r) && left > POLL_MS)
		left = POLL_MS;
	loop_timer_set(r->o.loop, &r->drain_timer, now + left, on_timer, r);
}
