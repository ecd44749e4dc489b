#!/usr/bin/env bash
# Builds the native side into target/cppbuild/<platform>/{include,lib,bin}, by JavaCPP's conventions.
#   cppbuild.sh [-platform linux-x86_64] [install|test|emulate|resources|bench|scaling|clean]
# install    libldct.so (API and CPU engine); libldct_cuda.so as well where nvcc is found
# test       the native tests, under the address and undefined-behaviour sanitizers; CUDA kernels run on the host
#            (test adam cuda = only those with adam or cuda in their names)
# emulate    target/emulated: the native libraries with a CUDA engine whose device is the host, for tests without a GPU
# resources  registers, shared memory and spills of every CUDA kernel, compared with docs/cuda-resources.txt;
#            resources update writes that file
# bench      prints median times of the engine (bench fp32 2 = precision and threads)
# scaling    prints what several threads gain, beside independent trainers at once (scaling 2 2x32 = threads and shapes)
# clean      removes what the others made
# Knobs: CXX, NVCC, JOBS, LDCT_CUDA=off (leave the CUDA engine out)
set -euo pipefail
cd "$(dirname "$0")"

platform=linux-x86_64
command=install
while [ $# -gt 0 ]; do
  case "$1" in
    -platform) platform=${2:?-platform needs a value}; shift 2 ;;
    install | emulate | clean) command=$1; shift ;;
    bench | resources | scaling | test) command=$1; shift; break ;;
    *) sed -n '2,13p' "$0" | cut -c3- >&2; exit 2 ;;
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
    *_avx512bf16.cpp) echo "-Wno-uninitialized -Wno-maybe-uninitialized -mprefer-vector-width=512 -mavx512f -mavx512bw -mavx512dq -mavx512vl -mavx512bf16 -mfma" ;;
    *_avx512.cpp) echo "-Wno-uninitialized -Wno-maybe-uninitialized -mprefer-vector-width=512 -mavx512f -mavx512bw -mavx512dq -mavx512vl -mfma" ;;
    *_avx2.cpp) echo "-mavx2 -mfma -falign-loops=32 -falign-functions=32" ;;
    *) echo "-march=x86-64" ;;
  esac
}

warnings="-Wall -Wextra -Wshadow -Wconversion -Wno-sign-conversion -Wno-psabi -Werror"
common="-std=c++17 -fPIC -fno-math-errno -fvisibility=hidden -ffp-contract=off -pthread -I$src -I$src/include $warnings"

# CUDA sources: the same for the device and, in front of them an emulation of CUDA's headers, for the host.
# Code that must give the CPU's bits does without fused multiply-add, by its suffix.
cuda_includes="-Isrc/main/cuda -I$src -I$src/include"
emulation="-x c++ -Isrc/test/cuda/emulation $cuda_includes -Wno-conversion -Wno-unknown-pragmas"
architectures=(-gencode "arch=compute_80,code=sm_80" -gencode "arch=compute_90,code=sm_90"
  -gencode "arch=compute_100,code=sm_100" -gencode "arch=compute_100,code=compute_100")
nvcc_flags() {
  echo "-std=c++17 -O3 --expt-relaxed-constexpr $cuda_includes -Werror all-warnings"
  echo "-Xcompiler -fPIC,-fvisibility=hidden,-ffp-contract=off,-Wall,-Wextra"
  case "$1" in
    *_exact.cu) echo "-fmad=false" ;;
  esac
}

# compile COMPILER SOURCE OBJECT FLAGS...: only if the object is older than its source, a header or this script
compile() {
  local compiler=$1 source=$2 object=$3
  shift 3
  if [ -f "$object" ] && [ -z "$(find "$source" src/main/cpp src/main/cuda src/test/cpp src/test/cuda cppbuild.sh \
      \( -path "$source" -o -name '*.h' -o -name '*.hpp' -o -name '*.cuh' -o -name '*.inl' -o -name cppbuild.sh \) \
      -newer "$object" -print -quit)" ]; then
    return 0
  fi
  mkdir -p "$(dirname "$object")"
  # shellcheck disable=SC2046,SC2086
  case "$compiler" in
    host) $cxx $common $(isa_flags "$source") "$@" -c "$source" -o "$object.part" ;;
    emulation) $cxx $common "$@" $emulation -c "$source" -o "$object.part" ;;
    *) # what the assembler says of each kernel is kept for the report on resources
      "$compiler" $(nvcc_flags "$source") "$@" -Xptxas -v -c "$source" -o "$object.part" 2>"$object.ptxas" || {
        cat "$object.ptxas" >&2
        return 1
      } ;;
  esac
  mv "$object.part" "$object"
}

