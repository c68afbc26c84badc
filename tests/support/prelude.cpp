// What every test starts with (tests/CMakeLists.txt) needs a source to belong to.
