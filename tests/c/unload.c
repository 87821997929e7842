/* The shared library is not unloaded: what the kernel has of it stays good. Its path is the argument. */

#define _DEFAULT_SOURCE
#include <dlfcn.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sigtrip.h"

static int counted;

static int count(int signal, void *data)
{
    (void)signal;
    (void)data;
    counted++;
    return 0;
}

/* ISO C has no conversion from a pointer to data. */
union function {
    void *found;
    int (*open)(uint32_t options, int kick);
    int (*signal)(int signal, sigtrip_handler *handler, void *data, sigtrip_disposition *earlier);
    int (*check)(void);
};

int main(int argc, char **argv)
{
    union function open, install, check;
    void *library = argc == 2 ? dlopen(argv[1], RTLD_NOW | RTLD_LOCAL) : NULL;
    int status;
    pid_t child;
    if (library == NULL)
        return 2;
    open.found = dlsym(library, "sigtrip_open");
    install.found = dlsym(library, "sigtrip_signal");
    check.found = dlsym(library, "sigtrip_check_signals");
    if (open.open(0, 0) != 0 || install.signal(SIGUSR1, count, NULL, NULL) != 0)
        return 3;
    if (dlclose(library) != 0)
        return 4;
    if (raise(SIGUSR1) != 0 || check.check() != 0 || counted != 1)
        return 5;
    child = fork(); /* what libc calls there is the library's too */
    if (child == 0)
        _exit(0);
    if (waitpid(child, &status, 0) != child || status != 0)
        return 6;
    puts("it is still there");
    return 0;
}
