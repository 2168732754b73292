// SPDX-License-Identifier: MIT
/* tls - certificates parsed once and lent to every connection. curl would
 * parse the CA file anew for each one (0.5 MB each with the full bundle), so
 * it is given none; instead its SSL context callback, which for Mbed TLS
 * passes the mbedtls_ssl_config, puts our chain in. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include <mbedtls/error.h>
#include <mbedtls/pk.h>
#include <mbedtls/ssl.h>
#include <mbedtls/x509_crt.h>

#include "http/inner.h"
#include "os/dir.h"
#include "os/file.h"

enum { PEM_MAX = 8 << 20 };

struct http_tls {
	unsigned refs;
	bool insecure;
	bool system; /* the system's certificates, not read yet */
	bool own;    /* cert and key hold something */
	char id[24];
	char *server_name;
	mbedtls_x509_crt ca;
	mbedtls_x509_crt cert;
	mbedtls_pk_context key;
};

static int say(struct err *e, int ret, const char *verb, const char *what)
{
	char text[128];

	mbedtls_strerror(ret, text, sizeof(text));
	return err_set(e, 0, "%s %s: %s", verb, what, text);
}

static int read_pem(const char *path, struct buf *b, struct err *e)
{
	struct err low;

	buf_init(b, PEM_MAX);
	if (file_read(AT_FDCWD, path, b, PEM_MAX, &low) == 0)
		return 0;
	return err_set(e, 0, "open %s: %s", path, err_go(low.num));
}

/* Adds the certificates of a PEM text; those of a kind that Mbed TLS does not
 * know are skipped, but one at least must be there. */
static int add_pem(mbedtls_x509_crt *chain, struct str pem, const char *what,
		   struct err *e)
{
	struct buf BUF_AUTO b = {0};
	int ret;

	if (buf_add(&b, pem.p, pem.n) < 0)
		return err_nomem(e);
	ret = mbedtls_x509_crt_parse(
		chain, (const unsigned char *)buf_str(&b), b.len + 1);
	if (ret < 0)
		return say(e, ret, "unable to parse certificates of", what);
	return 0;
}

static int add_file(mbedtls_x509_crt *chain, const char *path, struct err *e)
{
	struct buf BUF_AUTO b = {0};

	if (read_pem(path, &b, e) < 0)
		return -1;
	return add_pem(chain, str_n(buf_str(&b), b.len), path, e);
}

/* Each file of a folder; strict = every one must be readable. */
static int add_dir(mbedtls_x509_crt *chain, const char *path, bool strict,
		   struct err *e)
{
	struct dir d;
	const char *name;
	int ret = 0;

	if (dir_open(&d, AT_FDCWD, path, e) < 0)
		return err_set(e, 0, "open %s: %s", path, err_go(e ? e->num
								: errno));
	while (ret == 0 && (name = dir_next(&d))) {
		struct buf BUF_AUTO full = {0};

		if (name[0] == '.')
			continue;
		buf_addf(&full, "%s/%s", path, name);
		if (add_file(chain, buf_str(&full), e) < 0 && strict)
			ret = -1;
	}
	dir_close(&d);
	return ret;
}

/* The places where Go looks for the system's roots. */
static void add_system(mbedtls_x509_crt *chain)
{
	static const char *const files[] = {
		"/etc/ssl/certs/ca-certificates.crt",
		"/etc/pki/tls/certs/ca-bundle.crt",
		"/etc/ssl/ca-bundle.pem",
		"/etc/pki/tls/cacert.pem",
		"/etc/ssl/cert.pem",
	};
	const char *file = getenv("SSL_CERT_FILE");
	const char *dir = getenv("SSL_CERT_DIR");
	struct err e;

	if (file && *file)
		(void)!add_file(chain, file, &e);
	for (size_t i = 0; i < COUNT(files) && !(file && *file); i++)
		if (add_file(chain, files[i], &e) == 0)
			break;
	if (dir && *dir)
		(void)!add_dir(chain, dir, false, &e);
}

