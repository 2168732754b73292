// SPDX-License-Identifier: MIT
/* semver - semantic versions and constraints on them.
 *
 *     constraint = group { "||" group }
 *     group      = term { ( space | "," ) term }
 *     term       = [ = != > < >= => <= =< ~ ~> ^ ] version
 *     version    = [v] N [. N [. N]] [-pre] [+meta],  N a number or x X *
 *     "A - B" is ">= A, <= B"
 *
 * A version with a pre-release only satisfies a term that has one too.
 * Source: github.com/Masterminds/semver v3.3, as facts. */
#include "funcs/parse.h"
#include "funcs/semver.h"
#include "funcs/shapes.h"
#include "funcs/themes.h"

/* --- reading --- */

static bool in_number(unsigned char ch, bool wild)
{
	return ascii_digit(ch) || (wild && ch && strchr("xX*|", ch));
}

static size_t number_len(struct str s, bool wild)
{
	size_t n = 0;

	while (n < s.n && in_number((unsigned char)s.p[n], wild))
		n++;
	return n;
}

/* Identifiers of letters, digits and '-' with dots between them. */
static size_t idents_len(struct str s)
{
	size_t n = 0, end = 0;

	for (;;) {
		size_t from = n;

		while (n < s.n && (ascii_alpha((unsigned char)s.p[n]) ||
				   ascii_digit((unsigned char)s.p[n]) ||
				   s.p[n] == '-'))
			n++;
		if (n == from)
			return end;
		end = n;
		if (n == s.n || s.p[n] != '.')
			return end;
		n++;
	}
}

/* A part that a sign introduces. */
static struct str tagged(struct str *s, char sign)
{
	struct str part = STR("");
	size_t n;

	if (!s->n || s->p[0] != sign)
		return part;
	n = idents_len(str_cut(*s, 1, s->n));
	if (n) {
		part = str_cut(*s, 1, n + 1);
		*s = str_cut(*s, n + 1, s->n);
	}
	return part;
}

/* Takes a version off the front. */
bool semver_take(struct str *rest, bool wild, struct parts *p)
{
	struct str s = *rest;
	size_t n;

	*p = (struct parts){.pre = {"", 0}};
	if (s.n && s.p[0] == 'v')
		s = str_cut(s, 1, s.n);
	for (int i = 0; i < 3; i++) {
		struct str at = s;

		if (i && (!at.n || at.p[0] != '.'))
			break;
		at = str_cut(at, i > 0, at.n);
		n = number_len(at, wild);
		if (!n)
			break;
		p->n[i] = str_cut(at, 0, n);
		s = str_cut(at, n, at.n);
	}
	if (!p->n[0].n)
		return false;
	p->pre = tagged(&s, '-');
	p->meta = tagged(&s, '+');
	p->all = str_cut(*rest, 0, rest->n - s.n);
	*rest = s;
	return true;
}

static int check_pre(struct tmpl_call *c, struct str pre)
{
	struct str rest = pre, id;

	while (pre.n && str_split(&rest, '.', &id))
		if (id.n > 1 && id.p[0] == '0' &&
		    number_len(id, false) == id.n)
			return fail(c, "Version segment starts with 0");
	return 0;
}

int semver_read(struct tmpl_call *c, const struct parts *p,
		      struct version *v)
{
	enum num_result r;

	*v = (struct version){.pre = p->pre, .meta = p->meta,
			      .original = p->all};
	for (int i = 0; i < 3; i++) {
		if (!p->n[i].n)
			continue;
		r = parse_uint(p->n[i], 10, &v->n[i]);
		if (r != NUM_OK)
			return fail_num(c, "Error parsing version segment: ",
					"ParseUint", p->n[i], r);
	}
	return check_pre(c, p->pre);
}

int semver_parse(struct tmpl_call *c, struct str s, struct version *v)
{
	struct parts p;
	struct str rest = s;

	if (!semver_take(&rest, false, &p) || rest.n)
		return fail(c, "Invalid Semantic Version");
	return semver_read(c, &p, v);
}

