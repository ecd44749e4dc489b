// A test is a function registered by TEST; CHECK stops it with a message when something is wrong.
#pragma once

#include <functional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace check {

struct Test {
  const char* name;
  void (*body)();
};
std::vector<Test>& tests();

struct Registration {
  Registration(const char* name, void (*body)()) { tests().push_back({name, body}); }
};

template <class... PARTS>
[[noreturn]] void fail(const char* file, int line, const PARTS&... parts) {
  std::ostringstream text;
  text.precision(9);
  text << file << ":" << line << ": ";
  (text << ... << parts);
  throw std::runtime_error(text.str());
}

}  // namespace check

#define TEST(name)                                           \
  static void name();                                        \
  static const check::Registration registration_##name(#name, name); \
  static void name()

// CHECK(condition, what to print...)
#define CHECK(condition, ...)                                               \
  do {                                                                      \
    if (!(condition)) {                                                     \
      check::fail(__FILE__, __LINE__, #condition, "  ", __VA_ARGS__);       \
    }                                                                       \
  } while (false)
