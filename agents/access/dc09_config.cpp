#include "agents/access/dc09_config.hpp"

#include <sodium.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <charconv>

#include "agents/kit/secret_file.hpp"
#include "agents/kit/yaml_reader.hpp"

namespace wf::access {
namespace {

constexpr std::size_t kMostAccounts = 1000;
constexpr std::size_t kMostKeyFile = 256U << 10U;

bool good_account(std::string_view account) {
  return account.size() >= 3 && account.size() <= 16 && std::all_of(account.begin(), account.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
         });
}

/// Numbers are written as people like; a panel's "007" is 7.
std::string plain_key(const std::string& key) {
  const bool digits = !key.empty() && std::all_of(key.begin(), key.end(), [](char c) { return c >= '0' && c <= '9'; });
  const std::size_t first = digits ? std::min(key.find_first_not_of('0'), key.size() - 1) : 0;
  return key.substr(first);
}

class ConfigReader : kit::YamlReader {
 public:
  using YamlReader::YamlReader;

  void read(const YAML::Node& root, Dc09Config& out) {
    if (!root.IsMap()) return problem(root, "this is no configuration of a receiver", "begin it with 'v: 1'");
    only_keys(root, {"v", "listen", "keys", "connections", "clock", "repeats", "accounts", "codes"});
    version(root);
    listen(root["listen"], root, out);
    text(root, "keys", out.keys_file);
    number(root, "connections", 1, 1000, out.connections);
    if (const YAML::Node clock = root["clock"]; clock && clock.IsMap()) {
      only_keys(clock, {"behind", "ahead"});
      duration(clock, "behind", kSecond, 10 * kMinute, out.behind);
      duration(clock, "ahead", kSecond, 10 * kMinute, out.ahead);
    } else if (clock && !clock.IsNull()) {
      problem(clock, "'clock' must be a mapping", "write clock: {behind: 40s, ahead: 20s}");
    }
    duration(root, "repeats", kSecond, 60 * kMinute, out.repeats);
    accounts(root["accounts"], root, out);
    if (const YAML::Node codes = root["codes"]; codes && codes.IsMap()) {
      only_keys(codes, {"contact_id", "sia"});
      out.codes.add(PanelReport::Format::contact_id, codes["contact_id"], file_, problems_);
      out.codes.add(PanelReport::Format::sia, codes["sia"], file_, problems_);
    } else if (codes && !codes.IsNull()) {
      problem(codes, "'codes' must be a mapping", "write codes: {sia: {…}, contact_id: {…}}");
    }
  }

 private:
  void listen(const YAML::Node& node, const YAML::Node& root, Dc09Config& out) {
    if (!node || !node.IsMap())
      return problem(node ? node : root, "it says nowhere where to listen", "add listen: {tcp: 0.0.0.0:12128}");
    only_keys(node, {"tcp", "udp"});
    address(node, "tcp", out.tcp);
    address(node, "udp", out.udp);
    if (out.tcp.text.empty() && out.udp.text.empty())
      problem(node, "it listens on nothing", "add tcp: or udp: with an address and port");
  }

  void address(const YAML::Node& node, const char* key, ListenAddress& out) {
    text(node, key, out.text);
    if (out.text.empty()) return;
    const std::size_t colon = out.text.rfind(':');
    const char* const end = out.text.data() + out.text.size();
    unsigned port = 0;
    if (colon != std::string::npos) {
      const auto [stop, failed] = std::from_chars(out.text.data() + colon + 1, end, port);
      if (failed != std::errc{} || stop != end) port = 0;
    }
    if (port == 0 || port > 0xFFFF)
      return problem(node[key], "'" + out.text + "' is no address to listen on",
                     "write ADDRESS:PORT, like 0.0.0.0:12128");
    out.port = static_cast<std::uint16_t>(port);
    out.host = out.text.substr(0, colon);
    if (out.host.size() > 1 && out.host.front() == '[' && out.host.back() == ']')
      out.host = out.host.substr(1, out.host.size() - 2);
  }

  void accounts(const YAML::Node& node, const YAML::Node& root, Dc09Config& out) {
    if (!node || !node.IsSequence() || node.size() == 0)
      return problem(node ? node : root, "it knows no account",
                     "add accounts: with '- {account: \"1234\", …}' for each panel");
    if (node.size() > kMostAccounts)
      return problem(node, "more than " + std::to_string(kMostAccounts) + " accounts", "give some to another agent");
    for (const YAML::Node& one : node) {
      PanelAccount account = read_account(one);
      const auto same = [&](const PanelAccount& before) { return same_account(before.account, account.account); };
      if (!account.account.empty() && std::any_of(out.accounts.begin(), out.accounts.end(), same))
        problem(one, "account " + account.account + " comes twice", "remove one of the two");
      out.accounts.push_back(std::move(account));
    }
  }

