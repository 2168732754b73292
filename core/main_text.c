// SPDX-License-Identifier: MIT
/* The reader of the packed texts (help and licences); see main_model.h. The
 * texts are one stream, each ended by a NUL, so the n-th costs reading those
 * before it: some milliseconds. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base.h"
#include "main.h"
#include "main_model.h"

enum { TEXT_MAX = 1 << 20 };

struct reader {
	struct model model;
	uint32_t low, high, code;
	unsigned pos;
};

/* Past the end the coder reads zeros, as the packer assumes. */
static uint32_t next_byte(struct reader *r)
{
	return r->pos < packed_size ? packed_texts[r->pos++] : 0;
}

static int read_char(struct reader *r)
{
	unsigned c = 1;

	while (c < 256) {
		uint32_t mid = model_split(&r->model, r->low, r->high);
		int bit = r->code <= mid;

		if (bit)
			r->high = mid;
		else
			r->low = mid + 1;
		while (!((r->low ^ r->high) >> 24)) {
			r->low <<= 8;
			r->high = r->high << 8 | 255;
			r->code = r->code << 8 | next_byte(r);
		}
		model_update(&r->model, bit);
		c = c << 1 | (unsigned)bit;
	}
	return (int)(c & 255);
}

int main_texts(unsigned from, unsigned to,
	       int (*take)(void *ctx, unsigned number, char *text), void *ctx)
{
	struct reader *r = malloc(sizeof(*r));
	struct buf BUF_AUTO text;
	int result = 0;

	buf_init(&text, TEXT_MAX);
	if (!r)
		return -1;
	model_init(&r->model);
	r->low = 0;
	r->high = UINT32_MAX;
	r->pos = 0;
	for (int i = 0; i < 4; i++)
		r->code = r->code << 8 | next_byte(r);
	for (unsigned n = 0; n < to && !result;) {
		int c = read_char(r);

		if (c) {
			buf_addc(&text, (char)c);
			continue;
		}
		if (n >= from)
			result = text.failed ? -1 : take(ctx, n, text.p);
		buf_reset(&text);
		n++;
	}
	free(r);
	return result;
}

int main_put(const char *text)
{
	size_t left = strlen(text);

	while (left) {
		ssize_t n = write(1, text, left);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			say_warnsys(errno, "unable to write");
			return 111;
		}
		text += n;
		left -= (size_t)n;
	}
	return 0;
}

static int put_help(void *ctx, unsigned number, char *text)
{
	(void)number;
	*(int *)ctx = main_put(strchr(text, '\n') + 1);
	return 1;
}

static int put_text(unsigned number)
{
	int code = 0;

	if (main_texts(number, number + 1, put_help, &code) < 0) {
		say_warnsys(ENOMEM, "unable to read the texts");
		return 111;
	}
	return code;
}

static int put_usage(void *ctx, unsigned number, char *text)
{
	char *usage = strstr(text, "\nusage: ");

	(void)number;
	if (!usage)
		return 0;
	usage[1] = 'U';
	*(int *)ctx = main_put(usage + 1);
	return 1;
}

int applet_help(const char *name)
{
	unsigned number = applets[applet_find(name)].text;
	int code = 111;

	if (main_texts(number, number + 1, put_usage, &code) < 0)
		say_warnsys(ENOMEM, "unable to read the texts");
	return code;
}

int main_help(int applet)
{
	return put_text(applets[applet].text);
}

int applet_functions(void)
{
	return put_text(applet_texts + 2u);
}

int main_licenses(void)
{
	return put_text(applet_texts);
}

int main_sbom(void)
{
	return put_text(applet_texts + 1u);
}
