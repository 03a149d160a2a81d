#!/usr/bin/env bash
# make learning: how fast and how well tables are learned, beside scikit-learn and LightGBM.
#
#   Benchmarks/learning/run.sh [--rows 1000000] [--automatic-rows 100000] [--large-rows 5000000]
set -euo pipefail
cd "$(dirname "$0")/../.."
source Benchmarks/python.sh
echo "learning: building promoguard and learn-bench for release" >&2
swift build -c release --static-swift-stdlib --product promoguard >&2
swift build -c release --package-path Benchmarks --product learn-bench >&2
exec "$python" Benchmarks/learning/learning.py "$@"