int http_tls_rng(void *ctx, unsigned char *out, size_t n)
{
	(void)ctx;
	while (n) {
		ssize_t got = getrandom(out, n, 0);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return MBEDTLS_ERR_PK_BAD_INPUT_DATA;
		out += got;
		n -= (size_t)got;
	}
	return 0;
}

static int load_own(struct http_tls *t, const char *cert, const char *key,
		    struct err *e)
{
	struct buf BUF_AUTO b = {0};
	int ret;

	if (!key || !*key)
		key = cert;
	if (add_file(&t->cert, cert, e) < 0 || read_pem(key, &b, e) < 0)
		return -1;
	ret = mbedtls_pk_parse_key(&t->key, (const unsigned char *)buf_str(&b),
				   b.len + 1, NULL, 0,
				   http_tls_rng, NULL);
	explicit_bzero(b.p, b.len);
	if (ret)
		return say(e, ret, "unable to parse the key of", key);
	t->own = true;
	return 0;
}

static int load(struct http_tls *t, const struct http_tls_conf *c,
		struct err *e)
{
	if (c->server_name && *c->server_name) {
		t->server_name = strdup(c->server_name);
		if (!t->server_name)
			return err_nomem(e);
	}
	if (c->cert && *c->cert && load_own(t, c->cert, c->key, e) < 0)
		return -1;
	if (c->ca_pem.n)
		return add_pem(&t->ca, c->ca_pem, "the given CA text", e);
	if (c->ca_file && *c->ca_file)
		return add_file(&t->ca, c->ca_file, e);
	if (c->ca_path && *c->ca_path)
		return add_dir(&t->ca, c->ca_path, true, e);
	t->system = true;
	return 0;
}

int http_tls_open(const struct http_tls_conf *c, struct http_tls **out,
		  struct err *e)
{
	unsigned char name[8];
	struct http_tls *t = calloc(1, sizeof(*t));

	if (!t)
		return err_nomem(e);
	t->refs = 1;
	t->insecure = c->insecure;
	mbedtls_x509_crt_init(&t->ca);
	mbedtls_x509_crt_init(&t->cert);
	mbedtls_pk_init(&t->key);
	if (http_tls_rng(NULL, name, sizeof(name)) != 0) {
		err_set(e, errno, "unable to get random bytes");
		http_tls_free(t);
		return -1;
	}
	for (size_t i = 0; i < sizeof(name); i++) {
		t->id[2 * i] = (char)('a' + (name[i] >> 4));
		t->id[2 * i + 1] = (char)('a' + (name[i] & 15));
	}
	if (load(t, c, e) < 0) {
		http_tls_free(t);
		return -1;
	}
	*out = t;
	return 0;
}

struct http_tls *http_tls_ref(struct http_tls *t)
{
	t->refs++;
	return t;
}

void http_tls_free(struct http_tls *t)
{
	if (!t || --t->refs)
		return;
	mbedtls_x509_crt_free(&t->ca);
	mbedtls_x509_crt_free(&t->cert);
	mbedtls_pk_free(&t->key);
	free(t->server_name);
	free(t);
}

const char *http_tls_id(const struct http_tls *t)
{
	return t->id;
}

const char *http_tls_server_name(const struct http_tls *t)
{
	return t->server_name;
}

bool http_tls_insecure(const struct http_tls *t)
{
	return t->insecure;
}

CURLcode http_tls_setup(CURL *easy, void *conf, void *p)
{
	struct http_tls *t = p;

	(void)easy;
	if (t->system && !t->insecure) {
		add_system(&t->ca);
		t->system = false;
	}
	mbedtls_ssl_conf_ca_chain(conf, &t->ca, NULL);
	if (t->own && mbedtls_ssl_conf_own_cert(conf, &t->cert, &t->key))
		return CURLE_SSL_CERTPROBLEM;
	return CURLE_OK;
}
