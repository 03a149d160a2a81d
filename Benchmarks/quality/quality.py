"""Audit of the simulated world and of the model that is measured on it.

Simulates campaigns of several seeds, lets LightGBM learn on some of them from the feature table, and compares
it with the bundled model on the others, a head each. Then looks through the raw logs for single values and
fields that give a class away. Figures never make it fail; only what could not be run does.
"""

import argparse
import collections
import glob
import gzip
import json
import os
import sqlite3
import subprocess
import sys

import gangs
import lightgbm
import numpy as np
import pandas as pd
from sklearn.metrics import average_precision_score, roc_auc_score

HEADS = ["coupon_abuse", "fake_order"]
CHEATS = {
    "coupon_abuse": [
        "phone_farm", "emulator_farm", "referral_ring", "self_invitation", "check_in_bot", "points_refund",
        "coupon_reseller", "proxy_pool", "low_and_slow", "flash_scalper", "stock_hoarder",
    ],
    "fake_order": ["merchant_brushing", "chat_group_brushing", "commission_loop"],
}
# Raw fields whose values name one thing; a gang's device is evidence and no artefact.
IDENTIFIERS = {
    "ts", "event_id", "account_id", "device_id", "ip", "wifi_id", "session_id", "coupon_instance", "order_id",
    "group_id", "phone_id", "address_id", "payer_id", "tracking_id", "inviter_id", "peer_id",
}


class World:
    """One simulated campaign: its logs, its truth, its feature table, its scores and flags."""

    def __init__(self, promoguard, folder, seed, accounts, days, without=(), extremes=0, odd=1):
        self.folder = f"{folder}/seed{seed}" + ("-without" if without else "") + ("-extremes" if extremes else "")
        self.promoguard = promoguard
        left_out = [word for kind in without for word in ("--without", kind)]
        run(promoguard, "simulate", self.folder, "--accounts", accounts, "--days", days, "--seed", seed,
            "--gzip-level", 1, "--extreme-share", extremes, "--odd-factor", odd, "--force", "--quiet", *left_out)
        self.logs = sorted(glob.glob(f"{self.folder}/mp-*.gz"))
        self.truth = pd.read_csv(f"{self.folder}/truth.csv").set_index("account_id")

    def features(self):
        """One row an account, as known at the end; NaN is unknown."""
        path = f"{self.folder}/features.csv"
        with open(path, "wb") as out:
            run(self.promoguard, "features", *self.logs, "--quiet", stdout=out)
        table = pd.read_csv(path).set_index("account_id").drop(columns=["as_of_ms"]).astype("float32")
        return table.reindex(self.truth.index)

    def score(self, model):
        """Scores by account and head, and the flags."""
        database, scores = f"{self.folder}/flags.sqlite", f"{self.folder}/scores.csv"
        for name in (database, database + "-wal", database + "-shm"):
            if os.path.exists(name):
                os.remove(name)
        extra = ["--model", model] if model else []
        run(self.promoguard, "score", *self.logs, "--scores", scores, "--database", database, "--quiet", *extra)
        with sqlite3.connect(database) as connection:
            flags = pd.read_sql("SELECT account_id, risk, level, first_flagged_ms FROM flagged_accounts", connection)
        return pd.read_csv(scores).set_index("account_id").reindex(self.truth.index)[HEADS], flags

    def losses(self, flags):
        """What the cheats cost, event by event; `saved` is what came at or after the account's flag."""
        losses = pd.read_csv(f"{self.folder}/losses.csv")
        when = flags.set_index(["account_id", "risk"]).first_flagged_ms
        keyed = pd.MultiIndex.from_frame(losses[["account_id", "risk"]])
        saved = losses.ts.to_numpy() >= when.reindex(keyed).fillna(np.inf).to_numpy()
        return losses.assign(saved=losses.loss_fen.where(saved, 0))


def run(*command, stdout=subprocess.DEVNULL):
    command = [str(part) for part in command]
    done = subprocess.run(command, stdout=stdout, stderr=subprocess.PIPE, text=True)
    if done.returncode != 0:
        sys.exit(f"quality: {' '.join(command[:3])} … ended with {done.returncode}: {done.stderr.strip()[-400:]}")


def recall_at(truth, scores, false_positives=0.01):
    """Share of cheats above the threshold that a given share of the honest passes."""
    threshold = np.quantile(scores[truth == 0], 1 - false_positives)
    return float((scores[truth == 1] > threshold).mean()), threshold


