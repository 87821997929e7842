/*
 * sigtrip: safe Unix signals. The C interface.
 *
 * A signal interrupts a program between any two instructions, where nearly nothing may be done: no lock, no malloc, no printf. So
 * the function that this library gives the kernel does one thing: it trips a bit. Your handler runs later, at a safe point of the
 * thread that owns the session, as ordinary code.
 *
 *     #include <stdio.h>
 *     #include <signal.h>
 *     #include "sigtrip.h"
 *
 *     static int reload(int signal, void *data)
 *     {
 *         (void)data;
 *         printf("%d: reloading\n", signal);
 *         return 0;
 *     }
 *
 *     int main(void)
 *     {
 *         int ended = sigtrip_open(SIGTRIP_PYTHON, 0);
 *         if (ended == 0)
 *             ended = sigtrip_signal(SIGHUP, reload, NULL, NULL);
 *         while (ended == 0)
 *             ended = sigtrip_sleep(SIGTRIP_SECOND);           // a safe point; Ctrl-C ends it
 *         fflush(stdout);
 *         if (ended == SIGTRIP_INTERRUPTED)
 *             sigtrip_die_by(SIGINT);                          // so that a shell sees it
 *         sigtrip_close();
 *         return ended != 0;
 *     }
 *
 *
 * Building
 * --------
 *
 *     cargo rustc --release -p sigtrip --features capi --crate-type staticlib      libsigtrip.a
 *     cargo rustc --release -p sigtrip --features capi --crate-type cdylib         libsigtrip.so
 *
 *     cc program.c libsigtrip.a -lpthread -ldl -lm      (musl and glibc 2.34 or later need no -l)
 *     cc program.c -L. -lsigtrip -Wl,-rpath,'$ORIGIN'
 *
 * The same without Rust's std, smaller:
 *
 *     CARGO_PROFILE_RELEASE_PANIC=abort cargo rustc --release -p sigtrip --no-default-features --features panic-handler \
 *         --crate-type staticlib
 *     cc program.c -Wl,--gc-sections libsigtrip.a
 *
 * Or by cargo-c, which installs libraries, this header and a file for pkg-config: cargo cinstall --release -p sigtrip
 *
 * The shared library is never unloaded (dlclose leaves it), since the kernel has the address of its signal handlers.
 * A process has one copy of the library: do not link it statically into several shared objects.
 *
 *
 * What a function returns
 * -----------------------
 *
 *     0            It is done. (Functions that count or look return 0 or more, and say so.)
 *     negative     It was refused: an error number, negated, such as -EINVAL. Nothing was changed, and nothing was written
 *                  to where a pointer points, unless it is said otherwise. What errno itself holds after a call means nothing.
 *     positive     A handler or callback that ran has failed: the number that it returned. A callback may also return a negative
 *                  number, which comes back as it is.
 *
 *     -EINVAL      A number is no signal, a signal can not be handled (SIGKILL, SIGSTOP, those that libc keeps for itself), a
 *                  pointer that is needed is null, a time is negative, an option is unknown, a descriptor could block, a fault
 *                  signal without SIGTRIP_HOOK_FAULTS, a disposition that can not be put back
 *     -EPERM       This is not the thread that owns the session
 *     -ENXIO       No session is open
 *     -EBUSY       A session is open already; or sigtrip_close inside a handler
 *     -ENOTSUP     A session of this kind does not do that: it was opened for polling alone, or as a host's, or not as one
 *     -EAGAIN      sigtrip_sigwait: the time is over. sigtrip_hook_register: more than 32 threads run hooks at this moment;
 *                  try again
 *     -EDEADLK     sigtrip_hook_register inside a hook
 *     -ENOSPC      SIGTRIP_HOOK_ROOM hooks are registered
 *     -ENOENT      sigtrip_hook_unregister: there is no such hook
 *     -ERANGE      sigtrip_signal_name: the buffer is too small
 *     -ENOTRECOVERABLE
 *                  A callback that is written in Rust has panicked, or the library itself: it went no further. What was not
 *                  handled yet stays pending. Without std a panic ends the process by SIGABRT
 *     -ECANCELED   A handler that Rust code has installed failed, in a program of both
 *     others       What the system says, for instance -ESRCH of sigtrip_kill
 *
 *
 * Two contexts
 * ------------
 *
 * Signal context is inside a signal handler: on any thread, at any instruction, nested in itself. Owner context is ordinary
 * code on the thread that opened the session. Each function says where it may be called; "any thread" is ordinary code. Where
 * it is not said that a function is async-signal-safe it must not be called in signal context.
 *
 * A safe point runs the handlers of what is pending, if the calling thread is the owner, and returns what one of them failed
 * with: then the others stay pending for the next safe point. Handlers may have safe points of their own, replace each other,
 * and fork. Never hold a lock across a safe point that a handler takes too. Callbacks must return: they do not leave by
 * longjmp, nor by a C++ exception; and a thread is not to be cancelled (pthread_cancel) while it is in here.
 *
 * fork is handled without a call from you: in the child nothing is pending, and its one thread is the owner. Signals that are
 * ignored and blocked stay so over exec, as the system has it.
 */
