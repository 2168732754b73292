// SPDX-License-Identifier: MIT
/* The state model of waiting tools: two bits, moved by the events.
 *
 *   d: down, not ready    D: down, ready    u: up, not ready    U: up, ready */
#include <fcntl.h>
#include <unistd.h>

#include "base.h"
#include "s6/fifodir.h"
#include "s6/place.h"
#include "s6/watch.h"

static int open_status(struct s6_watch *w, const char *dir, struct err *e)
{
	char path[PATH_MAX];

	if (s6_place(path, dir, S6_STATUS, e) < 0 ||
	    s6_status_read(AT_FDCWD, path, &w->st, e) < 0)
		return err_set(e, e ? e->num : 0, "unable to s6_svstatus_read");
	w->up = s6_status_up(&w->st);
	w->ready = w->st.ready;
	return 0;
}

int s6_watch_open(struct s6_watch *w, const char *dir, struct err *e)
{
	char path[PATH_MAX];

	w->failed = w->left = false;
	if (s6_place(path, dir, S6_EVENT, e) < 0 ||
	    s6_fifodir_make(AT_FDCWD, path, getegid(), false, e) < 0 ||
	    s6_listen_open(&w->ev, path, e) < 0)
		return err_set(e, e ? e->num : 0,
			       "unable to subscribe to events for %s", dir);
	if (open_status(w, dir, e) < 0) {
		s6_listen_close(&w->ev);
		return -1;
	}
	return 0;
}

void s6_watch_close(struct s6_watch *w)
{
	s6_listen_close(&w->ev);
}

void s6_watch_byte(struct s6_watch *w, char c)
{
	switch (c) {
	case S6_EV_DOWN:
	case S6_EV_OVER:
	case S6_EV_UP:
	case S6_EV_READY:
		w->up = c == S6_EV_UP || c == S6_EV_READY;
		w->ready = c == S6_EV_OVER || c == S6_EV_READY;
		if (c == S6_EV_UP)
			w->failed = w->left = false;
		break;
	case S6_EV_FAILED:
		w->failed = true;
		break;
	case S6_EV_LEFT:
		w->left = true;
		break;
	default:
		break;
	}
}
