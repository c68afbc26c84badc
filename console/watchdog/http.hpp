#pragma once
#include <atomic>
#include <string>
#include <string_view>

#include "proto/result.hpp"
#include "proto/time.hpp"

namespace wf::watchdog {

/// "http://…" or "https://…" with a host, and nothing that a line of text cannot hold.
[[nodiscard]] bool is_http_url(std::string_view url);
/// "https://host:port": what may be shown of an address whose path is often a secret.
[[nodiscard]] std::string shown(std::string_view url);

/// What was seen of an https:// address's certificate.
struct Certificate {
  UtcNs ends = 0;       ///< 0: none was seen
  std::string problem;  ///< why it is not accepted, in words for people; empty: it is, or none was seen
};
/// A certificate that ends within this time is told of.
inline constexpr std::int64_t kCertificateNear = 14 * kDay;
/// What a person has to know of it: "its certificate ends in 6 days, on 2026-12-02"; empty: nothing.
[[nodiscard]] std::string trouble_with(const Certificate& certificate, UtcNs now);

struct Reply {
  Result<void> done;
  Certificate certificate;
};

/// One request by libcurl, blocking for ten seconds at most; ends early once `stop` is set. GET without a body, else
/// POST of JSON. Any 2xx is success; redirections are not followed, what comes back is thrown away. The certificate of
/// an https:// address must be for its host, in force, and vouched for by the machine's authorities, or by those in the
/// PEM file `authorities` alone if it is not empty. Any thread.
[[nodiscard]] Reply request(const std::string& url, const std::string& json, const std::atomic<bool>& stop,
                            const std::string& authorities = {});
/// The same as far as the connection and its certificate; nothing is asked there.
[[nodiscard]] Reply knock(const std::string& url, const std::atomic<bool>& stop, const std::string& authorities = {});

}  // namespace wf::watchdog
