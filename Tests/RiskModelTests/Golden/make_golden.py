#!/usr/bin/env python3
"""Writes golden.json: what scikit-learn and SciPy find on small made-up data.

    pip install scikit-learn==1.9.1 && python3 make_golden.py > golden.json
"""
import json
import sys

import numpy as np
from scipy.optimize import minimize
from sklearn.calibration import calibration_curve
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, brier_score_loss, log_loss, roc_auc_score, roc_curve

random = np.random.default_rng(20240607)


def rounded(values):
    return [None if np.isnan(v) else float(f"{v:.6g}") for v in np.asarray(values, dtype=float)]


# A few hundred rows: two useful columns, a copy with noise, a useless one, a constant, one often unknown.
count = 300
signal = random.normal(size=count)
columns = np.stack([
    signal * 2 + 5 + random.normal(size=count),
    random.normal(size=count) * 100 - 40,
    signal + random.normal(size=count) * 0.2,
    random.normal(size=count),
    np.full(count, 7.0),
    random.normal(size=count) + signal * 0.5,
], axis=1)
chance = 1 / (1 + np.exp(-(signal * 1.5 - 1 - columns[:, 1] / 120)))
labels = (random.random(count) < chance).astype(int)
columns[random.random(count) < np.where(labels == 1, 0.3, 0.1), 5] = np.nan
weights = random.choice([0.5, 1.0, 4.0], size=count)
columns = np.array([[np.nan if v is None else v for v in rounded(row)] for row in columns]).astype(np.float32)

# The design: standardised by weighted mean and deviation of known values, 0 where unknown, and an indicator.
known = ~np.isnan(columns)
design = np.zeros((count, 7))
for c in range(6):
    w, x = weights[known[:, c]], columns[known[:, c], c].astype(float)
    mean = np.average(x, weights=w)
    deviation = np.sqrt(np.average((x - mean) ** 2, weights=w))
    if deviation > 0:
        design[known[:, c], c] = (x - mean) / deviation
design[~known[:, 5], 6] = 1


def objective(point, penalty, design=design, positive_weight=1.0):
    margin = (design @ point[:-1] + point[-1]) * (2 * labels - 1)
    row_weights = weights * np.where(labels == 1, positive_weight, 1.0)
    loss = np.sum(row_weights * np.logaddexp(0, -margin)) + penalty / 2 * np.sum(point[:-1] ** 2)
    slope = -row_weights * (2 * labels - 1) / (1 + np.exp(margin))
    return loss, np.append(design.T @ slope + penalty * point[:-1], slope.sum())


# The same columns as they are: a constant one stays 0, what is unknown is 0.
raw = design.copy()
raw[:, :6] = np.where(known, columns, 0)
raw[:, 4] = 0

fits = []
for standardised in (True, False):
    for positive_weight in (1.0, 3.5):
        for penalty in (0.1, 1.0, 30.0):
            x = design if standardised else raw
            model = LogisticRegression(
                C=1 / penalty, solver="newton-cholesky", tol=1e-12, max_iter=1000,
                class_weight={0: 1.0, 1: positive_weight})
            model.fit(x, labels, sample_weight=weights)
            point = np.append(model.coef_[0], model.intercept_[0])
            fits.append({
                "standardised": standardised, "positiveWeight": positive_weight, "penalty": penalty,
                "weights": point[:-1].tolist(), "intercept": point[-1],
                "objective": objective(point, penalty, x, positive_weight)[0],
            })

signs = [1, 1, -1, 1, 0, 0, 0]
bounds = [{1: (0, None), -1: (None, 0), 0: (None, None)}[s] for s in signs] + [(None, None)]
bounded = minimize(
    objective, np.zeros(8), args=(1.0,), jac=True, bounds=bounds, method="L-BFGS-B",
    options={"ftol": 1e-16, "gtol": 1e-10, "maxiter": 10000, "maxfun": 100000})

# Scores with ties, none on the edge of a reliability bin.
scores = 0.003 + 0.98 * np.round(1 / (1 + np.exp(-(signal + random.normal(size=count)))), 2)


def metrics(sample_weight):
    w = np.ones(count) if sample_weight is None else sample_weight
    fpr, tpr, _ = roc_curve(labels, scores, sample_weight=sample_weight, drop_intermediate=False)
    return {
        "auc": roc_auc_score(labels, scores, sample_weight=sample_weight),
        "prAUC": average_precision_score(labels, scores, sample_weight=sample_weight),
        "ks": float(np.max(tpr - fpr)),
        "recall": {str(r): float(tpr[fpr <= r].max()) for r in (0.001, 0.01, 0.05, 0.2)},
        "logLoss": log_loss(labels, scores, sample_weight=sample_weight),
        "brier": brier_score_loss(labels, scores, sample_weight=w),
    }


share, mean = calibration_curve(labels, scores, n_bins=10)
json.dump({
    "rows": [rounded(row) for row in columns], "labels": labels.tolist(), "weights": weights.tolist(),
    "fits": fits, "signs": signs,
    "bounded": {"standardised": True, "positiveWeight": 1.0, "penalty": 1.0, "weights": bounded.x[:-1].tolist(), "intercept": bounded.x[-1],
                "objective": float(bounded.fun)},
    "scores": scores.tolist(), "plain": metrics(None), "weighted": metrics(weights),
    "reliability": {"share": share.tolist(), "mean": mean.tolist()},
}, sys.stdout, separators=(",", ":"))
