/* Hooks: C functions in signal context. */

#include "scenario.h"

static volatile sig_atomic_t order[8], hooked;
static sigtrip_info last;

static void note(int signal, const void *siginfo, void *data)
{
    (void)signal;
    order[hooked++] = *(int *)data;
    if (sigtrip_info_of(siginfo, &last) != 0 || ((const siginfo_t *)siginfo)->si_signo != signal)
        order[hooked++] = -1;
    errno = EDOM; /* it is kept */
}

void hooks(void)
{
    int first = 1, second = 2, counted = 0;
    uint64_t one = 0, two = 0;
    struct sigaction found;
    EQUAL(sigtrip_hook_register(SIGUSR1, note, &first, 0, &one), 0);
    EQUAL(sigtrip_hook_register(SIGUSR1, note, &second, 0, &two), 0);
    CHECK(one != 0 && two != 0 && one != two);
    errno = 0;
    EQUAL(raise(SIGUSR1), 0); /* without a session */
    EQUAL(errno, 0);
    EQUAL(hooked, 2);
    CHECK(order[0] == 1 && order[1] == 2);
    EQUAL(last.signal, SIGUSR1);
    EQUAL(last.pid, getpid());
    EQUAL(last.uid, getuid());

    /* Beside a handler, before it. */
    EQUAL(sigtrip_open(0, 0), 0);
    EQUAL(sigtrip_signal(SIGUSR1, count, &counted, NULL), 0);
    EQUAL(sigtrip_raise(SIGUSR1), 0);
    EQUAL(hooked, 4);
    EQUAL(counted, 1);
    EQUAL(sigtrip_close(), 0);

    /* One goes, the other stays; a number is one hook's for ever. */
    EQUAL(sigtrip_hook_unregister(one), 0);
    EQUAL(sigtrip_hook_unregister(one), -ENOENT);
    EQUAL(raise(SIGUSR1), 0);
    EQUAL(hooked, 5);
    EQUAL(order[4], 2);
    EQUAL(sigtrip_hook_register(SIGUSR2, note, &first, 0, &two), 0);
    EQUAL(sigtrip_hook_unregister(one), -ENOENT);
    EQUAL(sigtrip_hook_unregister(two), 0);
    EQUAL(sigtrip_hook_unregister(0), -ENOENT);
    EQUAL(sigtrip_hook_unregister(UINT64_MAX), -ENOENT);
    EQUAL(sigtrip_hook_unregister(200), -ENOENT);
    EQUAL(sigaction(SIGUSR2, NULL, &found), 0);
    CHECK(found.sa_handler == SIG_DFL); /* the last one has gone */
}

static uint64_t own;
static int in_a_hook, refused, gone;

static void change_hooks(int signal, const void *siginfo, void *data)
{
    (void)siginfo;
    in_a_hook++;
    refused = sigtrip_hook_register(signal, change_hooks, data, 0, NULL);
    gone = sigtrip_hook_unregister(own);
}

void hooks_inside_hooks(void)
{
    uint64_t other = 0;
    int data = 0;
    EQUAL(sigtrip_hook_register(SIGUSR1, change_hooks, &data, 0, &own), 0);
    EQUAL(raise(SIGUSR1), 0);
    EQUAL(in_a_hook, 1);
    EQUAL(refused, -EDEADLK);
    EQUAL(gone, 0);
    EQUAL(sigtrip_hook_register(SIGUSR1, note, &data, 0, &other), 0);
    EQUAL(raise(SIGUSR1), 0);
    EQUAL(in_a_hook, 1);
    EQUAL(hooked, 1);
    EQUAL(sigtrip_hook_unregister(other), 0);
}

void hooks_run_out(void)
{
    uint64_t ids[SIGTRIP_HOOK_ROOM], more = 5, again;
    int data = 3, i, round;
    for (round = 0; round < 3; round++) {
        hooked = 0;
        for (i = 0; i < SIGTRIP_HOOK_ROOM; i++)
            EQUAL(sigtrip_hook_register(i % 2 ? SIGUSR1 : SIGUSR2, note, &data, 0, &ids[i]), 0);
        EQUAL(sigtrip_hook_register(SIGUSR1, note, &data, 0, &more), -ENOSPC);
        EQUAL(more, 5);
        EQUAL(sigtrip_hook_unregister(ids[10]), 0);
        EQUAL(sigtrip_hook_register(SIGTERM, note, &data, 0, &again), 0);
        CHECK(again != ids[10]);
        EQUAL(raise(SIGTERM), 0);
        EQUAL(hooked, 1);
        EQUAL(sigtrip_hook_unregister(ids[10]), -ENOENT);
        EQUAL(sigtrip_hook_unregister(again), 0);
        for (i = 0; i < SIGTRIP_HOOK_ROOM; i++)
            EQUAL(sigtrip_hook_unregister(ids[i]), i == 10 ? -ENOENT : 0);
    }
}

static void say(int signal, const void *siginfo, void *data)
{
    (void)signal;
    (void)siginfo;
    if (write(*(int *)data, "h", 1) != 1)
        _exit(9);
}

void a_hook_below_a_fault(void)
{
    int ends[2], status;
    char byte = 0;
    pid_t child;
    EQUAL(pipe(ends), 0);
    EQUAL(sigtrip_hook_register(SIGSEGV, say, &ends[1], 0, NULL), -EINVAL);
    child = fork();
    if (child == 0) {
        EQUAL(sigtrip_hook_register(SIGSEGV, say, &ends[1], SIGTRIP_HOOK_FAULTS, NULL), 0);
        *(volatile int *)(uintptr_t)8 = 1;
        _exit(7);
    }
    EQUAL(waitpid(child, &status, 0), child);
    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
    EQUAL(read(ends[0], &byte, 1), 1);
    EQUAL(byte, 'h');
}

static volatile sig_atomic_t foreign_ran;

static void foreign(int signal)
{
    (void)signal;
    foreign_ran++;
}

void hooks_beside_a_foreign_handler(void)
{
    struct sigaction action;
    uint64_t id, alone;
    int data = 4;
    memset(&action, 0, sizeof action);
    action.sa_handler = foreign;
    EQUAL(sigaction(SIGUSR1, &action, NULL), 0);
    EQUAL(sigtrip_hook_register(SIGUSR1, note, &data, 0, &id), 0);
    EQUAL(raise(SIGUSR1), 0);
    CHECK(foreign_ran == 1 && hooked == 1);
    EQUAL(sigtrip_hook_register(SIGUSR1, note, &data, SIGTRIP_HOOK_ALONE, &alone), 0);
    EQUAL(raise(SIGUSR1), 0);
    CHECK(foreign_ran == 1 && hooked == 3);
    EQUAL(sigtrip_hook_unregister(alone), 0);
    EQUAL(raise(SIGUSR1), 0);
    CHECK(foreign_ran == 2 && hooked == 4);
    EQUAL(sigtrip_hook_unregister(id), 0);
    EQUAL(raise(SIGUSR1), 0);
    CHECK(foreign_ran == 3 && hooked == 4);
}

static void end(int signal, const void *siginfo, void *data)
{
    (void)siginfo;
    (void)data;
    sigtrip_emulate_default(signal);
}

void default_actions(void)
{
    int status;
    pid_t child = fork();
    if (child == 0) {
        EQUAL(sigtrip_hook_register(SIGTERM, end, NULL, 0, NULL), 0);
        raise(SIGTERM);
        _exit(7);
    }
    EQUAL(waitpid(child, &status, 0), child);
    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
    EQUAL(sigtrip_emulate_default(SIGCHLD), 0); /* nothing */
}
