#include <cpuid.h>

#include <cstring>

#include "cpu/dispatch.h"
#include "cpu/engine.h"
#include "engine/json.h"
#include "engine/thread_pool.h"

namespace ldct {
namespace cpu {
namespace {

// The processor's name for itself.
std::string model_name() {
  constexpr unsigned first = 0x80000002, last = 0x80000004;
  char name[3 * 16 + 1] = {};
  for (unsigned leaf = first; leaf <= last; leaf++) {
    unsigned registers[4];
    if (!__get_cpuid(leaf, &registers[0], &registers[1], &registers[2], &registers[3])) {
      return "unknown";
    }
    std::memcpy(name + (leaf - first) * sizeof registers, registers, sizeof registers);
  }
  std::string text = name;
  size_t begin = text.find_first_not_of(' ');
  return begin == std::string::npos ? "unknown" : text.substr(begin, text.find_last_not_of(' ') - begin + 1);
}

std::string precision_json(int precision) {
  std::string declined, chosen = "null";
  for (const Candidate& candidate : candidates(precision)) {
    if (candidate.reason.empty()) {
      chosen = json_string(candidate.name);
      break;
    }
    declined += std::string(declined.empty() ? "" : ",") + "{\"kernel\":" + json_string(candidate.name) +
                ",\"reason\":" + json_string(candidate.reason) + "}";
  }
  return "{\"kernel\":" + chosen + ",\"declined\":[" + declined + "]}";
}

}  // namespace

std::string capabilities_json() {
  const Isa& has = isa();
  std::string json = "{\"model\":" + json_string(model_name()) + ",\"cores\":" + std::to_string(usable_cores()) +
                     ",\"isa\":{\"avx2\":" + json_boolean(has.avx2) + ",\"avx512\":" + json_boolean(has.avx512) +
                     ",\"avx512_bf16\":" + json_boolean(has.avx512_bf16) + ",\"amx_bf16\":" + json_boolean(has.amx_bf16) + "},\"amx_permission\":" +
                     json_boolean(has.amx_refusal.empty()) + ",\"amx_refusal\":" +
                     (has.amx_refusal.empty() ? "null" : json_string(has.amx_refusal)) + ",\"precisions\":{";
  for (int precision = LDCT_FP32; precision <= LDCT_TF32; precision++) {
    json += std::string(precision == LDCT_FP32 ? "" : ",") + json_string(precision_name(precision)) + ":" +
            precision_json(precision);
  }
  return json + "}}";
}

}  // namespace cpu
}  // namespace ldct
