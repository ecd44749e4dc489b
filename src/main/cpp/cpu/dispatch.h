// Which kernels this machine runs: an ordered list, the most specialised first.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "cpu/kernels.h"
#include "cpu/method.h"

namespace ldct {
namespace cpu {

// What the units that a candidate computes with do at most.
struct Peak {
  int64_t (*multiply_adds)(int64_t rounds);  // does nothing else; how many there were
  int products;                              // so many make one of the candidate's
};

// One entry of the list and why it was passed over; an empty reason means it can be used.
struct Candidate {
  const char* name;
  std::function<std::unique_ptr<Method>()> make;
  std::string reason;
  Peak peak;
};

// The list for a precision of ldct.h, judged for this machine and for LDCT_CPU_ISA (plain, avx2, avx512,
// avx512bf16 or amx: nothing above it is used). Where no kernels compute in bfloat16, those of float32 keep more than
// is promised. Empty if the precision has no implementation at all.
// Throws Error if LDCT_CPU_ISA holds anything else.
std::vector<Candidate> candidates(int precision);

// The first candidate that can be used. Throws Error LDCT_UNSUPPORTED, naming what is available.
Candidate choose(int precision);

// The best row kernels, for whatever is not the network.
const Kernels& row_kernels();

const char* precision_name(int precision);

// What the processor and the operating system allow.
struct Isa {
  bool avx2, avx512, avx512_bf16, amx_bf16;
  std::string amx_refusal;  // why tiles may not be used; empty if they may
};
const Isa& isa();

}  // namespace cpu
}  // namespace ldct
