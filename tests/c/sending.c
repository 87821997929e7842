/* Sending, names, fork. */

#include "scenario.h"

static pthread_barrier_t barrier;
static volatile sig_atomic_t received_by_the_other;
static pthread_t other_thread;

static void which(int signal, const void *siginfo, void *data)
{
    (void)signal;
    (void)siginfo;
    (void)data;
    if (pthread_equal(pthread_self(), other_thread))
        received_by_the_other++;
}

static void *stay(void *data)
{
    pthread_barrier_wait(&barrier);
    pthread_barrier_wait(&barrier);
    return data;
}

void sending(void)
{
    int counted = 0, eight = 8;
    pid_t child;
    EQUAL(sigtrip_open(0, 0), 0);
    EQUAL(sigtrip_signal(SIGUSR1, count, &counted, NULL), 0);
    EQUAL(sigtrip_kill(getpid(), SIGUSR1), 0);
    EQUAL(counted, 1);
    EQUAL(sigtrip_kill(getpid(), 0), 0); /* it only asks */
    EQUAL(counted, 1);
    EQUAL(sigtrip_kill(1 << 30, SIGUSR1), -ESRCH);
    EQUAL(sigtrip_sigqueue(getpid(), SIGUSR1, 3), 0);
    EQUAL(counted, 2);
    EQUAL(sigtrip_pthread_kill(pthread_self(), SIGUSR1), 0);
    EQUAL(counted, 3);
    EQUAL(sigtrip_pthread_kill(pthread_self(), 0), 0);
    EQUAL(sigtrip_killpg(1, SIGUSR1), -EINVAL);
    EQUAL(sigtrip_killpg(-1, SIGUSR1), -EINVAL);
    EQUAL(sigtrip_killpg(0, 0), 0);
    EQUAL(sigtrip_signal(SIGUSR2, fail_with, &eight, NULL), 0);
    EQUAL(sigtrip_kill(getpid(), SIGUSR2), 8);

    /* A group. */
    child = fork();
    if (child == 0) {
        EQUAL(setpgid(0, 0), 0);
        EQUAL(sigtrip_killpg(0, SIGUSR1), 0);
        EQUAL(counted, 4);
        EQUAL(sigtrip_killpg(getpid(), SIGUSR1), 0);
        EQUAL(counted, 5);
        _exit(0);
    }
    joins_well(child);

    /* Another thread receives it, this one handles it. */
    EQUAL(pthread_barrier_init(&barrier, NULL, 2), 0);
    EQUAL(pthread_create(&other_thread, NULL, stay, NULL), 0);
    pthread_barrier_wait(&barrier);
    EQUAL(sigtrip_hook_register(SIGUSR1, which, NULL, 0, NULL), 0);
    EQUAL(sigtrip_pthread_kill(other_thread, SIGUSR1), 0);
    while (counted < 4)
        EQUAL(sigtrip_pause(), 0);
    EQUAL(received_by_the_other, 1);
    pthread_barrier_wait(&barrier);
    EQUAL(pthread_join(other_thread, NULL), 0);
    EQUAL(sigtrip_close(), 0);
}

void names(void)
{
    char name[SIGTRIP_NAME_SIZE];
    int signal;
    EQUAL(sigtrip_signal_name(SIGINT, name, sizeof name), 6);
    EQUAL(strcmp(name, "SIGINT"), 0);
    EQUAL(sigtrip_signal_name(SIGINT, name, 7), 6);
    EQUAL(sigtrip_signal_name(sigtrip_real_time_min() + 3, name, sizeof name), 10);
    EQUAL(strcmp(name, "SIGRTMIN+3"), 0);
    EQUAL(sigtrip_real_time_min(), SIGRTMIN);
    EQUAL(sigtrip_real_time_max(), SIGRTMAX);
    EQUAL(sigtrip_signal_max(), NSIG - 1);
    for (signal = 1; signal <= sigtrip_signal_max(); signal++) {
        int length = sigtrip_signal_name(signal, name, sizeof name);
        EQUAL(length, strlen(name));
        EQUAL(sigtrip_signal_number(name), signal);
    }
    EQUAL(sigtrip_signal_number("INT"), SIGINT);
    memset(name, 'x', sizeof name);
    EQUAL(sigtrip_signal_name(SIGINT, name, 6), -ERANGE);
    EQUAL(sigtrip_signal_name(SIGINT, name, 0), -ERANGE);
    EQUAL(name[0], 'x');
    EQUAL(sigtrip_signal_number("SIGNAL"), -EINVAL);
    EQUAL(sigtrip_signal_number(""), -EINVAL);
    EQUAL(sigtrip_signal_number("\xff\xfe"), -EINVAL);
}

static int counted;

/* The child of another thread than the owner's. */
static void *fork_here(void *data)
{
    pid_t child = fork();
    if (child == 0) {
        EQUAL(sigtrip_is_owner(), 1); /* the one thread that there is */
        EQUAL(sigtrip_raise(SIGUSR1), 0);
        EQUAL(counted, 3);
        EQUAL(sigtrip_close(), 0);
        _exit(0);
    }
    joins_well(child);
    return data;
}

void forks(void)
{
    pthread_t thread;
    sigtrip_disposition found;
    pid_t child;
    EQUAL(sigtrip_open(0, 0), 0);
    EQUAL(sigtrip_signal(SIGUSR1, count, &counted, NULL), 0);
    EQUAL(sigtrip_raise(SIGUSR1), 0);
    EQUAL(sigtrip_trip(SIGUSR1), 1);
    child = fork();
    if (child == 0) {
        EQUAL(sigtrip_any_pending(), 0); /* it was the parent's */
        EQUAL(sigtrip_is_owner(), 1);
        EQUAL(sigtrip_raise(SIGUSR1), 0);
        EQUAL(counted, 2);
        EQUAL(sigtrip_alarm(SIGTRIP_MILLISECOND, NULL), 0);
        EQUAL(sigtrip_signal(SIGALRM, count, &counted, NULL), 0);
        EQUAL(sigtrip_pause(), 0);
        EQUAL(counted, 3);
        EQUAL(sigtrip_close(), 0);
        EQUAL(sigtrip_getsignal(SIGUSR1, &found), 0);
        EQUAL(found.kind, SIGTRIP_DEFAULT);
        _exit(0);
    }
    joins_well(child);
    EQUAL(sigtrip_any_pending(), 1);
    EQUAL(sigtrip_check_signals(), 0);
    EQUAL(counted, 2);
    EQUAL(pthread_create(&thread, NULL, fork_here, NULL), 0);
    EQUAL(pthread_join(thread, NULL), 0);
    EQUAL(sigtrip_raise(SIGUSR1), 0);
    EQUAL(counted, 3);
    EQUAL(sigtrip_close(), 0);
}
