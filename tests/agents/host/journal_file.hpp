#pragma once
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

namespace wf::test {

/// A journal file written by hand (systemd.io/JOURNAL_FILE_FORMAT), as much of it as sd-journal needs to read
/// entries in order, so that tests need no journald.
class JournalFile {
 public:
  /// `microseconds` since 1970; fields as NAME=value.
  void add(std::uint64_t microseconds, const std::vector<std::string>& fields) {
    entries_.emplace_back(microseconds, fields);
  }

  /// Leaves out the first `vacuumed` entries, as if they had been deleted.
  void write(const std::string& file, std::size_t vacuumed = 0) const {
    std::string bytes(kHeaderSize, '\0');
    const std::uint64_t data_table = hash_table(bytes, 4), field_table = hash_table(bytes, 5);
    std::vector<std::uint64_t> offsets;
    std::uint64_t objects = 2, last = 0;
    for (std::size_t i = vacuumed; i < entries_.size(); ++i) {
      const auto& [time, fields] = entries_[i];
      const std::uint64_t entry_size = 64 + 16 * fields.size();
      // The entry stands behind its data, which name it.
      std::uint64_t entry = bytes.size();
      for (const std::string& field : fields) entry += padded(64 + field.size());
      std::vector<std::pair<std::uint64_t, std::uint64_t>> items;
      for (const std::string& field : fields) {
        const std::uint64_t hash = ++hashes_;
        items.emplace_back(bytes.size(), hash);
        object(bytes, 1, 64 + field.size());
        for (const std::uint64_t v :
             {hash, std::uint64_t{0}, std::uint64_t{0}, entry, std::uint64_t{0}, std::uint64_t{1}})
          put(bytes, v);
        bytes += field;
        pad(bytes);
      }
      offsets.push_back(entry);
      last = entry;
      object(bytes, 3, entry_size);
      put(bytes, i + 1);
      put(bytes, time);
      put(bytes, time);  // monotonic
      bytes.append(16, '\x22');
      put(bytes, 0x5eed + i);  // hash of all data
      for (const auto& [offset, hash] : items) {
        put(bytes, offset);
        put(bytes, hash);
      }
      objects += 1 + fields.size();
    }
    const std::uint64_t array = bytes.size();
    object(bytes, 6, 24 + 8 * offsets.size());
    put(bytes, 0);  // no further array
    for (const std::uint64_t offset : offsets) put(bytes, offset);
    ++objects;
    last = array;

    std::string header = "LPKSHHRH";
    header.append(8, '\0');                                                              // flags
    header.append(8, '\0');                                                              // state: offline
    header.append(16, '\x11').append(16, '\x33').append(16, '\x22').append(16, '\x44');  // file, machine, boot, seqnum
    for (const std::uint64_t v :
         {kHeaderSize, bytes.size() - kHeaderSize, data_table + 16, kBuckets * 16, field_table + 16, kBuckets * 16,
          last, objects, static_cast<std::uint64_t>(offsets.size()), static_cast<std::uint64_t>(entries_.size()),
          static_cast<std::uint64_t>(vacuumed + 1), array, entries_[vacuumed].first, entries_.back().first,
          entries_.back().first})
      put(header, v);
    std::copy(header.begin(), header.end(), bytes.begin());
    std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
  }

 private:
  static constexpr std::uint64_t kHeaderSize = 208, kBuckets = 16;

  static std::uint64_t padded(std::uint64_t size) { return (size + 7) / 8 * 8; }
  static void pad(std::string& bytes) { bytes.resize(padded(bytes.size())); }
  static void put(std::string& bytes, std::uint64_t value) {
    for (int i = 0; i < 8; ++i) bytes.push_back(static_cast<char>(value >> (8 * i)));
  }
  static void object(std::string& bytes, char type, std::uint64_t size) {
    bytes.push_back(type);
    bytes.append(7, '\0');
    put(bytes, size);
  }
  static std::uint64_t hash_table(std::string& bytes, char type) {
    const std::uint64_t at = bytes.size();
    object(bytes, type, 16 + kBuckets * 16);
    bytes.append(kBuckets * 16, '\0');
    return at;
  }

  std::vector<std::pair<std::uint64_t, std::vector<std::string>>> entries_;
  mutable std::uint64_t hashes_ = 0;
};

}  // namespace wf::test
