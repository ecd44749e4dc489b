// Row kernels for AVX-512 (F, BW, DQ, VL).
#include "cpu/avx512.inl"
#include "cpu/rows.inl"

LDCT_ROW_KERNELS(kernels_avx512, "avx512")
