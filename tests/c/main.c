/* The scenarios of the C interface: one is run by its name, in a process of its own; --list prints the names. */

#include "scenario.h"

static const struct {
    const char *name;
    void (*run)(void);
} scenarios[] = {
#define SCENARIO(name) { #name, name }
    SCENARIO(handlers),
    SCENARIO(the_handler_fails),
    SCENARIO(handlers_nest_and_replace_themselves),
    SCENARIO(a_foreign_handler_is_put_back),
    SCENARIO(everything_is_given_back),
    SCENARIO(the_table_is_asked_for_by_other_threads),
    SCENARIO(dying_by_a_signal),
    SCENARIO(a_drain_stops),
    SCENARIO(a_drain_calls_handlers),
    SCENARIO(tripping),
    SCENARIO(the_wakeup_descriptor),
    SCENARIO(records),
    SCENARIO(hooks),
    SCENARIO(hooks_inside_hooks),
    SCENARIO(hooks_run_out),
    SCENARIO(a_hook_below_a_fault),
    SCENARIO(hooks_beside_a_foreign_handler),
    SCENARIO(default_actions),
    SCENARIO(interrupted_calls),
    SCENARIO(kicks),
    SCENARIO(masks),
    SCENARIO(a_mask_is_changed_though_a_handler_fails),
    SCENARIO(waits),
    SCENARIO(waits_for_blocked_signals),
    SCENARIO(waking_from_another_thread),
    SCENARIO(timers),
    SCENARIO(sending),
    SCENARIO(names),
    SCENARIO(forks),
    SCENARIO(a_host),
    SCENARIO(a_host_that_is_fed),
    SCENARIO(a_host_waits),
    SCENARIO(refused_numbers),
    SCENARIO(refused_pointers),
    SCENARIO(refused_without_a_session),
    SCENARIO(refused_on_another_thread),
    SCENARIO(refused_in_this_session),
};

enum { SCENARIOS = sizeof scenarios / sizeof *scenarios };

void equal(long found, long wanted, const char *what, const char *file, int line)
{
    if (found != wanted) {
        fprintf(stderr, "%s:%d: %s is %ld, not %ld\n", file, line, what, found, wanted);
        _exit(1);
    }
}

int count(int signal, void *data)
{
    (void)signal;
    ++*(int *)data;
    return 0;
}

int fail_with(int signal, void *data)
{
    (void)signal;
    return *(int *)data;
}

int64_t now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * SIGTRIP_SECOND + time.tv_nsec;
}

sigtrip_sigset set_of(int signal)
{
    sigtrip_sigset set = { { 0, 0 } };
    EQUAL(sigtrip_sigset_add(&set, signal), 0);
    return set;
}

void joins_well(pid_t child)
{
    int status = -1;
    CHECK(child > 0);
    EQUAL(waitpid(child, &status, 0), child);
    EQUAL(status, 0);
}

int main(int argc, char **argv)
{
    int i;
    CHECK(argc == 2);
    for (i = 0; i < SCENARIOS; i++) {
        if (strcmp(argv[1], "--list") == 0) {
            puts(scenarios[i].name);
        } else if (strcmp(argv[1], scenarios[i].name) == 0) {
            scenarios[i].run();
            puts("it holds");
            return 0;
        }
    }
    return strcmp(argv[1], "--list") != 0;
}
