// SPDX-License-Identifier: MIT
/* cert - what a certificate says (RFC 5280). Read here and not with the TLS
 * library, which refuses those whose keys it cannot use itself. */
#include <time.h>

#include "crypto/der.h"
#include "crypto/pki.h"

/* Object identifiers, encoded. */
#define OID_COMMON_NAME "\x55\x04\x03"
#define OID_BASIC "\x55\x1D\x13"
#define OID_KEY_ID "\x55\x1D\x0E"

static bool two_digits(struct str *s, int *v)
{
	if (s->n < 2 || !ascii_digit((unsigned char)s->p[0]) ||
	    !ascii_digit((unsigned char)s->p[1]))
		return false;
	*v = (s->p[0] - '0') * 10 + (s->p[1] - '0');
	*s = str_cut(*s, 2, s->n);
	return true;
}

/* UTCTime (years 1950 to 2049) or GeneralizedTime, both in UTC. */
static bool read_time(struct str *in, int64_t *out)
{
	struct der_item item;
	struct tm t = {0};
	int high = 0, *fields[] = {&t.tm_mon, &t.tm_mday, &t.tm_hour,
				   &t.tm_min, &t.tm_sec};

	if (!der_get(in, &item) ||
	    (item.tag != DER_UTC_TIME && item.tag != DER_TIME))
		return false;
	if (item.tag == DER_TIME && !two_digits(&item.body, &high))
		return false;
	if (!two_digits(&item.body, &t.tm_year))
		return false;
	if (item.tag == DER_UTC_TIME)
		high = t.tm_year < 50 ? 20 : 19;
	t.tm_year += high * 100 - 1900;
	for (size_t i = 0; i < COUNT(fields); i++)
		if (!two_digits(&item.body, fields[i]))
			return false;
	t.tm_mon--;
	*out = timegm(&t);
	return str_is(item.body, "Z");
}

static void read_common_name(struct cert_info *c)
{
	struct str names = c->subject, parts;
	struct der_item item, oid, value;

	if (!der_want(&names, DER_SEQ, &item))
		return;
	names = item.body;
	while (der_want(&names, DER_SET, &item)) {
		parts = item.body;
		if (!der_want(&parts, DER_SEQ, &item))
			return;
		parts = item.body;
		if (der_want(&parts, DER_OID, &oid) &&
		    der_get(&parts, &value) &&
		    str_is(oid.body, OID_COMMON_NAME))
			c->common_name = value.body;
	}
}

static void read_extension(struct str body, struct cert_info *c)
{
	struct der_item oid, item, value;

	if (!der_want(&body, DER_OID, &oid))
		return;
	(void)der_want(&body, DER_BOOLEAN, &item); /* critical */
	if (!der_want(&body, DER_OCTETS, &value))
		return;
	body = value.body;
	if (str_is(oid.body, OID_BASIC) && der_want(&body, DER_SEQ, &item))
		c->is_ca = der_want(&item.body, DER_BOOLEAN, &value) &&
			   value.body.n == 1 && value.body.p[0];
	else if (str_is(oid.body, OID_KEY_ID) &&
		 der_want(&body, DER_OCTETS, &item))
		c->key_id = item.body;
}

/* TBSCertificate's content. */
static bool read_body(struct str in, struct cert_info *c)
{
	struct der_item item, times;

	(void)der_want(&in, DER_CONTEXT | 0x20, &item); /* version */
	if (!der_want(&in, DER_INTEGER, &item))
		return false;
	c->serial = item.body;
	if (!der_want(&in, DER_SEQ, &item)) /* algorithm */
		return false;
	if (!der_want(&in, DER_SEQ, &item))
		return false;
	c->issuer = item.whole;
	if (!der_want(&in, DER_SEQ, &times) ||
	    !read_time(&times.body, &c->not_before) ||
	    !read_time(&times.body, &c->not_after) ||
	    !der_want(&in, DER_SEQ, &item))
		return false;
	c->subject = item.whole;
	read_common_name(c);
	if (!der_want(&in, DER_SEQ, &item))
		return false;
	c->public_key = item.whole;
	while (der_get(&in, &item)) {
		struct str list = item.body;

		if (item.tag != (DER_CONTEXT | 0x20 | 3) ||
		    !der_want(&list, DER_SEQ, &item))
			continue;
		list = item.body;
		while (der_want(&list, DER_SEQ, &item))
			read_extension(item.body, c);
	}
	return true;
}

int crypto_cert_read(struct str der, struct cert_info *out, struct err *e)
{
	struct cert_info c = {0};
	struct der_item cert, body, item;

	if (!der_want(&der, DER_SEQ, &cert))
		return err_set(e, 0, "x509: malformed certificate");
	if (der.n)
		return err_set(e, 0, "x509: trailing data");
	if (!der_want(&cert.body, DER_SEQ, &body) ||
	    !der_want(&cert.body, DER_SEQ, &item) ||
	    !der_want(&cert.body, DER_BITS, &item) ||
	    !read_body(body.body, &c))
		return err_set(e, 0, "x509: malformed certificate");
	*out = c;
	return 0;
}
