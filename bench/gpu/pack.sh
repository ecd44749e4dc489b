#!/usr/bin/env bash
# Makes what a GPU machine without Java, Maven and network needs to run bench/gpu/run.sh:
#   bench/gpu/pack.sh [FOLDER]          (default target/gpu-pack)
# FOLDER then holds the archive of the build, a Java runtime made by jlink, the native sources, and run.sh.
# WHEELS=DIR adds Python wheels for the peers (pydicom is seldom on a GPU machine).
set -euo pipefail
cd "$(dirname "$0")/../.."
out=${1:-target/gpu-pack}
limit=$((60 * 1024 * 1024))

archive=$(ls -t target/ldctbench-*-linux-x86_64.tar.gz 2>/dev/null | head -n 1)
[ -n "$archive" ] || { echo "pack.sh: no archive in target; run 'mvn package' first" >&2; exit 1; }

rm -rf "$out/jre" "$out/wheels"
mkdir -p "$out"
cp "$archive" "$out/ldctbench.tar.gz"
cp bench/gpu/run.sh "$out/"
# What the jars of the build use.
modules=java.base,java.desktop,java.logging,java.management,java.naming,java.sql,java.xml,jdk.crypto.ec,jdk.management,jdk.unsupported,jdk.zipfs
jlink --module-path "${JAVA_HOME:-$(dirname "$(dirname "$(readlink -f "$(command -v jlink)")")")}/jmods" \
  --add-modules "$modules" --strip-debug --no-header-files --no-man-pages --compress=2 --output "$out/jre"
# Plots of a run need a font and libraries that a bare machine may lack; run.sh uses these only then.
mkdir "$out/jre/drawing"
find / -xdev -name DejaVuSans.ttf -path '*fonts*' -exec cp {} "$out/jre/drawing/" \; -quit 2>/dev/null || true
fontconfig=$(ldconfig -p | sed -n 's/.*libfontconfig\.so\.1 .*=> //p' | head -n 1)
ldd "$out"/jre/lib/lib{fontmanager,awt,awt_headless,lcms,javajpeg}.so $fontconfig | sed -n 's/.*=> \(\/[^ ]*\).*/\1/p' | sort -u |
  grep -vE "^$PWD|/jre/|/lib(c|m|dl|pthread|rt|gcc_s|stdc\+\+)\.so" | xargs -r cp -Lt "$out/jre/drawing/"
[ -z "$fontconfig" ] || cp -L "$fontconfig" "$out/jre/drawing/"
tar czf "$out/jre.tar.gz" -C "$out" jre
rm -r "$out/jre"
tar czf "$out/sources.tar.gz" cppbuild.sh src/main/cpp src/main/cuda src/bench
if [ -n "${WHEELS:-}" ]; then
  mkdir "$out/wheels"
  cp "$WHEELS"/*.whl "$out/wheels/"
fi
size=$(du -sb "$out" | cut -f1)
ls -l "$out" >&2
echo "pack.sh: $out, $((size / 1024)) KiB" >&2
[ "$size" -lt "$limit" ] || { echo "pack.sh: larger than 60 MiB" >&2; exit 1; }
