#include "agents/http/bulk.hpp"

#include <algorithm>

namespace wf::http {
namespace {

std::string_view path_of(std::string_view target) { return target.substr(0, target.find('?')); }

void append_text(std::string_view text, std::string& out) {
  static constexpr std::string_view kHex = "0123456789abcdef";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\')
      out.append(1, '\\').append(1, c);
    else if (byte < 0x20)
      out.append("\\u00").append(1, kHex[byte >> 4U]).append(1, kHex[byte & 15U]);
    else
      out.push_back(c);
  }
}

}  // namespace

bool is_bulk(std::string_view target) {
  const std::string_view path = path_of(target);
  return path == "/_bulk" || path.ends_with("/_bulk");
}

std::optional<std::string> bulk_question(std::string_view method, std::string_view target) {
  const std::string_view path = path_of(target);
  const bool asks = method == "GET" || method == "HEAD";
  if (path == "/" && asks)
    return R"({"name":"watchfloor","cluster_name":"watchfloor","version":{"number":"8.17.0","build_flavor":"default"},)"
           R"("tagline":"You Know, for Search"})";
  if ((path == "/_license" || path == "/_xpack") && asks)
    return R"({"license":{"uid":"watchfloor","type":"basic","mode":"basic","status":"active"},"features":{}})";
  // Templates, policies and pipelines: there are none, and whoever sets them need not go on trying.
  if (path.starts_with("/_") && !is_bulk(target) && (asks || method == "PUT" || method == "POST"))
    return R"({"acknowledged":true})";
  return {};
}

Result<void> bulk_action(std::string_view line) {
  const auto skip = [&](std::string_view what) {
    line.remove_prefix(std::min(line.find_first_not_of(" \t\r"), line.size()));
    if (!line.starts_with(what)) return false;
    line.remove_prefix(what.size());
    return true;
  };
  if (skip("{") && (skip("\"create\"") || skip("\"index\"")) && skip(":") && skip("{")) return {};
  return Error{"a bulk request whose line is no action", "", "a line {\"create\":{}} stands before each record"};
}

std::string bulk_answer(const std::vector<std::string>& outcomes) {
  const bool errors = std::any_of(outcomes.begin(), outcomes.end(), [](const std::string& o) { return !o.empty(); });
  std::string out = std::string(R"({"took":0,"errors":)") + (errors ? "true" : "false") + R"(,"items":[)";
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    if (i > 0) out.push_back(',');
    if (outcomes[i].empty()) {
      out += R"({"create":{"status":201}})";
      continue;
    }
    out += R"({"create":{"status":400,"error":{"type":"mapper_parsing_exception","reason":")";
    append_text(outcomes[i], out);
    out += "\"}}}";
  }
  return out + "]}";
}

}  // namespace wf::http
