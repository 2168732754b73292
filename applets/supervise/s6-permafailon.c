// SPDX-License-Identifier: MIT
/* s6-permafailon - in finish: give up after too many deaths
 *
 * usage: s6-permafailon seconds deathcount statuslist prog...
 *
 * Run in the service directory. Exits 125, so that the service is not started
 * again, when of the last deaths, not older than that, so many are in the list:
 * exit codes, ranges a-b and signal names, with commas between.
 *
 * Exit: 125 give up; prog's; 100 wrong usage, 126 and 127 prog cannot be
 *   executed or found.
 * See: https://skarnet.org/software/s6/s6-permafailon.html
 * Fds: own
 */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "applet.h"
#include "applets.h"
#include "base.h"
#include "execline.h"
#include "os/signal.h"
#include "s6.h"

struct list {
	uint32_t codes[8];
	uint64_t signals;
};

NORETURN static void wrong(void)
{
	die(100, "invalid status list specification");
}

static unsigned code_of(struct str s)
{
	uint64_t v;

	if (!num_u64(s, UINT32_MAX, &v))
		wrong();
	if (v > 255)
		die(100, "invalid exit code");
	return (unsigned)v;
}

static void add(struct list *l, struct str s)
{
	ptrdiff_t dash = str_chr(s, '-');
	char name[16];
	unsigned from, to;
	int sig;

	if (!ascii_digit((unsigned char)s.p[0])) {
		if (s.n >= sizeof name)
			wrong();
		memcpy(name, s.p, s.n);
		name[s.n] = '\0';
		sig = signal_number(name);
		if (!sig || sig > 63)
			wrong();
		l->signals |= UINT64_C(1) << sig;
		return;
	}
	from = to = code_of(dash < 0 ? s : str_cut(s, 0, (size_t)dash));
	if (dash >= 0) {
		if ((size_t)dash + 1 == s.n)
			die(100, "invalid interval specification");
		to = code_of(str_cut(s, (size_t)dash + 1, s.n));
	}
	if (to < from)
		die(100, "invalid interval");
	for (; from <= to; from++)
		l->codes[from / 32] |= UINT32_C(1) << from % 32;
}

static void read_list(struct list *l, const char *s)
{
	static const char sep[] = ",; \t\n";

	if (*s && strchr(sep, *s))
		wrong();
	while (*s) {
		size_t n = strcspn(s, sep);

		if (n)
			add(l, str_n(s, n));
		s += n;
		s += strspn(s, sep);
	}
}

static bool listed(const struct list *l, const struct s6_death *d)
{
	return (d->sig && d->sig < 64 && l->signals >> d->sig & 1) ||
	       (l->codes[d->code / 32] >> d->code % 32 & 1);
}

static void check(const struct list *l, uint64_t secs, uint64_t count)
{
	static struct s6_death deaths[S6_TALLY_MAX];
	struct tai now;
	struct err e;
	uint64_t found = 0;
	int n = s6_tally_read(AT_FDCWD, S6_TALLY, deaths, S6_TALLY_MAX, &e);

	if (n < 0)
		say_warnsys(e.num, "unable to stat " S6_TALLY);
	tai_now(&now);
	for (int i = 0; i < n; i++) {
		const struct s6_death *d = &deaths[i];

		if (tai_since(&d->when, &now) >= secs || !listed(l, d) ||
		    ++found < count)
			continue;
		say_info("PERMANENT FAILURE triggered after %llu events "
			 "involving %s %u in the last %llu seconds",
			 (unsigned long long)count,
			 d->sig ? "signal" : "exit code", d->sig ? d->sig : d->code,
			 (unsigned long long)secs);
		_exit(125);
	}
}

int s6_permafailon_main(int argc, char **argv)
{
	int i = applet_opts("s6-permafailon", NULL, NULL, argc, argv, 3);
	uint64_t secs, count;
	struct list l = {0};

	if (!num_arg(argv[i], UINT32_MAX, &secs) ||
	    !num_arg(argv[i + 1], UINT32_MAX, &count) || !count)
		applet_usage("s6-permafailon");
	if (count > S6_TALLY_MAX)
		count = S6_TALLY_MAX;
	read_list(&l, argv[i + 2]);
	check(&l, secs, count);
	el_exec(argv + i + 3);
}
