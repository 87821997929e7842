/* A host: words, the notify hook, drains and waits of its own. */

#include "scenario.h"

static sigtrip_disposition word(uintptr_t number)
{
    sigtrip_disposition word = { SIGTRIP_WORD, NULL, NULL, 0, { 0 } };
    word.word = number;
    return word;
}

static volatile sig_atomic_t notified, last_notified;

static void notify(int signal)
{
    notified++;
    last_notified = signal;
    errno = EDOM;
}

struct drained {
    int signals[8];
    uintptr_t words[8];
    int kinds[8];
    int count;
    int stop_at;
};

static int drain(int signal, const sigtrip_disposition *disposition, void *data)
{
    struct drained *drained = data;
    drained->signals[drained->count] = signal;
    drained->kinds[drained->count] = disposition->kind;
    drained->words[drained->count++] = disposition->word;
    return signal == drained->stop_at ? 99 : 0;
}

static void foreign(int signal) { (void)signal; }

void a_host(void)
{
    struct drained drained = { { 0 }, { 0 }, { 0 }, 0, SIGUSR1 };
    sigtrip_disposition found, new = word(11), earlier;
    uintptr_t stale = 5;
    struct sigaction action;
    EQUAL(sigtrip_host_open(SIGTRIP_PYTHON, 0), 0);
    EQUAL(sigtrip_open(0, 0), -EBUSY);
    EQUAL(sigtrip_host_get(SIGPIPE, &found), 0);
    EQUAL(found.kind, SIGTRIP_IGNORE);
    EQUAL(sigtrip_host_get(SIGINT, &found), 0);
    EQUAL(found.kind, SIGTRIP_DEFAULT); /* it is the host's */
    EQUAL(sigtrip_host_set_notify(notify), 0);
    EQUAL(sigtrip_host_set(SIGUSR1, &new, &earlier, &stale), 0);
    EQUAL(earlier.kind, SIGTRIP_DEFAULT);
    EQUAL(stale, 0);
    new = word((uintptr_t)&drained);
    EQUAL(sigtrip_host_set(SIGUSR2, &new, NULL, NULL), 0);
    EQUAL(sigtrip_host_get(SIGUSR2, &found), 0);
    CHECK(found.kind == SIGTRIP_WORD && found.word == (uintptr_t)&drained);

    /* A host has no safe points but its own. */
    errno = 0;
    EQUAL(raise(SIGUSR1), 0);
    EQUAL(errno, 0);
    EQUAL(notified, 1);
    EQUAL(last_notified, SIGUSR1);
    EQUAL(sigtrip_raise(SIGUSR2), 0);
    EQUAL(sigtrip_check_signals(), 0);
    EQUAL(sigtrip_any_pending(), 1);
    EQUAL(notified, 2);

    /* A drain that stops, and tells again of what is left. */
    EQUAL(sigtrip_drain(drain, &drained), 99);
    EQUAL(drained.count, 1);
    CHECK(drained.signals[0] == SIGUSR1 && drained.words[0] == 11 && drained.kinds[0] == SIGTRIP_WORD);
    EQUAL(notified, 3);
    EQUAL(last_notified, SIGUSR2);
    EQUAL(sigtrip_drain(drain, &drained), 0);
    EQUAL(drained.count, 2);
    EQUAL(drained.words[1], (uintptr_t)&drained);
    EQUAL(notified, 3);

    /* Replaced since it came. */
    EQUAL(sigtrip_trip(SIGUSR2), 1);
    new.kind = SIGTRIP_IGNORE;
    EQUAL(sigtrip_host_set(SIGUSR2, &new, &earlier, &stale), 0);
    CHECK(earlier.kind == SIGTRIP_WORD && earlier.word == (uintptr_t)&drained && stale == 0);
    EQUAL(sigtrip_drain(drain, &drained), 0);
    EQUAL(drained.count, 3);
    EQUAL(drained.kinds[2], SIGTRIP_IGNORE);

    /* Pushed aside by other code: its word is stale. */
    memset(&action, 0, sizeof action);
    action.sa_handler = foreign;
    EQUAL(sigaction(SIGUSR1, &action, NULL), 0);
    EQUAL(sigtrip_host_get(SIGUSR1, &found), 0);
    EQUAL(found.kind, SIGTRIP_FOREIGN);
    new = word(12);
    EQUAL(sigtrip_host_set(SIGUSR1, &new, &earlier, &stale), 0);
    EQUAL(earlier.kind, SIGTRIP_FOREIGN);
    EQUAL(stale, 11);
    EQUAL(sigtrip_host_set(SIGUSR1, &earlier, NULL, NULL), 0); /* and put back */
    EQUAL(sigaction(SIGUSR1, NULL, &action), 0);
    CHECK(action.sa_handler == foreign);

    EQUAL(sigtrip_host_set_notify(NULL), 0);
    EQUAL(sigtrip_close(), 0);
    EQUAL(sigaction(SIGUSR2, NULL, &action), 0);
    CHECK(action.sa_handler == SIG_DFL);
    EQUAL(notified, 4);
}

