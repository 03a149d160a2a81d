#!/usr/bin/env bash
# make bench: how fast, in how much memory. Ratios are against gzip -dc of the same file in the same run.
#
#     Benchmarks/bench.sh [--accounts 400000] [--days 13] [--runs 3] [--skip-decode]
#
# The worlds are made once and kept in Benchmarks/.data.
set -euo pipefail
cd "$(dirname "$0")/.."
swift build -c release --static-swift-stdlib --product promoguard >&2
exec python3 Benchmarks/bench.py \
    --promoguard "$(swift build -c release --static-swift-stdlib --show-bin-path)/promoguard" "$@"
