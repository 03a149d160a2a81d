#!/usr/bin/env bash
# make model: fits Models/default.json on a simulated campaign in which the honest who look odd are 1.8 times as
# many, and a quarter of gangs and hubs stand at the far end of their kind, so that a model knows them well. The
# commands are written into the model.
#
#     Benchmarks/fit-default-model.sh [accounts] [seed]
set -euo pipefail
cd "$(dirname "$0")/.."
promoguard=.build/release/promoguard
accounts=${1:-240000}
seed=${2:-1}
world=Benchmarks/.data/fit-$accounts-$seed
simulate=(simulate "$world" --accounts "$accounts" --days 14 --seed "$seed" --odd-factor 1.8
    --extreme-share 0.25 --force)
mkdir -p Benchmarks/.data
"$promoguard" "${simulate[@]}"
"$promoguard" train --labels "$world/labels.csv" --groups "$world/truth.csv" "$world" \
    --output Models/default.json --name default --made-by "promoguard ${simulate[*]}"
echo "Models/default.json is new; build again to bundle it" >&2
