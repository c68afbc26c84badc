#include "agents/tls/gnutls_library.hpp"

#include <string>

#include "agents/kit/code_pages.hpp"
#include "agents/kit/loaded_library.hpp"

namespace wf::tls {
namespace {

struct Loaded {
  GnutlsLibrary functions{};
  std::string missing;

  Loaded() {
    // What the library needs to begin would come on top of what the start needed.
    kit::release_code_pages();
    kit::LoadedLibrary from("libgnutls.so.30");
    from.take(functions.certificate_allocate_credentials, "gnutls_certificate_allocate_credentials");
    from.take(functions.certificate_free_credentials, "gnutls_certificate_free_credentials");
    from.take(functions.certificate_set_x509_key_mem2, "gnutls_certificate_set_x509_key_mem2");
    from.take(functions.certificate_set_x509_trust_mem, "gnutls_certificate_set_x509_trust_mem");
    from.take(functions.session_set_verify_function, "gnutls_session_set_verify_function");
    from.take(functions.certificate_server_set_request, "gnutls_certificate_server_set_request");
    from.take(functions.certificate_get_peers, "gnutls_certificate_get_peers");
    from.take(functions.certificate_verify_peers2, "gnutls_certificate_verify_peers2");
    from.take(functions.certificate_verification_status_print, "gnutls_certificate_verification_status_print");
    from.take(functions.priority_init, "gnutls_priority_init");
    from.take(functions.priority_deinit, "gnutls_priority_deinit");
    from.take(functions.priority_set, "gnutls_priority_set");
    from.take(functions.init, "gnutls_init");
    from.take(functions.deinit, "gnutls_deinit");
    from.take(functions.session_set_ptr, "gnutls_session_set_ptr");
    from.take(functions.session_get_ptr, "gnutls_session_get_ptr");
    from.take(functions.credentials_set, "gnutls_credentials_set");
    from.take(functions.transport_set_int2, "gnutls_transport_set_int2");
    from.take(functions.handshake, "gnutls_handshake");
    from.take(functions.record_recv, "gnutls_record_recv");
    from.take(functions.record_get_direction, "gnutls_record_get_direction");
    from.take(functions.record_check_pending, "gnutls_record_check_pending");
    from.take(functions.alert_send_appropriate, "gnutls_alert_send_appropriate");
    from.take(functions.alert_get, "gnutls_alert_get");
    from.take(functions.alert_get_name, "gnutls_alert_get_name");
    from.take(functions.bye, "gnutls_bye");
    from.take(functions.error_is_fatal, "gnutls_error_is_fatal");
    from.take(functions.strerror, "gnutls_strerror");
    from.take(functions.fingerprint, "gnutls_fingerprint");
    from.take(functions.x509_crt_init, "gnutls_x509_crt_init");
    from.take(functions.x509_crt_deinit, "gnutls_x509_crt_deinit");
    from.take(functions.x509_crt_import, "gnutls_x509_crt_import");
    from.take(functions.x509_crt_get_activation_time, "gnutls_x509_crt_get_activation_time");
    from.take(functions.x509_crt_get_expiration_time, "gnutls_x509_crt_get_expiration_time");
    from.take(functions.x509_crt_get_subject_alt_name, "gnutls_x509_crt_get_subject_alt_name");
    from.take(functions.x509_crt_get_dn_by_oid, "gnutls_x509_crt_get_dn_by_oid");
    missing = from.missing();
  }
};

}  // namespace

Result<const GnutlsLibrary*> gnutls_library() {
  static const Loaded loaded;
  if (!loaded.missing.empty())
    return Error{"GnuTLS cannot be loaded (" + loaded.missing + ")", "",
                 "install Debian's libgnutls30 (since Debian 13 libgnutls30t64)"};
  return &loaded.functions;
}

}  // namespace wf::tls
