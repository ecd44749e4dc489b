#include "cpu/dispatch.h"

#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "cpu/amx/products.h"
#include "cpu/amx/tile_sweep.h"
#include "cpu/pairs/pair_sweep.h"
#include "cpu/row_sweep.h"
#include "engine/engine.h"

namespace ldct {
namespace cpu {
namespace {

constexpr const char* levels[] = {"plain", "avx2", "avx512", "avx512bf16", "amx"};
enum Level { plain, avx2, avx512, dot, tile };

// Asks Linux for the tile registers, once; a process must do so before their first use.
std::string request_tiles() {
  constexpr long request_permission = 0x1023, tile_data = 18;
  if (syscall(SYS_arch_prctl, request_permission, tile_data) != 0) {
    return std::string("the operating system refuses tile registers: ") + std::strerror(errno);
  }
  return "";
}

Isa detect() {
  Isa found{};
  __builtin_cpu_init();
  // These checks include the operating system's support for the registers (XCR0).
  found.avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  found.avx512 = found.avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                 __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
  found.avx512_bf16 = found.avx512 && __builtin_cpu_supports("avx512bf16");
  unsigned a = 0, b = 0, c = 0, d = 0;
  constexpr unsigned amx_bf16 = 1u << 22, amx_tile = 1u << 24;
  bool tiles = __get_cpuid_count(7, 0, &a, &b, &c, &d) && (d & amx_bf16) && (d & amx_tile);
  found.amx_bf16 = tiles && found.avx512_bf16;
  found.amx_refusal = found.amx_bf16 ? request_tiles() : "the processor has no AMX with bfloat16";
  return found;
}

Level ceiling() {
  const char* wanted = std::getenv("LDCT_CPU_ISA");
  if (!wanted || !*wanted) {
    return tile;
  }
  for (int level = plain; level <= tile; level++) {
    if (std::strcmp(wanted, levels[level]) == 0) {
      return static_cast<Level>(level);
    }
  }
  throw Error(LDCT_INVALID_ARGUMENT,
              std::string("LDCT_CPU_ISA is '") + wanted + "'; it must be plain, avx2, avx512, avx512bf16 or amx");
}

std::string refusal(Level level) {
  if (level > ceiling()) {
    return std::string("LDCT_CPU_ISA allows at most ") + levels[ceiling()];
  }
  if (level == avx2 && !isa().avx2) {
    return "the processor or operating system has no AVX2 with FMA";
  }
  if (level == avx512 && !isa().avx512) {
    return "the processor or operating system has no AVX-512 (F, BW, DQ, VL)";
  }
  if (level == dot && !isa().avx512_bf16) {
    return "the processor or operating system has no AVX512_BF16";
  }
  if (level == tile) {
    return isa().amx_refusal;
  }
  return "";
}

template <int planes>
Candidate tiles(const char* name) {
  return {name, [] { return std::unique_ptr<Method>(new amx::TileMethod<planes>()); }, refusal(tile),
          {amx::tile_products, planes * (planes + 1) / 2}};
}

// Intel's cores do half as many dot products as float32 multiply-adds a second, AMD's twice as many.
std::string dot_refusal() {
  const std::string reason = refusal(dot);
  return reason.empty() && __builtin_cpu_is("intel") && ceiling() != dot
             ? "slower than float32 on Intel's cores; LDCT_CPU_ISA=avx512bf16 takes it all the same"
             : reason;
}

Candidate dots(const char* name) {
  return {name, [] { return std::unique_ptr<Method>(new pairs::PairMethod()); }, dot_refusal(), {pairs::multiply_adds, 1}};
}

Candidate rows(const Kernels& kernels, const char* name, Level level) {
  return {name, [&kernels] { return std::unique_ptr<Method>(new RowMethod(kernels)); }, refusal(level),
          {kernels.multiply_adds, 1}};
}

}  // namespace

const Kernels& row_kernels() {
  if (refusal(avx512).empty()) {
    return kernels_avx512;
  }
  return refusal(avx2).empty() ? kernels_avx2 : kernels_plain;
}

const Isa& isa() {
  static const Isa found = detect();
  return found;
}

const char* precision_name(int precision) {
  constexpr const char* names[] = {"fp32", "bf16", "bf16x3", "tf32"};
  return precision >= LDCT_FP32 && precision <= LDCT_TF32 ? names[precision] : "unknown";
}

std::vector<Candidate> candidates(int precision) {
  switch (precision) {
    case LDCT_FP32:
      // Six products on tiles make float32 too, but not as fast as Winograd's blocks in float32 vectors.
      return {rows(kernels_avx512, "avx512", avx512), rows(kernels_avx2, "avx2", avx2),
              rows(kernels_plain, "plain", plain)};
    case LDCT_BF16X3:
      return {tiles<2>("amx bf16x3"), rows(kernels_avx512, "avx512 fp32", avx512), rows(kernels_avx2, "avx2 fp32", avx2),
              rows(kernels_plain, "plain fp32", plain)};
    case LDCT_BF16:
      return {tiles<1>("amx bf16"), dots("avx512bf16"), rows(kernels_avx512, "avx512 fp32", avx512),
              rows(kernels_avx2, "avx2 fp32", avx2), rows(kernels_plain, "plain fp32", plain)};
    default:
      return {};
  }
}

Candidate choose(int precision) {
  std::string reasons;
  for (const Candidate& candidate : candidates(precision)) {
    if (candidate.reason.empty()) {
      return candidate;
    }
    reasons += std::string("; ") + candidate.name + ": " + candidate.reason;
  }
  std::string available;
  for (int other = LDCT_FP32; other <= LDCT_TF32; other++) {
    for (const Candidate& candidate : candidates(other)) {
      if (candidate.reason.empty()) {
        available += std::string(available.empty() ? "" : ", ") + precision_name(other);
        break;
      }
    }
  }
  throw Error(LDCT_UNSUPPORTED, std::string("the CPU engine cannot compute in ") + precision_name(precision) +
                                    " here" + reasons + "; available: " + available);
}

}  // namespace cpu
}  // namespace ldct
