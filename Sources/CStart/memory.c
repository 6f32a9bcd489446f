#include "CStart.h"

#include <malloc.h>

void pkeyd_share_memory(void) {
#ifdef __GLIBC__
    mallopt(M_ARENA_MAX, 1);
#endif
}

void pkeyd_give_back_memory(void) {
#ifdef __GLIBC__
    malloc_trim(0);
#endif
}
