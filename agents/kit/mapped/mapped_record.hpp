#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agents/kit/mapped/mapped_mapping.hpp"
#include "agents/kit/read/framing.hpp"
#include "agents/kit/spool/attachment_folder.hpp"
#include "agents/kit/spool/attachment_sink.hpp"
#include "proto/event.hpp"
#include "proto/result.hpp"

namespace wf::kit {

/// Makes events of records by a mapping, wherever the records come from. One thread.
class RecordMapper {
 public:
  /// Where events go, and what they need.
  struct Out {
    std::function<void(Event&&)> emit;
    AttachmentSink* attachments = nullptr;  ///< null: nothing is attached
    UtcNs now = 0;                          ///< the agent's clock
  };
  /// `holder`: what has the records, for messages.
  RecordMapper(Mapping mapping, std::string holder);

  /// One record; `first`: of its file or document, which may be a header. An error: it could not be used.
  [[nodiscard]] Result<void> take(std::string_view record, bool first, const Out& out);
  /// A CSV file's first line.
  [[nodiscard]] Result<void> take_header(std::string_view line);
  void forget_header() { names_ = mapping_.columns; }
  /// Files that records name are attached from there.
  void attach_from(AttachmentFolder folder) { folder_.emplace(std::move(folder)); }
  [[nodiscard]] std::optional<AttachmentFolder>& folder() { return folder_; }
  /// What cuts bytes into records.
  [[nodiscard]] std::unique_ptr<Framing> framing() const;
  [[nodiscard]] std::size_t record_limit() const;
  [[nodiscard]] bool has_header() const { return mapping_.format == Mapping::Format::csv && mapping_.header; }
  [[nodiscard]] const Mapping& mapping() const { return mapping_; }
  /// What is worth saying although it concerns no record; empty: nothing.
  [[nodiscard]] std::string note() const;

 private:
  Result<void> read_csv(std::string_view text, std::vector<Field>& fields);
  Result<void> take_text(std::string_view text, const Out& out);
  Result<void> take_list(std::string_view text, const Out& out);
  Result<void> make(Event&& event, const Out& out);
  std::vector<std::string> files_to_attach(const std::vector<Field>& fields, const Out& out);
  void attach(const std::vector<std::string>& files, Event& event, const Out& out);
  Result<void> read_time(Event& event, const Out& out);
  const Field* first_value(const ColumnRef& column, const std::vector<Field>& fields);
  void add_fields(const KindRule* rule, Event& event);
  void remember_unknown(const std::vector<Field>& fields);

  Mapping mapping_;
  const std::string holder_;
  std::vector<std::string> names_, values_;
  std::string header_;
  Error header_error_;
  std::vector<const Field*> found_;
  std::optional<UtcNs> before_;
  std::uint64_t unknown_ = 0, unattached_ = 0;
  std::string last_unknown_, last_unattached_;
  std::optional<AttachmentFolder> folder_;
};

}  // namespace wf::kit
