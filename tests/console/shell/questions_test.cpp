// Windows share a seat: an answer goes to the window that asked, under its own number.
#include "console/shell/questions.hpp"

#include "tests/support/catch.hpp"

using namespace wf;
using shell::Questions;

TEST_CASE("Two windows that count alike each get their own answers, whatever came first") {
  Questions book;
  const int first = 0, second = 0;
  const std::uint64_t a = book.put(&first, 1), b = book.put(&second, 1);
  CHECK(a != b);
  CHECK(book.take(b) == Questions::Asked{&second, 1});
  CHECK(book.take(a) == Questions::Asked{&first, 1});
  CHECK_FALSE(book.take(a));
}

TEST_CASE("What a window asked that was closed or made anew reaches nobody") {
  Questions book;
  const int first = 0, second = 0;
  const std::uint64_t a = book.put(&first, 1), b = book.put(&second, 1);
  book.forget(&first);
  const std::uint64_t again = book.put(&first, 1);
  CHECK_FALSE(book.take(a));
  CHECK(book.take(again) == Questions::Asked{&first, 1});
  CHECK(book.take(b) == Questions::Asked{&second, 1});
}

TEST_CASE("Of questions that nobody answers the oldest are given up") {
  Questions book;
  const int window = 0;
  const std::uint64_t oldest = book.put(&window, 1);
  for (std::size_t i = 1; i < Questions::kMost; ++i) (void)book.put(&window, i + 1);
  const std::uint64_t newest = book.put(&window, 7000);
  CHECK_FALSE(book.take(oldest));
  CHECK(book.take(newest) == Questions::Asked{&window, 7000});
}
