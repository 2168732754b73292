// SPDX-License-Identifier: MIT
/* grpc-health-probe - ask a gRPC server for its health
 *
 * usage: grpc_health_probe -addr=HOST:PORT [flags]
 *
 * Calls grpc.health.v1.Health/Check once and tells the answer by its exit code,
 * with the flags of the program of that name.
 *
 *   -addr=HOST:PORT         where the server is; also unix:///PATH
 *   -service=NAME           whose health; default: the server's
 *   -connect-timeout=TIME   keep trying to connect so long; default 1s
 *   -rpc-timeout=TIME       wait for the answer so long; default 1s
 *   -user-agent=TEXT        default grpc_health_probe
 *   -rpc-header="NAME: V"   a further header; repeated
 *   -tls                    use TLS
 *   -tls-no-verify          whatever certificate the server has
 *   -tls-ca-cert=FILE       certificates to trust, instead of the system's
 *   -tls-client-cert=FILE   our certificate
 *   -tls-client-key=FILE    and its key
 *   -tls-server-name=NAME   the name that the server's certificate must have
 *   -gzip                   accepted; the request is too small to be compressed
 *   -alts, -spiffe          refused: nothing here gives such identities
 *   -v                      say what is done
 *
 * Exit: 0 SERVING, 1 wrong usage, 2 no connection, 3 the call failed or took too
 *   long, 4 another state than SERVING.
 * See: https://github.com/grpc-ecosystem/grpc-health-probe
 * Alias: grpc_health_probe
 * Help: own
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "applet.h"
#include "applets.h"
#include "health/grpc.h"
#include "os/loop.h"

enum { GRPC_DEADLINE_EXCEEDED = 4 };
enum { BAD_USAGE = 1, NO_CONNECTION, CALL_FAILED, UNHEALTHY };
enum { AGAIN_FIRST_MS = 50, AGAIN_MAX_MS = 1000 };

struct grpc_opts {
	const char *addr, *service, *user_agent;
	int64_t connect_ns, call_ns;
	struct strlist headers;
	bool tls, insecure, gzip, alts, spiffe, verbose, help;
	const char *ca, *cert, *key, *name;
};

#define OFF(field) offsetof(struct grpc_opts, field)

const struct opt grpc_health_probe_opts[] = {
	{"addr", NULL, 0, OPT_STR, OFF(addr), 0},
	{"service", NULL, 0, OPT_STR, OFF(service), 0},
	{"connect-timeout", NULL, 0, OPT_DUR, OFF(connect_ns), 0},
	{"rpc-timeout", NULL, 0, OPT_DUR, OFF(call_ns), 0},
	{"user-agent", NULL, 0, OPT_STR, OFF(user_agent), 0},
	{"rpc-header", NULL, 0, OPT_LIST, OFF(headers), 0},
	{"tls", NULL, 0, OPT_FLAG, OFF(tls), 0},
	{"tls-no-verify", NULL, 0, OPT_FLAG, OFF(insecure), 0},
	{"tls-ca-cert", NULL, 0, OPT_STR, OFF(ca), 0},
	{"tls-client-cert", NULL, 0, OPT_STR, OFF(cert), 0},
	{"tls-client-key", NULL, 0, OPT_STR, OFF(key), 0},
	{"tls-server-name", NULL, 0, OPT_STR, OFF(name), 0},
	{"gzip", NULL, 0, OPT_FLAG, OFF(gzip), 0},
	{"alts", NULL, 0, OPT_FLAG, OFF(alts), 0},
	{"spiffe", NULL, 0, OPT_FLAG, OFF(spiffe), 0},
	{"v", NULL, 0, OPT_FLAG, OFF(verbose), 0},
	{0},
};

struct probe {
	struct grpc_opts *o;
	struct loop loop;
	struct http *http;
	struct http_tls *tls;
	struct health_grpc *call;
	struct buf url;
	struct loop_timer limit, again;
	int64_t pause_ms, started, connected;
	char why[512]; /* the last failure to connect */
	int code;
};

/* --- arguments --- */

static int wrong(const char *fmt, ...) PRINTF(1, 2);
static int wrong(const char *fmt, ...)
{
	struct buf BUF_AUTO b = {0};
	va_list ap;

	va_start(ap, fmt);
	buf_addv(&b, fmt, ap);
	va_end(ap);
	say_line("error: %s", buf_str(&b));
	return BAD_USAGE;
}

static int check_time(const char *name, int64_t ns)
{
	char text[DUR_TEXT];

	if (ns > 0)
		return 0;
	dur_put(text, ns);
	return wrong("-%s must be greater than zero (specified: %s)", name,
		     text);
}

