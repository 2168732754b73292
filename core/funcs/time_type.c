// SPDX-License-Identifier: MIT
/* time_type - the types time.Time, time.Duration, time.Month and time.Weekday
 * with their methods, as templates see them.
 *
 * A time.Time is a struct value of three hidden fields: wall (nanoseconds of
 * the second), ext (seconds since 1970) and loc (a struct zone, 0 = UTC).
 * Source: Go's package time, as facts. */
#include "funcs/shapes.h"
#include "funcs/time.h"

/* --- values --- */

enum { T_WALL, T_EXT, T_LOC };

struct gotime time_of(const struct val *v)
{
	if (!v->fields) /* the zero time: 1 January of the year 1 */
		return (struct gotime){.sec = INT64_C(-62135596800)};
	return (struct gotime){
		v->fields[T_EXT].i, (int32_t)v->fields[T_WALL].i,
		(const struct zone *)(uintptr_t)v->fields[T_LOC].u};
}

struct val time_val(struct arena *a, struct gotime t)
{
	struct val v = val_ptr(a, &shape_time_p);

	v.type = &shape_time;
	v.fields[T_WALL].i = t.nsec;
	v.fields[T_EXT].i = t.sec;
	v.fields[T_LOC].u = (uintptr_t)t.loc;
	return v;
}

struct val shape_time_make(struct arena *a, int64_t sec, int32_t nsec)
{
	return time_val(a, (struct gotime){.sec = sec, .nsec = nsec});
}

int shape_time_parse(struct arena *a, struct str s, struct val *out,
		     struct err *e)
{
	struct gotime t;

	if (time_parse(a, LAYOUT_RFC3339, s, NULL, NULL, &t, e) < 0)
		return -1;
	*out = time_val(a, t);
	return 0;
}

static struct str time_string(struct arena *a, const struct val *v)
{
	struct gotime t = time_of(v);

	return time_format(a, &t,
			   STR("2006-01-02 15:04:05.999999999 -0700 MST"));
}

static struct str time_text(struct arena *a, const struct val *v)
{
	struct gotime t = time_of(v);

	return time_format(a, &t, LAYOUT_RFC3339_NANO);
}

static struct str duration_string(struct arena *a, const struct val *v)
{
	char text[DUR_TEXT];
	size_t n = dur_put(text, v->i);

	return str_n(arena_dup(a, text, n), n);
}

static struct str month_string(struct arena *a, const struct val *v)
{
	if (v->i < 1 || v->i > 12)
		return str_of(
			arena_printf(a, "%%!Month(%lld)", (long long)v->i));
	return str_of(month_names[v->i - 1]);
}

static struct str day_string(struct arena *a, const struct val *v)
{
	if (v->i < 0 || v->i > 6)
		return str_of(
			arena_printf(a, "%%!Weekday(%lld)", (long long)v->i));
	return str_of(day_names[v->i]);
}

static struct str loc_string(struct arena *a, const struct val *v)
{
	(void)a;
	return zone_name((const struct zone *)(uintptr_t)v->u);
}

/* --- methods that all of these types share --- */

FN(to_string)
{
	return ret_str(out, args[0].type->string(c->arena, &args[0]));
}

static const struct val_method string_methods[] = {{"String", ":s", to_string}};

const struct val_type shape_month = {.name = "time.Month",
				     .kind = KIND_INT,
				     .bits = 64,
				     .string = month_string,
				     METHODS(string_methods)};
const struct val_type shape_weekday = {.name = "time.Weekday",
				       .kind = KIND_INT,
				       .bits = 64,
				       .string = day_string,
				       METHODS(string_methods)};
/* a pointer in Go; here a number, so that copies and comparisons keep it */
const struct val_type shape_location = {.name = "*time.Location",
					.kind = KIND_UINT,
					.bits = 64,
					.string = loc_string,
					METHODS(string_methods)};

static struct val duration_val(int64_t ns)
{
	return (struct val){.type = &shape_duration, .i = ns};
}

/* --- time.Duration --- */

static double in_unit(int64_t ns, int64_t unit)
{
	int64_t whole = ns / unit; /* exact where a double of ns is not */

	return (double)whole + (double)(ns % unit) / (double)unit;
}

FN(dur_hours)
{
	return ret_float(out, in_unit(args[0].i, DUR_HOUR));
}

FN(dur_minutes)
{
	return ret_float(out, in_unit(args[0].i, DUR_MIN));
}

FN(dur_seconds)
{
	return ret_float(out, in_unit(args[0].i, DUR_S));
}

FN(dur_millis)
{
	return ret_int64(out, args[0].i / DUR_MS);
}

FN(dur_micros)
{
	return ret_int64(out, args[0].i / DUR_US);
}

