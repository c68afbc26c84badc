#include "agents/kit/mapped/suggest_sample.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <map>
#include <memory>
#include <set>

#include "agents/kit/descriptor.hpp"
#include "agents/kit/mapped/mapped_csv.hpp"
#include "agents/kit/read/framing.hpp"
#include "agents/kit/spool/disk.hpp"
#include "proto/event_json.hpp"
#include "proto/utf8.hpp"

namespace wf::kit {
namespace {

constexpr std::array<char, 4> kSeparators{';', '\t', ',', '|'};
constexpr std::size_t kMostRecords = 20'000;
// Of all records so many must have the same number of columns, in tenths.
constexpr std::size_t kAlike = 6;

struct Part {
  std::string text;
  bool final = true;  ///< it ends where the file ends
};

Result<std::string> read_at(int fd, const std::string& file, std::uint64_t offset, std::size_t most) {
  std::string out(most, '\0');
  std::size_t got = 0;
  while (got < most) {
    const ssize_t n = ::pread(fd, out.data() + got, most - got, static_cast<off_t>(offset + got));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return file_error(file, "read it", errno);
    if (n == 0) break;
    got += static_cast<std::size_t>(n);
  }
  out.resize(got);
  return out;
}

std::vector<std::string> cut(const Part& part, Framing& framing) {
  std::vector<std::string> out;
  std::string_view rest = part.text;
  for (Frame frame; out.size() < kMostRecords && !rest.empty() && framing.next(rest, part.final, frame);) {
    const std::string_view record = rest.substr(frame.begin, frame.end - frame.begin);
    if (frame.record && record.find_first_not_of(" \t\r\n") != std::string_view::npos) out.emplace_back(record);
    rest.remove_prefix(frame.consumed);
  }
  return out;
}

// The text as the source of the mapping will see it.
void to_utf8(const Sample& sample, std::string& text) {
  if (sample.latin1) text = latin1_to_utf8(text);
}

void find_encoding(Sample& sample, const std::vector<const Part*>& parts) {
  std::uint64_t good = 0, bad = 0;
  for (const Part* part : parts)
    for (std::size_t at = 0; at < part->text.size();) {
      const std::size_t end = std::min(part->text.find('\n', at), part->text.size());
      const std::string_view line = std::string_view(part->text).substr(at, end - at);
      const bool beyond = std::any_of(line.begin(), line.end(), [](char c) { return static_cast<signed char>(c) < 0; });
      // The last line of a part may be cut within a character.
      if (beyond && (end < part->text.size() || part->final)) (is_utf8(line) ? good : bad)++;
      if (beyond && !is_utf8(line))
        sample.windows |= std::any_of(line.begin(), line.end(), [](char c) {
          return static_cast<unsigned char>(c) >= 0x80 && static_cast<unsigned char>(c) < 0xa0;
        });
      at = end + 1;
    }
  sample.latin1 = bad > good && !sample.byte_order_mark;
  sample.not_utf8 = sample.latin1 ? 0 : bad;
}

Result<void> check_text(const std::string& file, std::string_view text) {
  if (text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff"))
    return Error{"it is UTF-16, which no mapped source reads", file,
                 "let the device export UTF-8, or convert it: iconv -f UTF-16 -t UTF-8"};
  const auto odd = std::count_if(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r';
  });
  if (text.find('\0') != std::string_view::npos || static_cast<std::size_t>(odd) * 20 > text.size())
    return Error{"it is no text but binary", file, "name a file of CSV or JSON"};
  return {};
}

class Reader {
 public:
  Reader(Sample& sample, Part head, Part tail) : sample_(sample), head_(std::move(head)), tail_(std::move(tail)) {}

  Result<void> read() {
    const std::size_t first = head_.text.find_first_not_of(" \t\r\n");
    if (first == std::string::npos) return Error{"there is no record in it", sample_.file, "name a file that has some"};
    if (head_.text[first] == '[' || head_.text[first] == '{') {
      if (read_json(head_.text[first])) return {};
      const std::string why = sample_.first_unlike;
      clear();
      // A column may begin with a brace too.
      if (read_csv()) return {};
      return Error{"it begins like JSON, but no object of it can be read", sample_.file,
                   why.empty() ? "is its first object longer than 1 MiB?" : why};
    }
    return read_csv();
  }

 private:
  bool read_json(char first) {
    const auto take = [&](const std::vector<std::string>& texts, bool count) {
      for (std::string text : texts) {
        to_utf8(sample_, text);
        std::vector<Field> record;
        if (const Result<void> flat = flatten_json(text, "", record); flat) {
          add(std::move(record));
        } else if (count) {
          unlike(flat.error().what);
        }
      }
    };
    if (first == '{') {
      take(cut(head_, *line_framing()), true);
      if (!sample_.records.empty() && sample_.unlike <= sample_.records.size()) {
        sample_.format = Mapping::Format::json_lines;
        take(cut(tail_, *line_framing()), true);
        return true;
      }
      clear();
    }
    // Where an element begins cannot be told in the middle of an array: its end is not looked at.
    sample_.format = Mapping::Format::json;
    std::vector<std::string> texts = cut(head_, *json_array_framing());
    take(texts, true);
    return !sample_.records.empty();
  }

