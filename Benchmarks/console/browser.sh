#!/usr/bin/env bash
# make browser: the review console in a real Chromium; installs what is missing.
#
#   Benchmarks/console/browser.sh --promoguard PROGRAM [--screenshots FOLDER] [--only screenshots] [--without-training]
set -euo pipefail
cd "$(dirname "$0")/../.."
source Benchmarks/console/install.sh
install_missing chromium=chromium chromedriver=chromium-driver fc-list=fontconfig
# Without a font for them Chinese words are boxes, and take another width.
fc-list | grep -i 'noto.*cjk' >/dev/null || install fonts-noto-cjk
python_with selenium Benchmarks/console/requirements.txt
"$python" Benchmarks/console/console.py "$@"
