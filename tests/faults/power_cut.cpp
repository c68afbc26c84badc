#include "tests/faults/power_cut.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "tests/system/program.hpp"

namespace wf::test {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kSector = 512;

struct Write {
  std::uint64_t number = 0, offset = 0;
  std::string bytes;
  bool size_only = false;  ///< offset is the file's new size
};

void apply(std::string& content, const Write& write) {
  if (write.size_only) {
    content.resize(write.offset, '\0');
    return;
  }
  if (content.size() < write.offset + write.bytes.size()) content.resize(write.offset + write.bytes.size(), '\0');
  content.replace(write.offset, write.bytes.size(), write.bytes);
}

/// Most cuts lose all or nearly nothing of a file; some every other sector. In a hundred.
int chance_of_a_write(std::mt19937_64& random) {
  constexpr int kChances[] = {0, 0, 50, 90, 100};
  return kChances[random() % std::size(kChances)];
}

/// What reached the disk: each sector, or the new size, by `chance` in a hundred.
void apply_some(std::string& content, const Write& write, int chance, std::mt19937_64& random) {
  if (write.size_only && static_cast<int>(random() % 100) < chance) apply(content, write);
  for (std::size_t at = 0; at < write.bytes.size();) {
    const std::size_t in_sector = (write.offset + at) % kSector;
    const std::size_t size = std::min(kSector - in_sector, write.bytes.size() - at);
    if (static_cast<int>(random() % 100) < chance) apply(content, {0, write.offset + at, write.bytes.substr(at, size)});
    at += size;
  }
}

}  // namespace

struct PowerCut::Node {
  bool directory = false;
  mode_t mode = 0600;
  std::string content;        ///< what is durable
  std::vector<Write> writes;  ///< since the last sync, in order
  Names now;                  ///< as the programs saw it
  Names durable;
};

/// A name that appears, or goes (no node). Changes of one number belong together.
struct PowerCut::Change {
  std::uint64_t number = 0;
  std::shared_ptr<Node> parent;
  std::string name;
  std::shared_ptr<Node> node;
  bool synced = false;
};

PowerCut::PowerCut(fs::path directory) : directory_(std::move(directory)) { root_ = remember(directory_); }
PowerCut::~PowerCut() = default;

std::shared_ptr<PowerCut::Node> PowerCut::remember(const fs::path& path) {
  struct stat info {};
  if (::lstat(path.c_str(), &info) != 0) throw std::runtime_error("cannot read " + path.string());
  auto node = std::make_shared<Node>();
  node->mode = info.st_mode & 0777U;
  node->directory = S_ISDIR(info.st_mode);
  inodes_[info.st_ino] = node;
  if (node->directory) {
    for (const fs::directory_entry& entry : fs::directory_iterator(path)) {
      if (!entry.is_directory() && !entry.is_regular_file()) continue;
      node->now[entry.path().filename().string()] = remember(entry.path());
    }
    node->durable = node->now;
  } else {
    node->content = read_text(path);
  }
  return node;
}

std::shared_ptr<PowerCut::Node> PowerCut::find(const fs::path& path) const {
  std::shared_ptr<Node> node = root_;
  for (const fs::path& part : path.lexically_relative(directory_)) {
    if (part == ".") continue;
    const auto found = node->now.find(part.string());
    if (found == node->now.end()) return nullptr;
    node = found->second;
  }
  return node;
}

std::shared_ptr<PowerCut::Node> PowerCut::by_inode(std::uint64_t inode) const {
  const auto found = inodes_.find(inode);
  return found == inodes_.end() ? nullptr : found->second;
}

void PowerCut::change(std::uint64_t number, const fs::path& path, std::shared_ptr<Node> node) {
  const std::shared_ptr<Node> parent = find(path.parent_path());
  if (!parent) return;
  const std::string name = path.filename().string();
  if (node)
    parent->now[name] = node;
  else
    parent->now.erase(name);
  changes_.push_back({number, parent, name, std::move(node), false});
}

