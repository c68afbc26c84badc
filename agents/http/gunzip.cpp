#include "agents/http/gunzip.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "agents/http/zlib_library.hpp"

namespace wf::http {
namespace {

// inflateInit2()'s largest window, and whose header
constexpr int kGzipAlone = 15 + 16, kEither = 15 + 32;

}  // namespace

struct Gunzip::Stream {
  explicit Stream(const ZlibLibrary& library) : zlib(library) {}
  ~Stream() {
    if (begun) zlib.inflate_end(&state);
  }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  const ZlibLibrary& zlib;
  z_stream state{};
  bool begun = false;
  bool inside = false;   ///< a member began and has not ended
  bool further = false;  ///< a member ended before
};

Gunzip::Gunzip(std::unique_ptr<Stream> stream) : stream_(std::move(stream)) {}
Gunzip::~Gunzip() = default;

Result<std::unique_ptr<Gunzip>> Gunzip::open(Form form) {
  const Result<const ZlibLibrary*> library = zlib_library();
  if (!library) return library.error();
  auto stream = std::make_unique<Stream>(**library);
  if ((*library)->inflate_init2(&stream->state, form == Form::gzip ? kGzipAlone : kEither, (*library)->version(),
                                sizeof(z_stream)) != Z_OK)
    return Error{"zlib cannot begin", "", "look at the machine's memory"};
  stream->begun = true;
  return std::unique_ptr<Gunzip>(new Gunzip(std::move(stream)));
}

Result<bool> Gunzip::take(std::string_view piece, std::size_t most, std::string& out) {
  std::array<char, 8192> part;  // NOLINT(*-member-init): it is written before it is read
  z_stream& state = stream_->state;
  state.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(piece.data()));  // NOLINT: zlib does not write there
  state.avail_in = static_cast<uInt>(piece.size());
  bool pending = false;  // zlib may hold more than there was room for
  while (state.avail_in > 0 || pending) {
    if (!std::exchange(stream_->inside, true) && stream_->further) stream_->zlib.inflate_reset(&state);
    const std::size_t room = most - std::min(out.size(), most);
    state.next_out = reinterpret_cast<Bytef*>(part.data());
    state.avail_out = static_cast<uInt>(std::min(part.size(), room + 1));
    const std::size_t offered = state.avail_out;
    const int said = stream_->zlib.inflate(&state, Z_NO_FLUSH);
    const std::size_t made = offered - state.avail_out;
    if (made > room) return false;
    out.append(part.data(), made);
    if (said == Z_STREAM_END) {
      stream_->inside = false;
      stream_->further = true;
      pending = false;
      continue;
    }
    if (said != Z_OK && said != Z_BUF_ERROR) {
      constexpr uLong kHeader = 10;
      if (stream_->further && state.total_in < kHeader)
        return Error{"what follows the end of the body's gzip is no gzip", "", ""};
      return Error{
          std::string("the body cannot be unpacked by gzip: ") + (state.msg == nullptr ? "no memory" : state.msg), "",
          ""};
    }
    pending = state.avail_out == 0;
    if (said == Z_BUF_ERROR && made == 0) break;  // it waits for the next piece
  }
  return true;
}

Result<void> Gunzip::end() const {
  if (stream_->inside) return Error{"the body's gzip ends before it is whole", "", ""};
  return {};
}

}  // namespace wf::http
