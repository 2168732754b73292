// SPDX-License-Identifier: MIT
/* basebox - one static binary for a base image
 *
 * usage: basebox [--list]
 * usage: basebox APPLET [ARGUMENT...]
 * usage: basebox --install [-s] [-f] DIR
 * usage: basebox --version | --licenses | --sbom
 *
 * The name that this file is called by says which applet it is; as basebox it
 * takes the applet's name as its first argument. APPLET --help explains one.
 *
 * Without arguments: all applets, one line each. --list: the names alone.
 * --install makes a hard link (-s: a symbolic link) for each applet in DIR.
 * A name that exists is reported and left alone; -f replaces it.
 * --licenses prints the licences of this program and of the libraries in it;
 * --sbom lists them with versions and source hashes (SPDX 2.3, JSON).
 *
 * Exit: 0 ok, 100 wrong usage, 111 system call failed, 127 no such applet;
 * else the applet's own.
 * See: README.md
 */
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "applets.h"
#include "base.h"
#include "main.h"

/* The list being written; the heading changes with the applets' folder. */
struct listing {
	struct buf out;
	char job[32];
};

/* Other names of the applet whose help is text `number`. */
static void add_aliases(struct buf *names, unsigned number, const char *name)
{
	for (unsigned i = 0; i < applet_count; i++)
		if (applets[i].text == number && strcmp(applet_name(i), name))
			buf_addf(names, " %s", applet_name(i));
}

static int list_one(void *ctx, unsigned number, char *text)
{
	struct listing *l = ctx;
	struct buf BUF_AUTO names = {0};
	char *job = text, *name = strchr(text, '\n'), *summary;

	if (!name)
		return 0;
	*name++ = '\0';
	if (!strcmp(job, "core"))
		return 0;
	summary = strstr(name, " - ");
	if (!summary)
		return 0;
	*summary = '\0';
	summary += 3;
	summary[strcspn(summary, "\n")] = '\0';
	if (strcmp(job, l->job))
		buf_addf(&l->out, "\n%s:\n", job);
	snprintf(l->job, sizeof(l->job), "%s", job);
	add_aliases(&names, number, name);
	buf_addf(&l->out, "  %-21s %s%s%s%s\n", name, summary,
		 names.len ? " (also" : "", buf_str(&names),
		 names.len ? ")" : "");
	return 0;
}

static int list(void)
{
	static const char head[] =
		"basebox " BASEBOX_VERSION "; APPLET --help explains one of:\n";
	struct listing l = {0};
	int code = 111;

	buf_adds(&l.out, head);
	if (main_texts(0, applet_texts, list_one, &l) < 0 || l.out.failed)
		say_warnsys(ENOMEM, "unable to list");
	else
		code = main_put(l.out.p);
	buf_free(&l.out);
	return code;
}

static int names(void)
{
	struct buf BUF_AUTO out;

	buf_init(&out, 0);
	for (unsigned i = 0; i < applet_count; i++)
		buf_addf(&out, "%s\n", applet_name(i));
	return out.failed ? 111 : main_put(out.p);
}

/* Optimal string alignment distance of two names, 99 when one is too long: a
 * letter missing, added, changed or two swapped cost 1. */
enum { NAME_MAX_LEN = 31 };

static unsigned distance(const char *a, const char *b)
{
	unsigned d[3][NAME_MAX_LEN + 1];
	unsigned n = (unsigned)strlen(a), m = (unsigned)strlen(b);

	if (n > NAME_MAX_LEN || m > NAME_MAX_LEN)
		return 99;
	for (unsigned j = 0; j <= m; j++)
		d[0][j] = j;
	for (unsigned i = 1; i <= n; i++) {
		unsigned *row = d[i % 3], *up = d[(i + 2) % 3];
		unsigned *upper = d[(i + 1) % 3];

		row[0] = i;
		for (unsigned j = 1; j <= m; j++) {
			unsigned best = up[j - 1] + (a[i - 1] != b[j - 1]);

			if (up[j] + 1 < best)
				best = up[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1] && upper[j - 2] + 1 < best)
				best = upper[j - 2] + 1;
			row[j] = best;
		}
	}
	return d[n % 3][m];
}

static int unknown(const char *name)
{
	unsigned best = 99, at = 0;

	for (unsigned i = 0; i < applet_count; i++) {
		unsigned d = distance(name, applet_name(i));

		if (d < best) {
			best = d;
			at = i;
		}
	}
	if (best <= 1 + strlen(name) / 3)
		say_fatal("no applet %s; did you mean %s?", name,
			  applet_name(at));
	else
		say_fatal("no applet %s; basebox lists them", name);
	return 127;
}

struct self {
	bool list, install, version, licenses, sbom, symbolic, force;
};

#define FLAG(letter, name, field)                                              \
	{                                                                      \
		name, NULL, letter, OPT_FLAG, offsetof(struct self, field), 0  \
	}

static const struct opt basebox_opts[] = {
	FLAG(0, "list", list),
	FLAG(0, "install", install),
	FLAG('s', NULL, symbolic),
	FLAG('f', NULL, force),
	FLAG(0, "version", version),
	FLAG(0, "licenses", licenses),
	FLAG(0, "sbom", sbom),
	{0},
};

int basebox_main(int argc, char **argv)
{
	struct self self = {0};
	int next;

	if (argc < 2)
		return list();
	if (argv[1][0] != '-')
		return unknown(argv[1]);
	next = applet_opts("basebox", basebox_opts, &self, argc, argv, 0);
	if (self.install && argc - next == 1)
		return main_install(argv[next], self.symbolic, self.force);
	if (argc > next)
		applet_usage("basebox");
	if (self.version)
		return main_put("basebox " BASEBOX_VERSION "\n");
	if (self.list)
		return names();
	if (self.licenses)
		return main_licenses();
	if (self.sbom)
		return main_sbom();
	applet_usage("basebox");
}