static int check_tls(const struct grpc_opts *o)
{
	const struct {
		bool given;
		const char *name;
	} needs[] = {
		{o->insecure, "no-verify"},
		{o->ca && *o->ca, "ca-cert"},
		{o->cert && *o->cert, "client-cert"},
		{o->name && *o->name, "server-name"},
	};
	bool cert = o->cert && *o->cert, key = o->key && *o->key;

	for (size_t i = 0; i < COUNT(needs); i++)
		if (!o->tls && needs[i].given)
			return wrong("specified -tls-%s without specifying "
				     "-tls",
				     needs[i].name);
	if (cert && !key)
		return wrong("specified -tls-client-cert without specifying "
			     "-tls-client-key");
	if (!cert && key)
		return wrong("specified -tls-client-key without specifying "
			     "-tls-client-cert");
	if (o->insecure && needs[1].given)
		return wrong("cannot specify -tls-ca-cert with -tls-no-verify "
			     "(CA cert would not be used)");
	if (o->insecure && needs[3].given)
		return wrong("cannot specify -tls-server-name with "
			     "-tls-no-verify (server name would not be used)");
	return 0;
}

static int check(const struct grpc_opts *o)
{
	int code;

	if (!o->addr || !*o->addr)
		return wrong("-addr not specified");
	code = check_time("connect-timeout", o->connect_ns);
	if (!code)
		code = check_time("rpc-timeout", o->call_ns);
	if (code)
		return code;
	if (o->alts || o->spiffe)
		return wrong("-alts and -spiffe are not supported");
	return check_tls(o);
}

/* --- the call --- */

static void finish(struct probe *p, int code)
{
	p->code = code;
	loop_timer_unset(&p->limit);
}

static void on_connect_limit(struct loop_timer *t)
{
	struct probe *p = t->ctx;
	char text[DUR_TEXT];

	dur_put(text, p->o->connect_ns);
	if (p->o->verbose && *p->why)
		say_line("last failure: %s", p->why);
	say_line("timeout: failed to connect service \"%s\" within %s",
		 p->o->addr, text);
	finish(p, NO_CONNECTION);
}

static void call_timed_out(struct probe *p)
{
	char text[DUR_TEXT];

	dur_put(text, p->o->call_ns);
	say_line("timeout: health rpc did not complete within %s", text);
	finish(p, CALL_FAILED);
}

static void on_call_limit(struct loop_timer *t)
{
	call_timed_out(t->ctx);
}

static void on_up(void *ctx)
{
	struct probe *p = ctx;
	char text[DUR_TEXT];

	p->connected = clock_mono_ns();
	if (p->o->verbose) {
		dur_put(text, p->connected - p->started);
		say_line("connection established (took %s)", text);
	}
	loop_timer_set(&p->loop, &p->limit,
		       clock_mono_ms() + dur_ms(p->o->call_ns), on_call_limit,
		       p);
}

/* NOT_FOUND -> NotFound, as Go prints the codes. */
static void camel(const char *name, char *out)
{
	bool first = true;

	/* Go leaves OK alone and spells the other one with one L. */
	if (!strcmp(name, "OK") || !strcmp(name, "CANCELLED")) {
		memcpy(out, *name == 'O' ? "OK\0" : "Canceled",
		       *name == 'O' ? 3 : 9);
		return;
	}
	for (; *name; name++) {
		if (*name != '_')
			*out++ =
				first ? *name
				      : (char)ascii_lower((unsigned char)*name);
		first = *name == '_';
	}
	*out = '\0';
}

static void on_answer(struct probe *p, const struct health_grpc_answer *a)
{
	char name[NUM_TEXT], code[32], connect[DUR_TEXT], call[DUR_TEXT];
	const char *text = health_grpc_serving(a->serving, name);

	if (a->called && a->code == GRPC_UNIMPLEMENTED) {
		say_line("error: this server does not implement the grpc "
			 "health protocol (grpc.health.v1.Health): %s",
			 a->text);
		finish(p, CALL_FAILED);
	} else if (a->called && a->code == GRPC_DEADLINE_EXCEEDED) {
		call_timed_out(p);
	} else if (!a->called || a->code != GRPC_OK) {
		camel(a->called ? health_grpc_code(a->code, name)
				: "UNAVAILABLE",
		      code);
		say_line("error: health rpc failed: rpc error: code = %s "
			 "desc = %s",
			 code, a->text);
		finish(p, CALL_FAILED);
	} else if (a->serving != 1) {
		say_line("service unhealthy (responded with \"%s\")", text);
		finish(p, UNHEALTHY);
	} else {
		dur_put(connect, p->connected - p->started);
		dur_put(call, clock_mono_ns() - p->connected);
		if (p->o->verbose)
			say_line("time elapsed: connect=%s rpc=%s", connect,
				 call);
		say_line("status: %s", text);
		finish(p, 0);
	}
}

