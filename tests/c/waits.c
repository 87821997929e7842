/* Masks, waits, timers. */

#include "scenario.h"

void masks(void)
{
    int counted = 0, i;
    sigtrip_sigset usr1 = set_of(SIGUSR1), earlier, found, all;
    EQUAL(sigtrip_open(0, 0), 0);
    EQUAL(sigtrip_signal(SIGUSR1, count, &counted, NULL), 0);
    EQUAL(sigtrip_sigmask(SIGTRIP_BLOCK, &usr1, &earlier), 0);
    EQUAL(sigtrip_sigset_contains(&earlier, SIGUSR1), 0);
    EQUAL(sigtrip_raise(SIGUSR1), 0);
    EQUAL(counted, 0);
    EQUAL(sigtrip_sigpending(&found), 0);
    CHECK(found.bits[0] == usr1.bits[0] && found.bits[1] == 0);
    EQUAL(sigtrip_sigmask(SIGTRIP_BLOCK, NULL, &found), 0); /* it only asks */
    EQUAL(sigtrip_sigset_contains(&found, SIGUSR1), 1);
    EQUAL(sigtrip_sigmask(SIGTRIP_SETMASK, &earlier, NULL), 0);
    EQUAL(counted, 1);
    EQUAL(sigtrip_sigpending(&found), 0);
    CHECK(found.bits[0] == 0 && found.bits[1] == 0);

    EQUAL(sigtrip_sigset_fill(&all), 0);
    for (i = 1; i <= sigtrip_signal_max(); i++) {
        int own = i > 31 && (i < sigtrip_real_time_min() || i > sigtrip_real_time_max());
        EQUAL(sigtrip_sigset_contains(&all, i), !own);
    }
    EQUAL(sigtrip_sigset_remove(&all, SIGTERM), 0);
    EQUAL(sigtrip_sigmask(SIGTRIP_SETMASK, &all, NULL), 0);
    EQUAL(sigtrip_sigmask(SIGTRIP_UNBLOCK, &usr1, &found), 0);
    EQUAL(sigtrip_sigset_contains(&found, SIGINT), 1);
    EQUAL(sigtrip_sigset_contains(&found, SIGTERM), 0);
    EQUAL(sigtrip_sigset_contains(&found, SIGKILL), 0); /* nobody can block it */
    EQUAL(sigtrip_sigset_empty(&all), 0);
    CHECK(all.bits[0] == 0 && all.bits[1] == 0);
    EQUAL(sigtrip_close(), 0);
}

void a_mask_is_changed_though_a_handler_fails(void)
{
    int five = 5;
    sigtrip_sigset usr1 = set_of(SIGUSR1), earlier = { { 9, 9 } }, found;
    EQUAL(sigtrip_open(0, 0), 0);
    EQUAL(sigtrip_signal(SIGUSR1, fail_with, &five, NULL), 0);
    EQUAL(sigtrip_sigmask(SIGTRIP_BLOCK, &usr1, NULL), 0);
    EQUAL(sigtrip_raise(SIGUSR1), 0);
    EQUAL(sigtrip_sigmask(SIGTRIP_UNBLOCK, &usr1, &earlier), 5);
    CHECK(earlier.bits[0] == usr1.bits[0] && earlier.bits[1] == 0);
    EQUAL(sigtrip_sigmask(SIGTRIP_BLOCK, NULL, &found), 0);
    EQUAL(sigtrip_sigset_contains(&found, SIGUSR1), 0);
    EQUAL(sigtrip_close(), 0);
}

