// SPDX-License-Identifier: MIT
/* srv - the server that a domain's SRV records name (RFC 2782). */
#include <arpa/nameser.h>
#include <netinet/in.h>
#include <resolv.h>

#include "crypto.h"
#include "http.h"

struct srv {
	unsigned priority, port;
	uint32_t weights; /* of all that share this priority, up to here */
	char target[NS_MAXDNAME];
};

/* Among equals the weights decide, by lot, in one pass. */
static bool better(struct srv *best, unsigned priority, unsigned weight)
{
	uint32_t lot;

	if (best->port && priority > best->priority)
		return false;
	if (!best->port || priority < best->priority) {
		best->weights = weight;
		return true;
	}
	best->weights += weight;
	crypto_random(&lot, sizeof(lot));
	return best->weights && lot % best->weights < weight;
}

static void consider(struct srv *best, ns_msg *m, const ns_rr *r)
{
	const unsigned char *d = ns_rr_rdata(*r);
	char target[NS_MAXDNAME];

	if (ns_rr_type(*r) != ns_t_srv || ns_rr_rdlen(*r) < 7 ||
	    dn_expand(ns_msg_base(*m), ns_msg_end(*m), d + 6, target,
		      sizeof(target)) < 0 ||
	    !*target || !ns_get16(d + 4) ||
	    !better(best, ns_get16(d), ns_get16(d + 2)))
		return;
	best->priority = ns_get16(d);
	best->port = ns_get16(d + 4);
	memcpy(best->target, target, sizeof(target));
}

bool http_srv(const char *url, struct buf *out)
{
	unsigned char answer[4096];
	struct buf BUF_AUTO name = {0};
	struct srv best = {0};
	struct http_addr a;
	struct err e;
	ns_msg m;
	ns_rr r;
	int n = -1;

	if (http_addr_parse(url, &a, &e) < 0)
		return false;
	buf_addf(&name, "_http._tcp.%s", a.host);
	if (*a.host && !a.port_given && !name.failed)
		n = res_query(buf_str(&name), ns_c_in, ns_t_srv, answer,
			      sizeof(answer));
	if (n > 0 && n <= (int)sizeof(answer) &&
	    ns_initparse(answer, n, &m) == 0)
		for (int i = 0; i < ns_msg_count(m, ns_s_an); i++)
			if (ns_parserr(&m, ns_s_an, i, &r) == 0)
				consider(&best, &m, &r);
	if (best.port)
		buf_addf(out, "%s://%s:%u%s", a.tls ? "https" : "http",
			 best.target, best.port, a.prefix);
	http_addr_free(&a);
	return best.port && !out->failed;
}
