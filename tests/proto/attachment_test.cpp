#include "proto/attachment.hpp"

#include <string>

#include "tests/support/catch.hpp"

using namespace wf;

TEST_CASE("an attachment's name is 64 small hexadecimal digits and nothing else") {
  const std::string good(64, 'a');
  CHECK(valid_attachment_hash(good));
  CHECK_FALSE(valid_attachment_hash(""));
  CHECK_FALSE(valid_attachment_hash(good.substr(1)));
  CHECK_FALSE(valid_attachment_hash(good + "a"));
  CHECK_FALSE(valid_attachment_hash(std::string(64, 'A')));
  CHECK_FALSE(valid_attachment_hash("../" + good.substr(3)));
  CHECK_FALSE(valid_attachment_hash(good.substr(1) + '\0'));
}

TEST_CASE("a content's first bytes say what it is") {
  CHECK(media_type_of("\xff\xd8\xff\xe0") == "image/jpeg");
  CHECK(media_type_of("\x89PNG\r\n\x1a\n...") == "image/png");
  CHECK(media_type_of(std::string("\0\0\0\x18"
                                  "ftypmp42",
                                  12)) == "video/mp4");
  CHECK(media_type_of(std::string("\0\0\0\x18"
                                  "ftyp",
                                  8))
            .empty());
  CHECK(media_type_of("GIF89a").empty());
  CHECK(media_type_of("").empty());
}