#ifndef SIGTRIP_H
#define SIGTRIP_H

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Times are in nanoseconds. 292 years are the most. */
#define SIGTRIP_SECOND INT64_C(1000000000)
#define SIGTRIP_MILLISECOND INT64_C(1000000)
/* As a timeout: without end. */
#define SIGTRIP_FOREVER INT64_C(-1)


/* ---- Session ------------------------------------------------------------------------------------------------------------ */

/* Python's start-up: Ctrl-C becomes sigtrip_default_int_handler if SIGINT has its default action (an inherited ignore is kept),
 * and SIGPIPE and SIGXFSZ are ignored. Without it no disposition is touched. */
#define SIGTRIP_PYTHON 1
/* The program only polls: a delivery costs three instructions less, and every wait is refused. */
#define SIGTRIP_POLLING 2

/* What sigtrip_default_int_handler returns: 128 + SIGINT. */
#define SIGTRIP_INTERRUPTED 130

/* Opens a session: the calling thread becomes the owner, which installs handlers and runs them. options: SIGTRIP_PYTHON,
 * SIGTRIP_POLLING, or 0. kick: a signal with which the owner is kicked out of foreign blocking calls when another thread
 * receives a signal (SIGURG is a good choice), or 0. Any thread.
 * -EBUSY if a session is open, on whatever thread; -EINVAL for an option or a signal to kick with. */
int sigtrip_open(uint32_t options, int kick);

/* Closes it, be it a host's or not: every disposition that was changed is given back exactly, where ours is still installed,
 * then handlers run for what is still pending (a host's words are just forgotten); what they return is said on standard error.
 * Owner context.
 * -EBUSY inside a handler or a drain; -ENXIO if there is none that C has opened; -EPERM on another thread. */
int sigtrip_close(void);

/* Whether the calling thread is the owner: 1 or 0. Any thread; async-signal-safe. */
int sigtrip_is_owner(void);

/* Ends the process by this signal's default action, so that whoever waits for it sees that signal; on the owner's thread it
 * closes the session before. Flush your streams first. Where the default does not end it (PID 1, SIGCHLD) it exits with 128 +
 * signal. Returns only what was refused: -EINVAL for a number that is no signal or libc's own, or what sigtrip_close said. Any
 * thread. */
int sigtrip_die_by(int signal);


/* ---- Dispositions ------------------------------------------------------------------------------------------------------- */

/* A handler. It runs at a safe point of the owner, as ordinary code. 0: it is handled; anything else: it has failed, and the
 * safe point that ran it returns this number. One call stands for one delivery or more: those that came before the call. */
typedef int sigtrip_handler(int signal, void *data);

/* The kinds of a disposition. */
#define SIGTRIP_DEFAULT 0 /* the system's default action */
#define SIGTRIP_IGNORE 1
#define SIGTRIP_HANDLER 2 /* handler and data */
#define SIGTRIP_FOREIGN 3 /* some other code's handler, kept so that it can be put back to the bit */
#define SIGTRIP_WORD 4    /* a host's word */
#define SIGTRIP_RUST 5    /* a handler that Rust code of the same program has installed; C can not put it back */

/* What is done with a signal. A plain value. */
typedef struct sigtrip_disposition {
    int kind;
    sigtrip_handler *handler; /* of SIGTRIP_HANDLER */
    void *data;               /* what it is given */
    uintptr_t word;           /* of SIGTRIP_WORD: not 0, and not one of the two highest numbers */
    uintptr_t foreign[6];     /* of SIGTRIP_FOREIGN: the first is the handler's address, or 0 if the system does not tell */
} sigtrip_disposition;

