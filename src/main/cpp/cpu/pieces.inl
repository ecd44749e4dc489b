// Loops cut into pieces that fit the registers. In an unnamed namespace: code of two instruction sets must never be
// merged by the linker.
#pragma once

#include <cstdint>

namespace ldct {
namespace cpu {
namespace {

using Step = int64_t;

// Calls body<N>(...) for a run-time N in 1..MAX.
template <int MAX, template <int> class BODY, class... ARGUMENTS>
inline void with_constant(Step n, const ARGUMENTS&... arguments) {
  if constexpr (MAX > 0) {
    if (n == MAX) {
      BODY<MAX>::run(arguments...);
    } else {
      with_constant<MAX - 1, BODY>(n, arguments...);
    }
  }
}

// Cuts 0..total into the fewest pieces of at most `most`, all nearly equal: body(begin, length).
template <class BODY>
inline void balanced_pieces(Step total, Step most, const BODY& body) {
  Step pieces = (total + most - 1) / most;
  for (Step i = 0, begin = 0; i < pieces; i++) {
    Step end = total * (i + 1) / pieces;
    body(begin, end - begin);
    begin = end;
  }
}

// The longest of these pieces.
constexpr Step longest_piece(Step total, Step most) {
  const Step pieces = (total + most - 1) / most;
  return (total + pieces - 1) / pieces;
}

constexpr Step larger(Step a, Step b) { return a < b ? b : a; }

}  // namespace
}  // namespace cpu
}  // namespace ldct
