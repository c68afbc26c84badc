#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include <algorithm>
#include <fstream>

#include "console/store/attachment_files.hpp"
#include "console/store/data_directory.hpp"
#include "console/store/schema.hpp"
#include "console/store/sqlite.hpp"
#include "console/store/store.hpp"

namespace wf::store {
namespace {

namespace fs = std::filesystem;

constexpr const char* kManifest = "MANIFEST";
constexpr const char* kManifestHead = "watchfloor backup 1";

struct Entry {
  std::string hash;
  std::string path;  ///< relative to the archive
};

/// Removes what was half made, unless keep() says that it is whole.
class Unfinished {
 public:
  explicit Unfinished(fs::path path) : path_(std::move(path)) {}
  ~Unfinished() {
    std::error_code ignored;
    if (!path_.empty()) fs::remove_all(path_, ignored);
  }
  Unfinished(const Unfinished&) = delete;
  Unfinished& operator=(const Unfinished&) = delete;
  void keep() { path_.clear(); }

 private:
  fs::path path_;
};

/// Copies the database as one read transaction sees it; the owner may go on writing.
Result<void> copy_database(const fs::path& from, const fs::path& to) {
  Result<Database> source = Database::open(from, Database::Mode::read_only);
  if (!source) return source.error();
  const Result<std::int64_t> version = check_version(*source, schema_version());
  if (!version) return version.error();
  if (Result<void> made = make_private_file(to); !made) return made;
  Result<Database> target = Database::open(to, Database::Mode::read_write);
  if (!target) return target.error();
  sqlite3_backup* copy = sqlite3_backup_init(target->handle(), "main", source->handle(), "main");
  if (copy == nullptr) return target->error(sqlite3_errcode(target->handle()), "copy the database");
  const int stepped = sqlite3_backup_step(copy, -1);
  const int code = sqlite3_backup_finish(copy);
  if (stepped != SQLITE_DONE || code != SQLITE_OK)
    return target->error(code != SQLITE_OK ? code : stepped, "copy the database");
  // Pages are copied as they are: damage would be found when the backup is all that is left.
  const Result<std::string> sound = target->text("PRAGMA quick_check(1)");
  if (!sound) return Error{sound.error().what, from.string(), "put it aside and restore the newest backup"};
  if (*sound != "ok")
    return Error{"the database is damaged and was not backed up; `watchfloor verify` says where", from.string(),
                 "put it aside and restore the newest backup"};
  // Without a write-ahead log the copy is one file, readable from a medium that cannot be written.
  const Result<std::string> mode = target->text("PRAGMA journal_mode=DELETE");
  if (!mode) return mode.error();
  return {};
}

Result<void> copy_folder(const fs::path& from, const fs::path& archive, const fs::path& relative,
                         std::vector<Entry>& entries) {
  if (Result<void> made = make_private_directory(archive / relative); !made) return made;
  std::error_code failed;
  std::vector<fs::directory_entry> found;
  for (fs::directory_iterator it(from / relative, failed), end; !failed && it != end; it.increment(failed))
    found.push_back(*it);
  if (failed)
    return Error{fmt::format("cannot read the directory: {}", failed.message()), (from / relative).string(),
                 "check its owner and mode"};
  std::sort(found.begin(), found.end());
  for (const fs::directory_entry& entry : found) {
    const fs::path path = relative / entry.path().filename();
    if (entry.is_symlink(failed)) continue;
    if (entry.is_directory(failed)) {
      if (Result<void> copied = copy_folder(from, archive, path, entries); !copied) return copied;
      continue;
    }
    if (!entry.is_regular_file(failed)) continue;
    Result<std::string> hash = copy_private_file(entry.path(), archive / path);
    // Gone meanwhile: one that a running engine or a command has written whole under its name, or has dealt with.
    if (!hash && !fs::exists(entry.path(), failed)) continue;
    if (!hash) return hash.error();
    entries.push_back({std::move(*hash), path.generic_string()});
  }
  return sync_path(archive / relative);
}

Result<void> write_manifest(const fs::path& file, const std::vector<Entry>& entries) {
  if (Result<void> made = make_private_file(file); !made) return made;
  std::ofstream out(file);
  out << kManifestHead << '\n';
  for (const Entry& entry : entries) out << entry.hash << "  " << entry.path << '\n';
  out.close();
  if (!out) return Error{"cannot write the list of files", file.string(), "free space on that disk"};
  return sync_path(file);
}

Result<std::vector<Entry>> read_manifest(const fs::path& archive) {
  const fs::path file = archive / kManifest;
  std::ifstream in(file);
  std::string line;
  if (!in || !std::getline(in, line) || !line.starts_with("watchfloor backup "))
    return Error{"this is no backup: it has no list of files", file.string(),
                 "name a directory that `watchfloor backup` made"};
  if (line != kManifestHead)
    return Error{fmt::format("\"{}\" was made by a newer Watchfloor", line), file.string(),
                 "restore it with the version that made it"};
  std::vector<Entry> out;
  bool database = false;
  for (std::size_t number = 2; std::getline(in, line); ++number) {
    const std::size_t gap = line.find("  ");
    const fs::path path = gap == std::string::npos ? fs::path() : fs::path(line.substr(gap + 2));
    const bool inside = !path.empty() && path.is_relative() &&
                        std::none_of(path.begin(), path.end(), [](const fs::path& part) { return part == ".."; });
    if (!inside)
      return Error{"a line of the list of files cannot be read", fmt::format("{}:{}", file.string(), number),
                   "use another backup: this one is damaged"};
    database = database || path == kDatabaseFile;
    out.push_back({line.substr(0, gap), path.generic_string()});
  }
  if (!database) return Error{"the list of files names no database", file.string(), "use another backup"};
  return out;
}

}  // namespace

Result<void> backup(const fs::path& data, const fs::path& archive) {
  std::error_code failed;
  if (!fs::is_regular_file(data / kDatabaseFile, failed))
    return Error{"there is no database to copy", (data / kDatabaseFile).string(),
                 "name the data directory with --data"};
  const fs::path target = archive.has_filename() ? archive : archive.parent_path();
  if (fs::exists(fs::symlink_status(target, failed)))
    return Error{"it exists already", target.string(), "name a new directory for the backup"};
  if (!target.parent_path().empty())
    if (Result<void> made = make_private_directory(target.parent_path()); !made) return made;
  const fs::path partial = target.string() + ".partial";
  fs::remove_all(partial, failed);
  Unfinished unfinished(partial);
  if (Result<void> made = make_private_directory(partial); !made) return made;
  std::vector<Entry> entries;
  // The database first: keys made after it do no harm, an agent in the log without its key would.
  if (Result<void> copied = copy_database(data / kDatabaseFile, partial / kDatabaseFile); !copied) return copied;
  if (Result<void> synced = sync_path(partial / kDatabaseFile); !synced) return synced;
  Result<std::string> hash = hash_file(partial / kDatabaseFile);
  if (!hash) return hash.error();
  entries.push_back({std::move(*hash), kDatabaseFile});
  for (const char* const folder : {kKeysFolder, kSitesFolder})
    if (fs::is_directory(data / folder, failed))
      if (Result<void> copied = copy_folder(data, partial, folder, entries); !copied) return copied;
  Result<void> attached = copy_attachments(data, partial, [&](std::string content, const fs::path& path) {
    entries.push_back({std::move(content), path.generic_string()});
  });
  if (!attached) return attached;
  if (fs::is_regular_file(data / kSettingsFile, failed)) {
    Result<std::string> settings = copy_private_file(data / kSettingsFile, partial / kSettingsFile);
    if (!settings) return settings.error();
    entries.push_back({std::move(*settings), kSettingsFile});
  }
  if (Result<void> written = write_manifest(partial / kManifest, entries); !written) return written;
  if (Result<void> synced = sync_path(partial); !synced) return synced;
  fs::rename(partial, target, failed);
  if (failed)
    return Error{fmt::format("cannot give the backup its name: {}", failed.message()), target.string(),
                 "check owner and mode of the directory above it"};
  unfinished.keep();
  return sync_path(target.parent_path().empty() ? fs::path(".") : target.parent_path());
}

Result<void> restore(const fs::path& archive, const fs::path& data) {
  Result<std::vector<Entry>> entries = read_manifest(archive);
  if (!entries) return entries.error();
  std::error_code failed;
  const bool existed = fs::exists(data, failed);
  if (existed && !(fs::is_directory(data, failed) && fs::is_empty(data, failed)))
    return Error{"the data directory is not empty", data.string(),
                 "move it away first: restore never writes over what is there"};
  {
    Result<Database> db = Database::open(archive / kDatabaseFile, Database::Mode::read_only);
    if (!db) return db.error();
    const Result<std::int64_t> version = check_version(*db, schema_version());
    if (!version) return version.error();
  }
  if (Result<void> made = make_private_directory(data); !made) return made;
  Unfinished keys(data / kKeysFolder), sites(data / kSitesFolder), settings(data / kSettingsFile),
      attachments(data / kAttachmentsFolder);
  Unfinished database(data / (std::string(kDatabaseFile) + ".partial"));
  for (const Entry& entry : *entries) {
    const fs::path to =
        entry.path == kDatabaseFile ? data / (std::string(kDatabaseFile) + ".partial") : data / entry.path;
    if (Result<void> made = make_private_directory(to.parent_path()); !made) return made;
    const Result<std::string> hash = copy_private_file(archive / entry.path, to);
    if (!hash) return hash.error();
    if (*hash != entry.hash)
      return Error{"the file is not as it was backed up", (archive / entry.path).string(),
                   "use another backup: this one is damaged"};
    if (Result<void> synced = sync_path(to.parent_path()); !synced) return synced;
  }
  // The database comes last: without it the directory is none that an engine would start on by mistake.
  fs::rename(data / (std::string(kDatabaseFile) + ".partial"), data / kDatabaseFile, failed);
  if (failed)
    return Error{fmt::format("cannot give the database its name: {}", failed.message()), data.string(),
                 "check owner and mode of the directory"};
  keys.keep();
  sites.keep();
  settings.keep();
  attachments.keep();
  database.keep();
  return sync_path(data);
}

}  // namespace wf::store
