// SPDX-License-Identifier: MIT
/* themes - all theme tables. Those of sprig hold names without "sprig_". */
#ifndef BASEBOX_FUNCS_THEMES_H
#define BASEBOX_FUNCS_THEMES_H

#include "funcs/kit.h"

extern const struct theme theme_strings, theme_group, theme_parse, theme_math,
	theme_encode, theme_world, theme_scratch, theme_time, theme_debug,
	theme_sockaddr, theme_kv, theme_catalog, theme_vault, theme_nomad;
extern const struct theme theme_sprig_strings, theme_sprig_words,
	theme_sprig_numbers, theme_sprig_lists, theme_sprig_dicts,
	theme_sprig_values, theme_sprig_dates, theme_sprig_crypto,
	theme_sprig_regex, theme_sprig_paths, theme_sprig_semver;

/* Theme i in the order of the help; NULL behind the last. */
const struct theme *funcs_theme(size_t i, bool *sprig);

/* Types made where their functions are. */
extern const struct val_type type_map_lists, type_map_ports,
	type_map_services, type_map_map_pairs, type_scratch, type_chunks,
	type_ints, type_semver, type_semver_p, type_certificate,
	type_uint32;

#endif
