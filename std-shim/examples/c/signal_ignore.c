/* Ignoring signals: Ctrl-C does nothing; kill -USR1 ends the program. */

#define _POSIX_C_SOURCE 200809L
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "sigtrip.h"

#define EXITING 1

static int do_exit(int signal, void *data)
{
    (void)signal;
    (void)data;
    return EXITING;
}

int main(void)
{
    int failed = sigtrip_open(SIGTRIP_PYTHON, 0);
    if (failed == 0)
        failed = sigtrip_ignore(SIGINT, NULL);
    if (failed == 0)
        failed = sigtrip_signal(SIGUSR1, do_exit, NULL, NULL);
    if (failed == 0) {
        printf("My PID: %ld\n", (long)getpid());
        fflush(stdout);
        failed = sigtrip_pause();
    }
    if (failed == EXITING)
        fprintf(stderr, "Exiting\n");
    sigtrip_close();
    return failed != 0;
}