  Result<void> read_csv() {
    std::size_t most = 0;
    std::vector<std::string> best;
    std::size_t columns = 0;
    for (const char separator : kSeparators) {
      std::vector<std::string> texts = cut(head_, *csv_framing(separator));
      const auto [count, alike] = usual(texts, separator);
      // More columns win where as many records agree: a decimal comma divides as evenly as a semicolon.
      if (count < 2 || alike * 10 < texts.size() * kAlike) continue;
      const std::size_t score = alike * 1000 / texts.size() * 100 + std::min<std::size_t>(count, 99);
      if (score <= most) continue;
      most = score;
      best = std::move(texts);
      columns = count;
      sample_.separator = separator;
    }
    if (best.empty())
      return Error{
          "no separator of ';', tab, ',' and '|' cuts it into records with the same number of columns, and it is no "
          "JSON",
          sample_.file, "mapped sources read CSV and JSON alone"};
    take_csv(best, columns, true);
    take_csv(cut(tail_, *csv_framing(sample_.separator)), columns, false);
    for (std::size_t i = 0; i < std::min(columns, kSampleColumns); ++i)
      sample_.columns.push_back("#" + std::to_string(i + 1));
    return {};
  }

  static std::pair<std::size_t, std::size_t> usual(const std::vector<std::string>& texts, char separator) {
    std::map<std::size_t, std::size_t> counts;
    std::vector<std::string> columns;
    for (const std::string& text : texts)
      if (split_csv(text, separator, columns)) ++counts[columns.size()];
    std::pair<std::size_t, std::size_t> out{0, 0};
    for (const auto& [count, records] : counts)
      if (records > out.second || (records == out.second && count > out.first)) out = {count, records};
    return out;
  }

  /// A line of a report above its table, which the program filled up with separators.
  static bool is_title(const std::vector<std::string>& columns) {
    const auto empty = std::count(columns.begin(), columns.end(), "");
    return columns.size() >= 3 && 2 * static_cast<std::size_t>(empty) >= columns.size();
  }

  void take_csv(const std::vector<std::string>& texts, std::size_t usual, bool count) {
    std::vector<std::string> columns;
    for (std::string text : texts) {
      to_utf8(sample_, text);
      if (const Result<void> split = split_csv(text, sample_.separator, columns); !split) {
        if (count) unlike(split.error().what);
        continue;
      }
      while (columns.size() > usual && columns.back().empty()) columns.pop_back();
      if (columns.size() != usual) {
        if (count && sample_.first.empty()) sample_.preamble = true;
        if (count) unlike("it has " + std::to_string(columns.size()) + " columns, the others " + std::to_string(usual));
        continue;
      }
      if (count && sample_.first.empty() && is_title(columns)) {
        sample_.preamble = true;
        unlike("most of its columns are empty, so that it is a title");
        continue;
      }
      if (count && sample_.first.empty()) {
        sample_.first = columns;
        continue;
      }
      std::vector<Field> record;
      for (std::size_t i = 0; i < std::min(columns.size(), kSampleColumns); ++i) {
        Field field{"#" + std::to_string(i + 1), {}, ValueType::string};
        append_utf8(columns[i], field.value);
        record.push_back(std::move(field));
      }
      sample_.records.push_back(std::move(record));
    }
  }

  void add(std::vector<Field> record) {
    for (const Field& field : record)
      if (sample_.columns.size() < kSampleColumns && seen_.insert(field.name).second)
        sample_.columns.push_back(field.name);
    sample_.records.push_back(std::move(record));
  }

  void clear() {
    sample_.records.clear();
    sample_.columns.clear();
    seen_.clear();
    sample_.unlike = 0;
    sample_.format = Mapping::Format::csv;
  }

  void unlike(const std::string& why) {
    if (sample_.unlike++ == 0) sample_.first_unlike = why;
  }

  Sample& sample_;
  Part head_, tail_;
  std::set<std::string> seen_;
};

}  // namespace

Result<Sample> read_sample(const std::string& file) {
  const Descriptor fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!fd.open()) return file_error(file, "open it", errno);
  struct stat info = {};
  if (::fstat(fd.get(), &info) != 0) return file_error(file, "look at it", errno);
  if (!S_ISREG(info.st_mode)) return Error{"it is no regular file", file, "name a file that the device has written"};
  Sample sample;
  sample.file = file;
  sample.bytes = static_cast<std::uint64_t>(info.st_size);
  sample.whole = sample.bytes <= kSampleHead;
  Result<std::string> text = read_at(fd.get(), file, 0, kSampleHead);
  if (!text) return text.error();
  if (Result<void> good = check_text(file, *text); !good) return good.error();
  Part head{std::move(*text), sample.whole};
  if (head.text.starts_with("\xef\xbb\xbf")) {
    sample.byte_order_mark = true;
    head.text.erase(0, 3);
  }
  Part tail;
  if (!sample.whole) {
    const std::uint64_t from =
        std::max<std::uint64_t>(sample.bytes - std::min<std::uint64_t>(sample.bytes, kSampleTail), kSampleHead);
    Result<std::string> end = read_at(fd.get(), file, from, kSampleTail);
    if (!end) return end.error();
    // The first line may be the rest of one.
    tail.text = end->substr(std::min(end->find('\n'), end->size() - (end->empty() ? 0 : 1)) + (end->empty() ? 0 : 1));
  }
  find_encoding(sample, {&head, &tail});
  if (Result<void> read = Reader(sample, std::move(head), std::move(tail)).read(); !read) return read.error();
  return sample;
}

}  // namespace wf::kit