/* --- comparing --- */

static bool is_number(struct str s)
{
	return s.n && number_len(s, false) == s.n;
}

/* Numbers by value and before words; an absent part is less. */
static int cmp_ident(struct str a, struct str b)
{
	uint64_t x, y;

	if (str_eq(a, b))
		return 0;
	if (!a.n || !b.n)
		return a.n ? 1 : -1;
	if (is_number(a) != is_number(b))
		return is_number(a) ? -1 : 1;
	if (!is_number(a))
		return str_cmp(a, b) < 0 ? -1 : 1;
	parse_uint(a, 10, &x);
	parse_uint(b, 10, &y);
	return x > y ? 1 : -1;
}

int semver_order_pre(struct str a, struct str b)
{
	struct str x = STR(""), y = STR("");
	bool more_a = true, more_b = true;
	int r;

	if (!a.n || !b.n) /* a release is greater than its pre-releases */
		return (int)(b.n > 0) - (int)(a.n > 0);
	while (more_a || more_b) {
		more_a = str_split(&a, '.', &x);
		more_b = str_split(&b, '.', &y);
		r = cmp_ident(more_a ? x : STR(""), more_b ? y : STR(""));
		if (r)
			return r;
	}
	return 0;
}

int semver_order(const struct version *a, const struct version *b)
{
	for (int i = 0; i < 3; i++)
		if (a->n[i] != b->n[i])
			return a->n[i] < b->n[i] ? -1 : 1;
	return semver_order_pre(a->pre, b->pre);
}

/* --- the value --- */

enum { F_MAJOR, F_PATCH = 2, F_PRE, F_META, F_ORIGINAL };

static struct version version_of(const struct val *v)
{
	const struct val *f = v->fields;

	return (struct version){{f[0].u, f[1].u, f[2].u},
				f[F_PRE].s,
				f[F_META].s,
				f[F_ORIGINAL].s};
}

static struct val version_val(struct arena *a, const struct version *v)
{
	struct val out = val_ptr(a, &type_semver_p);

	for (int i = F_MAJOR; i <= F_PATCH; i++)
		/* all three are set */
		out.fields[i].u = v->n[i]; // NOLINT(clang-analyzer-core.uninitialized.Assign)
	out.fields[F_PRE].s = v->pre;
	out.fields[F_META].s = v->meta;
	out.fields[F_ORIGINAL].s = v->original;
	return out;
}

static struct str version_text(struct arena *a, const struct version *v)
{
	struct text t = {.a = a};

	for (int i = 0; i < 3; i++) {
		char num[NUM_TEXT];

		if (i)
			text_addc(&t, '.');
		text_add(&t, num, num_put_u64(num, v->n[i]));
	}
	if (v->pre.n) {
		text_addc(&t, '-');
		text_s(&t, v->pre);
	}
	if (v->meta.n) {
		text_addc(&t, '+');
		text_s(&t, v->meta);
	}
	return text_str(&t);
}

static struct str semver_string(struct arena *a, const struct val *v)
{
	struct version ver = version_of(v);

	return version_text(a, &ver);
}

FN(m_string)
{
	return ret_str(out, semver_string(c->arena, &args[0]));
}

/* Major, Minor, Patch. */
FN(m_number)
{
	int i = c->name[0] == 'P' ? 2 : c->name[1] == 'i';

	return ret_uint64(out, args[0].fields[i].u);
}

FN(m_pre)
{
	return ret(out, args[0].fields[F_PRE]);
}

FN(m_meta)
{
	return ret(out, args[0].fields[F_META]);
}

FN(m_original)
{
	return ret(out, args[0].fields[F_ORIGINAL]);
}

