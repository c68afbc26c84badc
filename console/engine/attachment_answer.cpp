#include "console/engine/attachment_answer.hpp"

#include <fmt/format.h>

#include <memory>
#include <string_view>
#include <utility>

#include "console/store/attachment_files.hpp"
#include "console/store/content_hash.hpp"
#include "console/store/data_directory.hpp"

namespace wf::engine {
namespace {

Result<AttachmentContent> content_of(const std::filesystem::path& data, const std::string& hash) {
  const Result<store::StoredAttachment> found = store::find_attachment(data, hash);
  if (!found) return found.error();
  const std::string get = "`watchfloor attachment get` on the engine's machine gives it";
  if (!found->media_type.starts_with("image/"))
    return Error{
        fmt::format("it is {}, and no still", found->media_type.empty() ? "of no known type" : found->media_type),
        found->hash, get};
  if (found->bytes > kMostStill)
    return Error{fmt::format("it has {} bytes, a seat takes {}", found->bytes, kMostStill), found->hash, get};
  AttachmentContent out;
  out.media_type = found->media_type;
  out.bytes.reserve(found->bytes);
  store::ContentHash sum;
  const Result<void> read =
      store::read_through(store::attachment_file(data, found->hash), [&](std::string_view piece) -> Result<void> {
        // The file may have grown since somebody wrote down how large it is.
        if (out.bytes.size() + piece.size() > kMostStill) return Error{"it grew", found->hash, get};
        sum.add(piece);
        out.bytes.append(piece);
        return {};
      });
  if (!read) return read.error();
  if (sum.hex() != found->hash)
    return Error{"its content is not what its name says", found->hash,
                 "take it from a backup; `watchfloor verify` names all such"};
  return out;
}

}  // namespace

QueryPage answer_attachment(const std::filesystem::path& data, const Query& query) {
  QueryPage out;
  Result<AttachmentContent> content = content_of(data, query.where);
  if (content)
    out.attachment = std::make_shared<const AttachmentContent>(std::move(*content));
  else
    out.error = content.error().text();
  return out;
}

}  // namespace wf::engine
