#pragma once
#include <zlib.h>

#include "proto/result.hpp"

namespace wf::http {

/// zlib's functions that are used here. The library is loaded when the first body comes by gzip.
struct ZlibLibrary {
  decltype(&::zlibVersion) version;
  decltype(&::inflateInit2_) inflate_init2;
  decltype(&::inflate) inflate;
  decltype(&::inflateReset) inflate_reset;
  decltype(&::inflateEnd) inflate_end;
};

/// The loaded library, which stays loaded. An error: it is not installed. Any thread.
[[nodiscard]] Result<const ZlibLibrary*> zlib_library();

}  // namespace wf::http
