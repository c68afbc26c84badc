#include "agents/tls/gnutls_library.hpp"

#include <dlfcn.h>

#include <string>
#include <type_traits>

#include "agents/kit/code_pages.hpp"

namespace wf::tls {
namespace {

struct Loaded {
  GnutlsLibrary library{};
  std::string missing;

  Loaded() {
    // What the library needs to begin would come on top of what the start needed.
    kit::release_code_pages();
    void* const handle = ::dlopen("libgnutls.so.30", RTLD_NOW | RTLD_LOCAL);
    if (handle == nullptr) {
      missing = "libgnutls.so.30";
      return;
    }
    const auto take = [&](auto& function, const char* name) {
      void* const symbol = ::dlsym(handle, name);
      if (symbol == nullptr) missing = name;
      function = reinterpret_cast<std::remove_reference_t<decltype(function)>>(symbol);
    };
    take(library.certificate_allocate_credentials, "gnutls_certificate_allocate_credentials");
    take(library.certificate_free_credentials, "gnutls_certificate_free_credentials");
    take(library.certificate_set_x509_key_mem2, "gnutls_certificate_set_x509_key_mem2");
    take(library.certificate_set_x509_trust_mem, "gnutls_certificate_set_x509_trust_mem");
    take(library.session_set_verify_function, "gnutls_session_set_verify_function");
    take(library.certificate_server_set_request, "gnutls_certificate_server_set_request");
    take(library.certificate_get_peers, "gnutls_certificate_get_peers");
    take(library.certificate_verify_peers2, "gnutls_certificate_verify_peers2");
    take(library.certificate_verification_status_print, "gnutls_certificate_verification_status_print");
    take(library.priority_init, "gnutls_priority_init");
    take(library.priority_deinit, "gnutls_priority_deinit");
    take(library.priority_set, "gnutls_priority_set");
    take(library.init, "gnutls_init");
    take(library.deinit, "gnutls_deinit");
    take(library.session_set_ptr, "gnutls_session_set_ptr");
    take(library.session_get_ptr, "gnutls_session_get_ptr");
    take(library.credentials_set, "gnutls_credentials_set");
    take(library.transport_set_int2, "gnutls_transport_set_int2");
    take(library.handshake, "gnutls_handshake");
    take(library.record_recv, "gnutls_record_recv");
    take(library.record_get_direction, "gnutls_record_get_direction");
    take(library.record_check_pending, "gnutls_record_check_pending");
    take(library.alert_send_appropriate, "gnutls_alert_send_appropriate");
    take(library.alert_get, "gnutls_alert_get");
    take(library.alert_get_name, "gnutls_alert_get_name");
    take(library.bye, "gnutls_bye");
    take(library.error_is_fatal, "gnutls_error_is_fatal");
    take(library.strerror, "gnutls_strerror");
    take(library.fingerprint, "gnutls_fingerprint");
    take(library.x509_crt_init, "gnutls_x509_crt_init");
    take(library.x509_crt_deinit, "gnutls_x509_crt_deinit");
    take(library.x509_crt_import, "gnutls_x509_crt_import");
    take(library.x509_crt_get_activation_time, "gnutls_x509_crt_get_activation_time");
    take(library.x509_crt_get_expiration_time, "gnutls_x509_crt_get_expiration_time");
    take(library.x509_crt_get_subject_alt_name, "gnutls_x509_crt_get_subject_alt_name");
    take(library.x509_crt_get_dn_by_oid, "gnutls_x509_crt_get_dn_by_oid");
  }
};

}  // namespace

Result<const GnutlsLibrary*> gnutls_library() {
  static const Loaded loaded;
  if (!loaded.missing.empty())
    return Error{"GnuTLS cannot be loaded (" + loaded.missing + ")", "",
                 "install Debian's libgnutls30 (since Debian 13 libgnutls30t64)"};
  return &loaded.library;
}

}  // namespace wf::tls