static void start(struct probe *p);

static void on_again(struct loop_timer *t)
{
	start(t->ctx);
}

/* Until the time for connecting is out every failure is tried again, as the
 * original does. */
static void try_again(struct probe *p, const char *why)
{
	snprintf(p->why, sizeof(p->why), "%s", why);
	loop_timer_set(&p->loop, &p->again, clock_mono_ms() + p->pause_ms,
		       on_again, p);
	p->pause_ms =
		p->pause_ms * 2 < AGAIN_MAX_MS ? p->pause_ms * 2 : AGAIN_MAX_MS;
}

static void on_done(void *ctx, const struct health_grpc_answer *a)
{
	struct probe *p = ctx;
	struct health_grpc_answer got = *a;

	health_grpc_free(p->call);
	p->call = NULL;
	if (got.connected)
		on_answer(p, &got);
	else
		try_again(p, got.text);
}

static void start(struct probe *p)
{
	static const struct health_grpc_events ev = {.up = on_up,
						     .done = on_done};
	struct health_grpc_conf c = {
		.url = buf_str(&p->url),
		.tls = p->tls,
		.service = p->o->service,
		.user_agent = p->o->user_agent,
		.headers = (const char *const *)p->o->headers.items,
		.deadline_ms = dur_ms(p->o->call_ns),
	};
	struct err e;

	if (health_grpc_start(p->http, &c, &ev, p, &p->call, &e) == 0)
		return;
	say_line("error: failed to connect service at \"%s\": %s", p->o->addr,
		 e.text);
	finish(p, NO_CONNECTION);
}

/* host:port, :port (this machine), dns:///host:port, unix:path */
static int make_url(struct probe *p)
{
	struct str a = str_of(p->o->addr);

	if (str_prefix(a, STR("unix:")))
		return buf_add(&p->url, a.p, a.n);
	if (str_prefix(a, STR("dns:///")))
		a = str_cut(a, 7, a.n);
	else if (str_prefix(a, STR("passthrough:///")))
		a = str_cut(a, 15, a.n);
	return buf_addf(&p->url, "%s://%s%.*s", p->o->tls ? "https" : "http",
			a.n && a.p[0] == ':' ? "localhost" : "", (int)a.n, a.p);
}

static int set_up(struct probe *p, struct err *e)
{
	const struct grpc_opts *o = p->o;
	struct http_tls_conf tls = {.insecure = o->insecure,
				    .ca_file = o->ca,
				    .cert = o->cert,
				    .key = o->key,
				    .server_name = o->name};

	if (o->tls && http_tls_open(&tls, &p->tls, e) < 0) {
		say_line("failed to initialize tls credentials. error=%s",
			 e->text);
		return BAD_USAGE;
	}
	if (make_url(p) < 0 || loop_init(&p->loop, e) < 0 ||
	    http_open(&p->http, &p->loop, e) < 0) {
		say_line("error: %s", e->text);
		return NO_CONNECTION;
	}
	return 0;
}

static int run(struct grpc_opts *o)
{
	struct probe p = {.o = o, .pause_ms = AGAIN_FIRST_MS};
	struct err e = {0};
	int code = set_up(&p, &e);

	if (code)
		return code;
	if (o->verbose)
		say_line("establishing connection");
	p.started = clock_mono_ns();
	loop_timer_set(&p.loop, &p.limit,
		       clock_mono_ms() + dur_ms(o->connect_ns),
		       on_connect_limit, &p);
	p.code = -1;
	start(&p);
	while (p.code < 0)
		if (loop_turn(&p.loop, CLOCK_NEVER, &e) < 0)
			die(NO_CONNECTION, "%s", e.text);
	health_grpc_free(p.call);
	http_tls_free(p.tls);
	buf_free(&p.url);
	return p.code;
}

int grpc_health_probe_main(int argc, char **argv)
{
	struct grpc_opts o = {.connect_ns = DUR_S,
			      .call_ns = DUR_S,
			      .user_agent = "grpc_health_probe"};
	struct err e;
	int next, code;

	say_prog("grpc_health_probe");
	for (int i = 1; i < argc; i++)
		if (!strcmp(argv[i], "-h") || !strcmp(argv[i], "-help") ||
		    !strcmp(argv[i], "--help"))
			return applet_help("grpc-health-probe");
	if (opt_goflags(grpc_health_probe_opts, &o, argc, argv, &next, &e) < 0) {
		say_line("%s", e.text);
		return BAD_USAGE;
	}
	code = check(&o);
	if (!code)
		code = run(&o);
	strlist_free(&o.headers);
	return code;
}
