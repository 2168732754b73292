// SPDX-License-Identifier: MIT
/* table - all functions by name and all types by Go name. */
#include "funcs.h"
#include "funcs/shapes.h"
#include "funcs/themes.h"

static const struct theme *const themes[] = {
	&theme_strings, &theme_group,	&theme_parse,	&theme_math,
	&theme_encode,	&theme_world,	&theme_scratch, &theme_time,
	&theme_debug,	&theme_sockaddr, &theme_kv,	&theme_catalog,
	&theme_vault,	&theme_nomad,
};

static const struct theme *const sprig_themes[] = {
	&theme_sprig_strings, &theme_sprig_words,  &theme_sprig_numbers,
	&theme_sprig_lists,   &theme_sprig_dicts,  &theme_sprig_values,
	&theme_sprig_dates,   &theme_sprig_regex,  &theme_sprig_paths,
	&theme_sprig_semver,  &theme_sprig_crypto,
};

static const struct tmpl_func *in_theme(const struct theme *t, struct str name)
{
	size_t lo = 0, hi = t->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		int cmp = str_cmp(name, str_of(t->funcs[mid].name));

		if (!cmp)
			return &t->funcs[mid];
		if (cmp < 0)
			hi = mid;
		else
			lo = mid + 1;
	}
	return NULL;
}

static const struct tmpl_func *find(const char *name, size_t n)
{
	struct str s = str_n(name, n);
	bool sprig = str_prefix(s, STR("sprig_"));
	const struct theme *const *list = sprig ? sprig_themes : themes;
	size_t count = sprig ? COUNT(sprig_themes) : COUNT(themes);
	const struct tmpl_func *f = NULL;

	if (sprig)
		s = str_cut(s, 6, n);
	for (size_t i = 0; i < count && !f; i++)
		f = in_theme(list[i], s);
	return f;
}

/* Types that signatures name, besides those of the shapes. */
static const struct val_type *const types[] = {
	&shape_tags,	    &shape_checks,     &shape_nomad_items,
	&shape_nomad_item,  &shape_time,       &shape_duration,
	&shape_month,	    &shape_weekday,    &shape_location,
	&shape_nomad_tuples, &type_chan_int64, &type_map_lists,
	&type_map_ports,    &type_map_services, &type_map_map_pairs,
	&type_scratch,	    &type_chunks,      &type_ints,
	&type_semver,	    &type_semver_p,    &type_certificate,
	&type_uint32,
};

static const struct val_type *const shapes[] = {
#define SHAPE_THREE(id, name) &shape_##id, &shape_##id##_p, &shape_##id##_l,
	SHAPES(SHAPE_THREE)
};

static const struct val_type *among(const struct val_type *const *list,
				    size_t count, struct str name)
{
	for (size_t i = 0; i < count; i++)
		if (str_is(name, list[i]->name))
			return list[i];
	return NULL;
}

static const struct val_type *type(const char *name, size_t n)
{
	struct str s = str_n(name, n);
	const struct val_type *t = among(types, COUNT(types), s);

	return t ? t : among(shapes, COUNT(shapes), s);
}

const struct tmpl_funcs funcs_table = {find, type};

const struct theme *funcs_theme(size_t i, bool *sprig)
{
	*sprig = i >= COUNT(themes);
	if (!*sprig)
		return themes[i];
	i -= COUNT(themes);
	return i < COUNT(sprig_themes) ? sprig_themes[i] : NULL;
}