/* Sets a handler. earlier, if it is not null, is told what was there before; it can be put back by sigtrip_set_disposition.
 * data stays the caller's, and must live for as long as the handler may run.
 *
 * A safe point, before the change: what is pending is handled first, with the handlers that were there, and if one fails
 * nothing is changed. Owner context.
 * -EINVAL for a null handler or a signal that can not be handled; -ENXIO, -EPERM; -ENOTSUP in a host's session. */
int sigtrip_signal(int signal, sigtrip_handler *handler, void *data, sigtrip_disposition *earlier);

/* Has a signal ignored; else as sigtrip_signal. */
int sigtrip_ignore(int signal, sigtrip_disposition *earlier);

/* Gives a signal its default action; else as sigtrip_signal. */
int sigtrip_default(int signal, sigtrip_disposition *earlier);

/* Sets any disposition, an earlier one among them; else as sigtrip_signal. The two pointers may be the same. A foreign one must
 * be one that the library has told: it is installed as it is. -EINVAL for SIGTRIP_WORD, SIGTRIP_RUST, and a foreign one that
 * was not told. */
int sigtrip_set_disposition(int signal, const sigtrip_disposition *disposition, sigtrip_disposition *earlier);

/* What is done with a signal now. The kernel is asked, so that a handler which other code installed later is seen as foreign.
 * Any thread, with or without a session. */
int sigtrip_getsignal(int signal, sigtrip_disposition *disposition);

/* The handler of Ctrl-C: returns SIGTRIP_INTERRUPTED. */
int sigtrip_default_int_handler(int signal, void *data);

/* Whether calls that this signal interrupts fail with EINTR (not 0, as every handler here is installed) or start again (0): C's
 * siginterrupt. The next change of the disposition undoes it. Any thread. */
int sigtrip_siginterrupt(int signal, int interrupt);


/* ---- Trip, safe point, drain -------------------------------------------------------------------------------------------- */

/* Simulates a delivery: sets the signal's bit as if it had come, and wakes the owner. 1 if it did; 0 if the signal is ignored
 * or has its default action, or no session is open; -EINVAL for a number that is no signal. Any context: async-signal-safe,
 * errno is kept. */
int sigtrip_trip(int signal);

/* Whether a signal is pending: 1 or 0. One load. Any context: async-signal-safe. */
int sigtrip_any_pending(void);

/* The safe point: runs the handlers of all that is pending, lowest signal first. Returns what one failed with; the others stay
 * pending. With nothing pending it is one load. On a thread that is not the owner, without a session, and in a host's it does
 * nothing and returns 0. */
int sigtrip_check_signals(void);

/* What sigtrip_drain calls: for SIGTRIP_HANDLER and SIGTRIP_WORD it is to be handled; another kind says that the disposition
 * was changed since the signal came (a foreign one without particulars). The disposition is there for the time of the call.
 * 0: go on. Anything else: stop. */
typedef int sigtrip_drain_function(int signal, const sigtrip_disposition *disposition, void *data);

/* One pass over what is pending: for each signal, lowest first, clears its bit and calls run, instead of the handlers. If run
 * returns another number than 0 the drain stops and returns it; the signals that it had not come to stay pending, and whoever
 * waits for them is told again. run may drain too, change dispositions, and call sigtrip_call. In a session of either kind.
 * Owner context. */
int sigtrip_drain(sigtrip_drain_function *run, void *data);

/* Calls the handler of a disposition, as a safe point would, and returns what it returned; for any other kind nothing, and 0.
 * Any thread. */
int sigtrip_call(int signal, const sigtrip_disposition *disposition);


/* ---- Wakeup descriptor -------------------------------------------------------------------------------------------------- */

/* Has each delivery write its signal's number, as one byte, to this descriptor, which must not block: a pipe, a socket; an
 * eventfd counts the deliveries. -1 ends that. earlier, if it is not null, is told the one before, or -1. The byte is a hint
 * for an event loop, never the truth: a full pipe loses bytes and no signal. A write that fails is told of on standard error at
 * the next safe point, one to a full buffer only if warn_on_full_buffer is not 0. The descriptor stays the caller's, who may
 * close it; a forked child has none. Owner context.
 * -EINVAL if writes to it could block; -EBADF; -ENXIO, -EPERM. The one before stays then. */
