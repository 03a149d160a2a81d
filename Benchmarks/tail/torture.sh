#!/usr/bin/env bash
# make torture: plays rotations, cut files, crashes and clocks at random, thousands of times: the follower of logs
# against a plain read, and the whole tail against the database of `score`. A difference names its seed.
#
#     Benchmarks/tail/torture.sh [seeds of the follower, 5000] [seeds of the tail, 1000] [first seed, 1000]
set -euo pipefail
cd "$(dirname "$0")/../.."
follow=${1:-5000} tail=${2:-1000} first=${3:-1000}
swift build --build-tests >&2
echo "the follower, seeds $first to $((first + follow - 1))"
FOLLOW_SEEDS=$follow FOLLOW_FIRST_SEED=$first \
    swift test --skip-build --disable-xctest --filter FollowModelTests
echo "the tail, seeds $first to $((first + tail - 1))"
TAIL_SEEDS=$tail TAIL_FIRST_SEED=$first \
    swift test --skip-build --disable-xctest --filter TailModelTests
