// SPDX-License-Identifier: MIT
/* sprig_crypto - passwords, ciphers, keys and certificates.
 * Source: sprig v3 (crypto.go), as facts. */
#include "crypto/pki.h"
#include "crypto/secret.h"
#include "funcs/ask.h"
#include "funcs/shapes.h"
#include "funcs/themes.h"

/*: sprig_bcrypt PASSWORD
 * {{ sprig_bcrypt "x" | sprig_trunc 7 }} => $2a$10$
 */
FN(bcrypt)
{
	char text[BCRYPT_TEXT];

	if (crypto_bcrypt(args[0].s, BCRYPT_COST, text, c->err) < 0)
		return ret_str(out, str_of(arena_printf(
					    c->arena,
					    "failed to encrypt string with "
					    "bcrypt: %s",
					    c->err->text)));
	return ret_str(out, str_of(arena_strdup(c->arena, text)));
}

/*: sprig_htpasswd USER PASSWORD
 * {{ sprig_htpasswd "me" "x" | sprig_trunc 10 }} => me:$2a$10$
 */
FN(htpasswd)
{
	struct text t = text_in(c);

	if (str_chr(args[0].s, ':') >= 0) {
		text_adds(&t, "invalid username: ");
		text_s(&t, args[0].s);
		return ret_text(&t, out);
	}
	bcrypt(c, args + 1, 1, out);
	text_s(&t, args[0].s);
	text_addc(&t, ':');
	text_s(&t, out->s);
	return ret_text(&t, out);
}

/* What a call made in a heap buffer, or its error. */
static int made(struct tmpl_call *c, int r, struct buf *b, struct val *out)
{
	if (r == 0)
		return ret_buf(c, b, out);
	buf_free(b);
	return -1;
}

/* Errors are results. */
static int made_or_text(struct tmpl_call *c, int r, struct buf *b,
			struct val *out)
{
	if (made(c, r, b, out) == 0)
		return 0;
	return ret_str(out, str_of(arena_strdup(c->arena, c->err->text)));
}

/*: sprig_derivePassword COUNTER TYPE PASSWORD USER SITE
 * {{ sprig_derivePassword 1 "long" "password" "user" "example.com" }} => ZedaFaxcZaso9*
 */
FN(derive)
{
	struct buf b;
	int r;

	buf_init(&b, 0);
	r = crypto_derive_password((uint32_t)args[0].u, cstr(c, args[1].s),
				   args[2].s, args[3].s, args[4].s, &b,
				   c->err);
	return made_or_text(c, r, &b, out);
}

/*: sprig_encryptAES PASSWORD TEXT
 * {{ sprig_encryptAES "secret" "text" | sprig_decryptAES "secret" }} => text
 */
FN(encrypt)
{
	struct buf b;
	int r;

	buf_init(&b, TMPL_STRING);
	r = crypto_aes_encrypt(args[0].s, args[1].s, &b, c->err);
	return made(c, r, &b, out);
}

/*: sprig_decryptAES PASSWORD TEXT
 * {{ sprig_decryptAES "secretkey" "30tEfhuJSVRhpG97XCuWgz2okj7L8vQ1s6V9zVUPeDQ=" }} => plaintext
 */
FN(decrypt)
{
	struct buf b;
	int r;

	buf_init(&b, TMPL_STRING);
	r = crypto_aes_decrypt(args[0].s, args[1].s, &b, c->err);
	return made(c, r, &b, out);
}

/*: sprig_genPrivateKey TYPE
 * {{ sprig_genPrivateKey "ecdsa" | regexMatch "BEGIN EC PRIVATE KEY" }} => true
 */
FN(make_key)
{
	struct buf b;
	int r;

	buf_init(&b, 0);
	r = crypto_key_make(args[0].s, &b, c->err);
	return made_or_text(c, r, &b, out);
}

/* --- certificates --- */

const struct val_type type_uint32 = {
	.name = "uint32", .kind = KIND_UINT, .bits = 32};

FIELDS(certificate) = {STRING(Cert), STRING(Key)};
const struct val_type type_certificate =
	STRUCT("sprig.certificate", certificate);
static const struct val_type certificate_p =
	POINTER("sprig.certificate", type_certificate);

/* Both buffers as a value; frees them. */
static int ret_pair(struct tmpl_call *c, int r, struct buf *cert,
		    struct buf *key, struct val *out)
{
	jmp_buf *was = arena_hold(c->arena);
	struct str s[2] = {str_n(buf_str(cert), cert->len),
			   str_n(buf_str(key), key->len)};
	struct val v = {0};

	if (r == 0) {
		v = val_ptr(c->arena, &certificate_p);
		for (int i = 0; v.fields && i < 2; i++)
			v.fields[i] = val_str_dup(c->arena, s[i]);
		v.type = &type_certificate;
	}
	buf_free(cert);
	buf_free(key);
	if (arena_release(c, was, r == 0 && (!v.fields || !v.fields[0].s.p ||
					     !v.fields[1].s.p)) < 0)
		return -1;
	*out = v;
	return r;
}

/* The texts of a list of anything. */
static int texts(struct tmpl_call *c, const struct val *list,
		 const char *what, struct strlist *out)
{
	for (size_t i = 0; i < val_len_list(list); i++) {
		const struct val *v = &list->list->items[i];

		if (val_kind(v) != KIND_STRING)
			return fail(c, "%s: %.*s is not a string", what,
				    STRF(go_string(c, v)));
		if (strlist_addn(out, v->s.p, v->s.n) < 0)
			return err_nomem(c->err);
	}
	return 0;
}

