#pragma once
// Bodies as senders compress them.
#include <zlib.h>

#include <stdexcept>
#include <string>
#include <string_view>

namespace wf::test {

/// One member of RFC 1952 with the whole text; `window`: what deflateInit2() takes, 15 + 16 for gzip.
inline std::string gzipped(std::string_view text, int level = 1, int window = 15 + 16) {
  z_stream stream{};
  if (deflateInit2(&stream, level, Z_DEFLATED, window, 8, Z_DEFAULT_STRATEGY) != Z_OK)
    throw std::runtime_error("zlib does not begin");
  std::string out(deflateBound(&stream, static_cast<uLong>(text.size())), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));  // NOLINT: zlib does not write there
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const int ended = deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  if (ended != Z_STREAM_END) throw std::runtime_error("zlib does not end");
  return out;
}

}  // namespace wf::test
