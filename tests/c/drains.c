/* Trip, drain, the wakeup descriptor, records. */

#include "scenario.h"

struct taken {
    int signals[8];
    int count;
    int stop_at;
    int answer;
};

static int take(int signal, const sigtrip_disposition *disposition, void *data)
{
    struct taken *taken = data;
    EQUAL(disposition->kind, SIGTRIP_HANDLER);
    taken->signals[taken->count++] = signal;
    return signal == taken->stop_at ? taken->answer : 0;
}

void a_drain_stops(void)
{
    struct taken taken = { { 0 }, 0, SIGUSR1, 42 };
    int counted = 0, i;
    static const int signals[] = { SIGHUP, SIGUSR1, SIGUSR2, SIGTERM };
    EQUAL(sigtrip_open(0, 0), 0);
    for (i = 0; i < 4; i++)
        EQUAL(sigtrip_signal(signals[i], count, &counted, NULL), 0);
    for (i = 3; i >= 0; i--)
        EQUAL(sigtrip_trip(signals[i]), 1);
    /* Ascending, until it is stopped; the value comes back. */
    EQUAL(sigtrip_drain(take, &taken), 42);
    EQUAL(taken.count, 2);
    CHECK(taken.signals[0] == SIGHUP && taken.signals[1] == SIGUSR1);
    EQUAL(counted, 0);
    EQUAL(sigtrip_any_pending(), 1);

    taken.stop_at = SIGUSR2;
    taken.answer = -1;
    EQUAL(sigtrip_drain(take, &taken), -1);
    EQUAL(taken.count, 3);
    EQUAL(sigtrip_any_pending(), 1);

    taken.stop_at = 0;
    EQUAL(sigtrip_drain(take, &taken), 0);
    EQUAL(taken.count, 4);
    CHECK(taken.signals[2] == SIGUSR2 && taken.signals[3] == SIGTERM);
    EQUAL(sigtrip_any_pending(), 0);
    EQUAL(sigtrip_drain(take, &taken), 0);
    EQUAL(taken.count, 4);
    EQUAL(sigtrip_close(), 0);
}

static int call(int signal, const sigtrip_disposition *disposition, void *data)
{
    (void)data;
    EQUAL(sigtrip_close(), -EBUSY);
    return sigtrip_call(signal, disposition);
}

static int changed(int signal, const sigtrip_disposition *disposition, void *data)
{
    *(int *)data = disposition->kind;
    return sigtrip_call(signal, disposition);
}

void a_drain_calls_handlers(void)
{
    int counted = 0, nine = 9, kind = -1;
    EQUAL(sigtrip_open(0, 0), 0);
    EQUAL(sigtrip_signal(SIGUSR1, count, &counted, NULL), 0);
    EQUAL(sigtrip_signal(SIGUSR2, fail_with, &nine, NULL), 0);
    EQUAL(sigtrip_trip(SIGUSR1), 1);
    EQUAL(sigtrip_trip(SIGUSR2), 1);
    EQUAL(sigtrip_drain(call, NULL), 9);
    EQUAL(counted, 1);
    EQUAL(sigtrip_any_pending(), 0);
    EQUAL(sigtrip_trip(SIGUSR1), 1);
    EQUAL(sigtrip_drain(changed, &kind), 0);
    EQUAL(kind, SIGTRIP_HANDLER);
    EQUAL(counted, 2);
    EQUAL(sigtrip_close(), 0);
}

void tripping(void)
{
    int counted = 0;
    EQUAL(sigtrip_trip(SIGUSR1), 0); /* no session */
    EQUAL(sigtrip_trip(0), -EINVAL);
    EQUAL(sigtrip_trip(-1), -EINVAL);
    EQUAL(sigtrip_trip(1000), -EINVAL);
    EQUAL(sigtrip_open(0, 0), 0);
    EQUAL(sigtrip_trip(SIGUSR1), 0); /* its default action */
    EQUAL(sigtrip_signal(SIGUSR1, count, &counted, NULL), 0);
    EQUAL(sigtrip_any_pending(), 0);
    EQUAL(sigtrip_trip(SIGUSR1), 1);
    EQUAL(sigtrip_trip(SIGUSR1), 1);
    EQUAL(sigtrip_any_pending(), 1);
    EQUAL(sigtrip_check_signals(), 0);
    EQUAL(counted, 1); /* two that are one call */
    EQUAL(sigtrip_close(), 0);
}

