#include "CStart.h"

#include <errno.h>
#include <stdio.h>

int pkeyd_flush_output(void) {
    errno = 0;
    if (fflush(stdout) != 0) return errno ? errno : -1;
    return ferror(stdout) ? -1 : 0;
}
