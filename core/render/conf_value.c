// SPDX-License-Identifier: MIT
/* conf_value - the small languages inside values: signal names, min:max waits,
 * the -template form. */
#include "conf.h"

#include <signal.h>

/* Every name that is accepted, sorted as the message lists them. */
static const struct {
	const char *name; /* without SIG */
	uint8_t number;
} signals[] = {
	{"ABRT", SIGABRT},     {"ALRM", SIGALRM}, {"BUS", SIGBUS},
	{"CONT", SIGCONT},     {"FPE", SIGFPE},	  {"HUP", SIGHUP},
	{"ILL", SIGILL},       {"INT", SIGINT},	  {"IO", SIGIO},
	{"IOT", SIGIOT},       {"KILL", SIGKILL}, {"NULL", 0},
	{"PIPE", SIGPIPE},     {"PROF", SIGPROF}, {"QUIT", SIGQUIT},
	{"SEGV", SIGSEGV},     {"STOP", SIGSTOP}, {"SYS", SIGSYS},
	{"TERM", SIGTERM},     {"TRAP", SIGTRAP}, {"TSTP", SIGTSTP},
	{"TTIN", SIGTTIN},     {"TTOU", SIGTTOU}, {"USR1", SIGUSR1},
	{"USR2", SIGUSR2},     {"WINCH", SIGWINCH}, {"XCPU", SIGXCPU},
	{"XFSZ", SIGXFSZ},
};

int conf_signal(struct str name, int *out, struct err *e)
{
	struct buf BUF_AUTO list = {0};

	for (size_t i = 0; i < COUNT(signals); i++)
		if (name.n > 3 && str_ieq(str_cut(name, 0, 3), STR("SIG")) &&
		    str_ieq(str_cut(name, 3, name.n),
			    str_of(signals[i].name))) {
			*out = signals[i].number;
			return 0;
		}
	for (size_t i = 0; i < COUNT(signals); i++)
		buf_addf(&list, "%s\"SIG%s\"", i ? " " : "", signals[i].name);
	return err_set(e, 0,
		       "invalid signal \"%.*s\" - valid signals are [%s]",
		       (int)name.n, name.p, buf_str(&list));
}

const char *conf_signal_name(int number)
{
	for (size_t i = 0; i < COUNT(signals); i++)
		if (number && signals[i].number == number)
			return signals[i].name;
	return "";
}

static const char blanks[] = " \t\r\n\v\f";

int conf_wait(struct arena *a, struct str s, struct val *out, struct err *e)
{
	struct str p, part[2] = {{0}};
	int64_t min, max;
	size_t n = 0;

	s = str_trim(s, blanks);
	if (!s.n)
		return err_set(e, 0, "wait: cannot be empty");
	while (str_split(&s, ':', &p)) {
		if (n == 2)
			return err_set(e, 0, "wait: invalid format");
		part[n++] = str_trim(p, blanks);
	}
	if (dur_parse(part[0], &min, e) < 0)
		return -1;
	max = (int64_t)(4 * (uint64_t)min);
	if (n == 2 && dur_parse(part[1], &max, e) < 0)
		return -1;
	if (min < 0 || max < 0)
		return err_set(e, 0, "wait: cannot be negative");
	if (max < min)
		return err_set(e, 0, "wait: min must be less than max");
	*out = val_map(a, &type_map_any);
	val_map_sets(a, out, STR("min"), val_int64(min));
	val_map_sets(a, out, STR("max"), val_int64(max));
	return 0;
}

/* The next run of characters other than a colon. A letter and a colon in front
 * of one belong to it, as the drive in a Windows path: "a:b" is one piece. */
static bool piece(struct str *rest, struct str *out)
{
	size_t i = 0, from;

	while (i < rest->n && rest->p[i] == ':')
		i++;
	from = i;
	if (i + 2 < rest->n && ascii_alpha((unsigned char)rest->p[i]) &&
	    rest->p[i + 1] == ':' && rest->p[i + 2] != ':')
		i += 2;
	while (i < rest->n && rest->p[i] != ':')
		i++;
	*out = str_cut(*rest, from, i);
	*rest = str_cut(*rest, i, rest->n);
	return out->n > 0;
}

int conf_template(struct arena *a, struct str s, struct val *out,
		  struct err *e)
{
	static const char *const names[] = {"source", "destination"};
	struct buf BUF_AUTO command = {0};
	struct str part;
	struct val list;
	size_t n = 0;

	*out = val_map(a, &type_map_any);
	if (!str_trim(s, blanks).n)
		return err_set(e, 0, "template: cannot be empty");
	for (; piece(&s, &part); n++) {
		if (n < 2) {
			val_map_sets(a, out, str_of(names[n]),
				     val_str_dup(a, part));
			continue;
		}
		buf_adds(&command, n > 2 ? ":" : "");
		buf_add(&command, part.p, part.n);
	}
	if (!n)
		return err_set(e, 0, "template: cannot be empty");
	if (!command.len)
		return 0;
	list = val_list(a, &type_strings, 1);
	val_push(a, &list, val_str_dup(a, str_n(command.p, command.len)));
	val_map_sets(a, out, STR("command"), list);
	return 0;
}

struct val conf_commas(struct arena *a, struct str s)
{
	struct val list = val_list(a, &type_strings, 0);
	struct str part;

	if (!s.n)
		return list;
	while (str_split(&s, ',', &part))
		val_push(a, &list, val_str_dup(a, part));
	return list;
}
