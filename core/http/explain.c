// SPDX-License-Identifier: MIT
/* explain - curl's failures in the words of Go's net/http, crypto/tls and net
 * packages: `Get "URL": dial tcp 127.0.0.1:1: connect: connection refused`. */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <mbedtls/x509.h>

#include "http/inner.h"

/* What Mbed TLS finds about a certificate, and what Go says; first the one that
 * matters more. */
static const struct {
	uint32_t flags;
	const char *go;
} certs[] = {
	{MBEDTLS_X509_BADCERT_EXPIRED | MBEDTLS_X509_BADCERT_FUTURE,
	 "certificate has expired or is not yet valid"},
	{MBEDTLS_X509_BADCERT_CN_MISMATCH,
	 "certificate is not valid for the name"},
	{MBEDTLS_X509_BADCERT_NOT_TRUSTED,
	 "certificate signed by unknown authority"},
	{MBEDTLS_X509_BADCERT_BAD_MD | MBEDTLS_X509_BADCERT_BAD_PK |
		 MBEDTLS_X509_BADCERT_BAD_KEY,
	 "cannot verify signature: insecure algorithm"},
	{MBEDTLS_X509_BADCERT_KEY_USAGE | MBEDTLS_X509_BADCERT_EXT_KEY_USAGE |
		 MBEDTLS_X509_BADCERT_NS_CERT_TYPE,
	 "certificate specifies an incompatible key usage"},
};

/* "127.0.0.1:8500", brackets for IPv6. */
static void put_hostport(struct buf *b, const char *host, const char *port)
{
	buf_addf(b, strchr(host, ':') ? "[%s]:%s" : "%s:%s", host, port);
}

static bool literal(const char *host)
{
	return strchr(host, ':') || !host[strspn(host, "0123456789.")];
}

/* "dial tcp 127.0.0.1:8500", with curl's address when the name had one. */
static void put_dial(const struct http_call *c, struct buf *b)
{
	const struct http_addr *a = &c->site->addr;
	const char *host = a->host, *ip = NULL;

	if (*a->unix_path) {
		buf_addf(b, "dial unix %s", a->unix_path);
		return;
	}
	buf_adds(b, "dial tcp ");
	if (!literal(host) &&
	    curl_easy_getinfo(c->easy, CURLINFO_PRIMARY_IP, &ip) == CURLE_OK &&
	    ip && *ip)
		host = ip;
	put_hostport(b, host, a->port);
}

static void put_errno(const struct http_call *c, struct buf *b,
		      const char *call, const char *none)
{
	long num = 0;

	curl_easy_getinfo(c->easy, CURLINFO_OS_ERRNO, &num);
	if (num)
		buf_addf(b, "%s: %s", call, err_go((int)num));
	else
		buf_adds(b, none);
}

/* curl ends its text with the flags: `... error 0x00000008`. */
static void put_cert(const struct http_call *c, struct buf *b)
{
	const char *hex = strstr(c->text, "0x");
	unsigned long flags = hex ? strtoul(hex, NULL, 16) : 0;

	buf_adds(b, "tls: failed to verify certificate: ");
	for (size_t i = 0; i < COUNT(certs); i++)
		if (flags & certs[i].flags) {
			buf_addf(b, "x509: %s", certs[i].go);
			return;
		}
	buf_adds(b, c->text);
}

static void put_tls(const struct http_call *c, struct buf *b)
{
	buf_adds(b, "tls: ");
	buf_adds(b, *c->text ? c->text : "handshake failure");
}

static void put_timeout(const struct http_call *c, struct buf *b)
{
	curl_off_t connected = 0;

	curl_easy_getinfo(c->easy, CURLINFO_PRETRANSFER_TIME_T, &connected);
	if (!connected) {
		put_dial(c, b);
		buf_adds(b, ": i/o timeout");
	} else {
		buf_adds(b, "context deadline exceeded "
			    "(Client.Timeout exceeded while awaiting headers)");
	}
}

static void put_reason(const struct http_call *c, CURLcode code, struct buf *b)
{
	const struct http_addr *a = &c->site->addr;

	switch ((int)code) {
	case CURLE_COULDNT_RESOLVE_HOST:
		buf_addf(b, "dial tcp: lookup %s: no such host", a->host);
		break;
	case CURLE_COULDNT_RESOLVE_PROXY:
	case CURLE_PROXY:
		buf_addf(b, "proxyconnect tcp: %s", c->text);
		break;
	case CURLE_COULDNT_CONNECT:
		put_dial(c, b);
		buf_adds(b, ": ");
		put_errno(c, b, "connect", "connect: connection refused");
		break;
	case CURLE_OPERATION_TIMEDOUT:
		put_timeout(c, b);
		break;
	case CURLE_GOT_NOTHING:
		buf_adds(b, "EOF");
		break;
	case CURLE_PARTIAL_FILE:
		buf_adds(b, "unexpected EOF");
		break;
	case CURLE_SEND_ERROR:
		put_errno(c, b, "write tcp", "http: server closed connection");
		break;
	case CURLE_RECV_ERROR:
		put_errno(c, b, "read tcp", c->text);
		break;
	case CURLE_PEER_FAILED_VERIFICATION:
		put_cert(c, b);
		break;
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_CACERT_BADFILE:
		put_tls(c, b);
		break;
	case CURLE_UNSUPPORTED_PROTOCOL:
	case CURLE_WEIRD_SERVER_REPLY:
		buf_addf(b,
			 "net/http: HTTP/1.x transport connection broken: "
			 "malformed HTTP response (%s)",
			 *c->text ? c->text : curl_easy_strerror(code));
		break;
	case CURLE_TOO_MANY_REDIRECTS:
		buf_addf(b, "stopped after %d redirects", HTTP_REDIRECTS);
		break;
	case CURLE_OUT_OF_MEMORY:
		buf_adds(b, "out of memory");
		break;
	default:
		buf_adds(b, *c->text ? c->text : curl_easy_strerror(code));
	}
}

void http_explain(const struct http_call *c, CURLcode code, struct err *e)
{
	struct buf BUF_AUTO b = {.max = ERR_TEXT};
	const char *m = c->method;

	buf_addc(&b, m[0]);
	for (m++; *m; m++)
		buf_addc(&b, (char)ascii_lower((unsigned char)*m));
	buf_addf(&b, " \"%s\": ", c->url);
	if (c->refused.text[0])
		buf_adds(&b, c->refused.text);
	else
		put_reason(c, code, &b);
	err_set(e, 0, "%s", buf_str(&b));
}
