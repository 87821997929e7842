/* What is refused, and changes nothing. */

#include "scenario.h"

static int never(int signal, const sigtrip_disposition *disposition, void *data)
{
    (void)signal;
    (void)disposition;
    (void)data;
    _exit(9);
}

static void hook(int signal, const void *siginfo, void *data)
{
    (void)signal;
    (void)siginfo;
    (void)data;
}

/* Numbers that are no signal, or none that can be handled. */
static const int wrong[] = { 0, -1, 65, 1000, 32, 33, SIGKILL, SIGSTOP, -2147483647 - 1, 2147483647 };

void refused_numbers(void)
{
    int data = 0;
    size_t i;
    sigtrip_disposition found = { 77, NULL, NULL, 0, { 0 } }, ignore = { SIGTRIP_IGNORE, NULL, NULL, 0, { 0 } };
    sigtrip_sigset set = { { 0, 0 } }, bad = { { 0, 1 } }, libcs = { { (uint64_t)1 << 31, 0 } };
    sigtrip_timer timer = { -1, 0 }, found_timer = { 5, 5 };
    sigtrip_info info;
    uint64_t id = 3;
    EQUAL(sigtrip_open(4, 0), -EINVAL);
    EQUAL(sigtrip_open(0x80000000, 0), -EINVAL);
    EQUAL(sigtrip_open(0, SIGKILL), -EINVAL);
    EQUAL(sigtrip_open(0, 1000), -EINVAL);
    EQUAL(sigtrip_is_owner(), 0);
    EQUAL(sigtrip_open(0, 0), 0);
    for (i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        int signal = wrong[i], is_one = signal > 0 && signal < 65;
        EQUAL(sigtrip_signal(signal, count, &data, &found), -EINVAL);
        EQUAL(sigtrip_ignore(signal, &found), -EINVAL);
        EQUAL(sigtrip_default(signal, &found), -EINVAL);
        EQUAL(sigtrip_set_disposition(signal, &ignore, &found), -EINVAL);
        EQUAL(sigtrip_hook_register(signal, hook, NULL, 0, &id), -EINVAL);
        EQUAL(sigtrip_record_signal(signal, SIGTRIP_RECORD), -EINVAL);
        EQUAL(sigtrip_siginterrupt(signal, 0), -EINVAL);
        if (!is_one) {
            EQUAL(sigtrip_getsignal(signal, &found), -EINVAL);
            EQUAL(sigtrip_trip(signal), -EINVAL);
            EQUAL(sigtrip_raise(signal), -EINVAL);
            EQUAL(sigtrip_sigset_add(&set, signal), -EINVAL);
            EQUAL(sigtrip_sigset_contains(&set, signal), -EINVAL);
            EQUAL(sigtrip_emulate_default(signal), -EINVAL);
        }
        if (!is_one && signal != 0) {
            EQUAL(sigtrip_kill(getpid(), signal), -EINVAL);
            EQUAL(sigtrip_sigqueue(getpid(), signal, 0), -EINVAL);
            EQUAL(sigtrip_pthread_kill(pthread_self(), signal), -EINVAL);
        }
    }
    EQUAL(sigtrip_pthread_kill(pthread_self(), 32), -EINVAL);
    EQUAL(found.kind, 77); /* nothing was written */
    EQUAL(id, 3);
    CHECK(set.bits[0] == 0 && set.bits[1] == 0);

    EQUAL(sigtrip_sigmask(3, &set, NULL), -EINVAL);
    EQUAL(sigtrip_sigmask(-1, &set, NULL), -EINVAL);
    EQUAL(sigtrip_sigmask(SIGTRIP_BLOCK, &bad, NULL), -EINVAL);
    EQUAL(sigtrip_sigmask(SIGTRIP_BLOCK, &libcs, NULL), -EINVAL);
    EQUAL(sigtrip_sigwait(&bad, 0, &info), -EINVAL);
    EQUAL(sigtrip_sigwait(&libcs, 0, &info), -EINVAL);
    EQUAL(sigtrip_sigsuspend(&libcs), -EINVAL);
    EQUAL(sigtrip_sleep(-1), -EINVAL);
    EQUAL(sigtrip_pause_for(-1, NULL), -EINVAL);
    EQUAL(sigtrip_alarm(-1, NULL), -EINVAL);
    EQUAL(sigtrip_setitimer(SIGTRIP_TIMER_REAL, &timer, &found_timer), -EINVAL);
    timer.delay = 1;
    timer.interval = -1;
    EQUAL(sigtrip_setitimer(SIGTRIP_TIMER_REAL, &timer, &found_timer), -EINVAL);
    EQUAL(sigtrip_setitimer(3, &timer, &found_timer), -EINVAL);
    EQUAL(sigtrip_getitimer(-1, &found_timer), -EINVAL);
    EQUAL(found_timer.delay, 5);
    EQUAL(sigtrip_getitimer(SIGTRIP_TIMER_REAL, &found_timer), 0);
    EQUAL(found_timer.delay, 0);
    EQUAL(sigtrip_hook_register(SIGUSR1, hook, NULL, 4, &id), -EINVAL);
    EQUAL(sigtrip_record_signal(SIGUSR1, SIGTRIP_RECORD_TIME), -EINVAL);
    EQUAL(sigtrip_record_signal(SIGUSR1, 32), -EINVAL);
    ignore.kind = 6;
    EQUAL(sigtrip_set_disposition(SIGUSR1, &ignore, NULL), -EINVAL);
    ignore.kind = SIGTRIP_WORD;
    EQUAL(sigtrip_set_disposition(SIGUSR1, &ignore, NULL), -EINVAL);
    ignore.kind = SIGTRIP_RUST;
    EQUAL(sigtrip_set_disposition(SIGUSR1, &ignore, NULL), -EINVAL);
    ignore.kind = SIGTRIP_HANDLER; /* without one */
    EQUAL(sigtrip_set_disposition(SIGUSR1, &ignore, NULL), -EINVAL);
    EQUAL(sigtrip_getsignal(SIGUSR1, &found), 0);
    EQUAL(found.kind, SIGTRIP_DEFAULT);
    EQUAL(sigtrip_close(), 0);
}