int sigtrip_set_wakeup_fd(int descriptor, int warn_on_full_buffer, int *earlier);

/* The descriptor that was set, or -1. Any thread. */
int sigtrip_get_wakeup_fd(void);

/* For who drains by himself: why a byte could not be written since the last call, an error number above 0, or 0. Owner context. */
int sigtrip_failed_wakeup_write(void);


/* ---- What is known of a signal ------------------------------------------------------------------------------------------ */

/* What the system knows of one signal; see sigaction(2). What means nothing for its code is 0. */
typedef struct sigtrip_info {
    int signal;
    int code;     /* SI_USER, SI_QUEUE, CLD_EXITED and so on */
    int pid;      /* who has sent it; of SIGCHLD: the child */
    uint32_t uid;
    int value;    /* what sigqueue has sent with it */
    int status;   /* of SIGCHLD: an exit status, or a signal */
} sigtrip_info;

/* What a siginfo_t says: for a hook, or for a signal handler of your own. Any context: async-signal-safe. -EINVAL for a null
 * pointer, and for a record that names no signal. */
int sigtrip_info_of(const void *siginfo, sigtrip_info *info);

#define SIGTRIP_RECORD 1                  /* each delivery is recorded, and counted */
#define SIGTRIP_RECORD_COUNT 2            /* counted alone */
#define SIGTRIP_RECORD_THREAD 4           /* with SIGTRIP_RECORD: and the thread that received it */
#define SIGTRIP_RECORD_TIME 8             /* and when */
#define SIGTRIP_RECORD_PROGRAM_COUNTER 16 /* and where it was interrupted */

/* Has a record kept of each delivery of this signal, until the session ends; options 0: no more. There is room for 1024, of all
 * signals together; what comes while it is full is counted. Owner context. -EINVAL for an extra without SIGTRIP_RECORD. */
int sigtrip_record_signal(int signal, uint32_t options);

/* A record. What was not asked for is 0. */
typedef struct sigtrip_record {
    sigtrip_info info;
    int thread; /* its number in the kernel */
    int64_t time; /* on the monotonic clock */
    uintptr_t program_counter;
} sigtrip_record;

/* Takes the oldest record: 1, or 0 if there is none. Owner context. */
int sigtrip_take_record(sigtrip_record *record);

/* How many deliveries there were while sigtrip_record_signal asked for records or a count: all, those for which there was no
 * room, and those that were on their way when it was asked for. */
typedef struct sigtrip_counts {
    size_t delivered;
    size_t refused;
    size_t unrecorded;
} sigtrip_counts;

/* The counts of this session. Any thread. */
int sigtrip_get_counts(int signal, sigtrip_counts *counts);


/* ---- Hooks -------------------------------------------------------------------------------------------------------------- */

/* A hook: code that runs in signal context, at each delivery of its signal, before the bit is set: on any thread, at any
 * instruction, on several at once. So it does only what is async-signal-safe: atomic operations on data that live long enough,
 * and the system calls of signal-safety(7). It returns: no longjmp, no end of its thread. siginfo is a const siginfo_t *, for
 * sigtrip_info_of or your own eyes, for the time of the call. errno is kept. */
typedef void sigtrip_hook(int signal, const void *siginfo, void *data);

#define SIGTRIP_HOOK_ALONE 1  /* a foreign handler that stood there before is not called first */
/* Also for SIGSEGV, SIGBUS, SIGFPE and SIGILL: after the hooks a real fault goes on to the earlier handler, or kills. */
#define SIGTRIP_HOOK_FAULTS 2

/* So many hooks there can be at a time. */
#define SIGTRIP_HOOK_ROOM 64

/* Registers a hook. id, if it is not null, is told its number, never 0. It needs no session. Hooks of one signal run in the
 * order in which they were registered; while there is one, the signal's default action is not taken. Any thread, not inside a
 * hook.
 * -EINVAL, -EDEADLK, -EAGAIN, -ENOSPC. */
int sigtrip_hook_register(int signal, sigtrip_hook *hook, void *data, uint32_t options, uint64_t *id);

/* Takes a hook away, and waits until no thread can be running it; then its data may be freed. Inside a hook it does not wait:
 * the data may be freed only when no hook runs any more. When a signal's last hook goes, the disposition that stood there
 * before is given back. Any thread; in a hook too.
 * -ENOENT for a number that is no hook's, or was one's. */
