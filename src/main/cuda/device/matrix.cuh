// Tensor-core products and the loads that feed them, by a whole warp. g = lane / 4, t = lane % 4 below.
#pragma once

#include <cuda_runtime.h>

#include <cstdint>

namespace ldct::cuda {

/*
 * sum [16][8] += a [16][8 words] b [8 words][8]: 8 words deep, of two bfloat16 (the lower in k first) or one tf32 each,
 * with float32 sums. Volatile, because all lanes must take part: it may not sink into a branch that uses its result.
 *   a[0] row g, word t       a[1] row g + 8, word t       b0 word t, column g       sum[0..1] row g, columns 2t and on
 *   a[2] row g, word t + 4   a[3] row g + 8, word t + 4   b1 word t + 4, column g   sum[2..3] row g + 8
 */
__device__ __forceinline__ void multiply_add_bfloat16(float (&sum)[4], const uint32_t (&a)[4], uint32_t b0, uint32_t b1) {
  asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
      : "+f"(sum[0]), "+f"(sum[1]), "+f"(sum[2]), "+f"(sum[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
}

__device__ __forceinline__ void multiply_add_tfloat32(float (&sum)[4], const uint32_t (&a)[4], uint32_t b0,
                                                      uint32_t b1) {
  asm volatile("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
      : "+f"(sum[0]), "+f"(sum[1]), "+f"(sum[2]), "+f"(sum[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
}

// Rounds to tf32 (10 bits of mantissa), to the nearest and ties away from zero. The bits of a float32.
__device__ __forceinline__ uint32_t round_tfloat32(float value) {
  uint32_t bits;
  asm("cvt.rna.tf32.f32 %0, %1;" : "=r"(bits) : "f"(value));
  return bits;
}

/*
 * Four matrices of 8 rows of 16 bytes in shared memory; lane i gives the address of row i % 8 of matrix i / 8.
 * to[m]: word t of row g of matrix m.
 */
__device__ __forceinline__ void load_matrices(uint32_t (&to)[4], const void* row) {
  const auto address = static_cast<uint32_t>(__cvta_generic_to_shared(row));
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0,%1,%2,%3}, [%4];"
               : "=r"(to[0]), "=r"(to[1]), "=r"(to[2]), "=r"(to[3])
               : "r"(address)
               : "memory");
}

// The same for elements of 16 bits, turned: to[m] holds element g of rows 2t and 2t + 1.
__device__ __forceinline__ void load_matrices_turned(uint32_t (&to)[4], const void* row) {
  const auto address = static_cast<uint32_t>(__cvta_generic_to_shared(row));
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0,%1,%2,%3}, [%4];"
               : "=r"(to[0]), "=r"(to[1]), "=r"(to[2]), "=r"(to[3])
               : "r"(address)
               : "memory");
}

}  // namespace ldct::cuda
