// Swift cannot call variadic C functions: one inline wrapper for each kind of argument.
#ifndef CCURL_SHIM_H
#define CCURL_SHIM_H

#include <curl/curl.h>

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