int sigtrip_hook_unregister(uint64_t id);

/* Does what this signal does by default, although it has a handler or a hook: ends the process by it, stops it, or nothing. Any
 * context: async-signal-safe, errno is kept. */
int sigtrip_emulate_default(int signal);


/* ---- Masks -------------------------------------------------------------------------------------------------------------- */

/* A set of signals: bit n - 1 for signal n. A plain value; {{0, 0}} is the empty set. */
typedef struct sigtrip_sigset {
    uint64_t bits[2];
} sigtrip_sigset;

/* Makes it empty; or fills it with every signal but those that libc keeps for itself. Any thread, as the next ones. */
int sigtrip_sigset_empty(sigtrip_sigset *set);
int sigtrip_sigset_fill(sigtrip_sigset *set);

/* Adds a signal, or takes it out. */
int sigtrip_sigset_add(sigtrip_sigset *set, int signal);
int sigtrip_sigset_remove(sigtrip_sigset *set, int signal);

/* Whether a signal is in it: 1 or 0. */
int sigtrip_sigset_contains(const sigtrip_sigset *set, int signal);

#define SIGTRIP_BLOCK 0
#define SIGTRIP_UNBLOCK 1
#define SIGTRIP_SETMASK 2

/* Changes which signals the calling thread blocks; set null: it only asks. earlier, if it is not null, is told those that it
 * blocked before. A blocked signal waits in the kernel. A safe point, after the change: if a handler fails the mask was
 * changed, and earlier was told. Any thread.
 * -EINVAL for another how, and for a set with a bit that is no signal's or libc's own. */
int sigtrip_sigmask(int how, const sigtrip_sigset *set, sigtrip_sigset *earlier);

/* Which signals wait in the kernel because the calling thread blocks them. Any thread. */
int sigtrip_sigpending(sigtrip_sigset *set);


/* ---- Waits -------------------------------------------------------------------------------------------------------------- */

/* Each is a safe point; no signal that comes just before is missed, whichever thread receives it. On a thread that is not the
 * owner no handler runs.
 * -ENOTSUP in a session that only polls, and in a host's. */

/* Waits until a signal has been handled. On another thread than the owner's, until a handler has run in that very thread. */
int sigtrip_pause(void);

/* The same, but no longer than this. left, if it is not null, is told the time that is left: 0 if no signal came. If a handler
 * fails it is not written. */
int sigtrip_pause_for(int64_t nanoseconds, int64_t *left);

/* Sleeps in full; handlers run as their signals come. Ends early only if one fails. */
int sigtrip_sleep(int64_t nanoseconds);

/* Waits until one of these signals is pending, takes it, and tells what is known of it if info is not null. Its handler is not
 * run, those of others are. Block the signals first, in every thread. timeout: SIGTRIP_FOREVER, or any negative number, is
 * without end; 0 takes what is there.
 * -EAGAIN: none came. */
int sigtrip_sigwait(const sigtrip_sigset *set, int64_t timeout, sigtrip_info *info);

/* Waits until a signal has been handled, with this as the thread's mask while it waits: mask and wait begin in one step. */
int sigtrip_sigsuspend(const sigtrip_sigset *mask);


/* ---- Timers ------------------------------------------------------------------------------------------------------------- */

#define SIGTRIP_TIMER_REAL 0    /* counts real time, sends SIGALRM; C's alarm is the same timer */
#define SIGTRIP_TIMER_VIRTUAL 1 /* the program's processor time; SIGVTALRM */
#define SIGTRIP_TIMER_PROF 2    /* and the system's for it; SIGPROF */

/* How a timer is set. A delay of 0: it does not run. An interval of 0: it sends once. */
typedef struct sigtrip_timer {
    int64_t delay;
    int64_t interval;
} sigtrip_timer;

/* Has SIGALRM sent once after this time, rounded up to the microsecond; 0 cancels it. left, if it is not null, is told what was
 * left of the one before. Any thread. */
int sigtrip_alarm(int64_t delay, int64_t *left);

/* Sets a timer. earlier, if it is not null, is told how it was set. Any thread. */
int sigtrip_setitimer(int which, const sigtrip_timer *timer, sigtrip_timer *earlier);

/* How a timer is set now. Any thread. */
int sigtrip_getitimer(int which, sigtrip_timer *timer);