FN(dur_nanos)
{
	return ret_int64(out, args[0].i);
}

FN(dur_abs)
{
	int64_t d = args[0].i;

	if (d == INT64_MIN)
		d = INT64_MAX;
	return ret(out, duration_val(d < 0 ? -d : d));
}

FN(dur_truncate)
{
	int64_t d = args[0].i, m = args[1].i;

	return ret(out, duration_val(m <= 0 ? d : d - d % m));
}

/* Half away from zero; held within the range. */
FN(dur_round)
{
	int64_t d = args[0].i, m = args[1].i, r, x;

	if (m <= 0)
		return ret(out, duration_val(d));
	r = d % m;
	if ((uint64_t)(r < 0 ? -r : r) * 2 < (uint64_t)m)
		return ret(out, duration_val(d - r));
	if (__builtin_add_overflow(d - r, d < 0 ? -m : m, &x))
		x = d < 0 ? INT64_MIN : INT64_MAX;
	return ret(out, duration_val(x));
}

static const struct val_method duration_methods[] = {
	{"Abs", ":d", dur_abs},
	{"Hours", ":f", dur_hours},
	{"Microseconds", ":l", dur_micros},
	{"Milliseconds", ":l", dur_millis},
	{"Minutes", ":f", dur_minutes},
	{"Nanoseconds", ":l", dur_nanos},
	{"Round", "d:d", dur_round},
	{"Seconds", ":f", dur_seconds},
	{"String", ":s", to_string},
	{"Truncate", "d:d", dur_truncate},
};

const struct val_type shape_duration = {.name = "time.Duration",
					.kind = KIND_INT,
					.bits = 64,
					.string = duration_string,
					METHODS(duration_methods)};

/* --- time.Time --- */

/* The numbers that a time is asked for, each under its method's name. */
FN(time_number)
{
	struct gotime t = time_of(&args[0]);
	struct civil d;
	int64_t v = 0;

	civil_of(&t, &d);
	switch (c->name[0]) {
	case 'D':
		v = d.day;
		break;
	case 'H':
		v = d.hour;
		break;
	case 'M':
		v = d.min;
		break;
	case 'N':
		v = t.nsec;
		break;
	case 'S':
		v = d.sec;
		break;
	case 'Y':
		v = c->name[4] ? d.yday : d.year;
		break;
	}
	return ret_int(out, v);
}

FN(time_month)
{
	struct gotime t = time_of(&args[0]);
	struct civil d;

	civil_of(&t, &d);
	return ret(out, (struct val){.type = &shape_month, .i = d.month});
}

FN(time_weekday)
{
	struct gotime t = time_of(&args[0]);
	struct civil d;

	civil_of(&t, &d);
	return ret(out, (struct val){.type = &shape_weekday, .i = d.wday});
}

/* Unix, UnixMilli, UnixMicro, UnixNano: wrapping, as Go's. */
FN(time_unix)
{
	struct gotime t = time_of(&args[0]);
	uint64_t per = 1;

	if (c->name[4] == 'N')
		per = 1000000000;
	else if (c->name[4])
		per = c->name[6] == 'l' ? 1000 : 1000000;
	return ret_int64(out, (int64_t)((uint64_t)t.sec * per +
					(uint64_t)t.nsec / (1000000000 / per)));
}

FN(time_format_fn)
{
	struct gotime t = time_of(&args[0]);

	return ret_str(out, time_format(c->arena, &t, args[1].s));
}

/* After, Before, Equal, Compare. */
FN(time_compare)
{
	int r = time_cmp(time_of(&args[0]), time_of(&args[1]));

	if (c->name[0] == 'C')
		return ret_int(out, r);
	return ret_bool(out, c->name[0] == 'A'	 ? r > 0
			     : c->name[0] == 'B' ? r < 0
						 : r == 0);
}

FN(time_add_fn)
{
	return ret(out,
		   time_val(c->arena, time_add(time_of(&args[0]), args[1].i)));
}

FN(time_add_date)
{
	struct gotime t = time_of(&args[0]);
	struct civil d;

	civil_of(&t, &d);
	t = time_date(d.year + args[1].i, d.month + args[2].i, d.day + args[3].i,
		      d.hour * 3600 + d.min * 60 + d.sec, t.nsec, t.loc);
	return ret(out, time_val(c->arena, t));
}

FN(time_sub_fn)
{
	return ret(out,
		   duration_val(time_sub(time_of(&args[0]), time_of(&args[1]))));
}

/* The rest of a time since year 1 by a duration. */
static int64_t since_zero(struct gotime t, int64_t m)
{
	__extension__ __int128 ns =
		((__int128)t.sec + INT64_C(62135596800)) * DUR_S + t.nsec;
	int64_t r = (int64_t)(ns % m);

	return r < 0 ? r + m : r;
}

