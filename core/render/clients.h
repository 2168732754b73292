// SPDX-License-Identifier: MIT
/* clients - the servers that dependencies are read from. */
#ifndef BASEBOX_RENDER_CLIENTS_H
#define BASEBOX_RENDER_CLIENTS_H

#include "render/runner.h"

/* Texts as `client set: consul: ...`. */
int clients_open(struct runner *r, struct err *e);
/* Keeps the tokens and secrets of this process out of core dumps. */
void clients_hide(const struct render_config *c);
/* Consul says 403: the token file may hold another token now. */
void clients_token_again(struct runner *r);
void clients_close(struct runner *r);

/* An SSL stanza and a transport stanza for the HTTP client. */
void clients_tls(const struct render_ssl *s, struct http_tls_conf *t);

#endif
