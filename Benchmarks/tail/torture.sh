#!/usr/bin/env bash
# make torture: plays rotations, cut files, crashes and clocks at random, thousands of times: the follower of logs
# against a plain read, and the whole tail against the database of `score`. A difference names its seed. The tests are
# built optimised, and the plays are in memory where there is a /dev/shm.
#
#     Benchmarks/tail/torture.sh [seeds of the follower, 5000] [seeds of the tail, 5000] [first seed, 1000]
set -euo pipefail
cd "$(dirname "$0")/../.."
follow=${1:-5000} tail=${2:-5000} first=${3:-1000} lot=500
[ -w /dev/shm ] && export TMPDIR=/dev/shm
swift_test=(--configuration release --scratch-path .build/torture -Xswiftc -enable-testing)
swift build --build-tests "${swift_test[@]}" >&2

# Plays so many seeds of a suite by the lot, so that one can see how far it is.
play() {
    local suite=$1 prefix=$2 end=$((first + $3)) from
    for ((from = first; from < end; from += lot)); do
        local count=$((end - from < lot ? end - from : lot))
        echo "$suite, seeds $from to $((from + count - 1))"
        env "${prefix}_SEEDS=$count" "${prefix}_FIRST_SEED=$from" \
            swift test --skip-build --disable-xctest "${swift_test[@]}" --filter "$suite"
    done
}
play FollowModelTests FOLLOW "$follow"
play TailModelTests TAIL "$tail"