# compile_all COMPILER DIRECTORY FLAGS... -- SOURCE...: as many at once as there are cores; their names into objects
compile_all() {
  local compiler=$1 directory=$2 flags=() running=0 failed=0
  shift 2
  while [ "$1" != -- ]; do flags+=("$1"); shift; done
  shift
  objects=()
  for source in "$@"; do
    local object=$directory/${source%.*}.o
    objects+=("$object")
    compile "$compiler" "$source" "$object" "${flags[@]}" &
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

sources() { find "$@" -name '*.cpp' -o -name '*.cu' | LC_ALL=C sort; }

# What the CUDA library shares with the CPU engine.
shared_objects() { echo "$1/$src/engine/slice_file.o" "$1/$src/engine/update.o"; }

build_cpu() {
  # shellcheck disable=SC2046
  compile_all host "$out/obj" -O3 -- $(sources $src)
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
  # shellcheck disable=SC2046
  compile_all "$nvcc" "$out/cuda" "${architectures[@]}" -- $(sources src/main/cuda)
  # shellcheck disable=SC2046
  objects+=($(shared_objects "$out/obj"))
  if [ -f "$library" ] && [ -z "$(find "${objects[@]}" -newer "$library" -print -quit)" ]; then
    return 0
  fi
  "$nvcc" -shared "${architectures[@]}" -cudart static -Xlinker "--version-script=$src/exports.map" -o "$library.part.so" "${objects[@]}" -ldl
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

# without NAME...: the objects of the last compile_all but those of these sources
without() {
  local object name
  for object in "${objects[@]}"; do
    for name in "$@"; do
      case "$object" in */$name.o) continue 2 ;; esac
    done
    echo "$object"
  done
}

# The kernels are tested directly, the CUDA engine as a library beside the tests, as the product has it beside
# libldct.so; there a network that is cheap to emulate stands in for the hand-written one.
run_tests() {
  local flags=(-O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer) tested library
  local link=("$cxx" -pthread -fsanitize=address,undefined)
  # shellcheck disable=SC2046
  compile_all emulation "$out/sanitized" "${flags[@]}" -Isrc/test/cpp -- $(sources src/main/cuda src/test/cuda)
  mapfile -t library < <(without '*_test' tuned)
  mapfile -t tested < <(without direct_network)
  # shellcheck disable=SC2046
  compile_all host "$out/sanitized" "${flags[@]}" -Isrc/test/cpp -Wno-conversion -- $(sources $src) $(sources src/test/cpp)
  tested+=("${objects[@]}")
  mkdir -p "$out/bin/other"
  # shellcheck disable=SC2046
  "${link[@]}" -shared -Wl,-Bsymbolic -o "$out/bin/libldct_cuda.so" "${library[@]}" $(shared_objects "$out/sanitized")
  echo 'extern "C" int ldct_cuda_abi_version() { return 1; }' |
    "${link[@]}" -shared -fPIC -o "$out/bin/other/libldct_cuda.so" -x c++ -
  "${link[@]}" -rdynamic -o "$out/bin/ldct_tests" "${tested[@]}" -ldl
  compile_all emulation "$out/sanitized" "${flags[@]}" -- src/test/cudnn/cudnn_stub.cpp
  "${link[@]}" -shared -o "$out/bin/libcudnn.so.9" "${objects[@]}" # its emulated device is that of the tests
  LDCT_TEST_CUDNN=$out/bin "$out/bin/ldct_tests" "$@"
  if find_nvcc >/dev/null && [ $# = 0 ]; then resources; fi
}

emulate() {
  local folder=target/emulated
  if [ ! -f target/native/libldct.so ]; then
    echo "cppbuild.sh: run 'mvn package' first, target/native has no libraries" >&2
    exit 1
  fi
  # shellcheck disable=SC2046
  compile_all emulation "$out/emulated" -O2 -- $(sources src/main/cuda src/test/cuda/emulation)
  mkdir -p "$folder"
  cp -p target/native/*.so "$folder/"
  # shellcheck disable=SC2046
  $cxx -shared -pthread -o "$folder/libldct_cuda.so.part" "${objects[@]}" $(shared_objects "$out/obj")
  mv "$folder/libldct_cuda.so.part" "$folder/libldct_cuda.so"
  compile_all emulation "$out/emulated" -O2 -- src/test/cudnn/cudnn_stub.cpp
  $cxx -shared -pthread -o "$folder/libcudnn.so.9" "${objects[@]}" -L"$folder" -l:libldct_cuda.so -Wl,-rpath,'$ORIGIN'
}

# Architecture, registers, bytes of static shared memory, stack and spills of every kernel that nvcc built.
list_resources() {
  "$1" --version | sed -n 's/^Cuda compilation tools, /# nvcc /p'
  echo "# sm registers shared stack spilled kernel"
  find "$out/cuda" -name '*.ptxas' -exec cat {} + | awk '
    /Compiling entry function/ { split($0, quoted, "\047"); kernel = quoted[2]; sm = quoted[4] }
    /bytes stack frame/ { stack = $1; spilled = $5 + $9 }
    /Used [0-9]+ registers/ && kernel {
      registers = shared = 0
      for (i = 2; i <= NF; i++) {
        if ($i ~ /^registers/) registers = $(i - 1)
        if ($i ~ /^smem/) shared = $(i - 2)
      }
      print sm, registers, shared, stack, spilled, kernel
      kernel = ""
    }' | c++filt | sed -E 's/\(anonymous namespace\):://g; s/ void / /; s/ldct::cuda:://g; s/^([^(]*)\(.*$/\1/' |
    LC_ALL=C sort -u -k 6 -k 1,1
}

# Fails where a kernel spills, and where the numbers differ from the recorded ones of the same nvcc.
resources() {
  local nvcc recorded=docs/cuda-resources.txt current=$out/cuda-resources.txt
  nvcc=$(find_nvcc) || { echo "cppbuild.sh: resources needs nvcc" >&2; exit 1; }
  build_cpu
  build_cuda
  list_resources "$nvcc" >"$current"
  if [ "${1:-}" = update ]; then
    cp "$current" "$recorded"
  fi
  if awk '$1 !~ /^#/ && $5 > 0' "$current" | grep .; then
    echo "cppbuild.sh: the kernels above spill registers" >&2
    exit 1
  fi
  if [ "$(head -n 1 "$current")" != "$(head -n 1 "$recorded")" ]; then
    echo "cppbuild.sh: another nvcc than the recorded numbers are from; not compared"
  elif ! diff "$recorded" "$current"; then
    echo "cppbuild.sh: registers or memory changed; look at the lines above, then run cppbuild.sh resources update" >&2
    exit 1
  fi
}

# run_bench NAME ARGUMENTS...: a program of src/bench/cpp
run_bench() {
  local name=$1
  shift
  build_cpu
  mkdir -p "$out/bin"
  $cxx -std=c++17 -O2 -pthread -Isrc/main/cpp/include -o "$out/bin/ldct_$name" "src/bench/cpp/$name.cpp" -L"$out/lib" -lldct \
    -Wl,-rpath,'$ORIGIN/../lib'
  "$out/bin/ldct_$name" "$@"
}

case "$command" in
  install) build_cpu; build_cuda; install_cuda ;;
  test) run_tests "$@" ;;
  emulate) emulate ;;
  resources) resources "$@" ;;
  bench | scaling) run_bench "$command" "$@" ;;
  clean) rm -rf "$out" target/emulated ;;
esac
