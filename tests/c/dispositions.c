/* Dispositions: C functions as handlers, with their data; what was there before; giving back. */

#include "scenario.h"

void handlers(void)
{
    int first = 0, second = 0, before = SIGTRIP_RUST;
    sigtrip_disposition earlier, found;
    EQUAL(sigtrip_open(0, 0), 0);
    EQUAL(sigtrip_getsignal(SIGUSR1, &found), 0);
    before = found.kind;
    EQUAL(before, SIGTRIP_DEFAULT);

    EQUAL(sigtrip_signal(SIGUSR1, count, &first, &earlier), 0);
    EQUAL(earlier.kind, SIGTRIP_DEFAULT);
    EQUAL(sigtrip_raise(SIGUSR1), 0);
    EQUAL(first, 1);

    /* Each signal has its own data. */
    EQUAL(sigtrip_signal(SIGUSR2, count, &second, NULL), 0);
    EQUAL(sigtrip_raise(SIGUSR2), 0);
    EQUAL(first, 1);
    EQUAL(second, 1);

    EQUAL(sigtrip_getsignal(SIGUSR1, &found), 0);
    CHECK(found.kind == SIGTRIP_HANDLER && found.handler == count && found.data == &first);

    /* Ignored, with nothing tripped; and put back. */
    EQUAL(sigtrip_ignore(SIGUSR1, &earlier), 0);
    CHECK(earlier.kind == SIGTRIP_HANDLER && earlier.handler == count && earlier.data == &first);
    EQUAL(sigtrip_raise(SIGUSR1), 0);
    EQUAL(first, 1);
    EQUAL(sigtrip_set_disposition(SIGUSR1, &earlier, &earlier), 0);
    EQUAL(earlier.kind, SIGTRIP_IGNORE);
    EQUAL(sigtrip_raise(SIGUSR1), 0);
    EQUAL(first, 2);

    EQUAL(sigtrip_default(SIGUSR1, NULL), 0);
    EQUAL(sigtrip_getsignal(SIGUSR1, &found), 0);
    EQUAL(found.kind, SIGTRIP_DEFAULT);
    EQUAL(sigtrip_close(), 0);
}

void the_handler_fails(void)
{
    int seven = 7, minus = -7, counted = 0;
    EQUAL(sigtrip_open(0, 0), 0);
    EQUAL(sigtrip_signal(SIGUSR1, fail_with, &seven, NULL), 0);
    EQUAL(sigtrip_signal(SIGUSR2, count, &counted, NULL), 0);
    EQUAL(sigtrip_raise(SIGUSR1), 7);

    /* What it had not come to stays pending. */
    EQUAL(sigtrip_trip(SIGUSR1), 1);
    EQUAL(sigtrip_trip(SIGUSR2), 1);
    EQUAL(sigtrip_check_signals(), 7);
    EQUAL(counted, 0);
    EQUAL(sigtrip_any_pending(), 1);
    EQUAL(sigtrip_check_signals(), 0);
    EQUAL(counted, 1);
    EQUAL(sigtrip_any_pending(), 0);

    EQUAL(sigtrip_signal(SIGUSR1, fail_with, &minus, NULL), 0);
    EQUAL(sigtrip_raise(SIGUSR1), -7);

    /* Installing is a safe point, and refused when the earlier handler fails. */
    EQUAL(sigtrip_trip(SIGUSR1), 1);
    EQUAL(sigtrip_signal(SIGUSR1, count, &counted, NULL), -7);
    EQUAL(sigtrip_raise(SIGUSR1), -7);
    EQUAL(sigtrip_close(), 0);
}

static int trace[8], traced;

static int inner(int signal, void *data)
{
    (void)data;
    trace[traced++] = signal;
    return 0;
}

static int outer(int signal, void *data)
{
    trace[traced++] = signal;
    EQUAL(sigtrip_signal(signal, inner, data, NULL), 0); /* while it runs */
    EQUAL(sigtrip_raise(SIGUSR2), 0);
    EQUAL(sigtrip_close(), -EBUSY);
    trace[traced++] = -signal;
    return 0;
}

void handlers_nest_and_replace_themselves(void)
{
    EQUAL(sigtrip_open(0, 0), 0);
    EQUAL(sigtrip_signal(SIGUSR1, outer, NULL, NULL), 0);
    EQUAL(sigtrip_signal(SIGUSR2, inner, NULL, NULL), 0);
    EQUAL(sigtrip_raise(SIGUSR1), 0);
    EQUAL(sigtrip_raise(SIGUSR1), 0);
    EQUAL(traced, 4);
    CHECK(trace[0] == SIGUSR1 && trace[1] == SIGUSR2 && trace[2] == -SIGUSR1 && trace[3] == SIGUSR1);
    EQUAL(sigtrip_close(), 0);
}

static volatile sig_atomic_t foreign_ran;

static void foreign(int signal, siginfo_t *info, void *context)
{
    (void)signal;
    (void)info;
    (void)context;
    foreign_ran++;
}

/* A handler of the program's own, with flags and a mask. */
static struct sigaction install_foreign(int signal)
{
    struct sigaction action, installed;
    memset(&action, 0, sizeof action);
    action.sa_sigaction = foreign;
    action.sa_flags = SA_SIGINFO | SA_RESTART | SA_NODEFER;
    sigemptyset(&action.sa_mask);
    sigaddset(&action.sa_mask, SIGTERM);
    sigaddset(&action.sa_mask, SIGRTMIN + 5);
    EQUAL(sigaction(signal, &action, NULL), 0);
    EQUAL(sigaction(signal, NULL, &installed), 0);
    return installed;
}

