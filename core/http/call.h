// SPDX-License-Identifier: MIT
/* call - what the engine asks of a call. */
#ifndef BASEBOX_HTTP_CALL_H
#define BASEBOX_HTTP_CALL_H

#include "http/inner.h"

/* The transfer is over: tells the owner and frees the call. */
void http_call_finish(struct http_call *c, CURLcode code);

#endif
