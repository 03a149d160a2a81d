#!/usr/bin/env bash
# make quality: is the simulated world hard enough, and how good is the bundled model on it?
# LightGBM learns on other seeds than it is tested on, beside our model. Everything stays in Benchmarks/.data.
#
#   Benchmarks/quality/run.sh [--model FILE] [--accounts N] [--train-seeds 11,12,13] [--test-seeds 101,102]
set -euo pipefail
cd "$(dirname "$0")/../.."
source Benchmarks/python.sh
echo "quality: building promoguard for release" >&2
swift build -c release --static-swift-stdlib --product promoguard >&2
exec "$python" Benchmarks/quality/quality.py \
    --promoguard "$(swift build -c release --static-swift-stdlib --show-bin-path)/promoguard" "$@"
