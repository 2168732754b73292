// SPDX-License-Identifier: MIT
/* vault - secrets. Nothing is there in the first pass: write `with`. */
#include "funcs/ask.h"
#include "funcs/shape.h"
#include "funcs/themes.h"

static int ask_vault(struct tmpl_call *c, enum tmpl_dep kind,
		     const struct val *args, size_t n, struct val *out)
{
	struct str *pairs = arena_array(c->arena, n + 1, sizeof(*pairs));
	const char *dest = c->host->dest;
	struct tmpl_query q;
	bool have;

	for (size_t i = 1; i < n; i++)
		pairs[i - 1] = args[i].s;
	if (query_vault(c->arena, kind, args[0].s, pairs, n - 1,
			dest ? dest : "", &q, c->err) < 0)
		return -1;
	return ask(c, &q, out, &have);
}

/*: secret PATH ["KEY=VALUE"...]
 * {{ with secret "secret/app" }}{{ .Data.data.password }}{{ end }} ~> hunter2
 */
FN(secret)
{
	if (!n)
		return 0;
	if (ask_vault(c, n > 1 ? DEP_VAULT_WRITE : DEP_VAULT_READ, args, n,
		      out) < 0)
		return -1;
	/* its maps may be changed by sprig_set or mergeMap: a copy */
	*out = val_deep_copy(c->arena, out);
	return 0;
}

/*: secrets PATH
 * {{ range secrets "secret/" }}{{ . }} {{ end }} ~> app db/
 */
FN(secrets)
{
	*out = val_zero(&type_strings);
	if (!args[0].s.n)
		return 0;
	return ask_vault(c, DEP_VAULT_LIST, args, 1, out);
}

/*: pkiCert PATH ["KEY=VALUE"...]
 * {{ with pkiCert "pki/issue/web" "common_name=web" }}{{ .Cert }}{{ end }} ~> -----BEGIN CERTIFICATE-----...
 */
FN(pki_cert)
{
	if (!n)
		return 0;
	return ask_vault(c, DEP_VAULT_PKI, args, n, out);
}

static const struct tmpl_func table[] = {
	{"pkiCert", "..s:a", pki_cert},
	{"secret", "..s:a", secret},
	{"secrets", "s:S", secrets},
};

THEME(theme_vault, "vault", table);
