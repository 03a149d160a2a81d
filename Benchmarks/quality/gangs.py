"""How well gangs are found: against the truth of simulated campaigns, and of kinds that training never saw."""

import collections
import sqlite3

import numpy as np
import pandas as pd

# People who share with many honest people what they share: each should be flagged in at most 1 % of cases.
HUBS = ["shop_tablet", "shop_guide", "dormitory", "office_group_buy", "family", "carrier_nat", "opinion_leader", "fan",
        "flash_crowd"]
# Their members share nothing but merchants: no tie could tell.
UNTIED = "chat_group_brushing"
UNSEEN = ["proxy_pool", "low_and_slow"]


def found(database):
    """Gang by account, as found; and each gang's row."""
    with sqlite3.connect(database) as connection:
        members = pd.read_sql("SELECT account_id, gang_id FROM gang_members", connection)
        gangs = pd.read_sql("SELECT * FROM gangs", connection)
    return members.set_index("account_id").gang_id, gangs


def pairs(sizes):
    return sum(size * (size - 1) // 2 for size in sizes)


def pairwise(found, true):
    """Precision, recall and F1 of the pairs of accounts said to be of one gang; both by account id.

    A member that is of no true gang makes a wrong pair with everyone in its gang.
    """
    both = collections.Counter((gang, true[account]) for account, gang in found.items() if account in true)
    right = pairs(both.values())
    precision = right / max(1, pairs(collections.Counter(found.values()).values()))
    recall = right / max(1, pairs(collections.Counter(true.values()).values()))
    return precision, recall, 2 * precision * recall / max(1e-9, precision + recall)


def threshold(scores, honest, false_positives=0.01):
    return np.quantile(scores[honest], 1 - false_positives)


def report(worlds, scored, flags, losses):
    """Prints the figures of the test worlds.

    Parameters
    ----------
    worlds: campaigns with `truth` (by account id) and `folder`, whose flags.sqlite holds the gangs
    scored: of each world the scores by account id, a column a head
    flags: of each world the flags
    losses: of each world the losses with `saved`, what came at or after the account's own flag
    """
    print("\nGangs")
    whole, tied = [], []
    for world, scores, own in zip(worlds, scored, flags):
        members, gangs = found(f"{world.folder}/flags.sqlite")
        true = world.truth.gang_id.dropna().to_dict()
        with_ties = {a: g for a, g in true.items() if world.truth.archetype[a] != UNTIED}
        whole.append(pairwise(members.to_dict(), true))
        tied.append(pairwise({a: g for a, g in members.items() if a not in true or a in with_ties}, with_ties))
        hubs = members.index[world.truth.archetype.reindex(members.index).isin(HUBS)]
        print(f"  {world.folder.split('/')[-1]}: {len(gangs)} gangs of {len(members)} accounts, {len(set(true.values()))} "
              f"true ones of {len(true)}; pairs: precision {whole[-1][0]:.3f}, recall {whole[-1][1]:.3f}, F1 {whole[-1][2]:.3f}; "
              f"without {UNTIED} {tied[-1][2]:.3f}; {len(hubs)} members from innocent hubs")
    truth = pd.concat([world.truth for world in worlds])
    score = pd.concat(scored).max(axis=1).fillna(0)
    score.index = truth.index
    honest = truth.gang_id.isna()
    limit = threshold(score, honest)
    recall = float((score[~honest] > limit).mean())
    lost = pd.concat(losses)
    after = lost.saved.sum() / max(1, lost.loss_fen.sum())
    flagged = set(pd.concat(flags).account_id)
    shares = {hub: np.mean([a in flagged for a in truth.index[truth.archetype == hub]]) for hub in HUBS
              if (truth.archetype == hub).any()}
    print("  innocent hubs flagged: " + ", ".join(f"{hub} {share:.1%}" for hub, share in shares.items()))
    over = [hub for hub, share in shares.items() if share > 0.01]
    return [
        ("gangs: pairwise F1", f"{np.mean([row[2] for row in whole]):.3f}", np.mean([row[2] for row in whole]) >= 0.85, "≥ 0.85"),
        (f"gangs: pairwise F1 without {UNTIED}", f"{np.mean([row[2] for row in tied]):.3f}",
         np.mean([row[2] for row in tied]) >= 0.85, "≥ 0.85"),
        ("gangs: recall of members at 1 % false positives", f"{recall:.3f}", recall >= 0.85, "≥ 0.85"),
        ("gangs: loss at or after the account's own flag", f"{after:.1%}", after >= 0.7, "≥ 70 %"),
        ("innocent hubs of which more than 1 % are flagged", str(len(over)), not over, "none"),
    ]


def report_unseen(world, scores, flags, losses):
    """The same for the kinds of gang that the model of `world` never saw."""
    score = scores.max(axis=1).fillna(0)
    honest = world.truth.gang_id.isna()
    limit = threshold(score, honest)
    members, _ = found(f"{world.folder}/flags.sqlite")
    rows = []
    for kind in UNSEEN:
        of_kind = world.truth.archetype == kind
        recall = float((score[of_kind] > limit).mean())
        part = losses[losses.account_id.isin(world.truth.index[of_kind])]
        after = part.saved.sum() / max(1, part.loss_fen.sum())
        true = world.truth.gang_id[of_kind].to_dict()
        f1 = pairwise({a: g for a, g in members.items() if a in true}, true)[2]
        rows += [
            (f"unseen {kind}: recall of members at 1 % false positives", f"{recall:.3f}", recall >= 0.85, "≥ 0.85"),
            (f"unseen {kind}: loss at or after the flag", f"{after:.1%}", after >= 0.7, "≥ 70 %"),
            (f"unseen {kind}: pairwise F1", f"{f1:.3f}", f1 >= 0.85, "≥ 0.85"),
        ]
    return rows
