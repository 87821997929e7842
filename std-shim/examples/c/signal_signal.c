/* Receiving signals: kill -USR1, kill -USR2 and kill -INT this program from another window. */

#define _POSIX_C_SOURCE 200809L
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "sigtrip.h"

static int receive_signal(int signal, void *data)
{
    (void)data;
    printf("Received: %d\n", signal);
    return 0;
}

/* Waits three seconds at a time; a signal cuts the wait short. */
static int wait_for_ever(void)
{
    int failed = 0;
    while (failed == 0) {
        printf("Waiting...\n");
        failed = sigtrip_pause_for(3 * SIGTRIP_SECOND, NULL);
    }
    return failed;
}

int main(void)
{
    int failed = sigtrip_open(SIGTRIP_PYTHON, 0);
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (failed == 0)
        failed = sigtrip_signal(SIGUSR1, receive_signal, NULL, NULL);
    if (failed == 0)
        failed = sigtrip_signal(SIGUSR2, receive_signal, NULL, NULL);
    if (failed == 0) {
        printf("My PID is: %ld\n", (long)getpid());
        failed = wait_for_ever();
    }
    if (failed == SIGTRIP_INTERRUPTED) {
        printf("KeyboardInterrupt\n");
        sigtrip_die_by(SIGINT);
    }
    sigtrip_close();
    return 1;
}
