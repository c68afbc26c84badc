// The program of libFuzzer: $WF_FUZZ_TARGET names the target.
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "tests/fuzz/targets.hpp"

namespace {

wf::fuzz::Target chosen() {
  const char* const name = std::getenv("WF_FUZZ_TARGET");
  for (const wf::fuzz::Named& target : wf::fuzz::targets())
    if (name != nullptr && std::string_view(name) == target.name) return target.run;
  for (const wf::fuzz::Named& target : wf::fuzz::targets()) std::printf("%s\n", target.name);
  std::exit(name == nullptr ? 0 : 2);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const wf::fuzz::Target target = chosen();
  return target(data, size);
}

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  (void)chosen();
  return 0;
}
