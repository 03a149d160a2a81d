#!/usr/bin/env bash
# make console: the review console in a real Chromium, its API against what its OpenAPI file says, then its figures.
#
#   Benchmarks/console/run.sh [--screenshots FOLDER]
set -euo pipefail
cd "$(dirname "$0")/../.."
missing=()
command -v chromium >/dev/null || missing+=(chromium)
command -v chromedriver >/dev/null || missing+=(chromium-driver)
command -v wrk >/dev/null || missing+=(wrk)
fc-list 2>/dev/null | grep -qi 'noto.*cjk' || missing+=(fonts-noto-cjk)
if [ ${#missing[@]} -gt 0 ]; then
    echo "console: installing ${missing[*]}" >&2
    as_root=()
    [ "$(id -u)" -eq 0 ] || as_root=(sudo)
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends "${missing[@]}" >&2
fi
venv=Benchmarks/.data/console-venv
if ! "$venv/bin/python" -c 'import selenium, schemathesis' 2>/dev/null; then
    echo "console: installing selenium and schemathesis into $venv" >&2
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet --requirement Benchmarks/console/requirements.txt
fi
promoguard="$(swift build -c release --static-swift-stdlib --show-bin-path)/promoguard"
"$venv/bin/python" Benchmarks/console/console.py --promoguard "$promoguard" "$@"
"$venv/bin/python" Benchmarks/console/api.py --promoguard "$promoguard" --schemathesis "$venv/bin/schemathesis"
"$venv/bin/python" Benchmarks/console/figures.py --promoguard "$promoguard"
