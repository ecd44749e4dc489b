#!/usr/bin/env bash
# Self-test and bench on a GPU machine that has no Java, no Maven and no network, out of the folder that pack.sh made:
#   run.sh [SECTION...]
# Sections: selftest steps trials ssim predict train (default: these)
#   peaks peers-steps peers-predict peers-train (where a python3 with torch is)
#   kernels (where ncu is), sanitize (where compute-sanitizer is), rebuild (where g++ and nvcc are)
# Results go to two files of $OUT, brought up to date while a section runs: results.md has all tables,
# results.tar.gz logs and JSON lines. A later run with the same $OUT adds to them.
# Knobs: OUT       default ./gpu-results
#        LIMIT     seconds for everything: sections share what is left, those with nothing left are named
#        SECONDS_A_SECTION  at most (default 560)
#        ENGINE    cuda (default) or cpu
#        PRECISIONS, SHAPES, REPEAT, TRIALS, ITERATIONS, PEERS, PEER_PRECISIONS, PYTHON
#        QUICK=1   the quick self-test
#        LDCT_OWN_FONT=1  draw with the font and libraries of the pack, as on a machine that has none
#        WORK      where the pack is unpacked (default: a temporary folder, removed at the end)
set -uo pipefail
began=$SECONDS
here=$(cd "$(dirname "$0")" && pwd)
out=${OUT:-$PWD/gpu-results}
engine=${ENGINE:-cuda}
precisions=${PRECISIONS:-$([ "$engine" = cuda ] && echo bf16,tf32,fp32 || echo fp32)}
peer_precisions=${PEER_PRECISIONS:-$precisions}
shapes=${SHAPES:-2x32,16x64,68x92,128x128,37x45}
small_shapes=${SMALL_SHAPES:-2x32,16x64}
repeat=${REPEAT:-7}
iterations=${ITERATIONS:-1000}
python=${PYTHON:-python3}
seconds=${SECONDS_A_SECTION:-560}
limit=${LIMIT:-}
IFS=' ' read -r -a peers <<<"${PEERS:-pytorch jax}"
sections=("$@")
[ ${#sections[@]} -gt 0 ] || sections=(selftest steps trials ssim predict train)
order=(selftest steps trials ssim predict train peaks peers-steps peers-predict peers-train kernels sanitize rebuild)
for section in "${sections[@]}"; do
  case " ${order[*]} " in
    *" $section "*) ;;
    *) echo "run.sh: no section '$section'; there are: ${order[*]}" >&2; exit 2 ;;
  esac
done

work=${WORK:-$(mktemp -d)}
raw=$work/results
mkdir -p "$out" "$raw" || exit 1
out=$(cd "$out" && pwd)
export LDCTBENCH_CACHE=${LDCTBENCH_CACHE:-$work/cache}
[ ! -f "$out/results.tar.gz" ] || tar xzf "$out/results.tar.gz" -C "$raw"

# Both files of $out anew, each replaced whole.
publish() {
  local section file
  {
    echo "# Results"
    echo
    head -n 20 "$raw/machine.txt" 2>/dev/null
    for section in "${order[@]}"; do
      for file in "$raw/$section".*.md; do
        if [ -f "$file" ]; then printf '\n## %s\n\n' "$section" && cat "$file"; fi
      done
      if [ -f "$raw/$section.end" ]; then printf '\n' && cat "$raw/$section.end"; fi
    done
  } >"$out/.results.md" && mv "$out/.results.md" "$out/results.md"
  tar czf "$out/.results.tar.gz" -C "$raw" . && mv "$out/.results.tar.gz" "$out/results.tar.gz"
}

publisher=
finish() {
  if [ -n "$publisher" ]; then kill "$publisher" 2>/dev/null; wait "$publisher" 2>/dev/null; fi
  publish
  if [ -z "${WORK:-}" ]; then rm -rf "$work"; fi
}
trap finish EXIT
trap 'exit 143' TERM INT

# Seconds that the section may still take.
left() {
  local seconds_left=$((section_end - SECONDS))
  if [ -n "$limit" ] && [ $((began + limit - SECONDS)) -lt "$seconds_left" ]; then
    seconds_left=$((began + limit - SECONDS))
  fi
  echo $((seconds_left > 1 ? seconds_left : 1))
}

# A command that is stopped when the section's time is up.
limited() {
  timeout -k 5 "$(left)" "$@"
  local code=$?
  case $code in 124 | 137) stopped=1 ;; esac
  return $code
}
ldctbench() { limited "$work/app/bin/ldctbench" "$@"; }

