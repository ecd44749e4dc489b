#!/usr/bin/env bash
# Self-test and bench on a GPU machine that has no Java, no Maven and no network, out of the folder that pack.sh made:
#   run.sh [SECTION...]
# Sections, each well below ten minutes: rebuild selftest steps predict ssim trials train (default: all but rebuild),
#   peers-steps peers-predict peers-train (where a python3 with torch is), for example: run.sh selftest steps peers-steps
# Knobs: OUT       where results go (default ./gpu-results): SECTION.jsonl, SECTION.log, results.md
#        ENGINE    cuda (default) or cpu
#        PRECISIONS, SHAPES, REPEAT, TRIALS, ITERATIONS, PEERS, PYTHON, SECONDS_A_SECTION (default 560)
#        QUICK=1   the quick self-test
#        LDCT_OWN_FONT=1  draw with the font and libraries of the pack, as on a machine that has none
#        WORK      where the pack is unpacked (default: a temporary folder, removed at the end)
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
out=${OUT:-$PWD/gpu-results}
engine=${ENGINE:-cuda}
precisions=${PRECISIONS:-$([ "$engine" = cuda ] && echo bf16,tf32,fp32 || echo fp32)}
shapes=${SHAPES:-2x32,16x64,37x45,68x92,128x128}
small_shapes=${SMALL_SHAPES:-2x32,16x64}
repeat=${REPEAT:-7}
iterations=${ITERATIONS:-1000}
python=${PYTHON:-python3}
seconds=${SECONDS_A_SECTION:-560}
IFS=' ' read -r -a peers <<<"${PEERS:-pytorch jax}"
sections=("$@")
[ ${#sections[@]} -gt 0 ] || sections=(selftest steps predict ssim trials train)

work=${WORK:-$(mktemp -d)}
if [ -z "${WORK:-}" ]; then trap 'rm -rf "$work"' EXIT; fi
mkdir -p "$out" "$work"
out=$(cd "$out" && pwd)
export LDCTBENCH_CACHE=${LDCTBENCH_CACHE:-$work/cache}

unpack() {
  [ -x "$work/jre/bin/java" ] || tar xzf "$here/jre.tar.gz" -C "$work" || exit 1
  if [ ! -d "$work/app" ]; then
    mkdir "$work/app" && tar xzf "$here/ldctbench.tar.gz" -C "$work/app" --strip-components=1 || exit 1
  fi
  export JAVA_HOME=$work/jre
  local drawing=$work/jre/drawing
  if ldd "$work/jre/lib/libfontmanager.so" | grep -q 'not found'; then
    export LD_LIBRARY_PATH=${LD_LIBRARY_PATH:+$LD_LIBRARY_PATH:}$drawing
  fi
  if [ ! -f /etc/fonts/fonts.conf ] || [ -n "${LDCT_OWN_FONT:-}" ]; then
    echo "<fontconfig><dir>$drawing</dir><cachedir>$work/fonts</cachedir></fontconfig>" >"$work/fonts.conf"
    export FONTCONFIG_FILE=$work/fonts.conf LD_LIBRARY_PATH=${LD_LIBRARY_PATH:+$LD_LIBRARY_PATH:}$drawing
  fi
}

ldctbench() { timeout "$seconds" "$work/app/bin/ldctbench" "$@"; }

# cuDNN as PyTorch's package brings it, if the system has none.
find_cudnn() {
  [ -z "${LDCT_CUDNN_PATH:-}" ] || return 0
  local folder
  folder=$("$python" -c 'import nvidia.cudnn, os; print(os.path.join(list(nvidia.cudnn.__path__)[0], "lib"))' 2>/dev/null) || return 0
  if [ -f "$folder/libcudnn.so.9" ]; then export LDCT_CUDNN_PATH=$folder; fi
}

# Python packages that were carried along.
find_wheels() {
  if ls "$here"/wheels/*.whl >/dev/null 2>&1; then
    "$python" -m pip install -q --no-index --no-deps --target "$work/site" "$here"/wheels/*.whl &&
      export PYTHONPATH=$work/site${PYTHONPATH:+:$PYTHONPATH}
  fi
}

# The CUDA library once more, by the nvcc of this machine, and into the unpacked build.
rebuild() {
  mkdir -p "$work/sources"
  tar xzf "$here/sources.tar.gz" -C "$work/sources" || return 1
  (cd "$work/sources" && timeout "$seconds" bash cppbuild.sh install) || return 1
  cp "$work"/sources/target/cppbuild/linux-x86_64/lib/*.so "$work/app/native/"
}

# One line of JSON a result, and a table in a file of its own.
bench() { tables=$((tables + 1)); ldctbench bench --engine "$engine" --json --table "$out/$section.$tables.md" --repeat "$repeat" "$@"; }

peer_options() {
  local peer
  for peer in "$@"; do echo "--peer"; echo "$peer"; done
  echo "--python"
  echo "$python"
}

run_section() {
  case "$1" in
    rebuild) rebuild ;;
    selftest) ldctbench selftest --engine "$engine" --json --table "$out/$section.1.md" ${QUICK:+--quick} ;;
    steps)
      bench train-step --precision "$precisions" --shape "$shapes"
      if [ "$engine" = cuda ]; then bench train-step --precision "$precisions" --shape "$shapes" --kernels cudnn; fi ;;
    predict) bench predict --precision "$precisions" --shape "${PREDICT_SHAPES:-1x512,8x512}" ;;
    ssim) bench ssim --shape "${SSIM_SHAPES:-64x512}" ;;
    trials) bench trials --parallel "${TRIALS:-8}" --precision "$precisions" --shape "$small_shapes" ;;
    train) bench train --precision "$precisions" --shape "${TRAIN_SHAPES:-16x64}" --iterations "$iterations" --repeat "${TRAIN_REPEAT:-3}" ;;
    peers-steps) mapfile -t with < <(peer_options "${peers[@]}")
      bench train-step --precision "$precisions" --shape "$shapes" "${with[@]}" ;;
    peers-predict) mapfile -t with < <(peer_options "${peers[@]}")
      bench predict --precision "$precisions" --shape "${PREDICT_SHAPES:-1x512,8x512}" "${with[@]}"
      mapfile -t with < <(peer_options pytorch)
      bench ssim --shape "${SSIM_SHAPES:-64x512}" "${with[@]}" ;;
    peers-train) mapfile -t with < <(peer_options standin)
      bench train --precision fp32 --shape "${TRAIN_SHAPES:-16x64}" --iterations "$iterations" --repeat "${TRAIN_REPEAT:-3}" "${with[@]}" ;;
    *) echo "run.sh: no section '$1'" >&2; return 2 ;;
  esac
}

unpack
find_cudnn
find_wheels
"$work/app/bin/ldctbench" info --json >"$out/info.json" 2>"$out/info.log"
nvidia-smi >"$out/nvidia-smi.txt" 2>&1 || true

failed=0
for section in "${sections[@]}"; do
  echo "run.sh: $section" >&2
  start=$SECONDS
  tables=0
  rm -f "$out/$section".*.md
  run_section "$section" >"$out/$section.jsonl" 2>"$out/$section.log"
  code=$?
  [ $code = 0 ] || { failed=1; tail -n 3 "$out/$section.log" >&2; }
  echo "run.sh: $section ended with $code after $((SECONDS - start)) s" | tee -a "$out/$section.log" >&2
done
for section in selftest steps predict ssim trials train peers-steps peers-predict peers-train; do
  for file in "$out/$section".[0-9].md; do
    if [ -f "$file" ]; then printf '\n## %s\n\n' "$section" && cat "$file"; fi
  done
done >"$out/results.md"
cat "$out/results.md"
exit $failed