void the_wakeup_descriptor(void)
{
    int ends[2], counted = 0, earlier = 7;
    unsigned char byte = 0;
    EQUAL(pipe(ends), 0);
    EQUAL(sigtrip_open(0, 0), 0);
    EQUAL(sigtrip_signal(SIGUSR1, count, &counted, NULL), 0);
    EQUAL(sigtrip_set_wakeup_fd(ends[1], 0, &earlier), -EINVAL); /* it blocks */
    EQUAL(sigtrip_set_wakeup_fd(12345, 0, &earlier), -EBADF);
    EQUAL(earlier, 7);
    EQUAL(sigtrip_get_wakeup_fd(), -1);
    EQUAL(fcntl(ends[1], F_SETFL, O_NONBLOCK), 0);
    EQUAL(sigtrip_set_wakeup_fd(ends[1], 1, &earlier), 0);
    EQUAL(earlier, -1);
    EQUAL(sigtrip_get_wakeup_fd(), ends[1]);
    EQUAL(sigtrip_raise(SIGUSR1), 0);
    EQUAL(read(ends[0], &byte, 1), 1);
    EQUAL(byte, SIGUSR1);
    EQUAL(sigtrip_failed_wakeup_write(), 0);

    /* A buffer that is full is told of, once. */
    while (write(ends[1], "x", 1) == 1) {
    }
    EQUAL(sigtrip_trip(SIGUSR1), 1);
    EQUAL(sigtrip_failed_wakeup_write(), EAGAIN);
    EQUAL(sigtrip_failed_wakeup_write(), 0);

    EQUAL(sigtrip_set_wakeup_fd(-1, 0, &earlier), 0);
    EQUAL(earlier, ends[1]);
    EQUAL(sigtrip_get_wakeup_fd(), -1);
    EQUAL(sigtrip_close(), 0);
    EQUAL(counted, 2);
}

void records(void)
{
    int work, counted = 0, i;
    sigtrip_record record;
    sigtrip_counts counts;
    sigtrip_sigset blocked;
    work = sigtrip_real_time_min() + 1;
    EQUAL(sigtrip_open(0, 0), 0);
    EQUAL(sigtrip_record_signal(work, SIGTRIP_RECORD | SIGTRIP_RECORD_THREAD | SIGTRIP_RECORD_TIME), 0);
    EQUAL(sigtrip_signal(work, count, &counted, NULL), 0);
    blocked = set_of(work);
    EQUAL(sigtrip_sigmask(SIGTRIP_BLOCK, &blocked, NULL), 0);
    for (i = 0; i < 3; i++)
        EQUAL(sigtrip_sigqueue(getpid(), work, 100 + i), 0);
    EQUAL(sigtrip_take_record(&record), 0);
    EQUAL(sigtrip_sigmask(SIGTRIP_UNBLOCK, &blocked, NULL), 0);
    EQUAL(counted, 1); /* three that are one call */
    for (i = 0; i < 3; i++) {
        EQUAL(sigtrip_take_record(&record), 1);
        EQUAL(record.info.signal, work);
        EQUAL(record.info.code, SI_QUEUE);
        EQUAL(record.info.value, 100 + i);
        EQUAL(record.info.pid, getpid());
        EQUAL(record.info.uid, getuid());
        EQUAL(record.thread, getpid());
        CHECK(record.time > 0 && record.time <= now());
        EQUAL(record.program_counter, 0); /* it was not asked for */
    }
    EQUAL(sigtrip_take_record(&record), 0);
    EQUAL(sigtrip_get_counts(work, &counts), 0);
    CHECK(counts.delivered == 3 && counts.refused == 0 && counts.unrecorded == 0);

    EQUAL(sigtrip_record_signal(work, SIGTRIP_RECORD_COUNT), 0);
    EQUAL(sigtrip_raise(work), 0);
    EQUAL(sigtrip_take_record(&record), 0);
    EQUAL(sigtrip_get_counts(work, &counts), 0);
    EQUAL(counts.delivered, 4);
    EQUAL(sigtrip_record_signal(work, 0), 0);
    EQUAL(sigtrip_raise(work), 0);
    EQUAL(sigtrip_get_counts(work, &counts), 0);
    EQUAL(counts.delivered, 4);
    EQUAL(sigtrip_close(), 0);
}
