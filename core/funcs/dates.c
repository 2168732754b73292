// SPDX-License-Identifier: MIT
/* dates - consul-template's timestamp and what sprig's hermetic set keeps of
 * dates. Times are Go's time.Time, with its methods. */
#include "funcs/ask.h"
#include "funcs/parse.h"
#include "funcs/shape.h"
#include "funcs/themes.h"
#include "funcs/time.h"

static int now(struct tmpl_call *c, struct gotime *t)
{
	struct timespec ts;

	if (!c->host->now) {
		no_host(c);
		return -1;
	}
	ts = c->host->now(c->host->ctx);
	*t = (struct gotime){.sec = ts.tv_sec, .nsec = (int32_t)ts.tv_nsec};
	return 0;
}

static int ret_unit(struct tmpl_call *c, int64_t v, const char *unit,
		    struct val *out)
{
	return ret_str(out, str_of(arena_printf(c->arena, "%lld%s",
						(long long)v, unit)));
}

/*: timestamp [LAYOUT]
 * {{ timestamp }} ~> 2026-01-02T03:04:05Z
 * {{ timestamp "unix" }} ~> 1767323045
 * {{ timestamp "2006-01-02" }} ~> 2026-01-02
 */
FN(timestamp)
{
	struct str layout = LAYOUT_RFC3339;
	struct gotime t;

	if (n > 1)
		return fail(c, "timestamp: wrong number of arguments, "
			       "expected 0 or 1, but got %zu",
			    n);
	if (now(c, &t) < 0)
		return -1;
	if (n)
		layout = args[0].s;
	if (n && str_is(layout, "unix"))
		return ret_unit(c, t.sec, "", out);
	return ret_str(out, time_format(c->arena, &t, layout));
}

static const struct tmpl_func table[] = {
	{"timestamp", "..s:s", timestamp},
};

THEME(theme_time, "time", table);

/* --- sprig --- */

static int to_date(struct tmpl_call *c, const struct val *args,
		   struct val *out)
{
	const struct zone *local = zone_local(c);
	struct gotime t;

	if (time_parse(c->arena, args[0].s, args[1].s, local, local, &t,
		       c->err) < 0)
		return -1;
	return ret(out, time_val(c->arena, t));
}

/*: sprig_mustToDate LAYOUT TEXT
 * {{ (sprig_mustToDate "2006-01-02" "2021-03-04").Format "Jan 2, 2006" }} => Mar 4, 2021
 */
FN(must_to_date)
{
	return to_date(c, args, out);
}

/*: sprig_toDate LAYOUT TEXT
 * {{ (sprig_toDate "2006-01-02" "2017-12-31").Year }} => 2017
 */
FN(to_date_fn)
{
	struct val zero = {.type = &shape_time};
	struct gotime t = time_of(&zero);

	if (to_date(c, args, out) < 0)
		*out = time_val(c->arena, t);
	return 0;
}

/*: sprig_mustDateModify sprig_must_date_modify DURATION TIME
 * {{ (sprig_mustDateModify "-1.5h" (sprig_toDate "15:04" "23:30")).Format "15:04" }} => 22:00
 */
FN(modify)
{
	int64_t ns;

	if (dur_parse(args[0].s, &ns, c->err) < 0)
		return -1;
	return ret(out, time_val(c->arena,
				 time_add(time_of(&args[1]), ns)));
}

/*: sprig_unixEpoch TIME
 * {{ sprig_unixEpoch (sprig_toDate "2006-01-02T15:04:05Z07:00" "1970-01-01T00:01:00Z") }} => 60
 */
FN(epoch)
{
	return ret_unit(c, time_of(&args[0]).sec, "", out);
}

static int ret_duration(struct tmpl_call *c, int64_t ns, struct val *out)
{
	char text[DUR_TEXT];
	size_t len = dur_put(text, ns);

	return ret(out, val_str_dup(c->arena, str_n(text, len)));
}

/*: sprig_ago TIME
 * {{ sprig_ago (sprig_toDate "2006-01-02" "2026-01-01") }} ~> 27h4m5s
 */
FN(ago)
{
	struct gotime t, then;
	int64_t d, rest;

	if (now(c, &t) < 0)
		return -1;
	then = t;
	if (args[0].type == &shape_time)
		then = time_of(&args[0]);
	else if (args[0].type == &type_int || args[0].type == &type_int64)
		then = (struct gotime){.sec = args[0].i};
	d = time_sub(t, then);
	rest = d % DUR_S;
	d -= rest;
	if (rest >= DUR_S / 2 && d <= INT64_MAX - DUR_S)
		d += DUR_S;
	else if (rest <= -DUR_S / 2 && d >= INT64_MIN + DUR_S)
		d -= DUR_S;
	else if (rest >= DUR_S / 2 || rest <= -DUR_S / 2)
		d = rest < 0 ? INT64_MIN : INT64_MAX;
	return ret_duration(c, d, out);
}

/*: sprig_duration SECONDS
 * {{ sprig_duration "95" }} => 1m35s
 */
FN(duration)
{
	int64_t v = 0;

	if (args[0].type == &type_string) {
		if (parse_int(args[0].s, 10, &v) == NUM_SYNTAX)
			v = 0;
	} else if (args[0].type == &type_int64) {
		v = args[0].i;
	}
	return ret_duration(c, (int64_t)((uint64_t)v * DUR_S), out);
}

/*: sprig_durationRound DURATION
 * {{ sprig_durationRound "2400h10m5s" }} {{ sprig_durationRound "59s" }} => 3mo 59s
 */
FN(duration_round)
{
	static const struct {
		const char *unit;
		int64_t ns;
	} units[] = {
		{"y", 365 * 24 * DUR_HOUR}, {"mo", 30 * 24 * DUR_HOUR},
		{"d", 24 * DUR_HOUR},	    {"h", DUR_HOUR},
		{"m", DUR_MIN},		    {"s", DUR_S},
	};
	struct gotime t;
	int64_t d = 0;
	uint64_t u;

	if (args[0].type == &type_string) {
		if (dur_parse(args[0].s, &d, c->err) < 0)
			d = 0;
	} else if (args[0].type == &type_int64) {
		d = args[0].i;
	} else if (args[0].type == &shape_time) {
		if (now(c, &t) < 0)
			return -1;
		d = time_sub(t, time_of(&args[0]));
	}
	u = d < 0 ? 0 - (uint64_t)d : (uint64_t)d;
	for (size_t i = 0; i < COUNT(units); i++)
		if (u > (uint64_t)units[i].ns)
			return ret_unit(c, (int64_t)(u / (uint64_t)units[i].ns),
					units[i].unit, out);
	return ret_str(out, STR("0s"));
}

static const struct tmpl_func sprig_table[] = {
	{"ago", "a:s", ago},
	{"duration", "a:s", duration},
	{"durationRound", "a:s", duration_round},
	{"mustDateModify", "s<time.Time>:<time.Time>", modify},
	{"mustToDate", "ss:<time.Time>", must_to_date},
	{"must_date_modify", "s<time.Time>:<time.Time>", modify},
	{"toDate", "ss:<time.Time>", to_date_fn},
	{"unixEpoch", "<time.Time>:s", epoch},
};

THEME(theme_sprig_dates, "sprig dates", sprig_table);