void refused_pointers(void)
{
    sigtrip_disposition found;
    siginfo_t no_signal;
    sigtrip_info info;
    EQUAL(sigtrip_open(0, 0), 0);
    EQUAL(sigtrip_signal(SIGUSR1, NULL, NULL, &found), -EINVAL);
    EQUAL(sigtrip_set_disposition(SIGUSR1, NULL, &found), -EINVAL);
    EQUAL(sigtrip_getsignal(SIGUSR1, NULL), -EINVAL);
    EQUAL(sigtrip_drain(NULL, NULL), -EINVAL);
    EQUAL(sigtrip_call(SIGUSR1, NULL), -EINVAL);
    EQUAL(sigtrip_hook_register(SIGUSR1, NULL, NULL, 0, NULL), -EINVAL);
    EQUAL(sigtrip_sigset_empty(NULL), -EINVAL);
    EQUAL(sigtrip_sigset_fill(NULL), -EINVAL);
    EQUAL(sigtrip_sigset_add(NULL, SIGUSR1), -EINVAL);
    EQUAL(sigtrip_sigset_remove(NULL, SIGUSR1), -EINVAL);
    EQUAL(sigtrip_sigset_contains(NULL, SIGUSR1), -EINVAL);
    EQUAL(sigtrip_sigpending(NULL), -EINVAL);
    EQUAL(sigtrip_sigwait(NULL, 0, NULL), -EINVAL);
    EQUAL(sigtrip_sigsuspend(NULL), -EINVAL);
    EQUAL(sigtrip_setitimer(SIGTRIP_TIMER_REAL, NULL, NULL), -EINVAL);
    EQUAL(sigtrip_getitimer(SIGTRIP_TIMER_REAL, NULL), -EINVAL);
    EQUAL(sigtrip_take_record(NULL), -EINVAL);
    EQUAL(sigtrip_get_counts(SIGUSR1, NULL), -EINVAL);
    EQUAL(sigtrip_signal_name(SIGINT, NULL, 30), -EINVAL);
    EQUAL(sigtrip_signal_number(NULL), -EINVAL);
    EQUAL(sigtrip_info_of(NULL, &info), -EINVAL);
    memset(&no_signal, 0, sizeof no_signal);
    EQUAL(sigtrip_info_of(&no_signal, &info), -EINVAL);
    no_signal.si_signo = SIGUSR1;
    EQUAL(sigtrip_info_of(&no_signal, NULL), -EINVAL);
    EQUAL(sigtrip_info_of(&no_signal, &info), 0);

    /* What may be null. */
    EQUAL(sigtrip_ignore(SIGUSR1, NULL), 0);
    EQUAL(sigtrip_set_wakeup_fd(-1, 0, NULL), 0);
    EQUAL(sigtrip_sigmask(SIGTRIP_BLOCK, NULL, NULL), 0);
    EQUAL(sigtrip_close(), 0);
    EQUAL(sigtrip_host_open(0, 0), 0);
    EQUAL(sigtrip_host_set(SIGUSR1, NULL, NULL, NULL), -EINVAL);
    EQUAL(sigtrip_host_set_fed(SIGUSR1, NULL, NULL), -EINVAL);
    EQUAL(sigtrip_host_get(SIGUSR1, NULL), -EINVAL);
    memset(&found, 0, sizeof found);
    found.kind = SIGTRIP_WORD; /* 0 is no word */
    EQUAL(sigtrip_host_set(SIGUSR1, &found, NULL, NULL), -EINVAL);
    found.word = UINTPTR_MAX;
    EQUAL(sigtrip_host_set(SIGUSR1, &found, NULL, NULL), -EINVAL);
    found.kind = SIGTRIP_HANDLER;
    EQUAL(sigtrip_host_set(SIGUSR1, &found, NULL, NULL), -EINVAL);
    EQUAL(sigtrip_host_get(SIGUSR1, &found), 0);
    EQUAL(found.kind, SIGTRIP_DEFAULT);
    EQUAL(sigtrip_close(), 0);
}