static void feed(int signal)
{
    sigtrip_trip(signal);
}

void a_host_that_is_fed(void)
{
    struct drained drained = { { 0 }, { 0 }, { 0 }, 0, 0 };
    sigtrip_disposition found, new = word(21), earlier;
    struct sigaction action;
    EQUAL(sigtrip_host_open(0, 0), 0);
    memset(&action, 0, sizeof action);
    action.sa_handler = feed;
    EQUAL(sigaction(SIGUSR1, &action, NULL), 0);
    EQUAL(sigtrip_host_set_fed(SIGUSR1, &new, &earlier), 0);
    EQUAL(earlier.kind, SIGTRIP_DEFAULT);
    EQUAL(raise(SIGUSR1), 0);
    EQUAL(sigtrip_drain(drain, &drained), 0);
    EQUAL(drained.count, 1);
    EQUAL(drained.words[0], 21);
    EQUAL(sigtrip_host_get(SIGUSR1, &found), 0);
    CHECK(found.kind == SIGTRIP_WORD && found.word == 21);
    EQUAL(sigtrip_close(), 0);
    EQUAL(sigaction(SIGUSR1, NULL, &action), 0);
    CHECK(action.sa_handler == feed); /* it was never ours */
}

static void *raise_soon(void *data)
{
    EQUAL(raise(SIGUSR1), 0);
    return data;
}

void a_host_waits(void)
{
    struct drained drained = { { 0 }, { 0 }, { 0 }, 0, 0 };
    sigtrip_disposition new = word(1);
    int ends[2], round;
    pthread_t thread;
    EQUAL(pipe(ends), 0);
    EQUAL(sigtrip_host_open(0, 0), 0);
    EQUAL(sigtrip_host_set(SIGUSR1, &new, NULL, NULL), 0);
    EQUAL(sigtrip_host_wait(SIGTRIP_MILLISECOND), SIGTRIP_WAITED_NOTHING);
    EQUAL(sigtrip_host_wait_readable(ends[0], SIGTRIP_MILLISECOND), SIGTRIP_WAITED_NOTHING);
    EQUAL(sigtrip_host_wait_readable(-1, 0), -EINVAL);
    EQUAL(sigtrip_trip(SIGUSR1), 1);
    EQUAL(sigtrip_host_wait(SIGTRIP_FOREVER), SIGTRIP_WAITED_PENDING);
    EQUAL(sigtrip_host_wait_readable(ends[0], SIGTRIP_FOREVER), SIGTRIP_WAITED_PENDING);
    EQUAL(sigtrip_drain(drain, &drained), 0);
    EQUAL(write(ends[1], "x", 1), 1);
    EQUAL(sigtrip_host_wait_readable(ends[0], SIGTRIP_FOREVER), SIGTRIP_WAITED_READABLE);

    /* Another thread receives it. */
    for (round = 0; round < 100; round++) {
        drained.count = 0;
        EQUAL(pthread_create(&thread, NULL, raise_soon, NULL), 0);
        EQUAL(sigtrip_host_wait(SIGTRIP_FOREVER), SIGTRIP_WAITED_PENDING);
        EQUAL(sigtrip_drain(drain, &drained), 0);
        EQUAL(drained.count, 1);
        EQUAL(pthread_join(thread, NULL), 0);
    }
    EQUAL(sigtrip_close(), 0);
}