/* ---- Sending ------------------------------------------------------------------------------------------------------------ */

/* Each is a safe point: what the owner sends to its own thread has been handled when the call returns. signal 0, but for
 * sigtrip_raise, sends nothing and only asks whether it could. Any thread. */

/* To the calling thread. */
int sigtrip_raise(int signal);

/* To a process; 0: to the caller's group; -n: to the group n; -1: to all. */
int sigtrip_kill(int pid, int signal);

/* To a group; 0: the caller's. -EINVAL for a negative number and for 1, which would mean every process. */
int sigtrip_killpg(int group, int signal);

/* To a process, with a value, which sigtrip_info has. */
int sigtrip_sigqueue(int pid, int signal, int value);

/* To a thread of this process, which was neither joined nor detached. */
int sigtrip_pthread_kill(pthread_t thread, int signal);


/* ---- Names -------------------------------------------------------------------------------------------------------------- */

/* The highest signal of this system, and the real-time signals that libc leaves to programs. Any context: async-signal-safe. */
int sigtrip_signal_max(void);
int sigtrip_real_time_min(void);
int sigtrip_real_time_max(void);

/* No name is longer, with the zero byte at its end. */
#define SIGTRIP_NAME_SIZE 25

/* Writes a signal's name, such as SIGINT or SIGRTMIN+3, with a zero byte at its end, and returns its length. -ERANGE if size is
 * too small. Any thread. */
int sigtrip_signal_name(int signal, char *name, size_t size);

/* The number of a name: SIGINT, INT, SIGRTMIN+3. -EINVAL if there is none. Any thread. */
int sigtrip_signal_number(const char *name);


/* ---- Embedding ---------------------------------------------------------------------------------------------------------- */

/* For a language runtime with handlers and safe points of its own: instead of handlers the table holds a word for each signal,
 * a pointer or an index, which the library never follows. The host looks at sigtrip_any_pending, or at a flag of its own that
 * the notify hook sets (its eval breaker), and drains. Waits, sigtrip_signal and the like are refused in such a session; masks,
 * timers and what sends work, but are no safe points. std-shim/examples/c/bytecode.c is a whole one. */

/* Opens a host's session: takes note of what the kernel has, and installs nothing, but that with SIGTRIP_PYTHON SIGPIPE and
 * SIGXFSZ are ignored. Else as sigtrip_open; closed by sigtrip_close. */
int sigtrip_host_open(uint32_t options, int kick);

/* Sets what is done with a signal: SIGTRIP_DEFAULT, SIGTRIP_IGNORE, SIGTRIP_WORD, or a foreign one that the library has told.
 * earlier, if it is not null, is told what was there; stale, if it is not null, a word of the host's that other code had pushed
 * aside, or 0. Not a safe point. Owner context. -ENOTSUP in a session that is no host's. */
int sigtrip_host_set(int signal, const sigtrip_disposition *disposition, sigtrip_disposition *earlier, uintptr_t *stale);

/* Notes what is done with a signal for which the host's own handler in the kernel calls sigtrip_trip. The kernel is not
 * touched. */
int sigtrip_host_set_fed(int signal, const sigtrip_disposition *disposition, sigtrip_disposition *earlier);

/* What is done with a signal, as the kernel has it now; for one that is fed, as it was noted. */
int sigtrip_host_get(int signal, sigtrip_disposition *disposition);

/* Runs in signal context, as a hook: at each delivery and each trip, after the bit is set, and again when a drain leaves
 * something pending. */
typedef void sigtrip_notify(int signal);

/* Sets the notify hook; null takes it away, though a delivery on another thread may be in it still. Owner context. */
int sigtrip_host_set_notify(sigtrip_notify *hook);

#define SIGTRIP_WAITED_NOTHING 0 /* the time is over */
#define SIGTRIP_WAITED_PENDING 1 /* a signal is pending: drain */
#define SIGTRIP_WAITED_READABLE 2

/* Sleeps until a signal is pending or the time is over; SIGTRIP_FOREVER, or any negative number, is without end.
 * SIGTRIP_WAITED_*, or what was refused. Misses nothing. Owner context. */
int sigtrip_host_wait(int64_t timeout);

/* The same, or until something can be read from the descriptor (or it is at its end). */
int sigtrip_host_wait_readable(int descriptor, int64_t timeout);

#ifdef __cplusplus
}
#endif

#endif
