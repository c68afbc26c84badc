// attachment list|get: stills and clips that agents sent. Only reads files, so it works beside a running engine.
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <memory>

#include "console/cli/command.hpp"
#include "console/cli/json_text.hpp"
#include "console/cli/settle.hpp"
#include "console/store/attachment_files.hpp"
#include "console/store/data_directory.hpp"

namespace wf::cli {
namespace {

struct Options {
  Shared shared;
  std::string hash, out;
  bool json = false;
};

Result<std::filesystem::path> existing_data(const Options& options) {
  Result<std::filesystem::path> data = data_directory(options.shared);
  if (!data) return data;
  if (std::error_code failed; !std::filesystem::is_directory(*data, failed)) return no_data(*data);
  return data;
}

int list(const Options& options) {
  const Result<std::filesystem::path> data = existing_data(options);
  if (!data) return fail(data.error());
  const Result<store::AttachmentList> found = store::read_attachment_index(*data);
  if (!found) return fail(found.error());
  if (!options.json) fmt::print("{:<64} {:<32} {:<10} {:>10} {}\n", "NAME", "AGENT", "TYPE", "BYTES", "RECEIVED");
  for (const store::StoredAttachment& a : found->stored)
    if (options.json)
      fmt::print(R"({{"v": 1, "hash": {}, "agent": {}, "media_type": {}, "bytes": {}, "received": "{}"}})"
                 "\n",
                 json(a.hash), json(a.agent), json(a.media_type), a.bytes, format_rfc3339(a.received));
    else
      fmt::print("{:<64} {:<32} {:<10} {:>10} {}\n", a.hash, a.agent, a.media_type, a.bytes,
                 format_rfc3339(a.received / kSecond * kSecond));
  return kGood;
}

int get(const Options& options) {
  const Result<std::filesystem::path> data = existing_data(options);
  if (!data) return fail(data.error());
  const Result<store::StoredAttachment> found = store::find_attachment(*data, options.hash);
  if (!found) return fail(found.error());
  const std::filesystem::path file = store::attachment_file(*data, found->hash);
  const Error changed{"its content is not what its name says", file.string(),
                      "take it from a backup; `watchfloor verify` names all such"};
  if (!options.out.empty() && options.out != "-") {
    const Result<std::string> hash = store::copy_private_file(file, options.out);
    if (!hash) return fail(hash.error());
    if (*hash == found->hash) return kGood;
    ::unlink(options.out.c_str());
    return fail(changed);
  }
  // Nothing of a content that was changed goes out.
  const Result<std::string> hash = store::hash_file(file);
  if (!hash) return fail(hash.error());
  if (*hash != found->hash) return fail(changed);
  const Result<void> written = store::read_through(file, [](std::string_view piece) -> Result<void> {
    while (!piece.empty()) {
      const ssize_t n = ::write(STDOUT_FILENO, piece.data(), piece.size());
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return store::file_error("standard output", "write it", errno);
      piece.remove_prefix(static_cast<std::size_t>(n));
    }
    return {};
  });
  return written ? kGood : fail(written.error());
}

}  // namespace

void add_attachment(CLI::App& app, Run& run) {
  CLI::App* const attachment = app.add_subcommand("attachment", "Stills and clips that agents sent with their events");
  attachment->require_subcommand(1);
  const auto options = std::make_shared<Options>();

  CLI::App* const listing = attachment->add_subcommand("list", "List what is stored, the oldest first");
  add_data_option(*listing, options->shared);
  listing->add_flag("--json", options->json, "One JSON line each");
  listing->callback([options, &run] { run = [options] { return list(*options); }; });

  CLI::App* const getting =
      attachment->add_subcommand("get", "Write one to standard output or a file, once its hash is checked");
  add_data_option(*getting, options->shared);
  getting->add_option("HASH", options->hash, "As the event's field `attachment` has it, or its first digits")
      ->required();
  getting->add_option("--out", options->out, "A file that does not exist yet, made with mode 0600");
  getting->callback([options, &run] { run = [options] { return get(*options); }; });
}

}  // namespace wf::cli