void waits(void)
{
    int counted = 0, six = 6;
    int64_t left = -1, start;
    sigtrip_sigset none = { { 0, 0 } }, alarms = set_of(SIGALRM);
    EQUAL(sigtrip_open(0, 0), 0);
    EQUAL(sigtrip_signal(SIGALRM, count, &counted, NULL), 0);

    /* What came just before ends it too. */
    EQUAL(sigtrip_trip(SIGALRM), 1);
    EQUAL(sigtrip_pause(), 0);
    EQUAL(counted, 1);

    EQUAL(sigtrip_alarm(20 * SIGTRIP_MILLISECOND, NULL), 0);
    EQUAL(sigtrip_pause_for(100 * SIGTRIP_SECOND, &left), 0);
    EQUAL(counted, 2);
    CHECK(left > 0 && left < 100 * SIGTRIP_SECOND);
    EQUAL(sigtrip_pause_for(20 * SIGTRIP_MILLISECOND, &left), 0);
    EQUAL(left, 0);

    /* In full, with the handler in between. */
    start = now();
    EQUAL(sigtrip_alarm(10 * SIGTRIP_MILLISECOND, NULL), 0);
    EQUAL(sigtrip_sleep(50 * SIGTRIP_MILLISECOND), 0);
    CHECK(now() - start >= 50 * SIGTRIP_MILLISECOND);
    EQUAL(counted, 3);
    EQUAL(sigtrip_sleep(0), 0);

    /* The mask of a wait. */
    EQUAL(sigtrip_sigmask(SIGTRIP_BLOCK, &alarms, NULL), 0);
    EQUAL(sigtrip_raise(SIGALRM), 0);
    EQUAL(counted, 3);
    EQUAL(sigtrip_sigsuspend(&none), 0);
    EQUAL(counted, 4);
    EQUAL(sigtrip_sigmask(SIGTRIP_UNBLOCK, &alarms, NULL), 0);

    /* A failure ends the sleep. */
    EQUAL(sigtrip_signal(SIGALRM, fail_with, &six, NULL), 0);
    EQUAL(sigtrip_alarm(10 * SIGTRIP_MILLISECOND, NULL), 0);
    EQUAL(sigtrip_sleep(1000 * SIGTRIP_SECOND), 6);
    left = 77;
    EQUAL(sigtrip_trip(SIGALRM), 1);
    EQUAL(sigtrip_pause_for(SIGTRIP_SECOND, &left), 6);
    EQUAL(left, 77);
    EQUAL(sigtrip_close(), 0);
}

void waits_for_blocked_signals(void)
{
    int counted = 0;
    sigtrip_info info;
    sigtrip_sigset set = set_of(SIGUSR1);
    EQUAL(sigtrip_open(0, 0), 0);
    EQUAL(sigtrip_signal(SIGUSR1, count, &counted, NULL), 0);
    EQUAL(sigtrip_signal(SIGALRM, count, &counted, NULL), 0);
    EQUAL(sigtrip_sigmask(SIGTRIP_BLOCK, &set, NULL), 0);
    EQUAL(sigtrip_sigwait(&set, 0, &info), -EAGAIN);
    EQUAL(sigtrip_sigwait(&set, SIGTRIP_MILLISECOND, &info), -EAGAIN);
    EQUAL(sigtrip_sigqueue(getpid(), SIGUSR1, -3), 0);
    EQUAL(sigtrip_sigwait(&set, SIGTRIP_FOREVER, &info), 0);
    EQUAL(info.signal, SIGUSR1);
    EQUAL(info.code, SI_QUEUE);
    EQUAL(info.value, -3);
    EQUAL(info.pid, getpid());
    EQUAL(counted, 0); /* its handler is not run */

    EQUAL(sigtrip_raise(SIGUSR1), 0);
    EQUAL(sigtrip_sigwait(&set, SIGTRIP_SECOND, NULL), 0);
    /* Other signals' handlers are. */
    EQUAL(sigtrip_alarm(SIGTRIP_MILLISECOND, NULL), 0);
    EQUAL(sigtrip_sigwait(&set, 60 * SIGTRIP_MILLISECOND, NULL), -EAGAIN);
    EQUAL(counted, 1);
    EQUAL(sigtrip_close(), 0);
}

static void *raise_here(void *data)
{
    /* This thread receives it; the owner is woken. */
    EQUAL(sigtrip_is_owner(), 0);
    EQUAL(sigtrip_raise(SIGUSR1), 0);
    return data;
}

void waking_from_another_thread(void)
{
    int counted = 0, round;
    EQUAL(sigtrip_open(0, 0), 0);
    EQUAL(sigtrip_is_owner(), 1);
    EQUAL(sigtrip_signal(SIGUSR1, count, &counted, NULL), 0);
    for (round = 1; round <= 200; round++) {
        pthread_t thread;
        EQUAL(pthread_create(&thread, NULL, raise_here, NULL), 0);
        while (counted < round)
            EQUAL(sigtrip_pause(), 0);
        EQUAL(pthread_join(thread, NULL), 0);
    }
    EQUAL(sigtrip_close(), 0);
}