static int make_cert(struct tmpl_call *c, struct cert_order *o,
		     const struct val *ips, const struct val *names,
		     struct val *out)
{
	jmp_buf *was = arena_hold(c->arena);
	struct strlist addresses = {0}, hosts = {0};
	struct buf cert, key;
	int r = 0;

	buf_init(&cert, 0);
	buf_init(&key, 0);
	if (!c->host->now)
		r = no_host(c);
	else
		o->now = c->host->now(c->host->ctx).tv_sec;
	o->ips = &addresses;
	o->names = &hosts;
	if (r == 0 && ips)
		r = texts(c, ips, "error parsing ip", &addresses);
	if (r == 0 && names)
		r = texts(c, names, "error processing alternate dns name",
			  &hosts);
	if (r == 0)
		r = crypto_cert_make(o, &cert, &key, c->err);
	strlist_free(&addresses);
	strlist_free(&hosts);
	o->ips = o->names = NULL;
	arena_release(c, was, false);
	return ret_pair(c, r, &cert, &key, out);
}

/*: sprig_genCA NAME DAYS
 * {{ (sprig_genCA "ca" 1).Cert | regexMatch "BEGIN CERTIFICATE" }} => true
 */
FN(gen_ca)
{
	struct cert_order o = {.common_name = args[0].s,
			       .days = args[1].i,
			       .ca = true,
			       .key = n > 2 ? args[2].s : str_n(NULL, 0)};

	return make_cert(c, &o, NULL, NULL, out);
}

/*: sprig_genCAWithKey NAME DAYS KEY
 * {{ $k := sprig_genPrivateKey "ecdsa" }}{{ eq (sprig_genCAWithKey "ca" 1 $k).Key $k }} => true
 */
FN(gen_ca_with_key)
{
	return gen_ca(c, args, n, out);
}

/*: sprig_genSelfSignedCert NAME IPS NAMES DAYS
 * {{ (sprig_genSelfSignedCert "x" (sprig_list "10.0.0.1") nil 1).Key | regexMatch "BEGIN RSA" }} => true
 */
FN(gen_self)
{
	struct cert_order o = {.common_name = args[0].s,
			       .days = args[3].i,
			       .key = n > 4 ? args[4].s : str_n(NULL, 0)};

	return make_cert(c, &o, &args[1], &args[2], out);
}

/*: sprig_genSelfSignedCertWithKey NAME IPS NAMES DAYS KEY
 * {{ (sprig_genSelfSignedCertWithKey "x" nil nil 1 (sprig_genPrivateKey "ecdsa")).Cert | regexMatch "BEGIN CERT" }} => true
 */
FN(gen_self_with_key)
{
	return gen_self(c, args, n, out);
}

/*: sprig_genSignedCert NAME IPS NAMES DAYS CA
 * {{ $ca := sprig_genCA "ca" 1 }}{{ (sprig_genSignedCert "x" nil (sprig_list "x.example") 1 $ca).Cert | regexMatch "BEGIN CERT" }} => true
 */
FN(gen_signed)
{
	struct cert_pair ca = {args[4].fields[0].s, args[4].fields[1].s};
	struct cert_order o = {.common_name = args[0].s,
			       .days = args[3].i,
			       .signer = &ca,
			       .key = n > 5 ? args[5].s : str_n(NULL, 0)};

	return make_cert(c, &o, &args[1], &args[2], out);
}

/*: sprig_genSignedCertWithKey NAME IPS NAMES DAYS CA KEY
 * {{ $k := sprig_genPrivateKey "ecdsa" }}{{ $ca := sprig_genCAWithKey "ca" 1 $k }}{{ (sprig_genSignedCertWithKey "x" nil nil 1 $ca $k).Cert | regexMatch "BEGIN CERT" }} => true
 */
FN(gen_signed_with_key)
{
	return gen_signed(c, args, n, out);
}

/*: sprig_buildCustomCert CERT64 KEY64
 * {{ $p := sprig_genCAWithKey "ca" 1 (sprig_genPrivateKey "ecdsa") }}{{ (sprig_buildCustomCert (base64Encode $p.Cert) (base64Encode $p.Key)).Key | regexMatch "KEY" }} => true
 */
FN(custom)
{
	struct buf cert, key;
	int r;

	buf_init(&cert, 0);
	buf_init(&key, 0);
	r = crypto_cert_custom(args[0].s, args[1].s, &cert, &key, c->err);
	return ret_pair(c, r, &cert, &key, out);
}

#define CERT "<sprig.certificate>"
static const struct tmpl_func table[] = {
	{"bcrypt", "s:s", bcrypt},
	{"buildCustomCert", "ss:" CERT, custom},
	{"decryptAES", "ss:s", decrypt},
	{"derivePassword", "<uint32>ssss:s", derive},
	{"encryptAES", "ss:s", encrypt},
	{"genCA", "si:" CERT, gen_ca},
	{"genCAWithKey", "sis:" CERT, gen_ca_with_key},
	{"genPrivateKey", "s:s", make_key},
	{"genSelfSignedCert", "sAAi:" CERT, gen_self},
	{"genSelfSignedCertWithKey", "sAAis:" CERT, gen_self_with_key},
	{"genSignedCert", "sAAi" CERT ":" CERT, gen_signed},
	{"genSignedCertWithKey", "sAAi" CERT "s:" CERT, gen_signed_with_key},
	{"htpasswd", "ss:s", htpasswd},
};

THEME(theme_sprig_crypto, "sprig secrets and certificates", table);
