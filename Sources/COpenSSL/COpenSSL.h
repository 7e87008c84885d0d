// SPDX-License-Identifier: Apache-2.0
#ifndef HEADWATER_COPENSSL_H
#define HEADWATER_COPENSSL_H

// What OpenSSL offers as macros only, which Swift does not see.

#include <arpa/inet.h>
#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <string.h>

// SwiftPM does not build anew what imports a header like this one when the header alone changes. So it names and wraps,
// and decides nothing.

static const uint64_t headwater_tls_no_renegotiation = SSL_OP_NO_RENEGOTIATION;
static const uint64_t headwater_tls_no_compression = SSL_OP_NO_COMPRESSION;
static const uint64_t headwater_tls_no_ticket = SSL_OP_NO_TICKET;

static inline void headwater_tls_set_mode(SSL_CTX *context, long mode) { SSL_CTX_set_mode(context, mode); }

static inline int headwater_tls_oldest_version(SSL_CTX *context) { return (int)SSL_CTX_get_min_proto_version(context); }

/// 0 if OpenSSL has no such version.
static inline int headwater_tls_set_oldest_version(SSL_CTX *context, int version) {
  return (int)SSL_CTX_set_min_proto_version(context, version);
}

static inline void headwater_tls_set_session_cache(SSL_CTX *context, long mode) {
  SSL_CTX_set_session_cache_mode(context, mode);
}

static inline int headwater_tls_set_server_name(SSL *ssl, const char *name) {
  return (int)SSL_set_tlsext_host_name(ssl, name);
}

/// A memory BIO that, when it is empty, says "later" instead of "the end".
static inline BIO *headwater_tls_new_bio(void) {
  BIO *bio = BIO_new(BIO_s_mem());
  if (bio) BIO_set_mem_eof_return(bio, -1);
  return bio;
}

/// The text of an error: OpenSSL's own or the operating system's, never one with data in it. May be NULL.
static inline const char *headwater_tls_reason(unsigned long code) {
  return ERR_SYSTEM_ERROR(code) ? strerror(ERR_GET_REASON(code)) : ERR_reason_error_string(code);
}

/// Gives no passphrase, and sets the `int` behind `wasAsked`: encrypted keys are not supported.
static inline int headwater_tls_no_passphrase(char *buffer, int size, int writing, void *wasAsked) {
  (void)buffer, (void)size, (void)writing;
  if (wasAsked) *(int *)wasAsked = 1;
  return -1;
}

/// The bytes of a certificate's alternative name: its length, or -1 if it is not of the type (`GEN_DNS`, `GEN_IPADD`).
static inline int headwater_tls_alternative_name(const GENERAL_NAMES *names, int index, int type,
                                                 const unsigned char **bytes) {
  const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, index);
  if (!name || name->type != type) return -1;
  const ASN1_STRING *text = type == GEN_IPADD ? name->d.iPAddress : name->d.ia5;
  *bytes = ASN1_STRING_get0_data(text);
  return ASN1_STRING_length(text);
}

static inline int headwater_tls_alternative_name_count(const GENERAL_NAMES *names) {
  return sk_GENERAL_NAME_num(names);
}

/// Whether revocation lists came with the certificates of a trust file.
static inline int headwater_tls_has_revocations(X509_STORE *store) {
  const STACK_OF(X509_OBJECT) *objects = X509_STORE_get0_objects(store);
  for (int i = 0; i < sk_X509_OBJECT_num(objects); i++)
    if (X509_OBJECT_get_type(sk_X509_OBJECT_value(objects, i)) == X509_LU_CRL) return 1;
  return 0;
}

/// Certificates in a trust file, which may hold nothing but revocation lists.
static inline int headwater_tls_has_certificates(X509_STORE *store) {
  const STACK_OF(X509_OBJECT) *objects = X509_STORE_get0_objects(store);
  for (int i = 0; i < sk_X509_OBJECT_num(objects); i++)
    if (X509_OBJECT_get_type(sk_X509_OBJECT_value(objects, i)) == X509_LU_X509) return 1;
  return 0;
}

/// A new key on the curve P-256.
static inline EVP_PKEY *headwater_tls_new_key(void) { return EVP_EC_gen("P-256"); }

/// The bytes of a memory BIO, which keeps them.
static inline long headwater_tls_bio_bytes(BIO *bio, char **bytes) { return BIO_get_mem_data(bio, bytes); }

/// How many certificates a revocation list names; 0 without any.
static inline int headwater_x509_revoked_count(X509_CRL *list) {
  const STACK_OF(X509_REVOKED) *entries = X509_CRL_get_REVOKED(list);
  return entries ? sk_X509_REVOKED_num(entries) : 0;
}

/// An entry of a revocation list; NULL beyond the end.
static inline X509_REVOKED *headwater_x509_revoked(X509_CRL *list, int index) {
  return sk_X509_REVOKED_value(X509_CRL_get_REVOKED(list), index);
}

/// The kind of an alternative name, such as `GEN_URI`; -1 beyond the end.
static inline int headwater_x509_name_kind(const GENERAL_NAMES *names, int index) {
  const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, index);
  return name ? name->type : -1;
}

/// The bytes of an IPv4 or IPv6 address, of which there are 4 or 16: their number, or 0 for what is none.
static inline int headwater_x509_read_address(const char *text, unsigned char bytes[16]) {
  if (inet_pton(AF_INET, text, bytes) == 1) return 4;
  return inet_pton(AF_INET6, text, bytes) == 1 ? 16 : 0;
}

/// An address as text, in at most `INET6_ADDRSTRLEN` bytes; NULL unless there are 4 or 16 bytes.
static inline const char *headwater_x509_address_text(const unsigned char *bytes, int count, char *text) {
  if (count != 4 && count != 16) return NULL;
  return inet_ntop(count == 4 ? AF_INET : AF_INET6, bytes, text, INET6_ADDRSTRLEN);
}

#endif