FN(time_truncate)
{
	struct gotime t = time_of(&args[0]);

	if (args[1].i > 0)
		t = time_add(t, -since_zero(t, args[1].i));
	return ret(out, time_val(c->arena, t));
}

FN(time_round)
{
	struct gotime t = time_of(&args[0]);
	int64_t m = args[1].i, r;

	if (m > 0) {
		r = since_zero(t, m);
		t = time_add(t, (uint64_t)r * 2 < (uint64_t)m ? -r : m - r);
	}
	return ret(out, time_val(c->arena, t));
}

FN(time_utc)
{
	struct gotime t = time_of(&args[0]);

	t.loc = NULL;
	return ret(out, time_val(c->arena, t));
}

FN(time_in_local)
{
	struct gotime t = time_of(&args[0]);

	t.loc = zone_local(c);
	return ret(out, time_val(c->arena, t));
}

FN(time_location)
{
	return ret(out, (struct val){.type = &shape_location,
				     .u = (uintptr_t)time_of(&args[0]).loc});
}

FN(time_in)
{
	struct gotime t = time_of(&args[0]);

	t.loc = (const struct zone *)(uintptr_t)args[1].u;
	return ret(out, time_val(c->arena, t));
}

FN(time_is_zero)
{
	struct gotime zero = {.sec = INT64_C(-62135596800)};

	return ret_bool(out, time_cmp(time_of(&args[0]), zero) == 0);
}

FN(time_is_dst)
{
	struct gotime t = time_of(&args[0]);
	struct span z;

	zone_lookup(t.loc, t.sec, &z);
	return ret_bool(out, z.dst);
}

FN(time_marshal)
{
	struct str s = time_text(c->arena, &args[0]);

	if (c->name[7] == 'J') /* MarshalJSON */
		s = str_of(arena_printf(c->arena, "\"%.*s\"", STRF(s)));
	return ret(out, val_bytes(c->arena, s));
}

/* Methods that Go has but no template can call. */
#define SECOND_INT "!second return value should be error; is int"
#define RESULTS(n) "!!" #n

static const struct val_method time_methods[] = {
	{"Add", "d:<time.Time>", time_add_fn},
	{"AddDate", "iii:<time.Time>", time_add_date},
	{"After", "<time.Time>:b", time_compare},
	{"Before", "<time.Time>:b", time_compare},
	{"Clock", RESULTS(3), NULL},
	{"Compare", "<time.Time>:i", time_compare},
	{"Date", RESULTS(3), NULL},
	{"Day", ":i", time_number},
	{"Equal", "<time.Time>:b", time_compare},
	{"Format", "s:s", time_format_fn},
	{"Hour", ":i", time_number},
	{"ISOWeek", SECOND_INT, NULL},
	{"In", "<*time.Location>:<time.Time>", time_in},
	{"IsDST", ":b", time_is_dst},
	{"IsZero", ":b", time_is_zero},
	{"Local", ":<time.Time>", time_in_local},
	{"Location", ":<*time.Location>", time_location},
	{"MarshalJSON", ":y", time_marshal},
	{"MarshalText", ":y", time_marshal},
	{"Minute", ":i", time_number},
	{"Month", ":<time.Month>", time_month},
	{"Nanosecond", ":i", time_number},
	{"Round", "d:<time.Time>", time_round},
	{"Second", ":i", time_number},
	{"String", ":s", to_string},
	{"Sub", "<time.Time>:d", time_sub_fn},
	{"Truncate", "d:<time.Time>", time_truncate},
	{"UTC", ":<time.Time>", time_utc},
	{"Unix", ":l", time_unix},
	{"UnixMicro", ":l", time_unix},
	{"UnixMilli", ":l", time_unix},
	{"UnixNano", ":l", time_unix},
	{"Weekday", ":<time.Weekday>", time_weekday},
	{"Year", ":i", time_number},
	{"YearDay", ":i", time_number},
	{"Zone", SECOND_INT, NULL},
};

FIELDS(time) = {
	{"wall", &type_uint64, "-"},
	{"ext", &type_int64, "-"},
	{"loc", &shape_location, "-"},
};
const struct val_type shape_time = {.name = "time.Time",
				    .kind = KIND_STRUCT,
				    .fields = time_fields,
				    .nfields = COUNT(time_fields),
				    .string = time_string,
				    .text = time_text,
				    METHODS(time_methods)};
const struct val_type shape_time_p = {.name = "*time.Time",
				      .kind = KIND_PTR,
				      .elem = &shape_time,
				      .string = time_string,
				      .text = time_text};