unpack() {
  [ -x "$work/jre/bin/java" ] || tar xzf "$here/jre.tar.gz" -C "$work" || exit 1
  if [ ! -d "$work/app" ]; then
    mkdir "$work/app" && tar xzf "$here/ldctbench.tar.gz" -C "$work/app" --strip-components=1 || exit 1
  fi
  export JAVA_HOME=$work/jre
  # Python keeps the libraries that it has, whatever Java gets.
  printf '#!/bin/sh\nexport LD_LIBRARY_PATH="%s"\n[ -n "$LD_LIBRARY_PATH" ] || unset LD_LIBRARY_PATH\nexec "%s" "$@"\n' \
    "${LD_LIBRARY_PATH:-}" "$python" >"$work/python" && chmod +x "$work/python"
  python=$work/python
  local drawing=$work/jre/drawing
  if ldd "$work/jre/lib/libfontmanager.so" 2>/dev/null | grep -q 'not found' || [ -n "${LDCT_OWN_FONT:-}" ]; then
    add_libraries "$drawing"
  fi
  if [ ! -f /etc/fonts/fonts.conf ] || [ -n "${LDCT_OWN_FONT:-}" ]; then
    echo "<fontconfig><dir>$drawing</dir><cachedir>$work/fonts</cachedir></fontconfig>" >"$work/fonts.conf"
    export FONTCONFIG_FILE=$work/fonts.conf
    add_libraries "$drawing"
  fi
}

add_libraries() { export LD_LIBRARY_PATH=${LD_LIBRARY_PATH:+$LD_LIBRARY_PATH:}$1; }

# cuDNN as PyTorch's package brings it, if nothing else is named; it opens cuBLAS and others by their names.
find_cudnn() {
  [ -z "${LDCT_CUDNN_PATH:-}" ] || return 0
  local folders
  folders=$("$python" -c 'import glob, nvidia
print(":".join(f for p in nvidia.__path__ for f in sorted(glob.glob(p + "/*/lib"))))' 2>/dev/null) || return 0
  case ":$folders" in
    *:*/cudnn/lib*)
      LDCT_CUDNN_PATH=$(tr : '\n' <<<"$folders" | grep '/cudnn/lib$' | head -n 1)
      [ -f "$LDCT_CUDNN_PATH/libcudnn.so.9" ] || { unset LDCT_CUDNN_PATH; return 0; }
      export LDCT_CUDNN_PATH
      add_libraries "$folders" ;;
  esac
}

# Python packages that were carried along.
find_wheels() {
  if ls "$here"/wheels/*.whl >/dev/null 2>&1; then
    "$python" -m pip install -q --no-index --no-deps --target "$work/site" "$here"/wheels/*.whl &&
      export PYTHONPATH=$work/site${PYTHONPATH:+:$PYTHONPATH}
  fi
}

# What the numbers are from.
describe() {
  "$work/app/bin/ldctbench" info --json >"$raw/info.json" 2>"$raw/info.log"
  nvidia-smi >"$raw/nvidia-smi.txt" 2>&1
  {
    nvidia-smi --query-gpu=name,driver_version,memory.total,clocks.max.sm --format=csv,noheader 2>/dev/null
    sed -n 's/^model name[^:]*: *//p' /proc/cpuinfo | sort | uniq -c | head -n 2
    date -u +%Y-%m-%d
  } >"$raw/machine.txt"
}

# The native libraries once more, by the compilers of this machine, and into the unpacked build.
rebuild() {
  mkdir -p "$work/sources"
  tar xzf "$here/sources.tar.gz" -C "$work/sources" || return 1
  (cd "$work/sources" && limited bash cppbuild.sh install) || return 1
  cp "$work"/sources/target/cppbuild/linux-x86_64/lib/*.so "$work/app/native/"
}

# One line of JSON a result, and a table in a file of its own.
bench() {
  tables=$((tables + 1))
  ldctbench bench --engine "$engine" --json --table "$raw/$section.$tables.md" --repeat "$repeat" "$@"
}

peer_options() {
  local peer
  for peer in "$@"; do echo "--peer"; echo "$peer"; done
  echo "--python"
  echo "$python"
}

# A kernel that takes the device down hides what the others do: then each precision has a process of its own.
selftest() {
  local code precision
  ldctbench selftest --engine "$engine" --json --table "$raw/$section.1.md" ${QUICK:+--quick}
  code=$?
  if [ $code != 0 ] && grep -q 'device_lost' "$raw/$section.jsonl"; then
    tables=1
    for precision in fp32 tf32 bf16; do
      tables=$((tables + 1))
      ldctbench selftest --engine "$engine" --json --table "$raw/$section.$tables.md" --quick --kernels tuned --precision "$precision"
    done
  fi
  return $code
}

# What the device can do at most by the libraries of others.
peaks() { limited "$python" "$work/app/bench/peers/pytorch_peaks.py" --table "$raw/$section.1.md"; }

# Times of single kernels, beside what they reach of the device's limits.
kernels() {
  local shape precision
  for shape in ${KERNEL_SHAPES:-2x32 128x128}; do
    for precision in ${precisions//,/ }; do
      echo "kernels: $precision $shape" >&2
      LDCT_CUDA_GRAPH=off limited ncu --target-processes all --clock-control none --kernel-name-base function \
        --launch-skip 30 --launch-count 24 --kill yes --csv --page raw --log-file "$raw/$section.$shape.$precision.csv" \
        --metrics gpu__time_duration.sum,dram__bytes.sum,dram__throughput.avg.pct_of_peak_sustained_elapsed,sm__throughput.avg.pct_of_peak_sustained_elapsed,sm__warps_active.avg.pct_of_peak_sustained_active,l1tex__data_bank_conflicts_pipe_lsu_mem_shared.sum \
        "$work/app/bin/ldctbench" bench train-step --engine "$engine" --precision "$precision" --shape "$shape" --repeat 1
      tables=$((tables + 1))
      {
        echo "$precision $shape, one launch after the other (\`ncu\`)"
        echo
        "$python" "$work/app/bench/peers/ncu_table.py" "$raw/$section.$shape.$precision.csv"
      } >"$raw/$section.$tables.md"
    done
  done
}

# The smallest step of every precision, prediction and SSIM under each of the tool's checks.
sanitize() {
  local tool what failed=0
  printf '| check | of | result |\n|---|---|---|\n' >"$raw/$section.1.md"
  for tool in memcheck racecheck initcheck synccheck; do
    for what in "train-step 2x19 $precisions" "predict 1x19 $precisions" "ssim 2x19 fp32"; do
      read -r kind shape which <<<"$what"
      LDCT_CUDA_GRAPH=off limited compute-sanitizer --tool "$tool" --target-processes all --error-exitcode 99 \
        "$work/app/bin/ldctbench" bench "$kind" --engine "$engine" --precision "$which" --shape "$shape" --repeat 1 \
        >"$raw/$section.$tool.$kind.log" 2>&1
      code=$?
      [ $code = 0 ] || failed=1
      printf '| %s | %s | %s |\n' "$tool" "$what" "$(grep -E 'ERROR SUMMARY|RACECHECK SUMMARY' "$raw/$section.$tool.$kind.log" |
        tail -n 1 | sed 's/=* *//'), ended with $code" >>"$raw/$section.1.md"
    done
  done
  return $failed
}

