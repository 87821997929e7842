/* Which handler stands where: one line for each signal number. */

#include <signal.h>
#include <stdio.h>

#include "sigtrip.h"

static int alarm_received(int signal, void *data)
{
    (void)signal;
    (void)data;
    return 0;
}

static const char *handler_of(const sigtrip_disposition *disposition)
{
    switch (disposition->kind) {
    case SIGTRIP_DEFAULT:
        return "SIG_DFL";
    case SIGTRIP_IGNORE:
        return "SIG_IGN";
    case SIGTRIP_HANDLER:
        if (disposition->handler == alarm_received)
            return "alarm_received";
        return disposition->handler == sigtrip_default_int_handler ? "default_int_handler" : "some handler";
    default:
        return "None";
    }
}

static int print_all(void)
{
    int signal, failed;
    for (signal = 1; signal <= sigtrip_signal_max(); signal++) {
        char name[SIGTRIP_NAME_SIZE];
        sigtrip_disposition disposition;
        failed = sigtrip_getsignal(signal, &disposition);
        if (failed != 0)
            return failed;
        failed = sigtrip_signal_name(signal, name, sizeof name);
        if (failed < 0)
            return failed;
        printf("%-10s (%2d): %s\n", name, signal, handler_of(&disposition));
    }
    return 0;
}

int main(void)
{
    int failed = sigtrip_open(SIGTRIP_PYTHON, 0);
    if (failed == 0)
        failed = sigtrip_signal(sigtrip_signal_number("SIGALRM"), alarm_received, NULL, NULL);
    if (failed == 0)
        failed = print_all();
    sigtrip_close();
    return failed != 0;
}
