// Tensor-core products and the loads that feed them, by a whole warp. g = lane / 4, t = lane % 4 below.
#pragma once

#include <cuda_runtime.h>

#include <cstdint>

namespace ldct::cuda {

/*
 * sum [16][8] += a [16][16] b [16][8], bfloat16 with float32 sums. A register holds two neighbours in k, the lower first:
 *   a[0] row g, k 2t       a[1] row g + 8, k 2t       b[0] k 2t, column g         sum[0..1] row g, columns 2t, 2t + 1
 *   a[2] row g, k 2t + 8   a[3] row g + 8, k 2t + 8   b[1] k 2t + 8, column g     sum[2..3] row g + 8
 */
__device__ __forceinline__ void multiply_add(float (&sum)[4], const uint32_t (&a)[4], uint32_t b0, uint32_t b1) {
  asm("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
      : "+f"(sum[0]), "+f"(sum[1]), "+f"(sum[2]), "+f"(sum[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
}

/*
 * Four matrices of 8 rows of 16 bytes in shared memory; lane i gives the address of row i % 8 of matrix i / 8.
 * to[m]: elements 2t and 2t + 1 of row g of matrix m.
 */
__device__ __forceinline__ void load_matrices(uint32_t (&to)[4], const void* row) {
  const auto address = static_cast<uint32_t>(__cvta_generic_to_shared(row));
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0,%1,%2,%3}, [%4];"
               : "=r"(to[0]), "=r"(to[1]), "=r"(to[2]), "=r"(to[3])
               : "r"(address)
               : "memory");
}

// The same, turned: to[m] holds element g of rows 2t and 2t + 1.
__device__ __forceinline__ void load_matrices_turned(uint32_t (&to)[4], const void* row) {
  const auto address = static_cast<uint32_t>(__cvta_generic_to_shared(row));
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0,%1,%2,%3}, [%4];"
               : "=r"(to[0]), "=r"(to[1]), "=r"(to[2]), "=r"(to[3])
               : "r"(address)
               : "memory");
}

}  // namespace ldct::cuda
