// Swift cannot call variadic C functions: one inline wrapper for each kind of argument.
#ifndef CCURL_SHIM_H
#define CCURL_SHIM_H

// Some options are the only ones that every version in use knows, though newer ones advise against them.
#define CURL_DISABLE_DEPRECATION
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

static inline CURLcode pkeyd_setopt_long(CURL *easy, CURLoption option, long value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode pkeyd_setopt_string(CURL *easy, CURLoption option, const char *value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode pkeyd_setopt_pointer(CURL *easy, CURLoption option, void *value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode pkeyd_setopt_size(CURL *easy, CURLoption option, curl_off_t value) {
    return curl_easy_setopt(easy, option, value);
}

typedef size_t (*pkeyd_data_callback)(char *data, size_t size, size_t count, void *context);

static inline CURLcode pkeyd_setopt_data_callback(CURL *easy, CURLoption option, pkeyd_data_callback callback) {
    return curl_easy_setopt(easy, option, callback);
}

typedef CURLcode (*pkeyd_ssl_callback)(CURL *easy, void *ssl_context, void *context);

static inline CURLcode pkeyd_setopt_ssl_callback(CURL *easy, pkeyd_ssl_callback callback) {
    return curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, callback);
}

static inline CURLcode pkeyd_setopt_prereq_callback(CURL *easy, curl_prereq_callback callback) {
    return curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, callback);
}

typedef int (*pkeyd_sockopt_callback)(void *context, curl_socket_t socket, curlsocktype purpose);

static inline CURLcode pkeyd_setopt_sockopt_callback(CURL *easy, pkeyd_sockopt_callback callback) {
    return curl_easy_setopt(easy, CURLOPT_SOCKOPTFUNCTION, callback);
}

typedef int (*pkeyd_closesocket_callback)(void *context, curl_socket_t socket);

static inline CURLcode pkeyd_setopt_closesocket_callback(CURL *easy, pkeyd_closesocket_callback callback) {
    return curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, callback);
}

static inline CURLcode pkeyd_getinfo_long(CURL *easy, CURLINFO info, long *value) {
    return curl_easy_getinfo(easy, info, value);
}

static inline CURLcode pkeyd_getinfo_pointer(CURL *easy, CURLINFO info, void **value) {
    return curl_easy_getinfo(easy, info, value);
}

// The `SSL *` of the connection in use, or NULL where TLS is not spoken or is not OpenSSL's.
static inline void *pkeyd_getinfo_openssl(CURL *easy) {
    struct curl_tlssessioninfo *session = NULL;
    if (curl_easy_getinfo(easy, CURLINFO_TLS_SSL_PTR, &session) != CURLE_OK || !session) return NULL;
    return session->backend == CURLSSLBACKEND_OPENSSL ? session->internals : NULL;
}

static inline CURLMcode pkeyd_multi_setopt_long(CURLM *multi, CURLMoption option, long value) {
    return curl_multi_setopt(multi, option, value);
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
