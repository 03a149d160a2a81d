#!/usr/bin/env python3
"""How fast and how well tables are learned, beside scikit-learn and LightGBM in the same run.

`make learning` builds and installs what this needs, and runs it.

Prints ratios; figures never make it fail. `--large-rows 5000000` adds a table of 2.1 GB.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import lightgbm
import numpy as np
import pandas
from sklearn import datasets
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

BENCHMARKS = Path(__file__).resolve().parent.parent
LEARN_BENCH = BENCHMARKS / ".build/release/learn-bench"
PROGRAM = BENCHMARKS.parent / ".build/release/promoguard"


def bench(*arguments):
    done = subprocess.run([LEARN_BENCH, *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    if done.returncode != 0:
        sys.exit(f"learning: learn-bench {arguments[0]} ended with {done.returncode}")
    return json.loads(done.stdout)


def program(*arguments):
    """Runs promoguard: seconds, and the most memory that it held, MB."""
    start = time.perf_counter()
    done = subprocess.run(["/usr/bin/time", "-f", "peak %M", PROGRAM, *map(str, arguments)], capture_output=True, text=True)
    seconds = time.perf_counter() - start
    if done.returncode != 0:
        sys.exit(f"learning: promoguard {arguments[0]} ended with {done.returncode}: {done.stderr}")
    return seconds, int(done.stderr.split("peak ")[1]) / 1024


def write(path, x, y):
    np.column_stack([x, y]).astype(np.float32).tofile(path)


def solver(folder, rows, columns):
    random = np.random.default_rng(1)
    mixed = random.normal(size=(columns, columns)) * 0.2 + np.eye(columns)
    x = (random.normal(size=(rows, columns)) @ mixed).astype(np.float32)
    w = random.normal(size=columns) * 0.3
    y = (random.random(rows) < 1 / (1 + np.exp(2 - x @ w))).astype(int)
    write(folder / "plain.bin", x, y)
    x = ((x - x.mean(axis=0)) / x.std(axis=0)).astype(np.float64)
    start = time.perf_counter()
    model = LogisticRegression(C=1.0, solver="lbfgs", tol=1e-8, max_iter=1000).fit(x, y)
    theirs = time.perf_counter() - start
    w, b = model.coef_[0], model.intercept_[0]
    objective = np.logaddexp(0, -(x @ w + b) * (2 * y - 1)).sum() + 0.5 * (w @ w)
    del x
    ours = bench("plain", folder / "plain.bin", rows, columns, 1.0)
    table = rows * columns * 4 / 2**20
    print(f"{rows} x {columns}: {ours['seconds']:.2f} s, scikit-learn's lbfgs {theirs:.2f} s: "
          f"ratio {ours['seconds'] / theirs:.2f} (wanted <= 0.5)")
    print(f"  log-loss a row above scikit-learn's: {(ours['objective'] - objective) / rows:.1e} (wanted <= 1e-6)")
    print(f"  peak {ours['peak_mb']:.0f} MB, {ours['peak_mb'] / table:.2f} tables of 32-bit floats (wanted <= 2)")


def automatic(folder, rows):
    """Bins, crosses and calibration chosen by the program itself, from a CSV file to a model, all rows in the last fit."""
    random = np.random.default_rng(3)
    x = np.hstack([random.normal(size=(rows, 20)), np.exp(random.normal(size=(rows, 20))), random.poisson(3, (rows, 20))])
    x[random.random(x.shape) < 0.05] = np.nan
    known = np.nan_to_num(x)
    logit = (known[:, :8] @ random.normal(size=8) * 0.4 + np.abs(known[:, 8]) + np.log1p(known[:, 20:26]).sum(axis=1) * 0.4
             + np.minimum(known[:, 40], 4) * 0.5 + known[:, 9] * known[:, 10] + (known[:, 41] > 4) * (known[:, 21] > 1) * 2 - 7)
    label = (random.random(rows) < 1 / (1 + np.exp(-logit))).astype(int)
    table = folder / "table.csv"
    frame = pandas.DataFrame(x.astype(np.float32), columns=[f"c{column}" for column in range(x.shape[1])])
    frame.assign(label=label).to_csv(table, index=False)
    seconds, peak = program("train", "--table", table, "--label", "label", "--output", folder / "model.json")
    model = json.loads((folder / "model.json").read_text())["table"]["head"]
    print(f"{rows} x {x.shape[1]} from CSV, everything automatic: {seconds:.1f} s (wanted <= 60 for 100,000 rows), "
          f"{len(model['terms'])} terms, {len(model['crosses'])} crosses, AUC out of fold {model['evaluation']['auc']:.4f}; "
          f"peak {peak:.0f} MB, {peak / (rows * x.shape[1] * 4 / 2**20):.1f} tables of 32-bit floats")


def large(folder, rows):
    """A table of gigabytes: time and memory are to grow with the rows, not faster."""
    random = np.random.default_rng(4)
    columns = 60
    w = random.normal(size=columns) * (np.arange(columns) < 20) * 0.015
    table = folder / "large.csv"
    with table.open("wb") as file:
        file.write((",".join(f"c{column}" for column in range(columns)) + ",label\n").encode())
        for start in range(0, rows, 100_000):
            x = random.integers(0, 100_000, (min(100_000, rows - start), columns), dtype=np.int32)
            logit = (x / 1000 - 50) @ w + np.abs(x[:, 20] / 1000 - 50) * 0.04 - 5
            # 12.345, for every cell, digit by digit.
            text = np.full((len(x), 7 * columns + 2), ord(","), dtype=np.uint8)
            for place, power in (0, 10_000), (1, 1_000), (3, 100), (4, 10), (5, 1):
                text[:, place:-2:7] = x // power % 10 + ord("0")
            text[:, 2:-2:7] = ord(".")
            text[:, -2] = (random.random(len(x)) < 1 / (1 + np.exp(-logit))) + ord("0")
            text[:, -1] = ord("\n")
            file.write(text)
    print(f"\n{rows} x {columns} from a CSV of {table.stat().st_size / 1e9:.1f} GB, {rows * columns * 4 / 2**20:.0f} MB as 32-bit floats")
    for command in ("train", "--output"), ("evaluate", "--model"):
        seconds, peak = program(command[0], "--table", table, "--label", "label", command[1], folder / "model.json")
        print(f"  {command[0]}: {seconds:.0f} s, peak {peak:.0f} MB")
    table.unlink()


def tables():
    random = np.random.default_rng(2)
    x, y = datasets.make_hastie_10_2(n_samples=12000, random_state=1)
    yield "hastie_10_2", x, (y > 0).astype(int)
    x, y = datasets.make_friedman1(n_samples=20000, n_features=10, noise=1.0, random_state=1)
    yield "friedman1 above its 80 % quantile", x, (y > np.quantile(y, 0.8)).astype(int)
    x, y = datasets.make_friedman2(n_samples=20000, noise=100.0, random_state=1)
    yield "friedman2 above its median", x, (y > np.median(y)).astype(int)
    x, y = datasets.load_breast_cancer(return_X_y=True)
    yield "breast cancer", x, y
    x = np.exp(random.normal(size=(30000, 12)))
    x[random.random(x.shape) < 0.1] = np.nan
    known = np.nan_to_num(np.log(x))
    logit = np.abs(known[:, 0]) * 1.5 + np.sin(2 * known[:, 1]) + (known[:, 2] > 1) * 2 - (np.isnan(x[:, 3])) * 1.5 - 3
    yield "steps, waves and unknowns", x, (random.random(len(x)) < 1 / (1 + np.exp(-logit))).astype(int)


def quality(folder):
    print(f"\n{'AUC on a held-out third':36s} {'promoguard':>11s} {'LightGBM':>9s} {'logistic':>9s}")
    for name, x, y in tables():
        train, test, y_train, y_test = train_test_split(x, y, test_size=1 / 3, random_state=1, stratify=y)
        write(folder / "train.bin", train, y_train)
        write(folder / "test.bin", test, y_test)
        ours = bench("search", folder / "train.bin", len(train), x.shape[1], folder / "test.bin", len(test), folder / "out.bin")
        auc = roc_auc_score(y_test, np.fromfile(folder / "out.bin", dtype=np.float32))
        trees = lightgbm.LGBMClassifier(verbose=-1, random_state=1).fit(train, y_train).predict_proba(test)[:, 1]
        means = np.nanmean(train, axis=0)
        filled, filled_test = (np.where(np.isnan(part), means, part) for part in (train, test))
        line = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000)).fit(filled, y_train)
        plain = roc_auc_score(y_test, line.predict_proba(filled_test)[:, 1])
        trees = roc_auc_score(y_test, trees)
        verdict = "" if auc >= trees - 0.01 and auc >= plain - 0.002 else "   NOT MET"
        print(f"{name:36s} {auc:11.4f} {trees:9.4f} {plain:9.4f}   {ours['terms']:.0f} terms, "
              f"{ours['crosses']:.0f} crosses, {ours['seconds']:.1f} s{verdict}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--automatic-rows", type=int, default=100_000)
    parser.add_argument("--large-rows", type=int, default=0)
    parser.add_argument("--skip-solver", action="store_true")
    parser.add_argument("--skip-automatic", action="store_true")
    parser.add_argument("--skip-quality", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if not options.skip_solver:
            solver(Path(folder), options.rows, 60)
        if not options.skip_automatic:
            automatic(Path(folder), options.automatic_rows)
        if not options.skip_quality:
            quality(Path(folder))
        if options.large_rows:
            large(Path(folder), options.large_rows)


if __name__ == "__main__":
    main()
