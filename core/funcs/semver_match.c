// SPDX-License-Identifier: MIT
/* semver_match - whether a version meets a constraint.
 * Source: github.com/Masterminds/semver v3.3, as facts. */
#include "funcs/parse.h"
#include "funcs/semver.h"
#include "funcs/themes.h"

enum op { OP_EQ, OP_NE, OP_GT, OP_LT, OP_GE, OP_LE, OP_TILDE, OP_CARET };

struct term {
	enum op op;
	struct version v;
	bool dirty;	  /* some number is x or missing */
	bool minor_dirty; /* from the minor on */
	bool patch_dirty; /* the patch alone */
};

static enum op take_op(struct str *s)
{
	static const struct {
		const char *text;
		enum op op;
	} ops[] = {
		{"!=", OP_NE}, {">=", OP_GE}, {"=>", OP_GE}, {"<=", OP_LE},
		{"=<", OP_LE}, {"~>", OP_TILDE}, {"=", OP_EQ}, {">", OP_GT},
		{"<", OP_LT},  {"~", OP_TILDE}, {"^", OP_CARET},
	};

	for (size_t i = 0; i < COUNT(ops); i++) {
		if (!str_prefix(*s, str_of(ops[i].text)))
			continue;
		*s = str_cut(*s, strlen(ops[i].text), s->n);
		return ops[i].op;
	}
	return OP_EQ;
}

static bool is_space(char ch)
{
	return ch == ' ' || (ch >= '\t' && ch <= '\r' && ch != '\v');
}

static size_t take_space(struct str *s)
{
	size_t n = 0;

	while (n < s->n && is_space(s->p[n]))
		n++;
	*s = str_cut(*s, n, s->n);
	return n;
}

static bool is_wild(struct str s)
{
	return !s.n || (s.n == 1 && strchr("xX*", s.p[0]));
}

/* false: none fits. *bad is set when its version is not one. */
static bool take_term(struct tmpl_call *c, struct str *s, struct term *t,
		      bool *bad)
{
	struct parts p;

	*t = (struct term){.op = take_op(s)};
	take_space(s);
	if (!semver_take(s, true, &p))
		return false;
	for (int i = 0; i < 3; i++) {
		if (!t->dirty && is_wild(p.n[i])) {
			t->dirty = true;
			t->minor_dirty = i == 1;
			t->patch_dirty = i == 2;
		}
		if (t->dirty)
			p.n[i] = STR("");
	}
	p.meta = STR("");
	if (semver_read(c, &p, &t->v) < 0)
		*bad = true;
	return true;
}

static bool tilde(const struct version *v, const struct term *t)
{
	const uint64_t *a = v->n, *b = t->v.n;

	if (semver_order(v, &t->v) < 0)
		return false;
	if (!b[0] && !b[1] && !b[2] && !t->minor_dirty && !t->patch_dirty)
		return true;
	return a[0] == b[0] && (a[1] == b[1] || t->minor_dirty);
}

static bool caret(const struct version *v, const struct term *t)
{
	const uint64_t *a = v->n, *b = t->v.n;

	if (semver_order(v, &t->v) < 0)
		return false;
	if (b[0] || t->minor_dirty)
		return a[0] == b[0];
	if (a[0])
		return false;
	if (b[1] || t->patch_dirty)
		return a[1] == b[1];
	return !a[1] && a[2] == b[2];
}

static bool not_equal(const struct version *v, const struct term *t)
{
	const uint64_t *a = v->n, *b = t->v.n;

	if (!t->dirty)
		return semver_order(v, &t->v) != 0;
	if (a[0] != b[0])
		return true;
	if (t->minor_dirty)
		return false;
	if (a[1] != b[1])
		return true;
	if (!t->patch_dirty)
		return a[2] != b[2] || semver_order(v, &t->v) != 0;
	return (v->pre.n || t->v.pre.n) && semver_order_pre(v->pre, t->v.pre) != 0;
}