  PanelAccount read_account(const YAML::Node& node) {
    PanelAccount out;
    if (!node.IsMap()) {
      problem(node, "an account must be a mapping", "write {account: \"1234\", device: …}");
      return out;
    }
    only_keys(node, {"account", "name", "device", "encrypted", "check_time", "supervise", "partitions", "zones",
                     "doors", "users"});
    text(node, "account", out.account);
    if (!good_account(out.account))
      problem(node, "'" + out.account + "' is no account", "write its 3 to 16 digits or letters, quoted");
    text(node, "name", out.name);
    text(node, "device", out.device);
    flag(node, "encrypted", out.encrypted);
    flag(node, "check_time", out.check_time);
    duration(node, "supervise", 5 * kSecond, 48 * 60 * kMinute, out.supervise);
    points(node, "partitions", out.partitions);
    points(node, "zones", out.zones);
    points(node, "doors", out.doors);
    if (const YAML::Node users = node["users"]; users && users.IsMap()) {
      for (const auto& user : users) {
        if (user.first.IsScalar() && user.second.IsScalar())
          out.users.insert_or_assign(plain_key(user.first.Scalar()), user.second.Scalar());
        else
          problem(user.first, "a user must be a number and a credential", "write users: {5: 88-2140}");
      }
    } else if (users && !users.IsNull()) {
      problem(users, "'users' must be a mapping", "write users: {5: 88-2140}");
    }
    if (out.name.empty()) out.name = "panel " + out.account;
    return out;
  }

  void points(const YAML::Node& node, const char* key, std::map<std::string, PanelPoint, std::less<>>& out) {
    const YAML::Node map = node[key];
    if (!map || map.IsNull()) return;
    if (!map.IsMap())
      return problem(map, "'" + std::string(key) + "' must be a mapping", "write NUMBER: {name: …, zone: …}");
    for (const auto& entry : map) {
      if (!entry.first.IsScalar() || !entry.second.IsMap()) {
        problem(entry.first, "this is no row of " + std::string(key), "write NUMBER: {name: …, zone: …}");
        continue;
      }
      PanelPoint point;
      only_keys(entry.second, {"name", "device", "zone", "door"});
      text(entry.second, "name", point.name);
      text(entry.second, "device", point.device);
      text(entry.second, "zone", point.zone);
      text(entry.second, "door", point.door);
      if (!out.emplace(plain_key(entry.first.Scalar()), std::move(point)).second)
        problem(entry.first, "number " + entry.first.Scalar() + " comes twice", "remove one of the two");
    }
  }
};

class KeysReader : kit::YamlReader {
 public:
  using YamlReader::YamlReader;

  void read(const YAML::Node& root, Dc09Keys& out) {
    if (!root.IsMap()) return problem(root, "this is no file of keys", "write 'v: 1' and 'keys: {\"1234\": KEY}'");
    only_keys(root, {"v", "keys"});
    version(root);
    const YAML::Node keys = root["keys"];
    if (!keys || !keys.IsMap()) return problem(root, "it holds no keys", "add keys: {\"1234\": KEY}");
    for (const auto& entry : keys) {
      const bool characters = entry.second.IsMap() && entry.second["text"] && entry.second["text"].IsScalar();
      if (!entry.first.IsScalar() || (!entry.second.IsScalar() && !characters)) {
        problem(entry.first, "this is no key", "write \"1234\": KEY, both quoted");
        continue;
      }
      if (characters) only_keys(entry.second, {"text"});
      // The key itself is never part of a message.
      Result<Dc09Key> key =
          characters ? Dc09Key::from_text(entry.second["text"].Scalar()) : Dc09Key::from_hex(entry.second.Scalar());
      if (!key)
        problem(entry.second, "the key of account " + entry.first.Scalar() + " cannot be used: " + key.error().what,
                "write the panel's own, quoted");
      else if (!out.emplace(entry.first.Scalar(), std::move(*key)).second)
        problem(entry.first, "account " + entry.first.Scalar() + " comes twice", "remove one of the two");
    }
  }
};

template <class Read>
void with_yaml(const std::string& text, const std::string& file, std::vector<Error>& problems, Read read) {
  try {
    read(YAML::Load(text));
  } catch (const YAML::Exception& e) {
    problems.push_back({"this is no YAML: " + e.msg, kit::at_line(file, e.mark), "mend the line"});
  }
}

}  // namespace

bool same_account(std::string_view a, std::string_view b) {
  const auto small = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](char x, char y) { return small(x) == small(y); });
}

Dc09Config read_dc09_config(const std::string& text, const std::string& file, std::vector<Error>& problems) {
  Dc09Config out;
  out.file = file;
  (void)PanelCodes::built_in(PanelReport::Format::sia);  // they are read now, and not with the first alarm
  with_yaml(text, file, problems, [&](const YAML::Node& root) { ConfigReader(file, problems).read(root, out); });
  return out;
}

Dc09Keys read_dc09_keys(const std::string& file, std::vector<Error>& problems) {
  Dc09Keys out;
  Result<std::string> text = kit::read_secret(file, kMostKeyFile);
  if (!text) {
    problems.push_back({"the keys: " + text.error().what, text.error().where, text.error().to_do});
    return out;
  }
  with_yaml(*text, file, problems, [&](const YAML::Node& root) { KeysReader(file, problems).read(root, out); });
  sodium_memzero(text->data(), text->size());
  return out;
}

}  // namespace wf::access
