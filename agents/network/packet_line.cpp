#include "agents/network/packet_line.hpp"

#include <algorithm>
#include <string>

namespace wf::network {
namespace {

struct Name {
  std::string_view rule, normal;
};
constexpr std::array kNames{Name{"src_ip", "src.ip"}, Name{"dst_ip", "dst.ip"}, Name{"src_port", "src.port"},
                            Name{"dst_port", "dst.port"}};

bool is_number(std::string_view text) {
  return text.size() <= 18 && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::string_view blocked_of(std::string_view action) {
  if (action == "block" || action == "drop" || action == "reject") return "true";
  return action == "pass" || action == "accept" ? "false" : "";
}

}  // namespace

void PacketLine::add(std::string_view name, std::string_view value) {
  if (!value.empty() && count_ < parts_.size()) parts_[count_++] = {name, value};
}

std::string_view PacketLine::find(std::string_view name) const {
  for (std::size_t i = 0; i < count_; ++i)
    if (parts_[i].name == name) return parts_[i].value;
  return {};
}

void PacketLine::make(Event& event) const {
  event.fields.reserve(event.fields.size() + count_ + 10);
  for (std::size_t i = 0; i < count_; ++i) {
    const auto& [name, value] = parts_[i];
    const ValueType type = is_number(value) ? ValueType::number : ValueType::string;
    event.add(std::string(name), std::string(value), type);
    for (const Name& known : kNames)
      if (known.rule == name) event.add(std::string(known.normal), std::string(value), type);
  }
  if (const std::string_view protocol = find("protocol"); !protocol.empty()) {
    std::string lower(protocol);
    for (char& c : lower)
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
    event.add("net.proto", std::move(lower));
  }
  if (const std::string_view blocked = blocked_of(find("action")); !blocked.empty())
    event.add("blocked", std::string(blocked), ValueType::boolean);
}

kit::RawRecord::Known PacketLine::field(std::string_view name, std::string_view& value) const {
  using Known = kit::RawRecord::Known;
  if (name == "net.proto") return Known::unknown;
  if (name == "blocked") {
    value = blocked_of(find("action"));
  } else {
    for (const Name& known : kNames)
      if (known.normal == name) name = known.rule;
    value = find(name);
  }
  return value.empty() ? Known::absent : Known::value;
}

}  // namespace wf::network
