// SPDX-License-Identifier: MIT
/* vault_token - where the token comes from: configuration, files, unwrapping,
 * login with a Kubernetes service account; its renewal; an agent's file. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "data/json.h"
#include "os/file.h"
#include "render/vault.h"

enum { FILE_MS = 15000, TOKEN_MAX = 64 << 10, FIRST_MS = 500 };

/* A token as it is, or inside the JSON that wraps it. */
static int take_token(struct vault *v, struct str text, struct err *e)
{
	struct arena a = {0};
	struct val json;
	struct str t = str_trim(text, " \t\r\n");

	if (t.n && t.p[0] == '{' && json_parse(&a, t, 0, &json, NULL) == 0) {
		struct str inner = json_text(&json, "token");

		if (inner.n)
			t = inner;
	}
	if (v->token)
		explicit_bzero(v->token, strlen(v->token));
	free(v->token);
	v->token = strndup(t.n ? t.p : "", t.n);
	arena_free(&a);
	if (!v->token)
		return err_nomem(e);
	return v->site ? http_site_header(v->site, "X-Vault-Token", v->token, e)
		       : 0;
}

static int take_file(struct vault *v, const char *path, struct err *e)
{
	struct buf BUF_AUTO b = {0};
	struct stat st;

	if (stat(path, &st) == 0) {
		v->file_time = st.st_mtim;
		v->file_size = st.st_size;
	}
	if (file_read(AT_FDCWD, path, &b, TOKEN_MAX, e) < 0)
		return -1;
	return take_token(v, str_n(buf_str(&b), b.len), e);
}

int vault_token_first(struct vault *v, struct err *e)
{
	const struct render_vault *c = &v->r->conf->vault;
	const char *home = getenv("HOME");
	struct buf BUF_AUTO path = {0};

	if (take_token(v, str_of(c->token), e) < 0)
		return -1;
	if (*c->agent_token_file) {
		/* Not there yet: no token yet. */
		(void)!take_file(v, c->agent_token_file, NULL);
	} else if (!*v->token && home && *home) {
		buf_addf(&path, "%s/.vault-token", home);
		(void)!take_file(v, buf_str(&path), NULL);
	}
	return v->token ? 0 : err_nomem(e);
}

/* --- requests at the start, which wait --- */

static int wait_for(struct vault *v, const char *method, const char *target,
		    struct str body, struct arena *a, struct val *json,
		    struct err *e)
{
	const struct render_vault *c = &v->r->conf->vault;
	struct http_site_conf s = {.url = http_site_base(v->site),
				   .tls = v->tls,
				   .proxy = vault_proxy()};
	struct buf BUF_AUTO token = {0}, ns = {0}, full = {0};
	const char *headers[] = {"X-Vault-Request: true", NULL, NULL, NULL};
	struct http_req r = {
		.method = method, .body = body, .timeout_ms = v->timeout_ms};
	struct http_answer ans;
	size_t n = 1;
	int ret;

	buf_addf(&full, "%s%s", http_site_addr(v->site)->prefix, target);
	r.target = buf_str(&full);
	if (*v->token) {
		buf_addf(&token, "X-Vault-Token: %s", v->token);
		headers[n++] = buf_str(&token);
	}
	if (*c->ns) {
		buf_addf(&ns, "X-Vault-Namespace: %s", c->ns);
		headers[n++] = buf_str(&ns);
	}
	s.headers = headers;
	if (http_once(&s, &r, &ans, e) < 0)
		return -1;
	if (ans.status != 200)
		ret = err_set(e, 0, "Code: %d. %s", ans.status,
			      buf_str(&ans.body));
	else
		ret = json_parse(a, str_n(buf_str(&ans.body), ans.body.len), 0,
				 json, e);
	http_answer_free(&ans);
	return ret;
}

static int token_from(struct vault *v, const char *target, struct str body,
		      const char *what, struct err *e)
{
	struct arena a = {0};
	struct val json;
	struct str t;
	int ret = wait_for(v, "PUT", target, body, &a, &json, e);

	if (ret < 0)
		err_wrap(e, "%s", what);
	if (ret == 0) {
		t = json_text(json_member(&json, "auth"), "client_token");
		ret = t.n ? take_token(v, t, e)
			  : err_set(e, 0, "%s: no token in the answer", what);
	}
	arena_free(&a);
	return ret;
}

/* The body of a login with the pod's service account. */
static int login_body(struct vault *v, struct buf *body, struct err *e)
{
	const struct render_vault *c = &v->r->conf->vault;
	struct buf BUF_AUTO jwt = {0};
	struct str token = str_of(c->k8s_token);

	struct err low;

	if (!token.n) {
		if (file_read(AT_FDCWD, c->k8s_token_path, &jwt, TOKEN_MAX,
			      &low) < 0)
			return err_set(e, 0, "k8s login: open %s: %s",
				       c->k8s_token_path, err_go(low.num));
		token = str_trim(str_n(buf_str(&jwt), jwt.len), " \t\r\n");
	}
	buf_adds(body, "{\"role\":");
	json_print_str(body, str_of(c->k8s_role), 0);
	buf_adds(body, ",\"jwt\":");
	json_print_str(body, token, 0);
	return buf_adds(body, "}") < 0 ? err_nomem(e) : 0;
}

static int log_in(struct vault *v, struct err *e)
{
	struct buf BUF_AUTO body = {0}, target = {0};

	if (login_body(v, &body, e) < 0)
		return -1;
	buf_addf(&target, "/v1/auth/%s/login", v->r->conf->vault.k8s_mount);
	return token_from(v, buf_str(&target), str_n(buf_str(&body), body.len),
			  "k8s login", e);
}