def single_auc(truth, values):
    known = np.isfinite(values)
    if known.sum() < 100:
        return 0.5
    filled = np.where(known, values, np.nanmedian(values[known]))
    area = roc_auc_score(truth, filled)
    return max(area, 1 - area)


def verdict(name, value, is_met, wanted):
    print(f"  {'met    ' if is_met else 'NOT MET'}  {name:58s} {value:>9s}   wanted {wanted}")


def boosted_trees(train, train_truth, test, head):
    """LightGBM's probabilities on the test worlds."""
    model = lightgbm.LGBMClassifier(
        n_estimators=400, learning_rate=0.04, num_leaves=31, min_child_samples=40, subsample=0.8,
        subsample_freq=1, colsample_bytree=0.6, reg_lambda=2, random_state=1, n_jobs=2, verbose=-1,
        deterministic=True, force_row_wise=True)
    model.fit(train, train_truth[head])
    gain = pd.Series(model.booster_.feature_importance("gain"), index=train.columns)
    return model.predict_proba(test)[:, 1], gain.sort_values(ascending=False)


def audit_raw(worlds):
    """Single raw values, and fields of an event type, that tell more than a raw value should.

    Counts accounts. Reports what at least 20 cheats of a head carry (5 % of them or more) and of whose bearers
    half or more are cheats of that head.
    """
    bearers = collections.defaultdict(set)
    presence = collections.defaultdict(set)
    accounts = {head: set() for head in HEADS}
    everyone = set()
    for world in worlds:
        for head in HEADS:
            accounts[head] |= set(world.truth.index[world.truth[head] == 1])
        everyone |= set(world.truth.index)
        for path in world.logs:
            with gzip.open(path, "rt") as lines:
                for line in lines:
                    event = json.loads(line)
                    account, kind = event["account_id"], event["event"]
                    for key, value in event.items():
                        presence[key].add(account)
                        bearers[f"{kind} carries {key}"].add(account)
                        if key in IDENTIFIERS:
                            if isinstance(value, str) and key != "ip":
                                bearers[f"{key} of {len(value)} characters"].add(account)
                        else:
                            bearers[f"{key} = {value}"].add(account)
    honest = everyone - accounts["coupon_abuse"] - accounts["fake_order"]
    print("\nRaw fields: share of accounts that carry them")
    print(f"  {'field':20s} {'honest':>8s} {'coupon':>8s} {'fake':>8s}")
    for key in sorted(presence):
        shares = [len(presence[key] & group) / max(1, len(group))
                  for group in (honest, accounts["coupon_abuse"], accounts["fake_order"])]
        print(f"  {key:20s} " + " ".join(f"{share:8.1%}" for share in shares))
    suspects = []
    for name, who in bearers.items():
        for head in HEADS:
            hits = len(who & accounts[head])
            if hits >= 20 and hits >= 0.05 * len(accounts[head]) and hits >= 0.5 * len(who):
                suspects.append((hits / len(who), hits / len(accounts[head]), name, head))
    strongest = max(
        ((len(who & accounts[head]) / len(who), name, head)
         for name, who in bearers.items() for head in HEADS if len(who & accounts[head]) >= 40),
        default=(0, "none", HEADS[0]))
    print("\nRaw values that give a class away (precision ≥ 50 % and recall ≥ 5 %)")
    for precision, recall, name, head in sorted(suspects, reverse=True)[:20]:
        print(f"  {name}: {head} precision {precision:.0%}, recall {recall:.0%}")
    if not suspects:
        print(f"  none; the strongest is “{strongest[1]}”: {strongest[2]} precision {strongest[0]:.0%}")
    return not suspects


def unseen_gangs(options, test_world):
    """Figures of gangs of kinds that a model never saw: it is fitted here as the bundled one is, on a smaller world
    that lacks them."""
    world = World(options.promoguard, options.data, options.unseen_seed, 5 * options.accounts, options.days,
                  without=gangs.UNSEEN, extremes=0.25, odd=1.8)
    model = f"{options.data}/unseen.json"
    run(options.promoguard, "train", "--labels", f"{world.folder}/labels.csv", "--groups", f"{world.folder}/truth.csv",
        *world.logs, "--output", model, "--name", "unseen", "--quiet")
    scores, flags = test_world.score(model)
    return gangs.report_unseen(test_world, scores, flags, test_world.losses(flags))


