#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agents/tls/gnutls_library.hpp"
#include "proto/result.hpp"
#include "proto/time.hpp"

namespace wf::tls {

/// What a receiver shows to those who connect, and whom it takes.
struct Files {
  std::string certificate;         ///< PEM, with what leads to its authority behind it
  std::string key;                 ///< PEM, as kit::read_secret() takes it: a file for the agent alone, or a credential
  std::string authorities;         ///< PEM; a peer must show a certificate of theirs. Empty: see `peers`
  std::vector<std::string> peers;  ///< fingerprints or names (RFC 5425, sections 4.2.2 and 5.2), of which one must fit
  /// A peer without a certificate is turned away.
  [[nodiscard]] bool mutual() const { return !authorities.empty() || !peers.empty(); }
};

/// A peer that may connect: "sha-256:AB:…" or "sha-1:AB:…", the fingerprint of its certificate (RFC 5425, section
/// 4.2.2); or a name, which a dNSName, iPAddress or else the common name of a certificate that an authority signed must
/// be. "*." stands for one label, on either side. An error says what is wrong with it.
[[nodiscard]] Result<void> check_peer(std::string_view text, bool have_authorities);
/// Whether two names are the same, without regard to case; "*." at the front of either stands for one label.
[[nodiscard]] bool same_name(std::string_view a, std::string_view b);

/// What one certificate says of itself, of the PEM's first.
struct Term {
  UtcNs from = 0, to = 0;
};
[[nodiscard]] Result<Term> term_of(const std::string& pem);
/// That a certificate is not in force, or will not be in two weeks; empty: it is. `what`: whose it is.
[[nodiscard]] std::string say_term(const Term& term, UtcNs now, const std::string& what);

/// Certificate, key and whom to take, as they were read from their files. Never changes; sessions keep it alive.
class Credentials {
 public:
  /// Errors name the file.
  [[nodiscard]] static Result<std::shared_ptr<const Credentials>> load(const Files& files);
  ~Credentials();
  Credentials(const Credentials&) = delete;
  Credentials& operator=(const Credentials&) = delete;

  [[nodiscard]] const GnutlsLibrary& library() const { return library_; }
  [[nodiscard]] gnutls_certificate_credentials_t get() const { return credentials_; }
  [[nodiscard]] gnutls_priority_t priority() const { return priority_; }
  [[nodiscard]] bool mutual() const { return mutual_; }
  [[nodiscard]] const Term& term() const { return term_; }
  /// Who the peer of a session is, whose certificate has come: the name or fingerprint that let it in. An error: it may
  /// not come in.
  [[nodiscard]] Result<std::string> admit(gnutls_session_t session) const;

 private:
  explicit Credentials(const GnutlsLibrary& library) : library_(library) {}
  const GnutlsLibrary& library_;
  gnutls_certificate_credentials_t credentials_ = nullptr;
  gnutls_priority_t priority_ = nullptr;
  bool mutual_ = false, authorities_ = false;
  std::vector<std::string> peers_;
  Term term_;
};

/// The credentials of files that may be replaced while an agent runs (certificates are renewed). One thread.
class CredentialFiles {
 public:
  explicit CredentialFiles(Files files) : files_(std::move(files)) {}

  /// Reads them if they were not, or changed since. What cannot be used leaves those of before in their place.
  Result<void> look();
  /// Null until look() found some.
  [[nodiscard]] const std::shared_ptr<const Credentials>& current() const { return current_; }
  [[nodiscard]] const Files& files() const { return files_; }
  /// What somebody should look at: a certificate that ends, or a new one that cannot be used. Empty: nothing.
  [[nodiscard]] std::string warning(UtcNs now) const;

 private:
  [[nodiscard]] std::string stamp() const;
  Files files_;
  std::shared_ptr<const Credentials> current_;
  std::string stamp_, problem_;
};

}  // namespace wf::tls
