#include "agents/camera/video_module.hpp"

#include <unistd.h>

#include <array>
#include <string>

#include "agents/kit/loaded_library.hpp"

namespace wf::camera {
namespace {

constexpr const char* kFile = "wf-camera-video.so";

struct Loaded {
  ReadPictures read = nullptr;
  std::string problem;

  Loaded() {
    std::array<char, 4096> path{};
    const ssize_t size = ::readlink("/proc/self/exe", path.data(), path.size() - 1);
    std::string folder(path.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
    folder.resize(folder.find_last_of('/') == std::string::npos ? 0 : folder.find_last_of('/') + 1);
    for (const char* const place : {"", "../lib/watchfloor/"}) {
      const std::string file = folder + place + kFile;
      if (::access(file.c_str(), F_OK) != 0) continue;
      kit::LoadedLibrary module(file.c_str());
      ReadPictures (*get)() = nullptr;
      module.take(get, kReadPicturesSymbol);
      if (get != nullptr) read = get();
      problem = module.why().empty() ? module.missing() : module.why();
      return;
    }
    problem = std::string(kFile) + " is not installed";
  }
};

}  // namespace

Result<ReadPictures> video_module() {
  static const Loaded loaded;
  if (loaded.read == nullptr)
    return Error{"streams cannot be read here: " + loaded.problem, "", "install the camera agent's package whole"};
  return loaded.read;
}

}  // namespace wf::camera