/* --- renewal --- */

static void renew(struct vault *v);

static void on_renew_time(struct loop_timer *t)
{
	renew(t->ctx);
}

static void renew_in(struct vault *v, int64_t ms)
{
	loop_timer_set(v->r->loop, &v->renew, clock_mono_ms() + ms,
		       on_renew_time, v);
}

/* The original stops in silence; here it is said, and tried again. */
static void renew_failed(struct vault *v, const char *text)
{
	int64_t ms = 1000 << (v->renew_tries < 6 ? v->renew_tries : 6);

	v->renew_tries++;
	log_error("vault",
		  "vault.token: failed to renew: %s (again after "
		  "%llds)",
		  text, (long long)ms / 1000);
	renew_in(v, ms);
}

/* The token is one of a Kubernetes login. */
static bool logs_in(const struct vault *v)
{
	const struct render_vault *c = &v->r->conf->vault;

	return *c->k8s_role && !*c->token && !*c->agent_token_file;
}

static void on_renewed(void *ctx, struct vault_answer *a)
{
	struct vault *v = ctx;
	const struct val *auth = json_member(&a->json, "auth");
	int64_t lease = json_int(auth, "lease_duration"), grace = 0, ms;

	v->renewing = NULL;
	if (a->err) {
		/* A token that is gone is not renewed: log in again. */
		if (logs_in(v) && a->status >= 400 && a->status < 500)
			v->relogin = true;
		renew_failed(v, a->err->text);
		return;
	}
	v->renew_tries = 0;
	if (logs_in(v) && !json_true(auth, "renewable") && lease > 0) {
		v->relogin = true;
		renew_in(v, lease * 667);
		return;
	}
	if (!json_true(auth, "renewable") || lease <= 0) {
		log_warn("vault", "vault.token: the token is not renewable");
		return;
	}
	ms = vault_renew_after(lease, lease, &grace);
	renew_in(v, ms < 0 ? lease * 333 : ms);
}

static void on_login(void *ctx, struct vault_answer *a)
{
	struct vault *v = ctx;
	struct str token =
		json_text(json_member(&a->json, "auth"), "client_token");
	struct err e;

	if (!a->err && token.n && take_token(v, token, &e) == 0) {
		log_info("vault", "logged in again");
		v->relogin = false;
		vault_read_again(v->r);
	}
	on_renewed(v, a);
}

static int login_again(struct vault *v, struct err *e)
{
	struct buf BUF_AUTO body = {0}, target = {0};
	int ret = login_body(v, &body, e);

	buf_addf(&target, "/v1/auth/%s/login", v->r->conf->vault.k8s_mount);
	if (ret == 0)
		ret = vault_send(v, "PUT", buf_str(&target),
				 str_n(buf_str(&body), body.len), on_login, v,
				 &v->renewing, e);
	return ret;
}

static void renew(struct vault *v)
{
	struct err e;

	if (v->relogin) {
		if (login_again(v, &e) < 0)
			renew_failed(v, e.text);
		return;
	}
	if (vault_send(v, "PUT", "/v1/auth/token/renew-self",
		       STR("{\"increment\":0}"), on_renewed, v, &v->renewing,
		       &e) < 0)
		renew_failed(v, e.text);
}

/* --- the agent's file --- */

/* What was got with the old token dies with it. */
static void new_token(struct vault *v, const char *path)
{
	log_info("vault", "a new token was read from %s", path);
	vault_read_again(v->r);
}

static void on_file_time(struct loop_timer *t)
{
	struct vault *v = t->ctx;
	const char *path = v->r->conf->vault.agent_token_file;
	struct stat st;
	struct err e;

	if (stat(path, &st) == 0 &&
	    (st.st_size != v->file_size ||
	     st.st_mtim.tv_sec != v->file_time.tv_sec ||
	     st.st_mtim.tv_nsec != v->file_time.tv_nsec)) {
		if (take_file(v, path, &e) < 0)
			log_info("vault", "%s", e.text);
		else
			new_token(v, path);
	}
	loop_timer_set(v->r->loop, &v->file, clock_mono_ms() + FILE_MS,
		       on_file_time, v);
}

int vault_token_open(struct vault *v, struct err *e)
{
	const struct render_vault *c = &v->r->conf->vault;
	bool renewing;

	if (c->unwrap_token && *v->token &&
	    token_from(v, "/v1/sys/wrapping/unwrap", STR("{}"),
		       "vaultwatcher: vault unwrap", e) < 0)
		return -1;
	renewing = c->renew_token_set ? c->renew_token : !*c->agent_token_file;
	if (*c->k8s_role && !*v->token) {
		if (log_in(v, e) < 0)
			return -1;
		renewing = renewing || !c->renew_token_set;
	}
	if (renewing && *v->token && *c->address) {
		v->first_until = clock_mono_ms() + FIRST_MS;
		renew(v);
	}
	if (*c->agent_token_file)
		loop_timer_set(v->r->loop, &v->file, clock_mono_ms() + FILE_MS,
			       on_file_time, v);
	return 0;
}

void vault_token_close(struct vault *v)
{
	loop_timer_unset(&v->renew);
	loop_timer_unset(&v->file);
	vault_cancel(v->renewing);
	if (v->token)
		explicit_bzero(v->token, strlen(v->token));
	free(v->token);
}