void timers(void)
{
    int counted = 0;
    int64_t left;
    sigtrip_timer timer = { 10 * SIGTRIP_MILLISECOND, 5 * SIGTRIP_MILLISECOND }, found, off = { 0, 0 };
    EQUAL(sigtrip_open(0, 0), 0);
    EQUAL(sigtrip_signal(SIGALRM, count, &counted, NULL), 0);
    EQUAL(sigtrip_alarm(100 * SIGTRIP_SECOND, &left), 0);
    EQUAL(left, 0);
    EQUAL(sigtrip_getitimer(SIGTRIP_TIMER_REAL, &found), 0);
    CHECK(found.delay > 90 * SIGTRIP_SECOND && found.delay <= 100 * SIGTRIP_SECOND && found.interval == 0);
    EQUAL(sigtrip_alarm(0, &left), 0);
    CHECK(left > 90 * SIGTRIP_SECOND && left <= 100 * SIGTRIP_SECOND);
    EQUAL(sigtrip_setitimer(SIGTRIP_TIMER_REAL, &timer, &found), 0);
    CHECK(found.delay == 0 && found.interval == 0);
    while (counted < 5)
        EQUAL(sigtrip_pause(), 0);
    EQUAL(sigtrip_setitimer(SIGTRIP_TIMER_REAL, &off, &found), 0);
    EQUAL(found.interval, 5 * SIGTRIP_MILLISECOND);
    EQUAL(sigtrip_setitimer(SIGTRIP_TIMER_VIRTUAL, &timer, NULL), 0);
    EQUAL(sigtrip_getitimer(SIGTRIP_TIMER_VIRTUAL, &found), 0);
    EQUAL(found.interval, 5 * SIGTRIP_MILLISECOND);
    EQUAL(sigtrip_setitimer(SIGTRIP_TIMER_VIRTUAL, &off, NULL), 0);
    EQUAL(sigtrip_getitimer(SIGTRIP_TIMER_PROF, &found), 0);
    CHECK(found.delay == 0 && found.interval == 0);
    EQUAL(sigtrip_close(), 0);
}

static int flags_of(int signal)
{
    struct sigaction action;
    EQUAL(sigaction(signal, NULL, &action), 0);
    return action.sa_flags & SA_RESTART;
}

void interrupted_calls(void)
{
    int counted = 0;
    EQUAL(sigtrip_open(0, 0), 0);
    EQUAL(sigtrip_signal(SIGUSR1, count, &counted, NULL), 0);
    EQUAL(flags_of(SIGUSR1), 0);
    EQUAL(sigtrip_siginterrupt(SIGUSR1, 0), 0);
    EQUAL(flags_of(SIGUSR1), SA_RESTART);
    EQUAL(sigtrip_siginterrupt(SIGUSR1, 1), 0);
    EQUAL(flags_of(SIGUSR1), 0);
    EQUAL(sigtrip_close(), 0);
}

static int over;

static void *raise_often(void *data)
{
    while (!__atomic_load_n(&over, __ATOMIC_RELAXED)) {
        struct timespec moment = { 0, 1000000 };
        EQUAL(raise(SIGUSR1), 0); /* this thread receives it */
        nanosleep(&moment, NULL);
    }
    return data;
}

/* A call that is none of ours ends early; without a kick it never does, and the scenario does not end. */
void kicks(void)
{
    pthread_t thread;
    int counted = 0;
    EQUAL(sigtrip_open(0, SIGURG), 0);
    EQUAL(sigtrip_signal(SIGUSR1, count, &counted, NULL), 0);
    EQUAL(pthread_create(&thread, NULL, raise_often, NULL), 0);
    do {
        EQUAL(sigtrip_check_signals(), 0);
        errno = 0;
    } while (poll(NULL, 0, 50) == 0);
    EQUAL(errno, EINTR);
    __atomic_store_n(&over, 1, __ATOMIC_RELAXED);
    EQUAL(pthread_join(thread, NULL), 0);
    EQUAL(sigtrip_close(), 0);
    CHECK(counted > 0);
}
