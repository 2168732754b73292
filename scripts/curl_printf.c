// SPDX-License-Identifier: MIT
/* curl_printf - the calls of curl's mprintf.c that the library itself makes, on
 * the libc's vsnprintf: its own formatter is 5 kB. scripts/deps-build.sh puts
 * this in the place of that file. What differs from the libc's calls: the
 * result of msnprintf is what was stored, not what there would have been; a
 * text that does not fit into a dynbuf frees it. */
#include "curl_setup.h"

#include <curl/mprintf.h>

#include "curlx/dynbuf.h"
#undef vsnprintf
#include "curl_memory.h"
#include "memdebug.h"

const unsigned char Curl_ldigits[] = "0123456789abcdef";
const unsigned char Curl_udigits[] = "0123456789ABCDEF";

int curl_mvsnprintf(char *buffer, size_t maxlength, const char *format,
		    va_list args)
{
	int n = vsnprintf(buffer, maxlength, format, args);

	if (n < 0 || !maxlength)
		return 0;
	return (size_t)n < maxlength ? n : (int)maxlength - 1;
}

int curl_msnprintf(char *buffer, size_t maxlength, const char *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = curl_mvsnprintf(buffer, maxlength, format, args);
	va_end(args);
	return n;
}

/* NULL: no memory, or over the 8 MB that the original allows. */
char *curl_mvaprintf(const char *format, va_list args)
{
	va_list again;
	char *text = NULL;
	int n;

	va_copy(again, args);
	n = vsnprintf(NULL, 0, format, again);
	va_end(again);
	if (n >= 0 && n < 8000000)
		text = malloc((size_t)n + 1);
	if (text)
		vsnprintf(text, (size_t)n + 1, format, args);
	return text;
}

char *curl_maprintf(const char *format, ...)
{
	va_list args;
	char *text;

	va_start(args, format);
	text = curl_mvaprintf(format, args);
	va_end(args);
	return text;
}

int curl_mfprintf(FILE *to, const char *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = vfprintf(to, format, args);
	va_end(args);
	return n;
}

/* 0, or 1 without memory and 2 when it does not fit, as curl has them. */
int curlx_dyn_vprintf(struct dynbuf *dyn, const char *format, va_list args)
{
	char *text = curl_mvaprintf(format, args);
	CURLcode r;

	if (!text) {
		curlx_dyn_free(dyn);
		return 1;
	}
	r = curlx_dyn_addn(dyn, text, strlen(text));
	free(text);
	return r == CURLE_OK ? 0 : r == CURLE_TOO_LARGE ? 2 : 1;
}
