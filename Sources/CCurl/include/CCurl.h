// libcurl, opened at run time: it brings thirty libraries, whose loading takes longer than the program does of what needs no server.
// So it is loaded on another thread while the command line is read. And nothing of it is linked with, so that one program runs
// wherever there is a libcurl.so.4: Debian's gives its symbols a version that RHEL's does not have.
//
// Swift cannot call variadic C functions: one inline wrapper for each kind of argument.
#ifndef CCURL_H
#define CCURL_H

// Some options are the only ones that every version in use knows, though newer ones advise against them.
#define CURL_DISABLE_DEPRECATION
// Its macros would check the types of calls that are made by their names.
#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>

// What headers older than the option do not name; a libcurl that lacks it refuses the number.
#if LIBCURL_VERSION_NUM < 0x075000
typedef int (*curl_prereq_callback)(
    void *context, char *remote_address, char *local_address, int remote_port, int local_port);
#define CURL_PREREQFUNC_OK 0
#define CURL_PREREQFUNC_ABORT 1
static const CURLoption CURLOPT_PREREQFUNCTION = (CURLoption)(CURLOPTTYPE_FUNCTIONPOINT + 312);
static const CURLoption CURLOPT_PREREQDATA = (CURLoption)(CURLOPTTYPE_OBJECTPOINT + 313);
static const CURLoption CURLOPT_MAXLIFETIME_CONN = (CURLoption)(CURLOPTTYPE_LONG + 314);
#endif
#if LIBCURL_VERSION_NUM < 0x075700
static const CURLoption CURLOPT_CA_CACHE_TIMEOUT = (CURLoption)(CURLOPTTYPE_LONG + 321);
static const CURLoption CURLOPT_QUICK_EXIT = (CURLoption)(CURLOPTTYPE_LONG + 322);
#endif

// Every function of it that is called: FOR_EACH(name without `curl_`).
#define PKEYD_CURL_FUNCTIONS(FOR_EACH) \
    FOR_EACH(easy_init) FOR_EACH(easy_cleanup) FOR_EACH(easy_setopt) FOR_EACH(easy_getinfo) FOR_EACH(easy_pause) \
    FOR_EACH(easy_strerror) FOR_EACH(global_init) FOR_EACH(version) FOR_EACH(slist_append) FOR_EACH(slist_free_all) \
    FOR_EACH(multi_init) FOR_EACH(multi_cleanup) FOR_EACH(multi_add_handle) FOR_EACH(multi_remove_handle) \
    FOR_EACH(multi_setopt) FOR_EACH(multi_perform) FOR_EACH(multi_poll) FOR_EACH(multi_wakeup) \
    FOR_EACH(multi_info_read)

#define PKEYD_CURL_POINTER(NAME) __typeof__(curl_##NAME) *NAME;
struct pkeyd_curl_functions { PKEYD_CURL_FUNCTIONS(PKEYD_CURL_POINTER) };
extern struct pkeyd_curl_functions pkeyd_curl;

// Loads it and makes its global state, or waits until another thread has: NULL, or why it cannot be used. To be called before
// anything else here.
const char *pkeyd_load_curl(void);

static inline const char *pkeyd_curl_version(void) { return pkeyd_curl.version(); }

static inline CURL *pkeyd_easy_init(void) { return pkeyd_curl.easy_init(); }
static inline void pkeyd_easy_cleanup(CURL *easy) { pkeyd_curl.easy_cleanup(easy); }
static inline CURLcode pkeyd_easy_pause(CURL *easy, int directions) { return pkeyd_curl.easy_pause(easy, directions); }
static inline const char *pkeyd_easy_strerror(CURLcode code) { return pkeyd_curl.easy_strerror(code); }

static inline struct curl_slist *pkeyd_slist_append(struct curl_slist *list, const char *text) {
    return pkeyd_curl.slist_append(list, text);
}
static inline void pkeyd_slist_free_all(struct curl_slist *list) { pkeyd_curl.slist_free_all(list); }