run_section() {
  local failed=0 precision
  case "$1" in
    rebuild) rebuild ;;
    selftest) selftest ;;
    steps)
      bench train-step --precision "$precisions" --shape "$shapes" || failed=1
      if [ "$engine" = cuda ]; then bench train-step --precision "$precisions" --shape "$shapes" --kernels cudnn || failed=1; fi
      return $failed ;;
    predict) bench predict --precision "$precisions" --shape "${PREDICT_SHAPES:-1x512,8x512}" ;;
    ssim) bench ssim --shape "${SSIM_SHAPES:-64x512}" ;;
    trials) bench trials --parallel "${TRIALS:-8}" --precision "$precisions" --shape "$small_shapes" ;;
    train) bench train --precision "$precisions" --shape "${TRAIN_SHAPES:-16x64}" --iterations "$iterations" --repeat "${TRAIN_REPEAT:-3}" ;;
    peaks) peaks ;;
    peers-steps) # compiling takes PyTorch most of the time: what matters most comes first
      mapfile -t with < <(peer_options "${peers[@]}")
      for precision in ${peer_precisions//,/ }; do
        bench train-step --precision "$precision" --shape "$shapes" "${with[@]}" || failed=1
      done
      return $failed ;;
    peers-predict)
      mapfile -t with < <(peer_options pytorch)
      bench ssim --shape "${SSIM_SHAPES:-64x512}" --repeat 2 "${with[@]}" || failed=1
      mapfile -t with < <(peer_options "${peers[@]}")
      bench predict --precision "$peer_precisions" --shape "${PREDICT_SHAPES:-1x512,8x512}" "${with[@]}" || failed=1
      return $failed ;;
    peers-train) mapfile -t with < <(peer_options standin)
      bench train --precision fp32 --shape "${TRAIN_SHAPES:-16x64}" --iterations "$iterations" --repeat "${TRAIN_REPEAT:-3}" "${with[@]}" ;;
    kernels) kernels ;;
    sanitize) sanitize ;;
  esac
}

unpack
find_cudnn
find_wheels
describe
(while sleep "${PUBLISH_EVERY:-20}"; do publish; done) &
publisher=$!

failed=0
for section in "${sections[@]}"; do
  start=$SECONDS
  section_end=$((start + seconds))
  if [ -n "$limit" ] && [ $((began + limit - start)) -lt 15 ]; then
    echo "$section: not begun, the time was up" | tee "$raw/$section.end" >&2
    failed=1
    continue
  fi
  echo "run.sh: $section" >&2
  tables=0
  stopped=
  rm -f "$raw/$section".*
  run_section "$section" >"$raw/$section.jsonl" 2>"$raw/$section.log"
  code=$?
  if [ $code = 0 ]; then
    result="ended well"
  elif [ -n "$stopped" ]; then
    result="was stopped, the time was up"
  else
    result="ended with $code: $(tail -n 1 "$raw/$section.log")"
  fi
  [ $code = 0 ] || { failed=1; tail -n 3 "$raw/$section.log" >&2; }
  echo "$section $result, after $((SECONDS - start)) s" | tee "$raw/$section.end" >&2
done
finish
trap - EXIT
cat "$out/results.md"
exit $failed
