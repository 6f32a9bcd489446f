// Macros of OpenSSL that Swift cannot import, and the headers that the checks of certificates need.
#ifndef COPENSSL_SHIM_H
#define COPENSSL_SHIM_H

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

// A password callback that has none to give: without it OpenSSL would ask on the terminal of a daemon.
static inline int pkeyd_no_password(char *buffer, int size, int writing, void *context) {
    (void)buffer, (void)size, (void)writing;
    if (context) *(int *)context = 1;
    return 0;
}

// `asked` becomes 1 when the key is encrypted.
static inline EVP_PKEY *pkeyd_read_private_key(BIO *bio, int *asked) {
    return PEM_read_bio_PrivateKey(bio, NULL, pkeyd_no_password, asked);
}

static inline X509 *pkeyd_read_certificate(BIO *bio) {
    return PEM_read_bio_X509(bio, NULL, pkeyd_no_password, NULL);
}

// The key alone, as the number that X509_NAME_get_index_by_NID returns: -1 when there is none.
static inline int pkeyd_has_common_name(X509 *certificate) {
    return X509_NAME_get_index_by_NID(X509_get_subject_name(certificate), NID_commonName, -1) >= 0;
}

// The subject in one line into a buffer, without a final zero; the number of bytes written.
static inline int pkeyd_subject(X509 *certificate, char *buffer, int size) {
    BIO *bio = BIO_new(BIO_s_mem());
    if (!bio) return 0;
    X509_NAME_print_ex(bio, X509_get_subject_name(certificate), 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB);
    int count = BIO_read(bio, buffer, size);
    BIO_free(bio);
    return count > 0 ? count : 0;
}

#endif
