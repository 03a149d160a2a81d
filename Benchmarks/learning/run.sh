#!/usr/bin/env bash
# make learning: how fast and how well tables are learned, beside scikit-learn and LightGBM.
#
#   Benchmarks/learning/run.sh [--rows 1000000] [--automatic-rows 100000] [--large-rows 5000000]
set -euo pipefail
cd "$(dirname "$0")/../.."
venv=Benchmarks/.data/venv
if ! "$venv/bin/python" -c 'import lightgbm, pandas, sklearn' 2>/dev/null; then
    echo "learning: installing LightGBM, scikit-learn and pandas into $venv" >&2
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet --requirement Benchmarks/quality/requirements.txt
fi
echo "learning: building promoguard and learn-bench for release" >&2
swift build -c release --static-swift-stdlib --product promoguard >&2
swift build -c release --package-path Benchmarks --product learn-bench >&2
exec "$venv/bin/python" Benchmarks/learning/learning.py "$@"
