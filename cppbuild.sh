#!/usr/bin/env bash
# Builds the native side into target/cppbuild/<platform>/{include,lib,bin}, by JavaCPP's conventions.
#   cppbuild.sh [-platform linux-x86_64] [install|test|bench|clean]
# install  libldct.so (API and CPU engine); libldct_cuda.so as well where nvcc is found
# test     the native tests, under the address and undefined-behaviour sanitizers
# bench    prints median times of the engine (bench fp32 2 = precision and threads)
# clean    removes what the others made
# Knobs: CXX, NVCC, JOBS, LDCT_CUDA=off (leave the CUDA engine out)
set -euo pipefail
cd "$(dirname "$0")"

platform=linux-x86_64
command=install
while [ $# -gt 0 ]; do
  case "$1" in
    -platform) platform=${2:?-platform needs a value}; shift 2 ;;
    install | test | clean) command=$1; shift ;;
    bench) command=$1; shift; break ;;
    *) sed -n '2,8p' "$0" | cut -c3- >&2; exit 2 ;;
  esac
done
if [ "$platform" != linux-x86_64 ]; then
  echo "cppbuild.sh: platform '$platform' is not supported; use linux-x86_64" >&2
  exit 2
fi

cxx=${CXX:-g++}
jobs=${JOBS:-$(nproc)}
src=src/main/cpp
out=target/cppbuild/$platform

# Instruction sets are chosen per file by its suffix; everything else runs on any x86-64.
# No -ffast-math anywhere: the same bits on every machine of one instruction set. Nobody reads errno after a
# square root, and the check would keep it out of vector registers.
# -Wno-...uninitialized: GCC 12 warns about the undefined sources inside its own intrinsics.
isa_flags() {
  case "$1" in
    *_amx.cpp) echo "-Wno-uninitialized -Wno-maybe-uninitialized -mprefer-vector-width=512 -mavx512f -mavx512bw -mavx512dq -mavx512vl -mavx512bf16 -mfma -mamx-tile -mamx-bf16" ;;
    *_avx512.cpp) echo "-Wno-uninitialized -Wno-maybe-uninitialized -mprefer-vector-width=512 -mavx512f -mavx512bw -mavx512dq -mavx512vl -mfma" ;;
    *_avx2.cpp) echo "-mavx2 -mfma" ;;
    *) echo "-march=x86-64" ;;
  esac
}

warnings="-Wall -Wextra -Wshadow -Wconversion -Wno-sign-conversion -Wno-psabi -Werror"
common="-std=c++17 -fPIC -fno-math-errno -fvisibility=hidden -ffp-contract=off -pthread -I$src -I$src/include $warnings"

# compile SOURCE OBJECT FLAGS...: only if the object is older than its source, a header or this script
compile() {
  local source=$1 object=$2
  shift 2
  if [ -f "$object" ] && [ -z "$(find "$source" src/main/cpp src/test/cpp cppbuild.sh \
      \( -path "$source" -o -name '*.h' -o -name '*.inl' -o -name cppbuild.sh \) -newer "$object" -print -quit)" ]; then
    return 0
  fi
  mkdir -p "$(dirname "$object")"
  # shellcheck disable=SC2046,SC2086
  $cxx $common $(isa_flags "$source") "$@" -c "$source" -o "$object.part"
  mv "$object.part" "$object"
}

# compile_all DIRECTORY FLAGS... -- SOURCE...: as many at once as there are cores
compile_all() {
  local directory=$1 flags=() running=0 failed=0
  shift
  while [ "$1" != -- ]; do flags+=("$1"); shift; done
  shift
  objects=()
  for source in "$@"; do
    local object=$directory/${source%.cpp}.o
    objects+=("$object")
    compile "$source" "$object" "${flags[@]}" &
    running=$((running + 1))
    if [ "$running" -ge "$jobs" ]; then
      wait -n || failed=1
      running=$((running - 1))
    fi
  done
  while [ "$running" -gt 0 ]; do
    wait -n || failed=1
    running=$((running - 1))
  done
  [ "$failed" = 0 ] || { echo "cppbuild.sh: compiling failed" >&2; exit 1; }
}

sources() { find "$@" -name '*.cpp' | LC_ALL=C sort; }

build_cpu() {
  # shellcheck disable=SC2046
  compile_all "$out/obj" -O3 -- $(sources $src)
  mkdir -p "$out/lib" "$out/include"
  cp "$src/include/ldct.h" "$out/include/"
  $cxx -shared -pthread -Wl,-soname,libldct.so -Wl,--no-undefined \
    -Wl,--version-script=$src/exports.map -o "$out/lib/libldct.so.part" "${objects[@]}" -ldl
  mv "$out/lib/libldct.so.part" "$out/lib/libldct.so"
}

find_nvcc() {
  if [ "${LDCT_CUDA:-on}" = off ]; then return 1; fi
  if [ -n "${NVCC:-}" ]; then echo "$NVCC"; return 0; fi
  command -v nvcc || { [ -x /usr/local/cuda/bin/nvcc ] && echo /usr/local/cuda/bin/nvcc; }
}

build_cuda() {
  local nvcc
  if ! nvcc=$(find_nvcc); then
    echo "cppbuild.sh: no nvcc, leaving the CUDA engine out" >&2
    rm -f "$out/lib/libldct_cuda.so"
    return 0
  fi
  local library=$out/lib/libldct_cuda.so
  if [ -f "$library" ] && [ -z "$(find src/main/cuda src/main/cpp cppbuild.sh -newer "$library" -type f -print -quit)" ]; then
    return 0
  fi
  "$nvcc" -shared -std=c++17 -O3 -cudart static \
    -gencode arch=compute_80,code=sm_80 -gencode arch=compute_90,code=sm_90 \
    -gencode arch=compute_100,code=sm_100 -gencode arch=compute_100,code=compute_100 \
    -Xcompiler -fPIC,-fvisibility=hidden,-Wall,-Wextra -Werror all-warnings \
    -I$src -I$src/include -Isrc/main/cuda -o "$library.part.so" $(find src/main/cuda -name '*.cu' | LC_ALL=C sort)
  mv "$library.part.so" "$library"
}

# libldct.so looks for the CUDA library in its own folder, and JavaCPP copies only what it links.
install_cuda() {
  mkdir -p target/native
  if [ -f "$out/lib/libldct_cuda.so" ]; then
    cp -p "$out/lib/libldct_cuda.so" target/native/
  else
    rm -f target/native/libldct_cuda.so
  fi
}

run_tests() {
  # shellcheck disable=SC2046
  compile_all "$out/sanitized" -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer \
    -Isrc/test/cpp -Wno-conversion -- $(sources $src) $(sources src/test/cpp)
  mkdir -p "$out/bin"
  $cxx -pthread -fsanitize=address,undefined -o "$out/bin/ldct_tests" "${objects[@]}" -ldl
  "$out/bin/ldct_tests"
}

run_bench() {
  build_cpu
  mkdir -p "$out/bin"
  $cxx -std=c++17 -O2 -Isrc/main/cpp/include -o "$out/bin/ldct_bench" src/bench/cpp/bench.cpp -L"$out/lib" -lldct \
    -Wl,-rpath,'$ORIGIN/../lib'
  "$out/bin/ldct_bench" "$@"
}

case "$command" in
  install) build_cpu; build_cuda; install_cuda ;;
  test) run_tests ;;
  bench) run_bench "$@" ;;
  clean) rm -rf "$out" ;;
esac
