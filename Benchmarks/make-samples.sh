#!/usr/bin/env bash
# make samples: makes SampleLogs anew, a small campaign with a rotated series and one damaged file.
set -euo pipefail
cd "$(dirname "$0")/.."
.build/release/promoguard simulate SampleLogs --accounts 2000 --days 7 --seed 2026 --files 4 --gzip-level 9 \
    --damage --force
# What a person would have: logs and judgements, not the whole truth.
rm -f SampleLogs/truth.csv SampleLogs/losses.csv
du -sh SampleLogs >&2