/* What is the owner's. */
static void refuses_all(int why)
{
    sigtrip_disposition ignore = { SIGTRIP_IGNORE, NULL, NULL, 0, { 0 } };
    sigtrip_record record;
    int data = 0;
    EQUAL(sigtrip_close(), why);
    EQUAL(sigtrip_signal(SIGUSR1, count, &data, NULL), why);
    EQUAL(sigtrip_ignore(SIGUSR1, NULL), why);
    EQUAL(sigtrip_default(SIGUSR1, NULL), why);
    EQUAL(sigtrip_set_disposition(SIGUSR1, &ignore, NULL), why);
    EQUAL(sigtrip_drain(never, NULL), why);
    EQUAL(sigtrip_set_wakeup_fd(-1, 0, NULL), why);
    EQUAL(sigtrip_failed_wakeup_write(), why);
    EQUAL(sigtrip_record_signal(SIGUSR1, 0), why);
    EQUAL(sigtrip_take_record(&record), why);
    EQUAL(sigtrip_host_set(SIGUSR1, &ignore, NULL, NULL), why);
    EQUAL(sigtrip_host_set_fed(SIGUSR1, &ignore, NULL), why);
    EQUAL(sigtrip_host_get(SIGUSR1, &ignore), why);
    EQUAL(sigtrip_host_set_notify(NULL), why);
    EQUAL(sigtrip_host_wait(0), why);
    EQUAL(sigtrip_host_wait_readable(0, 0), why);
    EQUAL(sigtrip_check_signals(), 0); /* as in CPython: it does nothing */
}

void refused_without_a_session(void)
{
    refuses_all(-ENXIO);
    EQUAL(sigtrip_open(0, 0), 0);
    EQUAL(sigtrip_close(), 0);
    refuses_all(-ENXIO);
}

static void *refused_here(void *data)
{
    refuses_all(-EPERM);
    EQUAL(sigtrip_open(0, 0), -EBUSY);
    EQUAL(sigtrip_host_open(0, 0), -EBUSY);
    return data;
}

void refused_on_another_thread(void)
{
    pthread_t thread;
    int counted = 0;
    EQUAL(sigtrip_open(0, 0), 0);
    EQUAL(sigtrip_signal(SIGUSR1, count, &counted, NULL), 0);
    EQUAL(sigtrip_trip(SIGUSR1), 1);
    EQUAL(pthread_create(&thread, NULL, refused_here, NULL), 0);
    EQUAL(pthread_join(thread, NULL), 0);
    EQUAL(sigtrip_check_signals(), 0);
    EQUAL(counted, 1);
    EQUAL(sigtrip_close(), 0);
}

void refused_in_this_session(void)
{
    int data = 0;
    sigtrip_disposition found;
    sigtrip_sigset usr1 = set_of(SIGUSR1);
    EQUAL(sigtrip_open(SIGTRIP_POLLING, 0), 0);
    EQUAL(sigtrip_pause(), -ENOTSUP);
    EQUAL(sigtrip_pause_for(1, NULL), -ENOTSUP);
    EQUAL(sigtrip_sleep(1), -ENOTSUP);
    EQUAL(sigtrip_sigwait(&usr1, 0, NULL), -ENOTSUP);
    EQUAL(sigtrip_sigsuspend(&usr1), -ENOTSUP);
    EQUAL(sigtrip_signal(SIGUSR1, count, &data, NULL), 0);
    EQUAL(sigtrip_raise(SIGUSR1), 0);
    EQUAL(data, 1);
    EQUAL(sigtrip_host_get(SIGUSR1, &found), -ENOTSUP);
    EQUAL(sigtrip_host_wait(0), -ENOTSUP);
    EQUAL(sigtrip_close(), 0);

    EQUAL(sigtrip_host_open(SIGTRIP_POLLING, 0), 0);
    EQUAL(sigtrip_host_wait(0), -ENOTSUP);
    EQUAL(sigtrip_signal(SIGUSR1, count, &data, NULL), -ENOTSUP);
    EQUAL(sigtrip_pause(), -ENOTSUP);
    EQUAL(sigtrip_sleep(1), -ENOTSUP);
    EQUAL(sigtrip_close(), 0);
}
