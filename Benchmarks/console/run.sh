#!/usr/bin/env bash
# make console: the review console in a real Chromium, its API against what its OpenAPI file says, then its figures.
#
#   Benchmarks/console/run.sh [--screenshots FOLDER]
set -euo pipefail
cd "$(dirname "$0")/../.."
promoguard="$(swift build -c release --static-swift-stdlib --show-bin-path)/promoguard"
Benchmarks/console/browser.sh --promoguard "$promoguard" "$@"
source Benchmarks/console/install.sh
install_missing wrk=wrk
python_with schemathesis Benchmarks/console/requirements-api.txt
"$python" Benchmarks/console/api.py --promoguard "$promoguard" --schemathesis "$(dirname "$python")/schemathesis"
"$python" Benchmarks/console/figures.py --promoguard "$promoguard"
