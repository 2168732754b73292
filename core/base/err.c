// SPDX-License-Identifier: MIT
/* err - messages in a buffer of fixed size; cutting is silent by design. */
#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/fmt.h"

static void append_errno(struct err *e, int num)
{
	size_t n = strlen(e->text);

	snprintf(e->text + n, sizeof(e->text) - n, ": %s", strerror(num));
}

int err_set(struct err *e, int num, const char *fmt, ...)
{
	va_list ap;

	if (!e)
		return -1;
	e->num = num;
	va_start(ap, fmt);
	fmt_vprint(e->text, sizeof(e->text), fmt, ap);
	va_end(ap);
	if (num)
		append_errno(e, num);
	return -1;
}

int err_say(struct err *e, int num, const char *fmt, ...)
{
	va_list ap;

	if (!e)
		return -1;
	e->num = num;
	va_start(ap, fmt);
	fmt_vprint(e->text, sizeof(e->text), fmt, ap);
	va_end(ap);
	return -1;
}

int err_wrap(struct err *e, const char *fmt, ...)
{
	char head[ERR_TEXT];
	va_list ap;
	size_t n, old;

	if (!e)
		return -1;
	va_start(ap, fmt);
	fmt_vprint(head, sizeof(head) - 2, fmt, ap);
	va_end(ap);
	n = strlen(head);
	head[n++] = ':';
	head[n++] = ' ';
	old = strlen(e->text);
	if (n + old >= sizeof(e->text))
		old = sizeof(e->text) - 1 - n;
	memmove(e->text + n, e->text, old);
	e->text[n + old] = '\0';
	memcpy(e->text, head, n);
	return -1;
}

int err_nomem(struct err *e)
{
	return err_set(e, ENOMEM, "out of memory");
}