/* Compare, and what follows from it. */
FN(m_compare)
{
	struct version a = version_of(&args[0]), b;
	int r;

	if (!args[1].fields)
		return fail_nil(c);
	b = version_of(&args[1]);
	r = semver_order(&a, &b);
	if (c->name[0] == 'C')
		return ret_int(out, r);
	return ret_bool(out, c->name[0] == 'E'	 ? r == 0
			     : c->name[0] == 'L' ? r < (c->name[8] != 0)
						 : r > -(c->name[11] != 0));
}

/* The original keeps its v. */
static int changed(struct tmpl_call *c, struct version *v, struct str original,
		   struct val *out)
{
	struct text t = text_in(c);

	if (original.n && original.p[0] == 'v')
		text_addc(&t, 'v');
	text_s(&t, version_text(c->arena, v));
	v->original = text_str(&t);
	*out = version_val(c->arena, v);
	out->type = &type_semver;
	return 0;
}

/* IncMajor, IncMinor, IncPatch: a pre-release's next patch is its release. */
FN(m_inc)
{
	struct version v = version_of(&args[0]);
	int i = c->name[3] == 'P' ? 2 : c->name[4] == 'i';

	if (i < 2 || !v.pre.n)
		v.n[i]++;
	for (int k = i + 1; k < 3; k++)
		v.n[k] = 0;
	v.pre = v.meta = STR("");
	return changed(c, &v, v.original, out);
}

/* SetPrerelease, SetMetadata. */
FN(m_set)
{
	struct version v = version_of(&args[0]);
	bool pre = c->name[3] == 'P';

	if (args[1].s.n && idents_len(args[1].s) != args[1].s.n)
		return fail(c, pre ? "Invalid Prerelease string"
				   : "Invalid Metadata string");
	if (pre && check_pre(c, args[1].s) < 0)
		return -1;
	*(pre ? &v.pre : &v.meta) = args[1].s;
	return changed(c, &v, v.original, out);
}

static const struct val_method methods[] = {
	{"Compare", "<*semver.Version>:i", m_compare},
	{"Equal", "<*semver.Version>:b", m_compare},
	{"GreaterThan", "<*semver.Version>:b", m_compare},
	{"GreaterThanEqual", "<*semver.Version>:b", m_compare},
	{"IncMajor", ":<semver.Version>", m_inc},
	{"IncMinor", ":<semver.Version>", m_inc},
	{"IncPatch", ":<semver.Version>", m_inc},
	{"LessThan", "<*semver.Version>:b", m_compare},
	{"LessThanEqual", "<*semver.Version>:b", m_compare},
	{"Major", ":u", m_number},
	{"Metadata", ":s", m_meta},
	{"Minor", ":u", m_number},
	{"Original", ":s", m_original},
	{"Patch", ":u", m_number},
	{"Prerelease", ":s", m_pre},
	{"SetMetadata", "s:<semver.Version>", m_set},
	{"SetPrerelease", "s:<semver.Version>", m_set},
	{"String", ":s", m_string},
};

FIELDS(semver) = {
	UINT(major), UINT(minor), UINT(patch),
	STRING(pre), STRING(metadata), STRING(original),
};
const struct val_type type_semver = {.name = "semver.Version",
				     .kind = KIND_STRUCT,
				     .fields = semver_fields,
				     .nfields = COUNT(semver_fields),
				     .string = semver_string,
				     .text = semver_string,
				     METHODS(methods)};
const struct val_type type_semver_p = {.name = "*semver.Version",
				       .kind = KIND_PTR,
				       .elem = &type_semver,
				       .string = semver_string,
				       .text = semver_string};

/*: sprig_semver VERSION
 * {{ (sprig_semver "v1.2.3-rc.1").Minor }} {{ sprig_semver "1.2" }} => 2 1.2.0
 */
FN(semver)
{
	struct version v;

	if (semver_parse(c, args[0].s, &v) < 0)
		return -1;
	return ret(out, version_val(c->arena, &v));
}

static const struct tmpl_func table[] = {
	{"semver", "s:<*semver.Version>", semver},
	{"semverCompare", "ss:b", semver_compare},
};

THEME(theme_sprig_semver, "sprig versions", table);