void PowerCut::replay(std::uint64_t number, char act, std::uint64_t inode, std::uint64_t offset, const std::string& a,
                      const std::string& b, std::mt19937_64& random) {
  switch (act) {
    case 'c':
    case 'm': {
      auto node = std::make_shared<Node>();
      node->directory = act == 'm';
      node->mode = node->directory ? 0700 : 0600;
      inodes_[inode] = node;
      return change(number, a, node);
    }
    case 'o': {
      // Made by a program that no shim watches: a reader of SQLite's makes an empty write-ahead log if there is none.
      const std::shared_ptr<Node> known = find(a);
      if (!known) return replay(number, 'c', inode, 0, a, b, random);
      inodes_[inode] = known;
      return;
    }
    case 'u':
    case 'd':
      return change(number, a, nullptr);
    case 'l':
      return change(number, b, find(a));
    case 'r': {
      const std::shared_ptr<Node> node = find(a);
      if (!node) return;
      change(number, a, nullptr);
      return change(number, b, node);
    }
    case 'w':
      if (const auto node = by_inode(inode)) node->writes.push_back({number, offset, a});
      return;
    case 't':
      if (const auto node = by_inode(inode)) node->writes.push_back({number, offset, "", true});
      return;
    case 'f': {
      // Some of it reached the disk; of the rest the kernel says from now on that it had.
      const auto node = by_inode(inode);
      if (!node) return;
      const int chance = chance_of_a_write(random);
      for (const Write& write : node->writes)
        if (write.number < offset) apply_some(node->content, write, chance, random);
      std::erase_if(node->writes, [&](const Write& write) { return write.number < offset; });
      return;
    }
    case 's': {
      const auto node = by_inode(inode);
      if (!node) return;
      // What came while it was synced may or may not be covered.
      const auto covered = [&](std::uint64_t n) { return n < offset; };
      for (const Write& write : node->writes)
        if (covered(write.number)) apply(node->content, write);
      std::erase_if(node->writes, [&](const Write& write) { return covered(write.number); });
      if (node->directory)
        for (Change& change : changes_)
          if (change.parent == node && covered(change.number)) change.synced = true;
      return;
    }
    default:
      throw std::runtime_error("the journal of the shim has an act that is none");
  }
}

std::string PowerCut::strike(const fs::path& journal, std::mt19937_64& random) {
  const std::string all = fs::exists(journal) ? read_text(journal) : std::string();
  std::size_t at = 0;
  std::uint64_t number = 0;
  constexpr std::size_t kHead = 1 + 8 + 8 + 4 + 4;
  while (at + 4 + kHead <= all.size()) {
    std::uint32_t size = 0, a = 0, b = 0;
    std::uint64_t inode = 0, offset = 0;
    std::memcpy(&size, all.data() + at, 4);
    if (at + 4 + size > all.size()) break;  // torn by the kill
    const char* const body = all.data() + at + 4;
    std::memcpy(&inode, body + 1, 8);
    std::memcpy(&offset, body + 9, 8);
    std::memcpy(&a, body + 17, 4);
    std::memcpy(&b, body + 21, 4);
    replay(number++, body[0], inode, offset, std::string(body + kHead, a), std::string(body + kHead + a, b), random);
    at += 4 + size;
  }
  std::size_t lost_names = 0, lost_writes = 0;
  // One number is kept or lost as a whole (a rename is two changes), by the directory where its node arrives.
  std::map<const Node*, std::vector<std::uint64_t>> open;
  std::map<std::uint64_t, bool> kept;
  std::map<std::uint64_t, const Node*> place;
  for (const Change& change : changes_) {
    if (change.synced) kept[change.number] = true;
    place[change.number] = change.parent.get();
  }
  for (const auto& [n, parent] : place)
    if (!kept[n]) open[parent].push_back(n);
  for (const auto& [parent, numbers] : open) {
    const std::size_t there = random() % (numbers.size() + 1);
    for (std::size_t i = 0; i < there; ++i) kept[numbers[i]] = true;
    lost_names += numbers.size() - there;
  }
  for (const Change& change : changes_) {
    if (!kept[change.number]) continue;
    if (change.node)
      change.parent->durable[change.name] = change.node;
    else
      change.parent->durable.erase(change.name);
  }
  for (const auto& [inode, node] : inodes_) {
    const int chance = chance_of_a_write(random);
    for (const Write& write : node->writes) {
      if (chance < 100) ++lost_writes;
      apply_some(node->content, write, chance, random);
    }
  }
  clear(*root_, directory_);
  write_out(*root_, directory_);
  fs::remove(journal);
  return std::to_string(number) + " acts; up to " + std::to_string(lost_writes) + " writes and " +
         std::to_string(lost_names) + " names lost";
}

// Directories that stay are the same ones: an agent's spool knows the one that it was made in.
void PowerCut::clear(const Node& node, const fs::path& path) const {
  for (const fs::directory_entry& entry : fs::directory_iterator(path)) {
    const auto child = node.durable.find(entry.path().filename().string());
    if (entry.is_directory() && child != node.durable.end() && child->second->directory)
      clear(*child->second, entry.path());
    else
      fs::remove_all(entry.path());
  }
}

void PowerCut::write_out(const Node& node, const fs::path& path) const {
  if (!node.directory) {
    write_text(path, node.content);
    ::chmod(path.c_str(), node.mode);
    return;
  }
  fs::create_directory(path);
  ::chmod(path.c_str(), node.mode);
  for (const auto& [name, child] : node.durable) write_out(*child, path / name);
}

}  // namespace wf::test
