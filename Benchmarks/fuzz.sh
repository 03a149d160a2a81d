#!/usr/bin/env bash
# Runs each libFuzzer target for the given seconds (default 60), with AddressSanitizer. What was interesting is
# kept in Benchmarks/.data/corpus; a find stops the run and is written beside it.
#
#     Benchmarks/fuzz.sh [seconds] [decoder|framing|formats|csv]
#     FUZZ_FORMAT=sls+sensors Benchmarks/fuzz.sh 600 formats
#
# The second reads lines of one format only, with a corpus of its own.
#
# A target is compiled with the sources that it feeds as one module: libFuzzer brings its own main, for which a
# package's executable has no room.
set -euo pipefail
seconds=${1:-60}
cd "$(dirname "$0")"
root=$(cd .. && pwd)
data=$PWD/.data
mkdir -p "$data/corpus"
for module in CHotPath CFormats; do
    echo "module $module { header \"$root/Sources/$module/include/$module.h\" export * }" >"$data/$module.modulemap"
done
export ASAN_OPTIONS=detect_leaks=0 SWIFT_BACKTRACE=enable=no
for target in ${2:-decoder framing formats csv}; do
    case $target in
        decoder) source=FuzzDecoder fed=("$root"/Sources/ActivityLog/*.swift "$root"/Sources/ActivityLog/Formats/*.swift) ;;
        framing) source=FuzzFraming fed=("$root"/Sources/ActivityLog/*.swift "$root"/Sources/ActivityLog/Formats/*.swift) ;;
        formats) source=FuzzFormats fed=("$root"/Sources/ActivityLog/*.swift "$root"/Sources/ActivityLog/Formats/*.swift) ;;
        csv) source=FuzzCSV fed=("$root"/Sources/RiskModel/{CSVReader,CSVWriter,TableCell}.swift) ;;
        *) echo "fuzz.sh: no target $target; there are decoder, framing, formats and csv" >&2; exit 64 ;;
    esac
    corpus=$data/corpus/$target${FUZZ_FORMAT:+-$FUZZ_FORMAT}
    if [ ! -d "$corpus" ]; then
        mkdir -p "$corpus"
        cp "Fuzz/seeds-$target"/* "$corpus/" 2>/dev/null || true
    fi
    hot=()
    for file in "$root"/Sources/CHotPath/*.c "$root"/Sources/CFormats/*.c; do
        object=$data/$target-$(basename "$file" .c).o
        clang -O2 -g -fsanitize=fuzzer-no-link,address -I "$(dirname "$file")/include" -c "$file" -o "$object"
        hot+=("$object")
    done
    swiftc -O -swift-version 6 -sanitize=fuzzer,address -parse-as-library -module-name Fuzz -D ISAL \
        -I "$root/Sources/CZlib" -I "$root/Sources/CISAL" -I "$root/Sources/CLinux" \
        -Xcc -fmodule-map-file="$data/CHotPath.modulemap" -Xcc -fmodule-map-file="$data/CFormats.modulemap" \
        "${fed[@]}" "Fuzz/$source.swift" "${hot[@]}" -lz -lisal -o "$data/fuzz-$target"
    [ "$seconds" = 0 ] && continue
    "$data/fuzz-$target" -max_total_time="$seconds" -timeout=120 -rss_limit_mb=3000 -max_len=2048 \
        -dict=Fuzz/decoder.dict -artifact_prefix="$data/$target-" -print_final_stats=1 "$corpus"
done
