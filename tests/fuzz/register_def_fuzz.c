// SPDX-License-Identifier: MIT
/* Any bytes as a file of service definitions, with real checks: services or
 * findings. What begins with "{{" is an address template instead. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "funcs.h"
#include "health.h"
#include "register.h"
#include "render.h"
#include "tmpl.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t read_check(void *ctx, struct arena *a, const struct hcl_node *b,
			 struct reg_check *out, reg_lint_fn *lint, void *lctx)
{
	struct health_def *d = arena_alloc(a, sizeof(*d));
	size_t n;

	(void)ctx;
	if (!d)
		return 1;
	health_def_init(d);
	n = health_def_hcl(a, b, d, lint, lctx);
	out->id = d->id;
	out->name = d->name;
	out->service_id = d->service_id;
	out->alias = d->kind == HEALTH_ALIAS ? d->target : NULL;
	out->agent = val_map(a, &type_map_any);
	return n;
}

static void definitions(const uint8_t *data, size_t size)
{
	static const struct reg_hooks hooks = {.read = read_check};
	struct reg_lint l = {0};
	struct reg_conf c;
	char path[64];
	int fd = memfd_create("def", 0), r;

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	reg_conf_init(&c, &hooks);
	r = reg_conf_file(&c, path, &l);
	if ((r < 0) != (l.errors > 0))
		abort(); /* refused without a reason, or the reverse */
	if (r == 0)
		(void)!reg_conf_finish(&c, "owner", &l);
	reg_lint_free(&l);
	reg_conf_free(&c);
	close(fd);
}

static void address(const uint8_t *data, size_t size)
{
	static const struct tmpl_host host = {.interfaces = host_interfaces};
	static const struct tmpl_opts opts = {.funcs = &funcs_sockaddr,
					      .name = "address"};
	struct buf b = {.max = REG_ADDR_TEXT};
	struct arena a;
	struct tmpl *t;
	struct err e;

	arena_init(&a, 16 << 20);
	if (tmpl_parse(&t, str_n((const char *)data, size), &opts, &e) == 0) {
		(void)!tmpl_exec(t, &host, TMPL_MISSING_ERROR, val_none(), &b,
				 &a, &e);
		tmpl_free(t);
	}
	buf_free(&b);
	arena_free(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size > 1 && data[0] == '{' && data[1] == '{')
		address(data, size);
	else
		definitions(data, size);
	return 0;
}
