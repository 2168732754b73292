// SPDX-License-Identifier: MIT
/* render_program - see render_program.h. */
#include "render_program.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

int render_set(void *opts, const struct opt *o, const char *value,
	       struct err *e)
{
	return render_flag(&((struct render_flags *)opts)->load, o->name, value,
			   e);
}

/* Go stops at the first -h, whatever follows. */
int render_help(void *opts, const struct opt *o UNUSED,
		const char *value UNUSED, struct err *e)
{
	((struct render_flags *)opts)->help = true;
	return err_set(e, 0, "help");
}

/* A line before logging is set up, with the prefix of Go's log package. */
static void early_error(const struct err *e)
{
	struct timespec now = clock_wall();
	char stamp[32];
	struct tm tm;

	localtime_r(&now.tv_sec, &tm);
	strftime(stamp, sizeof(stamp), "%Y/%m/%d %H:%M:%S", &tm);
	say_line("%s [ERR] (cli) %s", stamp, e->text);
}

void render_scrub(char **argv, int end)
{
	static const char *const names[] = {
		"consul-token", "vault-token", "consul-auth", "token", "auth",
		"vault-k8s-service-account-token",
	};

	for (int i = 1; i < end && argv[i]; i++) {
		char *name = argv[i] + strspn(argv[i], "-");
		size_t n = strcspn(name, "=");
		char *value = name[n]	    ? name + n + 1
			      : i + 1 < end ? argv[i + 1]
					    : NULL;

		for (size_t k = 0; *argv[i] == '-' && value && k < COUNT(names);
		     k++)
			if (strlen(names[k]) == n &&
			    !strncmp(name, names[k], n))
				memset(value, 'x', strlen(value));
	}
}

int render_usage(const struct err *e)
{
	say_line("%s", e->text);
	return RENDER_USAGE;
}

int render_program(struct render_flags *f, const char *version)
{
	struct render_source src = {&f->load, render_load, render_load_free};
	struct render_config *cfg = NULL;
	struct err e;

	if (render_load(&f->load, &cfg, &e) < 0) {
		early_error(&e);
		return RENDER_CONFIG;
	}
	log_info(NULL, "%s", version);
	if (!f->version)
		return render_run(cfg, &src);
	puts(version);
	render_load_free(&f->load, cfg);
	return fflush(stdout) == 0 ? RENDER_OK : 111;
}