static bool greater(const struct version *v, const struct term *t)
{
	const uint64_t *a = v->n, *b = t->v.n;

	if (!t->dirty || (!t->minor_dirty && !t->patch_dirty))
		return t->dirty && a[0] != b[0] ? a[0] > b[0]
						: semver_order(v, &t->v) > 0;
	if (a[0] != b[0])
		return a[0] > b[0];
	return t->patch_dirty && a[1] > b[1];
}

static bool less_or_equal(const struct version *v, const struct term *t)
{
	const uint64_t *a = v->n, *b = t->v.n;

	if (!t->dirty)
		return semver_order(v, &t->v) <= 0;
	return !(a[0] > b[0] ||
		 (a[0] == b[0] && a[1] > b[1] && !t->minor_dirty));
}

static bool satisfies(const struct version *v, const struct term *t)
{
	if (v->pre.n && !t->v.pre.n && (t->op != OP_NE || t->dirty))
		return false;
	switch (t->op) {
	case OP_EQ:
		return t->dirty ? tilde(v, t) : semver_order(v, &t->v) == 0;
	case OP_NE:
		return not_equal(v, t);
	case OP_GT:
		return greater(v, t);
	case OP_LT:
		return semver_order(v, &t->v) < 0;
	case OP_GE:
		return semver_order(v, &t->v) >= 0;
	case OP_LE:
		return less_or_equal(v, t);
	case OP_TILDE:
		return tilde(v, t);
	case OP_CARET:
		return caret(v, t);
	}
	return false;
}

/* A group read whole: whether v satisfies all of it. 1, 0, -1. */
static int check_group(struct tmpl_call *c, struct str s,
		       const struct version *v)
{
	struct str group = s;
	struct term t;
	bool all = true, apart = true, bad = false;

	take_space(&s);
	do {
		if (!apart || !take_term(c, &s, &t, &bad))
			return fail(c, "improper constraint: %.*s",
				    STRF(group));
		all = all && v && satisfies(v, &t);
		apart = take_space(&s) > 0;
		if (s.n && s.p[0] == ',') {
			s = str_cut(s, 1, s.n);
			take_space(&s);
			apart = true;
		}
	} while (s.n);
	if (apart && s.p > group.p && s.p[-1] == ',')
		return fail(c, "improper constraint: %.*s", STRF(group));
	return bad ? fail(c, "constraint Parser Error") : all;
}

/* "A - B" becomes ">= A, <= B", wherever it stands. */
static struct str rewrite_ranges(struct tmpl_call *c, struct str s)
{
	struct text t = text_in(c);
	size_t i = 0;

	while (i < s.n) {
		struct str rest = str_cut(s, i, s.n), from = rest;
		struct parts a, b;

		take_space(&from);
		if (semver_take(&from, true, &a) && take_space(&from) &&
		    from.n && from.p[0] == '-') {
			from = str_cut(from, 1, from.n);
			if (take_space(&from) &&
			    semver_take(&from, true, &b)) {
				take_space(&from);
				text_f(&t, ">= %.*s, <= %.*s", STRF(a.all),
				       STRF(b.all));
				i = s.n - from.n;
				continue;
			}
		}
		text_addc(&t, s.p[i++]);
	}
	return text_str(&t);
}

/*: sprig_semverCompare CONSTRAINT VERSION
 * {{ sprig_semverCompare "^1.2" "1.9.3" }} {{ sprig_semverCompare ">=1.2 <2 || 3.x" "2.5" }} => true false
 */
FN_SHARED(semver_compare)
{
	struct str s = rewrite_ranges(c, args[0].s), rest;
	struct version v;
	bool any = false;

	/* the constraint's errors come first */
	for (int pass = 0; pass < 2; pass++) {
		rest = s;
		do {
			ptrdiff_t at = str_find(rest, STR("||"));
			struct str group =
				at < 0 ? rest : str_cut(rest, 0, (size_t)at);
			int r = check_group(c, group, pass ? &v : NULL);

			if (r < 0)
				return -1;
			any = any || r > 0;
			rest = at < 0 ? str_n(NULL, 0)
				      : str_cut(rest, (size_t)at + 2, rest.n);
		} while (rest.p);
		if (!pass && semver_parse(c, args[1].s, &v) < 0)
			return -1;
	}
	return ret_bool(out, any);
}
