/* What the scenarios share. Each is a function that ends, or ends the process with the line that does not hold. */
#ifndef SCENARIO_H
#define SCENARIO_H

#define _DEFAULT_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "sigtrip.h"

#define CHECK(holds) \
    do { \
        if (!(holds)) { \
            fprintf(stderr, "%s:%d: %s does not hold\n", __FILE__, __LINE__, #holds); \
            _exit(1); \
        } \
    } while (0)

/* That two numbers are equal; says which they are. */
#define EQUAL(found, wanted) equal((long)(found), (long)(wanted), #found, __FILE__, __LINE__)

void equal(long found, long wanted, const char *what, const char *file, int line);

/* A handler that counts: data points to an int. */
int count(int signal, void *data);
/* A handler that fails with the int that data points to. */
int fail_with(int signal, void *data);
/* Nanoseconds on the monotonic clock. */
int64_t now(void);
sigtrip_sigset set_of(int signal);
/* Waits for a child, and checks that it ended with 0. */
void joins_well(pid_t child);

void handlers(void);
void the_handler_fails(void);
void handlers_nest_and_replace_themselves(void);
void a_foreign_handler_is_put_back(void);
void everything_is_given_back(void);
void the_table_is_asked_for_by_other_threads(void);
void dying_by_a_signal(void);
void a_drain_stops(void);
void a_drain_calls_handlers(void);
void tripping(void);
void the_wakeup_descriptor(void);
void records(void);
void hooks(void);
void hooks_inside_hooks(void);
void hooks_run_out(void);
void a_hook_below_a_fault(void);
void hooks_beside_a_foreign_handler(void);
void default_actions(void);
void interrupted_calls(void);
void kicks(void);
void masks(void);
void a_mask_is_changed_though_a_handler_fails(void);
void waits(void);
void waits_for_blocked_signals(void);
void waking_from_another_thread(void);
void timers(void);
void sending(void);
void names(void);
void forks(void);
void a_host(void);
void a_host_that_is_fed(void);
void a_host_waits(void);
void refused_numbers(void);
void refused_pointers(void);
void refused_without_a_session(void);
void refused_on_another_thread(void);
void refused_in_this_session(void);

#endif
