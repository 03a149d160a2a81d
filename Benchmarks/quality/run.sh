#!/usr/bin/env bash
# make quality: is the simulated world hard enough, and how good is the bundled model on it?
# LightGBM learns on other seeds than it is tested on, beside our model. Everything stays in Benchmarks/.data.
#
#   Benchmarks/quality/run.sh [--model FILE] [--accounts N] [--train-seeds 11,12,13] [--test-seeds 101,102]
set -euo pipefail
cd "$(dirname "$0")/../.."
venv=Benchmarks/.data/venv
if ! "$venv/bin/python" -c 'import lightgbm, pandas, sklearn' 2>/dev/null; then
    echo "quality: installing LightGBM, scikit-learn and pandas into $venv" >&2
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet --requirement Benchmarks/quality/requirements.txt
fi
echo "quality: building promoguard for release" >&2
swift build -c release --static-swift-stdlib --product promoguard >&2
exec "$venv/bin/python" Benchmarks/quality/quality.py \
    --promoguard "$(swift build -c release --static-swift-stdlib --show-bin-path)/promoguard" "$@"
