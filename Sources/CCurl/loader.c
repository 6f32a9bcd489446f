#include "CCurl.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>

struct pkeyd_curl_functions pkeyd_curl;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static char problem[512];

static void load(void) {
    // By the name that the loader would look for, had the program been linked with it.
    void *library = dlopen("libcurl.so.4", RTLD_LAZY | RTLD_LOCAL);
    if (!library) {
        const char *reason = dlerror();
        snprintf(problem, sizeof problem, "%s", reason ? reason : "libcurl.so.4 cannot be loaded");
        return;
    }
#define FIND(NAME) \
    if (!problem[0] && !(pkeyd_curl.NAME = (__typeof__(pkeyd_curl.NAME))dlsym(library, "curl_" #NAME))) \
        snprintf(problem, sizeof problem, "libcurl.so.4 has no curl_" #NAME ": libcurl 7.68 or later is needed");
    PKEYD_CURL_FUNCTIONS(FIND)
    // It wants its global state made before threads use it.
    if (!problem[0] && pkeyd_curl.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        snprintf(problem, sizeof problem, "it cannot be initialised");
}

const char *pkeyd_load_curl(void) {
    pthread_once(&once, load);
    return problem[0] ? problem : NULL;
}