def extremes(options):
    """Figures of a world in which three of ten gangs hide nothing and three of ten hubs are far busier than most."""
    world = World(options.promoguard, options.data, options.extreme_seed, options.accounts, options.days, extremes=0.3)
    _, flags = world.score(options.model)
    flagged = world.truth.assign(flagged=world.truth.index.isin(flags.account_id))
    # Skill is 0 for those alone.
    blatant = flagged[flagged.gang_id.notna() & (flagged.skill == 0)]
    print(f"\nExtremes: {len(blatant)} accounts of gangs that hide nothing, in a world of {len(flagged)}")
    for name, members in blatant.groupby("archetype"):
        print(f"  {name:22s} {members.gang_id.nunique():3d} gangs {len(members):5d} accounts, "
              f"flagged {members.flagged.mean():7.1%}")
    honest = flagged[flagged.gang_id.isna()].groupby("archetype").flagged.agg(["size", "mean"])
    for name in ("shop_tablet", "dormitory", "fan", "office_group_buy", "carrier_nat", "flash_crowd"):
        if name in honest.index:
            print(f"  {name:22s} {'':9s} {honest.loc[name, 'size']:5.0f} accounts, flagged {honest.loc[name, 'mean']:7.1%}")
    share = blatant.flagged.mean()
    worst = honest[honest["size"] >= 100]["mean"]
    return [
        ("extremes: accounts of blatant gangs flagged", f"{share:.1%}", share >= 0.9, "≥ 90 %"),
        ("extremes: most flagged of an honest way of life", f"{worst.max():.1%}", worst.max() < 0.02, "below 2 %"),
    ]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--promoguard", required=True, help="the program")
    parser.add_argument("--model", help="a model file (default: the bundled one)")
    parser.add_argument("--data", default="Benchmarks/.data/quality")
    parser.add_argument("--accounts", type=int, default=20000)
    parser.add_argument("--days", type=int, default=14)
    parser.add_argument("--train-seeds", default="11,12,13")
    parser.add_argument("--test-seeds", default="101,102")
    parser.add_argument("--unseen", action=argparse.BooleanOptionalAction, default=True,
                        help="also fit a model that never saw some kinds of gang, and look for those")
    parser.add_argument("--unseen-seed", type=int, default=21)
    parser.add_argument("--extreme-seed", type=int, default=31)
    options = parser.parse_args()
    os.makedirs(options.data, exist_ok=True)

    def worlds(seeds):
        return [World(options.promoguard, options.data, int(seed), options.accounts, options.days)
                for seed in seeds.split(",")]

    train_worlds, test_worlds = worlds(options.train_seeds), worlds(options.test_seeds)
    train = pd.concat([world.features() for world in train_worlds])
    train_truth = pd.concat([world.truth for world in train_worlds])
    test = pd.concat([world.features() for world in test_worlds])
    truth = pd.concat([world.truth for world in test_worlds])
    scored = [world.score(options.model) for world in test_worlds]
    ours = pd.concat([scores for scores, _ in scored])
    flags = pd.concat([flags for _, flags in scored])
    by_world = [world.losses(flags) for world, (_, flags) in zip(test_worlds, scored)]
    losses = pd.concat(by_world)
    missing = int(ours.isna().any(axis=1).sum())
    if missing:
        print(f"quality: {missing} accounts have no score", file=sys.stderr)
    ours = ours.fillna(0)
    print(f"{len(truth)} accounts of seeds {options.test_seeds}; LightGBM learned on {len(train)} of seeds "
          f"{options.train_seeds}; {train.shape[1]} features")

    results, trees_flag = {}, {}
    for head in HEADS:
        y = truth[head].to_numpy()
        trees, gain = boosted_trees(train, train_truth, test, head)
        rows = {}
        for name, scores in (("promoguard", ours[head].to_numpy()), ("LightGBM", trees)):
            recall, threshold = recall_at(y, scores)
            rows[name] = (roc_auc_score(y, scores), recall, average_precision_score(y, scores))
            if name == "LightGBM":
                trees_flag[head] = pd.Series(scores > threshold, index=truth.index)
        results[head] = rows
        print(f"\n{head}: {y.sum()} of {len(y)} accounts")
        print(f"  {'':12s} {'AUC':>8s} {'recall at 1 % FPR':>18s} {'PR-AUC':>8s}")
        for name, (area, recall, precision) in rows.items():
            print(f"  {name:12s} {area:8.4f} {recall:18.3f} {precision:8.3f}")
        singles = sorted(((single_auc(y, test[name].to_numpy()), name) for name in test), reverse=True)[:5]
        print("  best single features: " + ", ".join(f"{name} {area:.3f}" for area, name in singles))
        print("  what LightGBM leans on: " + ", ".join(gain.index[:8]))

    flagged = {head: set(flags.account_id[flags.risk == head]) for head in HEADS}
    anyhow = flagged["coupon_abuse"] | flagged["fake_order"]
    losses = losses.assign(archetype=truth.archetype.reindex(losses.account_id).to_numpy())

    print("\nHonest ways of life: share flagged (either risk, level review or high; LightGBM at 1 % FPR beside)")
    print(f"  {'archetype':22s} {'n':>6s} {'flagged':>8s} {'coupon':>8s} {'fake':>8s} {'LightGBM':>9s}")
    over = []
    honest = [name for name in truth.archetype.unique() if name not in sum(CHEATS.values(), [])]
    for name in sorted(honest):
        members = truth.index[truth.archetype == name]
        share = np.mean([account in anyhow for account in members])
        shares = [np.mean([account in flagged[head] for account in members]) for head in HEADS]
        trees = (trees_flag["coupon_abuse"][members] | trees_flag["fake_order"][members]).mean()
        print(f"  {name:22s} {len(members):6d} {share:8.2%} {shares[0]:8.2%} {shares[1]:8.2%} {trees:9.2%}")
        if share >= 0.02:
            over.append(f"{name} {share:.1%}")
    print("\nCheats: share flagged for their own risk, and of their loss what came after the flag")
    print(f"  {'archetype':22s} {'n':>6s} {'flagged':>8s} {'LightGBM':>9s} {'loss yuan':>10s} {'after flag':>10s}")
    for head in HEADS:
        for name in CHEATS[head]:
            members = truth.index[truth.archetype == name]
            share = np.mean([account in flagged[head] for account in members]) if len(members) else 0
            trees = trees_flag[head][members].mean() if len(members) else 0
            part = losses[losses.archetype == name]
            total = part.loss_fen.sum()
            print(f"  {name:22s} {len(members):6d} {share:8.1%} {trees:9.1%} {total / 100:10.0f} "
                  f"{part.saved.sum() / max(1, total):10.1%}")
    late = losses.groupby("risk").saved.sum() / losses.groupby("risk").loss_fen.sum()

    gang_figures = gangs.report(
        test_worlds, [scores for scores, _ in scored], [own for _, own in scored], by_world)
    if options.unseen:
        gang_figures += unseen_gangs(options, test_worlds[0])

    gang_figures += extremes(options)

    is_clean = audit_raw(test_worlds[:1])

    print("\nFigures")
    for head in HEADS:
        (area, recall, _), (trees_area, trees_recall, _) = results[head]["promoguard"], results[head]["LightGBM"]
        verdict(f"{head}: AUC", f"{area:.4f}", area >= 0.97, "≥ 0.97")
        verdict(f"{head}: recall at 1 % false positives", f"{recall:.3f}", recall >= 0.75, "≥ 0.75")
        verdict(f"{head}: AUC below LightGBM's", f"{trees_area - area:.4f}", trees_area - area <= 0.02, "≤ 0.02")
        verdict(f"{head}: loss at or after the flag", f"{late[head]:.1%}", late[head] >= 0.6, "≥ 60 %")
    verdict("honest ways of life of which 2 % or more are flagged", str(len(over)), not over, "none")
    if over:
        print("           " + ", ".join(over))
    for head in HEADS:
        trees_area, trees_recall, _ = results[head]["LightGBM"]
        verdict(f"world, {head}: LightGBM's AUC", f"{trees_area:.4f}", 0.975 <= trees_area <= 0.995, "0.98–0.99")
        verdict(f"world, {head}: LightGBM's recall", f"{trees_recall:.3f}", 0.78 <= trees_recall <= 0.92, "0.80–0.90")
    for figure in gang_figures:
        verdict(*figure)
    verdict("no raw value gives a class away", "yes" if is_clean else "no", is_clean, "none")


if __name__ == "__main__":
    main()
