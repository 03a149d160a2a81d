#!/usr/bin/env python3
"""Writes evaluation.json: what scikit-learn finds for the figures of an evaluation, on made-up scores.

    pip install scikit-learn==1.9.1 && python3 make_evaluation_golden.py > evaluation.json
"""
import json
import sys

import numpy as np
from sklearn.metrics import average_precision_score, brier_score_loss, log_loss, roc_auc_score, roc_curve

random = np.random.default_rng(20240608)
count = 900
signal = random.normal(size=count)
labels = (random.random(count) < 1 / (1 + np.exp(-(2.5 * signal - 2.5)))).astype(int)
# A few ties; none on the edge of a bin.
scores = np.round(0.0013 + 0.995 / (1 + np.exp(-(2 * signal - 2 + random.normal(size=count)))), 3)
stakes = random.integers(0, 50_000, size=count)
saved = np.where(scores >= 0.3, stakes * random.random(count), 0).round()

fpr, tpr, _ = roc_curve(labels, scores, drop_intermediate=False)
recall = {r: float(tpr[fpr <= r].max()) for r in (0.001, 0.005, 0.01)}
bins = np.minimum((scores * 15).astype(int), 14)
ece = sum(abs(scores[bins == b].mean() - labels[bins == b].mean()) * (bins == b).mean() for b in np.unique(bins))
flagged = scores >= 0.3
figures = {
    "auc": roc_auc_score(labels, scores), "pr_auc": average_precision_score(labels, scores),
    "ks": float(np.max(tpr - fpr)),
    "recall_at_fpr_0.1%": recall[0.001], "recall_at_fpr_0.5%": recall[0.005], "recall_at_fpr_1%": recall[0.01],
    "weighted_recall": 0.4 * recall[0.001] + 0.3 * recall[0.005] + 0.3 * recall[0.01],
    "log_loss": log_loss(labels, scores), "brier": brier_score_loss(labels, scores), "ece": float(ece),
    "review_precision": float(labels[flagged].mean()), "review_recall": float(flagged[labels == 1].mean()),
    "review_fpr": float(flagged[labels == 0].mean()),
    "yuan_lost": float(stakes[labels == 1].sum()) / 100, "yuan_saved": float(saved[labels == 1].sum()) / 100,
    "saved_share": float(saved[labels == 1].sum() / stakes[labels == 1].sum()),
}
# The bootstrap's intervals, by NumPy, over groups of three: Swift draws others, so they agree roughly.
groups = np.arange(count) // 3
draws = []
for _ in range(2000):
    times = np.bincount(random.integers(0, groups.max() + 1, size=groups.max() + 1), minlength=groups.max() + 1)
    draws.append(roc_auc_score(labels, scores, sample_weight=times[groups]))
json.dump({
    "labels": labels.tolist(), "scores": scores.tolist(), "stakes": stakes.tolist(), "saved": saved.tolist(),
    "review": 0.3, "high": 0.7, "figures": figures, "aucInterval": np.percentile(draws, [2.5, 97.5]).tolist(),
}, sys.stdout, separators=(",", ":"))
