#include "CStart.h"

#include <stddef.h>

static int count = 0;
static char **arguments = NULL;

// glibc hands the arguments to constructors too. Swift reads them from /proc, which need not be there.
__attribute__((constructor)) static void remember(int argc, char **argv, char **environment) {
    (void)environment;
    count = argc;
    arguments = argv;
}

int pkeyd_argument_count(void) { return count; }

char **pkeyd_arguments(void) { return arguments; }
