#include <math.h>

// The only thing newer than glibc 2.34 that Swift's standard library asks for is hypotf@GLIBC_2.35. With a hypotf of our own,
// seen by nobody else, one binary runs on RHEL 9 too. Nothing here calls it; it gives what glibc's gives, to the bit.
__attribute__((visibility("hidden"))) float hypotf(float x, float y) {
    if (isinf(x) || isinf(y)) return INFINITY;
    return (float)sqrt((double)x * x + (double)y * y);
}