static inline CURLM *pkeyd_multi_init(void) { return pkeyd_curl.multi_init(); }
static inline CURLMcode pkeyd_multi_cleanup(CURLM *multi) { return pkeyd_curl.multi_cleanup(multi); }
static inline CURLMcode pkeyd_multi_add_handle(CURLM *multi, CURL *easy) { return pkeyd_curl.multi_add_handle(multi, easy); }
static inline CURLMcode pkeyd_multi_remove_handle(CURLM *multi, CURL *easy) {
    return pkeyd_curl.multi_remove_handle(multi, easy);
}
static inline CURLMcode pkeyd_multi_perform(CURLM *multi, int *running) { return pkeyd_curl.multi_perform(multi, running); }
static inline CURLMcode pkeyd_multi_poll(
    CURLM *multi, struct curl_waitfd *others, unsigned count, int milliseconds, int *ready) {
    return pkeyd_curl.multi_poll(multi, others, count, milliseconds, ready);
}
static inline CURLMcode pkeyd_multi_wakeup(CURLM *multi) { return pkeyd_curl.multi_wakeup(multi); }
static inline CURLMsg *pkeyd_multi_info_read(CURLM *multi, int *left) { return pkeyd_curl.multi_info_read(multi, left); }

static inline CURLcode pkeyd_setopt_long(CURL *easy, CURLoption option, long value) {
    return pkeyd_curl.easy_setopt(easy, option, value);
}

static inline CURLcode pkeyd_setopt_string(CURL *easy, CURLoption option, const char *value) {
    return pkeyd_curl.easy_setopt(easy, option, value);
}

static inline CURLcode pkeyd_setopt_pointer(CURL *easy, CURLoption option, void *value) {
    return pkeyd_curl.easy_setopt(easy, option, value);
}

static inline CURLcode pkeyd_setopt_size(CURL *easy, CURLoption option, curl_off_t value) {
    return pkeyd_curl.easy_setopt(easy, option, value);
}

typedef size_t (*pkeyd_data_callback)(char *data, size_t size, size_t count, void *context);

static inline CURLcode pkeyd_setopt_data_callback(CURL *easy, CURLoption option, pkeyd_data_callback callback) {
    return pkeyd_curl.easy_setopt(easy, option, callback);
}

typedef CURLcode (*pkeyd_ssl_callback)(CURL *easy, void *ssl_context, void *context);

static inline CURLcode pkeyd_setopt_ssl_callback(CURL *easy, pkeyd_ssl_callback callback) {
    return pkeyd_curl.easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, callback);
}

static inline CURLcode pkeyd_setopt_prereq_callback(CURL *easy, curl_prereq_callback callback) {
    return pkeyd_curl.easy_setopt(easy, CURLOPT_PREREQFUNCTION, callback);
}

typedef int (*pkeyd_sockopt_callback)(void *context, curl_socket_t socket, curlsocktype purpose);

static inline CURLcode pkeyd_setopt_sockopt_callback(CURL *easy, pkeyd_sockopt_callback callback) {
    return pkeyd_curl.easy_setopt(easy, CURLOPT_SOCKOPTFUNCTION, callback);
}

typedef int (*pkeyd_closesocket_callback)(void *context, curl_socket_t socket);

static inline CURLcode pkeyd_setopt_closesocket_callback(CURL *easy, pkeyd_closesocket_callback callback) {
    return pkeyd_curl.easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, callback);
}

static inline CURLcode pkeyd_getinfo_long(CURL *easy, CURLINFO info, long *value) {
    return pkeyd_curl.easy_getinfo(easy, info, value);
}

static inline CURLcode pkeyd_getinfo_pointer(CURL *easy, CURLINFO info, void **value) {
    return pkeyd_curl.easy_getinfo(easy, info, value);
}

// The `SSL *` of the connection in use, or NULL where TLS is not spoken or is not OpenSSL's.
static inline void *pkeyd_getinfo_openssl(CURL *easy) {
    struct curl_tlssessioninfo *session = NULL;
    if (pkeyd_curl.easy_getinfo(easy, CURLINFO_TLS_SSL_PTR, &session) != CURLE_OK || !session) return NULL;
    return session->backend == CURLSSLBACKEND_OPENSSL ? session->internals : NULL;
}

static inline CURLMcode pkeyd_multi_setopt_long(CURLM *multi, CURLMoption option, long value) {
    return pkeyd_curl.multi_setopt(multi, option, value);
}

// CURLMsg keeps the result in a union, which Swift sees under a name that differs between versions of the header.
static inline CURLcode pkeyd_message_result(const CURLMsg *message) {
    return message->data.result;
}

// Macros that Swift cannot import.
static const int pkeyd_pause_continue = CURLPAUSE_CONT;
static const size_t pkeyd_write_paused = CURL_WRITEFUNC_PAUSE;
static const size_t pkeyd_read_aborted = CURL_READFUNC_ABORT;

#endif
