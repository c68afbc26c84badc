#include "agents/access/osdp/line_file.hpp"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <set>
#include <utility>

#include "agents/kit/descriptor.hpp"
#include "agents/kit/spool/disk.hpp"
#include "agents/kit/yaml_reader.hpp"

namespace wf::access::osdp {
namespace {

namespace fs = std::filesystem;

/// Outputs are asked for every second.
constexpr std::int64_t kDecidesByOutputs = 1500 * kMillisecond;
constexpr std::size_t kLargestFile = 1U << 20U;
constexpr std::size_t kLongestWords = 32;  ///< on a reader's display
constexpr std::array<std::pair<std::string_view, Wired>, 4> kWired{
    {{"contact", Wired::contact}, {"rex", Wired::exit}, {"release", Wired::release}, {"tamper", Wired::tamper}}};

std::string beside(const std::string& file, const std::string& other) {
  return fs::path(other).is_absolute() ? other : (fs::path(file).parent_path() / other).string();
}

class LineReader : kit::YamlReader {
 public:
  using YamlReader::YamlReader;

  void document(const YAML::Node& root, LineFile& out, std::string& formats) {
    if (!root.IsMap())
      return problem(root, "this describes no line",
                     "see the example in agents/access/README.md, or read a recording with osdp_capture:FILE");
    // A recording is JSON, which is YAML too.
    for (const char* const key : {"osdpTraceVersion", "hex"})
      if (root[key]) return problem(root, "this is what was recorded on a line", "read it with osdp_capture:FILE");
    only_keys(root, {"v", "device", "baud", "card_formats", "readers", "doors"});
    version(root);
    text(root, "device", out.device);
    if (out.device.empty()) problem(root, "the line has no device", "add 'device: /dev/ttyUSB0'");
    number(root, "baud", 9600, 230'400, out.baud);
    if (std::find(kBauds.begin(), kBauds.end(), out.baud) == kBauds.end())
      problem(root["baud"], std::to_string(out.baud) + " is no speed of OSDP",
              "give 9600, 19200, 38400, 57600, 115200 or 230400");
    text(root, "card_formats", formats);
    doors(root["doors"], out);
    const YAML::Node list = root["readers"];
    if (!list || !list.IsSequence() || list.size() == 0)
      return problem(list ? list : root, "the line has no readers", "add 'readers:', each beginning with '- address:'");
    std::set<std::uint8_t> addresses;
    std::set<std::string> names;
    for (const YAML::Node& one : list) {
      ReaderEntry entry = reader(one, out);
      if (!addresses.insert(entry.options.address).second)
        problem(one, "address " + std::to_string(entry.options.address) + " comes twice", "each reader has its own");
      if (!entry.name.empty() && !names.insert(entry.name).second)
        problem(one, "reader " + entry.name + " comes twice", "each reader has its own name");
      out.readers.push_back(std::move(entry));
    }
    wire(out);
  }

 private:
  void doors(const YAML::Node& node, LineFile& out) {
    if (!node || node.IsNull()) return;
    if (!node.IsSequence()) return problem(node, "'doors' must be a list", "begin each with '- door:'");
    for (const YAML::Node& one : node) {
      if (!one.IsMap()) {
        problem(one, "a door must be a mapping", "write - {door: D-231, held_after: 30s}");
        continue;
      }
      only_keys(one, {"door", "held_after", "grant_lasts", "exit_lasts"});
      Door::Options door;
      text(one, "door", door.id);
      if (door.id.empty()) problem(one, "this door has no name", "add 'door:' as the site calls it");
      duration(one, "held_after", kSecond, 24 * kHour, door.held_after);
      duration(one, "grant_lasts", 0, 10 * kMinute, door.grant_lasts);
      duration(one, "exit_lasts", 0, 10 * kMinute, door.exit_lasts);
      if (find(out, door.id) != nullptr) problem(one, "door " + door.id + " comes twice", "remove one of the two");
      out.doors.push_back(std::move(door));
    }
  }

  static Door::Options* find(LineFile& out, const std::string& id) {
    const auto it =
        std::find_if(out.doors.begin(), out.doors.end(), [&](const Door::Options& d) { return d.id == id; });
    return it == out.doors.end() ? nullptr : &*it;
  }

  ReaderEntry reader(const YAML::Node& node, LineFile& out) {
    ReaderEntry entry;
    entry.where = kit::at_line(file_, node.Mark());
    if (!node.IsMap()) {
      problem(node, "a reader must be a mapping", "give it address, reader and door");
      return entry;
    }
    only_keys(node, {"address", "reader", "door", "key_file", "pair", "plain_text", "inputs", "locks", "display"});
    std::uint32_t address = kBroadcast;
    number(node, "address", 0, 126, address);
    if (address == kBroadcast) problem(node, "this reader has no address", "add 'address:' from 0 to 126");
    entry.options.address = static_cast<std::uint8_t>(address);
    text(node, "reader", entry.name);
    if (entry.name.empty()) problem(node, "this reader has no name", "add 'reader:' as the site calls it");
    text(node, "door", entry.door);
    text(node, "key_file", entry.key_file);
    flag(node, "pair", entry.options.pair);
    flag(node, "plain_text", entry.options.plain_text);
    if (entry.key_file.empty() && !entry.options.plain_text)
      problem(node, "reader " + entry.name + " has no key",
              "add 'key_file:', or say 'plain_text: true' if it cannot do better");
    if (entry.options.pair && entry.key_file.empty())
      problem(node["pair"], "there is no key to pair with", "add 'key_file:', or remove 'pair'");
    inputs(node["inputs"], entry);
    display(node["display"], entry);
    std::vector<std::string> locks;
    texts(node, "locks", locks);
    for (const std::string& lock : locks) {
      std::uint32_t number = 0;
      if (lock.empty() || lock.size() > 3 || lock.find_first_not_of("0123456789") != std::string::npos ||
          (number = static_cast<std::uint32_t>(std::stoul(lock))) > 255) {
        problem(node["locks"], "'" + lock + "' is no output", "give numbers from 0 on: locks: [0]");
        continue;
      }
      entry.locks.push_back(number);
    }
    if (entry.door.empty() && (!entry.locks.empty() || !entry.inputs.empty()))
      problem(node, "inputs and locks need a door", "add 'door:' to reader " + entry.name);
    if (!entry.door.empty() && find(out, entry.door) == nullptr) {
      Door::Options door;
      door.id = entry.door;
      out.doors.push_back(std::move(door));
    }
    return entry;
  }

  void inputs(const YAML::Node& node, ReaderEntry& out) {
    if (!node || node.IsNull()) return;
    if (!node.IsSequence()) return problem(node, "'inputs' must be a list", "write - {input: 0, is: contact}");
    for (const YAML::Node& one : node) {
      if (!one.IsMap()) {
        problem(one, "an input must be a mapping", "write - {input: 0, is: contact}");
        continue;
      }
      only_keys(one, {"input", "is", "when"});
      ReaderEntry::Input input;
      number(one, "input", 0, 255, input.number);
      if (!one["input"]) problem(one, "this input has no number", "add 'input:', from 0 on");
      std::string is, when = "active";
      text(one, "is", is);
      text(one, "when", when);
      const auto found = std::find_if(kWired.begin(), kWired.end(), [&](const auto& w) { return w.first == is; });
      if (found == kWired.end())
        problem(one, "'" + is + "' is nothing that an input can be", "it is contact, rex, release or tamper");
      else
        input.wired = found->second;
      if (when != "active" && when != "inactive")
        problem(one, "'" + when + "' is no state", "write when: active or when: inactive");
      input.active = when == "active";
      const bool twice = std::any_of(out.inputs.begin(), out.inputs.end(),
                                     [&](const ReaderEntry::Input& i) { return i.number == input.number; });
      if (twice) problem(one, "input " + std::to_string(input.number) + " comes twice", "remove one of the two");
      out.inputs.push_back(input);
    }
  }

  void display(const YAML::Node& node, ReaderEntry& out) {
    if (!node || node.IsNull()) return;
    if (!node.IsMap()) return problem(node, "'display' must be a mapping", "write display: {denied: Access denied}");
    only_keys(node, {"idle", "granted", "denied"});
    const std::array<std::pair<const char*, std::string*>, 3> words{
        {{"idle", &out.display.idle}, {"granted", &out.display.granted}, {"denied", &out.display.denied}}};
    for (const auto& [key, words_of_it] : words) {
      text(node, key, *words_of_it);
      const bool shows =
          std::all_of(words_of_it->begin(), words_of_it->end(), [](char c) { return c >= 32 && c < 127; });
      if (words_of_it->size() > kLongestWords || !shows)
        problem(node[key], "a reader does not show this", "write at most 32 characters of ASCII");
    }
    if (!out.display.denied.empty()) denies_.push_back(out.door + '\n' + out.where);
  }

  // What the doors see of their readers.
  void wire(LineFile& out) {
    for (ReaderEntry& entry : out.readers) {
      entry.options.has_inputs = !entry.inputs.empty();
      entry.options.watches_outputs = !entry.locks.empty();
      Door::Options* const door = find(out, entry.door);
      if (door == nullptr) continue;
      door->shows_release |= !entry.locks.empty();
      if (!entry.locks.empty()) door->decides_after = kDecidesByOutputs;
      for (const ReaderEntry::Input& input : entry.inputs) {
        if (input.wired == Wired::contact && std::exchange(door->has_contact, true))
          problems_.push_back({"door " + door->id + " has two contacts", entry.where, "remove one of the two"});
        door->shows_release |= input.wired == Wired::release;
      }
    }
    for (const std::string& one : denies_) {
      const Door::Options* const door = find(out, one.substr(0, one.find('\n')));
      if (door == nullptr || !door->shows_release)
        problems_.push_back({"nothing shows whether this reader's door is released, so nobody can be called denied",
                             one.substr(one.find('\n') + 1),
                             "give its 'locks' or an input that 'is: release', or remove 'denied'"});
    }
  }

  std::vector<std::string> denies_;  ///< door and place of readers that say who is denied
};

}  // namespace

LineFile LineFile::parse(const std::string& text, const std::string& path, std::vector<Error>& problems) {
  LineFile out;
  std::string formats;
  try {
    LineReader(path, problems).document(YAML::Load(text), out, formats);
  } catch (const YAML::Exception& e) {
    problems.push_back({"this is no YAML: " + e.msg, kit::at_line(path, e.mark), "mend the line"});
    return out;
  }
  if (formats.empty()) return out;
  const std::string file = beside(path, formats);
  const Result<std::string> table = kit::read_small_file(file, kLargestFile);
  if (table)
    out.formats = CardFormats::read(*table, file, problems);
  else
    problems.push_back(table.error());
  return out;
}

LineFile LineFile::read(const std::string& path, bool keys, std::vector<Error>& problems) {
  const Result<std::string> text = kit::read_small_file(path, kLargestFile);
  if (!text) {
    problems.push_back(text.error());
    return {};
  }
  LineFile out = parse(*text, path, problems);
  for (ReaderEntry& entry : out.readers) {
    if (!keys || entry.key_file.empty()) continue;
    const Result<Key> key = read_key_file(beside(path, entry.key_file));
    if (key)
      entry.options.key = *key;
    else
      problems.push_back(key.error());
  }
  return out;
}

std::vector<std::string> LineFile::notes() const {
  std::vector<std::string> out;
  for (const ReaderEntry& entry : readers) {
    if (entry.options.pair)
      out.push_back("reader " + entry.name +
                    " may be paired: remove 'pair' once it is, since whoever has the line gets the key");
    if (entry.key_file.empty()) out.push_back("reader " + entry.name + " is spoken to in plain text");
  }
  for (const Door::Options& door : doors)
    if (door.has_contact && !door.shows_release)
      out.push_back("door " + door.id +
                    " has a contact and nothing that shows its lock: forced openings cannot be told");
  if (formats.size() == 0) out.push_back("there are no card_formats: cards are called by their bits");
  return out;
}

Result<Key> read_key_file(const std::string& path) {
  static constexpr const char* kMake = "make it with: (umask 077; openssl rand -hex 16 > FILE)";
  const kit::Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
  if (!file.open()) return Error{std::string("the key cannot be read: ") + std::strerror(errno), path, kMake};
  struct stat status {};
  if (::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode))
    return Error{"this is no file with a key", path, kMake};
  if ((status.st_mode & 077U) != 0)
    return Error{"others may read this key", path, "chmod 600, and make another key if they did"};
  std::array<char, 128> text{};
  const ssize_t size = ::read(file.get(), text.data(), text.size());
  Key out{};
  std::size_t digits = 0;
  bool good = size > 0 && size < static_cast<ssize_t>(text.size());
  for (ssize_t i = 0; good && i < size; ++i) {
    const char c = text[static_cast<std::size_t>(i)];
    const int digit = c >= '0' && c <= '9'   ? c - '0'
                      : c >= 'a' && c <= 'f' ? c - 'a' + 10
                      : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                             : -1;
    if (digit < 0) {
      good = c == ' ' || c == '\n' || c == '\r' || c == '\t';
      continue;
    }
    good = digits < 2 * out.size();
    if (good) out[digits / 2] = static_cast<std::uint8_t>(out[digits / 2] << 4U | digit);
    ++digits;
  }
  ::explicit_bzero(text.data(), text.size());
  if (!good || digits != 2 * out.size()) return Error{"a key has 32 hexadecimal digits", path, kMake};
  if (out == kDefaultKey) return Error{"this is the default key, which everybody knows", path, kMake};
  return out;
}

}  // namespace wf::access::osdp
