#include "agents/camera/video/picture_memory.hpp"

extern "C" {
#include <libavcodec/avcodec.h>
}

#include <algorithm>

#include "tests/support/catch.hpp"

namespace wf::camera {
namespace {

/// A decoder that is about to ask for pictures.
struct Decoder {
  PictureMemory memory;
  AVCodecContext* context = avcodec_alloc_context3(avcodec_find_decoder(AV_CODEC_ID_MPEG4));
  Decoder() {
    memory.serve(*context);
    REQUIRE(avcodec_open2(context, nullptr, nullptr) == 0);
  }
  ~Decoder() { avcodec_free_context(&context); }
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;
};

struct Picture {
  AVFrame* frame = av_frame_alloc();
  Picture(Decoder& decoder, int width, int height, AVPixelFormat kind = AV_PIX_FMT_YUV420P) {
    frame->width = decoder.context->width = width;
    frame->height = decoder.context->height = height;
    frame->format = decoder.context->pix_fmt = kind;
    REQUIRE(decoder.context->get_buffer2(decoder.context, frame, 0) == 0);
  }
  ~Picture() { av_frame_free(&frame); }
  Picture(const Picture&) = delete;
  Picture& operator=(const Picture&) = delete;
  [[nodiscard]] int height(int plane) const { return plane == 0 ? frame->height : (frame->height + 1) / 2; }
  void fill(std::uint8_t value) {
    for (int plane = 0; plane < 3; ++plane)
      std::fill_n(frame->data[plane], frame->linesize[plane] * height(plane), value);
  }
  [[nodiscard]] bool all(std::uint8_t value) const {
    for (int plane = 0; plane < 3; ++plane) {
      const std::uint8_t* const data = frame->data[plane];
      if (!std::all_of(data, data + frame->linesize[plane] * height(plane), [&](auto b) { return b == value; }))
        return false;
    }
    return true;
  }
  void release() { av_frame_unref(frame); }
};

TEST_CASE("a picture's memory is whole and its own, and one that is given back is used again") {
  Decoder decoder;
  for (const auto& [width, height] : {std::pair(320, 240), std::pair(33, 17), std::pair(2, 2), std::pair(1920, 1080)}) {
    INFO(width << " × " << height);
    Picture a(decoder, width, height), b(decoder, width, height);
    a.fill(1), b.fill(2);
    const std::uint8_t* const where = b.frame->data[0];
    b.release();
    Picture c(decoder, width, height);
    CHECK(c.frame->data[0] == where);
    c.fill(3);
    CHECK(a.all(1));
  }
}

TEST_CASE("an older picture's pages become those of one that has none yet, and of no other") {
  Decoder decoder;
  Picture older(decoder, 640, 360), kept(decoder, 640, 360);
  older.fill(7), kept.fill(8);
  Picture fresh(decoder, 640, 360);
  older.release();
  CHECK(fresh.all(7));  // what stood there; a decoder writes over it
  fresh.fill(9);
  Picture written(decoder, 640, 360);
  written.fill(10);
  kept.release();
  CHECK(written.all(10));
  CHECK(fresh.all(9));
  // Of another size there is nothing to be had.
  Picture larger(decoder, 1280, 720);
  fresh.release();
  larger.fill(11);
  CHECK(larger.all(11));
  CHECK(written.all(10));
}

TEST_CASE("kinds of pictures that are not of planes are libav's own") {
  Decoder decoder;
  Picture palette(decoder, 64, 64, AV_PIX_FMT_PAL8);
  CHECK(palette.frame->data[1] != nullptr);
}

}  // namespace
}  // namespace wf::camera
