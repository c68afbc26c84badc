#include "agents/kit/loaded_library.hpp"

#include "tests/support/catch.hpp"

using wf::kit::LoadedLibrary;

TEST_CASE("a library's functions are taken by name, and the first that it lacks is what is missing") {
  LoadedLibrary library("libm.so.6");
  double (*root)(double) = nullptr;
  library.take(root, "sqrt");
  REQUIRE(library.missing().empty());
  REQUIRE(root != nullptr);
  CHECK(root(81) == 9);

  int (*absent)() = [] { return 1; };
  library.take(absent, "a_function_of_a_later_release", false);
  CHECK(absent == nullptr);
  CHECK(library.missing().empty());
  library.take(absent, "first_that_is_needed");
  library.take(absent, "second_that_is_needed");
  CHECK(library.missing() == "first_that_is_needed");
  CHECK(library.why().empty());
}

TEST_CASE("a library that is not there is said with the loader's reason, and has no function") {
  LoadedLibrary library("libof-nobody.so.1");
  double (*root)(double) = [](double x) { return x; };
  library.take(root, "sqrt");
  CHECK(root == nullptr);
  CHECK(library.missing() == "libof-nobody.so.1");
  CHECK(library.why().find("libof-nobody.so.1") != std::string::npos);
}
