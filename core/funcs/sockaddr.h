// SPDX-License-Identifier: MIT
/* sockaddr - addresses of interfaces as values of go-sockaddr's templates.
 * Private to the sockaddr function. */
#ifndef BASEBOX_FUNCS_SOCKADDR_H
#define BASEBOX_FUNCS_SOCKADDR_H

#include "funcs/ipaddr.h"
#include "funcs/kit.h"

/* sockaddr.IfAddr */
enum { I_ADDR, I_FACE };
enum { FACE_INDEX, FACE_MTU, FACE_NAME, FACE_MAC, FACE_FLAGS };
extern const struct val_type type_if_addr, type_if_addrs, type_net_flags;

/* What the address of a value points at, as bytes. */
struct sock {
	struct ipaddr a;
	bool is_default;
};

const struct sock *sock_of(const struct val *v);
struct str face_name(const struct val *v);
/* v with another address. */
struct val sock_set(struct tmpl_call *c, const struct val *v, struct sock s);
struct val sock_list(struct tmpl_call *c);
/* All addresses of the host. */
int sock_all(struct tmpl_call *c, struct val *out);
/* Lower case, NUL-terminated. */
char *sock_lower(struct tmpl_call *c, struct str s);

/* One attribute as text; .p NULL: there is none of that name. */
struct str sock_attr(struct tmpl_call *c, const struct val *v, const char *name);

/* Appends to *out the addresses of a list that a selector ("flag", "rfc", ...)
 * with its parameter matches, or the others. */
int sock_filter(struct tmpl_call *c, struct str selector, struct str param,
		const struct val *list, bool exclude, struct val *out);

#endif
