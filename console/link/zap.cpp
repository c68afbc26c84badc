#include "console/link/zap.hpp"

#include <string_view>

namespace wf::link {
namespace {

/// A metadata property as ZMTP encodes it (ZeroMQ RFC 23): name and value, each with its length.
std::string property(std::string_view name, std::string_view value) {
  std::string out;
  out += static_cast<char>(name.size());
  out += name;
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>((value.size() >> shift) & 0xffU);
  out += value;
  return out;
}

}  // namespace

std::string number_property(std::uint64_t number) { return property(kNumberProperty, std::to_string(number)); }

ZapAnswer answer_zap(const std::vector<std::string>& request, Admission& admission, bool plain, std::uint64_t number,
                     const std::function<bool(const std::string& who)>& kept_out) {
  // version, request id, domain, address, routing id, mechanism, credentials…
  ZapAnswer out;
  if (request.size() < 6 || request[0] != "1.0") {
    out.why = "a broken authentication request";
    return out;
  }
  out.address = request[3];
  std::string user, metadata;
  if (request[2] != kZapDomain) {
    out.why = "another authentication domain";
  } else if (request[5] == "CURVE" && !plain && request.size() == 7 && request[6].size() == 32) {
    const std::string key = z85(request[6]);
    Admission::Verdict verdict = admission.admit(key);
    out.admitted = verdict.admitted;
    out.later = verdict.later;
    out.why = std::move(verdict.why);
    user = std::move(verdict.user_id);
    const bool named = !user.starts_with(kInvitedPrefix) && !user.starts_with(kWatcherPrefix);
    if (const std::string& who = named ? user : key; out.admitted && kept_out && kept_out(who)) {
      out.admitted = false;
      out.kept_out = who;
      out.why = "it flooded the link";
    }
    if (out.admitted) metadata = property(kKeyProperty, key);
  } else if (request[5] == "NULL" && plain) {
    out.admitted = true;
  } else {
    out.why = "a connection without the link's encryption";
  }
  if (out.admitted) metadata += number_property(number);
  const bool later = out.later || !out.kept_out.empty();
  out.frames = {"1.0",
                request[1],
                out.admitted ? "200"
                : later      ? "300"
                             : "400",
                out.admitted ? "OK"
                : later      ? "later"
                             : "not admitted",
                out.admitted ? std::move(user) : std::string(),
                metadata};
  return out;
}

}  // namespace wf::link