static void is_still(int signal, const struct sigaction *wanted)
{
    struct sigaction found;
    int i;
    EQUAL(sigaction(signal, NULL, &found), 0);
    CHECK(found.sa_sigaction == wanted->sa_sigaction);
    EQUAL(found.sa_flags, wanted->sa_flags);
    for (i = 1; i < 65; i++)
        EQUAL(sigismember(&found.sa_mask, i), sigismember(&wanted->sa_mask, i));
}

void a_foreign_handler_is_put_back(void)
{
    struct sigaction installed;
    sigtrip_disposition earlier, found, copy;
    int counted = 0;
    EQUAL(sigtrip_open(0, 0), 0);
    installed = install_foreign(SIGUSR1);
    EQUAL(sigtrip_signal(SIGUSR1, count, &counted, &earlier), 0);
    EQUAL(earlier.kind, SIGTRIP_FOREIGN);
    CHECK(earlier.foreign[0] == (uintptr_t)foreign);
    EQUAL(sigtrip_raise(SIGUSR1), 0);
    EQUAL(counted, 1);
    EQUAL(foreign_ran, 0);

    memset(&copy, 0, sizeof copy);
    copy.kind = SIGTRIP_FOREIGN; /* nobody told it */
    EQUAL(sigtrip_set_disposition(SIGUSR1, &copy, NULL), -EINVAL);

    EQUAL(sigtrip_set_disposition(SIGUSR1, &earlier, NULL), 0);
    is_still(SIGUSR1, &installed);
    EQUAL(sigtrip_getsignal(SIGUSR1, &found), 0);
    EQUAL(found.kind, SIGTRIP_FOREIGN);
    EQUAL(sigtrip_raise(SIGUSR1), 0);
    EQUAL(foreign_ran, 1);
    EQUAL(counted, 1);

    /* What other code installs over ours is seen. */
    EQUAL(sigtrip_signal(SIGUSR1, count, &counted, NULL), 0);
    install_foreign(SIGUSR1);
    EQUAL(sigtrip_getsignal(SIGUSR1, &found), 0);
    EQUAL(found.kind, SIGTRIP_FOREIGN);
    EQUAL(sigtrip_close(), 0);
    is_still(SIGUSR1, &installed); /* it is not ours to give back */
}

void everything_is_given_back(void)
{
    struct sigaction installed = install_foreign(SIGUSR1);
    int counted = 0;
    sigtrip_disposition found;
    EQUAL(sigtrip_open(SIGTRIP_PYTHON, 0), 0);
    EQUAL(sigtrip_getsignal(SIGINT, &found), 0);
    CHECK(found.kind == SIGTRIP_HANDLER && found.handler == sigtrip_default_int_handler);
    EQUAL(sigtrip_getsignal(SIGPIPE, &found), 0);
    EQUAL(found.kind, SIGTRIP_IGNORE);
    EQUAL(sigtrip_raise(SIGINT), SIGTRIP_INTERRUPTED);
    EQUAL(sigtrip_signal(SIGUSR1, count, &counted, NULL), 0);
    EQUAL(sigtrip_trip(SIGUSR1), 1);
    EQUAL(sigtrip_close(), 0);
    EQUAL(counted, 1); /* what was pending */
    is_still(SIGUSR1, &installed);
    EQUAL(sigtrip_getsignal(SIGINT, &found), 0);
    EQUAL(found.kind, SIGTRIP_DEFAULT);
    EQUAL(sigtrip_getsignal(SIGPIPE, &found), 0);
    EQUAL(found.kind, SIGTRIP_DEFAULT);

    /* And the next session begins anew. */
    EQUAL(sigtrip_open(0, SIGURG), 0);
    EQUAL(sigtrip_signal(SIGUSR1, count, &counted, NULL), 0);
    EQUAL(sigtrip_raise(SIGUSR1), 0);
    EQUAL(counted, 2);
    EQUAL(sigtrip_close(), 0);
}

enum { ROUNDS = 20000 };
static int one, two;
static int stop;

static int other(int signal, void *data)
{
    (void)signal;
    (void)data;
    return 0;
}

/* Never one handler with the other's data. */
static void *ask(void *data)
{
    int *asked = data;
    sigtrip_disposition found;
    while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
        EQUAL(sigtrip_getsignal(SIGUSR1, &found), 0);
        if (found.kind != SIGTRIP_HANDLER)
            continue;
        CHECK((found.handler == count && found.data == &one) || (found.handler == other && found.data == &two));
        __atomic_add_fetch(asked, 1, __ATOMIC_RELAXED);
    }
    return NULL;
}

void the_table_is_asked_for_by_other_threads(void)
{
    pthread_t thread;
    int round, asked = 0;
    EQUAL(sigtrip_open(0, 0), 0);
    EQUAL(sigtrip_signal(SIGUSR1, count, &one, NULL), 0);
    EQUAL(pthread_create(&thread, NULL, ask, &asked), 0);
    for (round = 0; round < ROUNDS || __atomic_load_n(&asked, __ATOMIC_RELAXED) < 100; round++)
        EQUAL(sigtrip_signal(SIGUSR1, round % 2 ? count : other, round % 2 ? &one : &two, NULL), 0);
    __atomic_store_n(&stop, 1, __ATOMIC_RELAXED);
    EQUAL(pthread_join(thread, NULL), 0);
    EQUAL(sigtrip_close(), 0);
}

void dying_by_a_signal(void)
{
    int status;
    pid_t child = fork();
    if (child == 0) {
        EQUAL(sigtrip_die_by(1000), -EINVAL);
        EQUAL(sigtrip_die_by(32), -EINVAL); /* libc's own */
        EQUAL(sigtrip_open(SIGTRIP_PYTHON, 0), 0);
        sigtrip_die_by(SIGINT);
        _exit(7);
    }
    EQUAL(waitpid(child, &status, 0), child);
    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGINT);
}
