#pragma once
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#include "proto/result.hpp"

namespace wf::tls {

/// GnuTLS's functions that are used here. The library is loaded when the first source speaks TLS: it and what it brings
/// along take memory that most agents need not spend.
struct GnutlsLibrary {
  decltype(&::gnutls_certificate_allocate_credentials) certificate_allocate_credentials;
  decltype(&::gnutls_certificate_free_credentials) certificate_free_credentials;
  decltype(&::gnutls_certificate_set_x509_key_mem2) certificate_set_x509_key_mem2;
  decltype(&::gnutls_certificate_set_x509_trust_mem) certificate_set_x509_trust_mem;
  decltype(&::gnutls_session_set_verify_function) session_set_verify_function;
  decltype(&::gnutls_certificate_server_set_request) certificate_server_set_request;
  decltype(&::gnutls_certificate_get_peers) certificate_get_peers;
  decltype(&::gnutls_certificate_verify_peers2) certificate_verify_peers2;
  decltype(&::gnutls_certificate_verification_status_print) certificate_verification_status_print;
  decltype(&::gnutls_priority_init) priority_init;
  decltype(&::gnutls_priority_deinit) priority_deinit;
  decltype(&::gnutls_priority_set) priority_set;
  decltype(&::gnutls_init) init;
  decltype(&::gnutls_deinit) deinit;
  decltype(&::gnutls_session_set_ptr) session_set_ptr;
  decltype(&::gnutls_session_get_ptr) session_get_ptr;
  decltype(&::gnutls_credentials_set) credentials_set;
  decltype(&::gnutls_transport_set_int2) transport_set_int2;
  decltype(&::gnutls_handshake) handshake;
  decltype(&::gnutls_record_recv) record_recv;
  decltype(&::gnutls_record_get_direction) record_get_direction;
  decltype(&::gnutls_record_check_pending) record_check_pending;
  decltype(&::gnutls_alert_send_appropriate) alert_send_appropriate;
  decltype(&::gnutls_alert_get) alert_get;
  decltype(&::gnutls_alert_get_name) alert_get_name;
  decltype(&::gnutls_bye) bye;
  decltype(&::gnutls_error_is_fatal) error_is_fatal;
  decltype(&::gnutls_strerror) strerror;
  decltype(&::gnutls_fingerprint) fingerprint;
  decltype(&::gnutls_x509_crt_init) x509_crt_init;
  decltype(&::gnutls_x509_crt_deinit) x509_crt_deinit;
  decltype(&::gnutls_x509_crt_import) x509_crt_import;
  decltype(&::gnutls_x509_crt_get_activation_time) x509_crt_get_activation_time;
  decltype(&::gnutls_x509_crt_get_expiration_time) x509_crt_get_expiration_time;
  decltype(&::gnutls_x509_crt_get_subject_alt_name) x509_crt_get_subject_alt_name;
  decltype(&::gnutls_x509_crt_get_dn_by_oid) x509_crt_get_dn_by_oid;
};

/// The loaded library, which stays loaded. An error: it is not installed.
[[nodiscard]] Result<const GnutlsLibrary*> gnutls_library();

}  // namespace wf::tls
