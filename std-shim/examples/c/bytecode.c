/*
 * A toy interpreter whose signal handlers are written in its own language.
 *
 * Its loop looks at one flag between two instructions, the eval breaker. The notify hook sets it, in signal context; at the next
 * instruction the loop drains: each pending signal's word is the number of a function in bytecode, which is run there and then. A function that
 * raises ends the drain, and what it had not come to stays pending.
 *
 * SIGALRM ticks ten thousand times a second and counts. SIGINT raises, which ends the program that runs, as Ctrl-C does in a shell of
 * an interpreter; then it is run again. SIGTERM ends it all, and it says what it has counted.
 *
 *     cc -Istd-shim/include std-shim/examples/c/bytecode.c libsigtrip.a -o bytecode
 */

#define _POSIX_C_SOURCE 200809L
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>

#include "sigtrip.h"

enum operation { PUSH, LOAD, STORE, ADD, JUMP, RAISE, RETURN };

struct instruction {
    enum operation operation;
    long operand;
};

/* What a function may raise. */
enum { NOTHING = 0, KEYBOARD_INTERRUPT, SYSTEM_EXIT, STACK_OVERFLOW };

enum variable { COUNTER, TICKS, VARIABLES };

/* count for ever */
static const struct instruction program[] = { { LOAD, COUNTER }, { PUSH, 1 }, { ADD, 0 }, { STORE, COUNTER }, { JUMP, 0 } };
static const struct instruction tick[] = { { LOAD, TICKS }, { PUSH, 1 }, { ADD, 0 }, { STORE, TICKS }, { RETURN, 0 } };
static const struct instruction interrupt[] = { { RAISE, KEYBOARD_INTERRUPT } };
static const struct instruction end[] = { { RAISE, SYSTEM_EXIT } };

/* A word is a function's place here; 0 is none. */
static const struct instruction *const functions[] = { NULL, tick, interrupt, end };

enum { STACK = 16, DEEPEST = 50 };

static long variables[VARIABLES];
/* How many functions run, one inside another: those of handlers among them. */
static int depth;

/* What the loop looks at. */
static atomic_bool eval_breaker;

static int run(const struct instruction *code);

/* Signal context. */
static void set_eval_breaker(int signal)
{
    (void)signal;
    atomic_store_explicit(&eval_breaker, 1, memory_order_release);
}

/* The drain's callback. */
static int run_handler(int signal, const sigtrip_disposition *disposition, void *data)
{
    (void)signal;
    (void)data;
    if (disposition->kind != SIGTRIP_WORD)
        return NOTHING; /* it was changed since the signal came */
    return run(functions[disposition->word]);
}

static int safe_point(void)
{
    /* First the flag, then the bits: a signal that comes in between sets it again. */
    if (depth >= DEEPEST || !atomic_exchange_explicit(&eval_breaker, 0, memory_order_acq_rel))
        return NOTHING;
    return sigtrip_drain(run_handler, NULL);
}

static int run(const struct instruction *code)
{
    long stack[STACK];
    int top = 0, raised = NOTHING;
    const struct instruction *next = code;
    depth++;
    while (raised == NOTHING) {
        const struct instruction *now = next++;
        if (top >= STACK - 1) {
            raised = STACK_OVERFLOW;
            break;
        }
        switch (now->operation) {
        case PUSH:
            stack[top++] = now->operand;
            break;
        case LOAD:
            stack[top++] = variables[now->operand];
            break;
        case STORE:
            variables[now->operand] = stack[--top];
            break;
        case ADD:
            top--;
            stack[top - 1] += stack[top];
            break;
        case JUMP:
            next = code + now->operand;
            break;
        case RAISE:
            raised = (int)now->operand;
            continue;
        case RETURN:
            depth--;
            return NOTHING;
        }
        raised = safe_point();
    }
    depth--;
    return raised;
}

static int handle(int signal, uintptr_t function)
{
    sigtrip_disposition word = { SIGTRIP_WORD, NULL, NULL, 0, { 0 } };
    word.word = function;
    return sigtrip_host_set(signal, &word, NULL, NULL);
}

static int start(void)
{
    sigtrip_timer ticking = { SIGTRIP_MILLISECOND / 10, SIGTRIP_MILLISECOND / 10 };
    int failed = sigtrip_host_open(SIGTRIP_PYTHON, 0);
    if (failed == 0)
        failed = sigtrip_host_set_notify(set_eval_breaker);
    if (failed == 0)
        failed = handle(SIGALRM, 1);
    if (failed == 0)
        failed = handle(SIGINT, 2);
    if (failed == 0)
        failed = handle(SIGTERM, 3);
    if (failed == 0)
        failed = sigtrip_setitimer(SIGTRIP_TIMER_REAL, &ticking, NULL);
    return failed;
}

int main(void)
{
    int raised = start();
    if (raised != 0) {
        fprintf(stderr, "it can not be started: %d\n", raised);
        return 1;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    printf("running\n");
    while ((raised = run(program)) == KEYBOARD_INTERRUPT)
        printf("KeyboardInterrupt\n");
    /* Before it is closed: that gives SIGALRM its default action back, which kills. */
    sigtrip_alarm(0, NULL);
    printf("counted %ld, ticks %ld, depth %d, raised %d\n", variables[COUNTER], variables[TICKS], depth, raised);
    return sigtrip_close() != 0 || raised != SYSTEM_EXIT;
}
