// SPDX-License-Identifier: MIT
/* url - Go's net/url as far as templates see it. Private to funcs. */
#ifndef BASEBOX_FUNCS_URL_H
#define BASEBOX_FUNCS_URL_H

#include "funcs/kit.h"

struct url {
	struct str scheme, opaque, host, path, query, fragment;
	struct str user, password;
	bool has_user, has_password;
	bool force_query; /* ends with a lone '?' */
	bool omit_host;	  /* scheme:/path */
};

/* What urlParse gives, in the order of the names. */
enum url_part {
	URL_FRAGMENT,
	URL_HOST,
	URL_HOSTNAME,
	URL_OPAQUE,
	URL_PATH,
	URL_QUERY,
	URL_SCHEME,
	URL_USERINFO,
	URL_PARTS
};
extern const char *const url_part_names[URL_PARTS];

/* Errors: parse "TEXT": ... */
int url_parse(struct arena *a, struct str text, struct url *u, struct err *e);
struct str url_part(struct arena *a, const struct url *u, enum url_part p);
/* From parts (the host name is ignored). */
int url_build(struct arena *a, const struct str parts[URL_PARTS],
	      struct url *u, struct err *e);
struct str url_string(struct arena *a, const struct url *u);

#endif
