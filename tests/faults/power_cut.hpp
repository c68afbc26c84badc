#pragma once
#include <cstdint>
#include <deque>
#include <filesystem>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace wf::test {

/// What a power cut could leave of a directory whose programs ran under libwf-shim-disk.so with a journal.
///
/// The model: what was synced is there. Of what a file got since its last sync each write may be there, in part
/// (sectors of 512 bytes) or not at all, in any order, and so may be its size. Of what happened to a directory's names
/// since its own last sync the first so many are there, in order, as in a journaling file system; a file's sync does
/// not make its name durable. What a sync that failed should have covered is lost although a later sync succeeds, as
/// Linux does it. Fifos, sockets and maps are not kept.
class PowerCut {
 public:
  /// Remembers the directory as it is, before the programs start.
  explicit PowerCut(std::filesystem::path directory);
  ~PowerCut();
  PowerCut(const PowerCut&) = delete;
  PowerCut& operator=(const PowerCut&) = delete;

  /// After the programs were killed: reads their journal and puts the directory into one of the states that it could
  /// have. Says in one line how much was lost.
  std::string strike(const std::filesystem::path& journal, std::mt19937_64& random);

 private:
  struct Node;
  struct Change;
  using Names = std::map<std::string, std::shared_ptr<Node>>;

  std::shared_ptr<Node> remember(const std::filesystem::path& path);
  std::shared_ptr<Node> find(const std::filesystem::path& path) const;
  std::shared_ptr<Node> by_inode(std::uint64_t inode) const;
  void change(std::uint64_t number, const std::filesystem::path& path, std::shared_ptr<Node> node);
  void replay(std::uint64_t number, char act, std::uint64_t inode, std::uint64_t offset, const std::string& a,
              const std::string& b, std::mt19937_64& random);
  void clear(const Node& node, const std::filesystem::path& path) const;
  void write_out(const Node& node, const std::filesystem::path& path) const;

  std::filesystem::path directory_;
  std::shared_ptr<Node> root_;
  std::map<std::uint64_t, std::shared_ptr<Node>> inodes_;
  std::deque<Change> changes_;
};

}  // namespace wf::test
