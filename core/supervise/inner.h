// SPDX-License-Identifier: MIT
/* inner - what the files of this module share. */
#ifndef BASEBOX_SUPERVISE_INNER_H
#define BASEBOX_SUPERVISE_INNER_H

#include "supervise.h"

/* "s6-supervise NAME: warning: TEXT[: reason]" as s6's own process would say;
 * num = 0: no reason. */
void service_warn(const struct service *s, int num, const char *fmt, ...)
	PRINTF(3, 4);
/* The number in this file of the service directory; `absent` when there is no
 * such file or, after a warning, when it is no number. */
uint32_t service_number(struct service *s, const char *file, uint32_t absent);
/* The same for a file with a signal. */
int service_signal_file(struct service *s, const char *file, int absent);
bool service_has(const struct service *s, const char *file);

/* Writes the status, then sends the events ("" = none). */
void service_publish(struct service *s, const char *events);
/* The events alone. */
void service_tell(struct service *s, const char *events);
/* Many starts that are due at once are spread over turns of the loop. */
bool supervisor_has_turn(struct supervisor *sup);
/* Something of a service could not be done: service_heal for all in a second. */
void supervisor_heal(struct supervisor *sup);
/* Does what is still to be done: status, watches. */
void service_heal(struct service *s);

/* Forks ./run: the service is STARTING, or stays DOWN with a deadline. */
void launch_run(struct service *s);
/* ./run could not be executed (or prepared): says so, as far as it is news,
 * and sets the deadline of the next try. */
void launch_failed(struct service *s, enum spawn_stage stage, int num);
/* ./run is executed: forgets the last failure. */
void launch_worked(struct service *s);
/* Forks ./finish for a run that ended so. false: there is none to run. */
bool launch_finish(struct service *s, pid_t dead, int wstat);

/* Called by launch: from now on the start's outcome is watched. */
void service_watch_start(struct service *s);
/* Sets the deadline: in DOWN of the next start, otherwise of a SIGKILL. */
void service_schedule(struct service *s, int64_t at);
void service_start_now(struct service *s);
/* A signal to what runs, or to its process group. */
void service_send(const struct service *s, int sig, bool group);
/* To the group, or to the process alone before it has made its group. */
void service_send_group(const struct service *s, int sig);
/* The service's children get /dev/null as 0 and 1 from now on; a logger behind
 * its pipe can see the end. */
void service_release(struct service *s);
/* Ends supervision: `x`, then GONE. */
void service_leave(struct service *s);
/* Undoes service_open from any point; closes all its descriptors. */
void service_close(struct service *s);
/* Puts it on the control FIFO. */
int service_listen(struct service *s, struct err *e) MUST_USE;

#endif
