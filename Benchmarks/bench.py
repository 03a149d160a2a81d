"""Speed and memory of `promoguard score`, beside `gzip -dc FILE >/dev/null` on the same file in the same run."""

import argparse
import glob
import os
import re
import statistics
import subprocess
import sys
import time

DATA = "Benchmarks/.data"


class Run:
    """One run of a program: wall and CPU seconds, peak resident bytes, what it said."""

    def __init__(self, arguments):
        start = time.monotonic()
        with open(f"{DATA}/stderr.txt", "w+b") as errors:
            process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=errors)
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            self.wall = time.monotonic() - start
            errors.seek(0)
            self.said = errors.read().decode()
        if process.returncode != 0:
            sys.exit(f"bench: {arguments[0]} ended with {process.returncode}: {self.said}")
        self.cpu = usage.ru_utime + usage.ru_stime
        self.peak = usage.ru_maxrss * 1024


def world(promoguard, accounts, days):
    """The path of a simulated campaign in one gzip -6 file."""
    folder = f"{DATA}/bench-{accounts}-{days}"
    logs = glob.glob(f"{folder}/*.gz")
    if not logs:
        print(f"simulating {accounts:,} accounts over {days} days", file=sys.stderr)
        subprocess.run(
            [promoguard, "simulate", folder, "--accounts", str(accounts), "--days", str(days), "--seed", "7",
             "--front-ends", "1", "--files", "1", "--gzip-level", "6"], check=True)
        logs = glob.glob(f"{folder}/*.gz")
    assert len(logs) == 1, logs
    return logs[0]


def score(promoguard, log, model):
    database = f"{DATA}/bench.sqlite"
    for name in (database, database + "-wal", database + "-shm"):
        if os.path.exists(name):
            os.remove(name)
    return Run([promoguard, "score", log, "--database", database, "--verbose"] + model)


def number(pattern, text):
    return int(re.search(pattern, text).group(1).replace(",", ""))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--promoguard", required=True)
    parser.add_argument("--accounts", type=int, default=400_000)
    parser.add_argument("--days", type=int, default=13)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--model", help="default: the bundled model")
    parser.add_argument("--skip-decode", action="store_true")
    options = parser.parse_args()
    os.makedirs(DATA, exist_ok=True)
    model = ["--model", options.model] if options.model else []
    log = world(options.promoguard, options.accounts, options.days)
    half = world(options.promoguard, options.accounts // 2, options.days)

    gzips, scores, halves = [], [], []
    for turn in range(options.runs):
        gzips.append(Run(["gzip", "-dc", log]))
        scores.append(score(options.promoguard, log, model))
        halves.append(score(options.promoguard, half, model))
        print(
            f"run {turn + 1}: gzip {gzips[-1].wall:.2f} s wall, {gzips[-1].cpu:.2f} s CPU; "
            f"score {scores[-1].wall:.2f} s wall, {scores[-1].cpu:.2f} s CPU, "
            f"{scores[-1].peak / 2**20:.0f} MiB; half the world {halves[-1].wall:.2f} s")

    def median(runs, what):
        return statistics.median(getattr(run, what) for run in runs)

    last = scores[-1]
    events = number(r"([\d,]+) events? of", last.said)
    accounts = number(r"of ([\d,]+) account", last.said)
    entities = number(r"([\d,]+) entit", last.said)
    half_events = number(r"([\d,]+) events? of", halves[-1].said)
    lines = int(subprocess.run(f"gzip -dc {log} | wc -c", shell=True, capture_output=True, check=True).stdout)
    wall = median(scores, "wall")
    print()
    print(last.said.strip())
    print()
    print(f"{'what':42} {'figure':>12}  aim")
    rows = [
        ("events", f"{events:,}", ""),
        ("accounts", f"{accounts:,}", ""),
        ("bytes a line", f"{lines / events:.0f}", "about 390"),
        ("wall time / gzip -dc", f"{wall / median(gzips, 'wall'):.2f}", "at most 0.60"),
        ("CPU time / gzip -dc", f"{median(scores, 'cpu') / median(gzips, 'cpu'):.2f}", "at most 0.90"),
        ("events a second, wall", f"{events / wall:,.0f}", ""),
        ("peak memory, MiB", f"{median(scores, 'peak') / 2**20:.0f}", ""),
        ("entities held at the end", f"{entities:,}", ""),
        ("peak memory, bytes an entity", f"{median(scores, 'peak') / entities:.0f}", "at most 350"),
        ("events against half the world", f"{events / half_events:.2f}", ""),
        ("time against half the world",
         f"{wall / median(halves, 'wall') * 2 * half_events / events:.2f}", "at most 2.1 for twice the events"),
    ]
    for name, figure, aim in rows:
        print(f"{name:42} {figure:>12}  {aim}")
    if not options.skip_decode:
        print(flush=True)
        subprocess.run(["swift", "run", "-c", "release", "--package-path", "Benchmarks", "decode-bench"], check=True)


main()
