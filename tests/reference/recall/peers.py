"""Writes fixtures/peers.json: full Recall, Precision and nDCG by trec_eval, ranx and the twin.

Complete labels, distinct scores (each tool breaks ties in its own way), every item ranked. The
fixture is written only if all three agree to 1e-12, user by user.
"""

import random
from pathlib import Path

import pytrec_eval
from ranx import Qrels, Run
from ranx import evaluate as ranx_evaluate

import twin

HERE = Path(__file__).parent
SHAPES = [(1, 6, 0.5), (4, 10, 0.3), (6, 12, 0.2), (5, 15, 0.6), (8, 20, 0.15), (3, 25, 0.9), (5, 30, 0.1), (2, 5, 1.0)]
TREC = {"recall": "recall", "precision": "P", "ndcg": "ndcg_cut"}


def draw(users, items, liked, seed):
    """Scores and labels; users without a positive remain."""
    rng = random.Random(seed)
    # Whole numbers: trec_eval keeps scores as float32.
    scores = {f"u{u}": {f"i{i}": float(s) for i, s in enumerate(rng.sample(range(1, 999), items))} for u in range(users)}
    labels = {user: {item: int(rng.random() < liked) for item in line} for user, line in scores.items()}
    return scores, labels


def by_trec(scores, labels, ks):
    """trec_eval's figures: metric -> K -> user -> figure."""
    cuts = ",".join(map(str, ks))
    names = {f"{name}.{cuts}" for name in TREC.values()}
    found = pytrec_eval.RelevanceEvaluator(labels, names).evaluate(scores)
    return {m: {k: {u: found[u][f"{t}_{k}"] for u in scores} for k in ks} for m, t in TREC.items()}


def by_ranx(scores, labels, ks):
    """ranx's figures, in the same shape."""
    qrels = Qrels({u: {i: y for i, y in line.items()} for u, line in labels.items()})
    run = Run(scores)
    found = {m: {} for m in TREC}
    for metric in TREC:
        for k in ks:
            ranx_evaluate(qrels, run, f"{metric}@{k}", threads=1)
            found[metric][k] = {u: run.scores[f"{metric}@{k}"][u] for u in scores}
    return found


def main():
    made, largest, counts = [], 0.0, {"figures": 0}
    for at, (users, items, liked) in enumerate(SHAPES):
        ks = sorted({1, 2, 5, items // 2, items, items + 3})
        scores, labels = draw(users, items, liked, 77 + at)
        trec, ranx = by_trec(scores, labels, ks), by_ranx(scores, labels, ks)
        texts = {
            "scores": "user,item,score\n" + "".join(f"{u},{i},{s:g}\n" for u in scores for i, s in scores[u].items()),
            "full": "user,item,label\n" + "".join(f"{u},{i},{y}\n" for u in labels for i, y in labels[u].items()),
        }
        texts["exposed"] = texts["full"]
        for user in scores:  # user by user first, against the twin on that user alone
            lines = lambda name: "".join(x + "\n" for x in texts[name].splitlines() if x.startswith((f"{user},", "user,")))
            world = twin.World.read(lines("scores"), lines("exposed"), lines("full"))
            rows = twin.evaluate(world, ks, ["full"], "pessimistic", "zero", "dcg")
            for metric in TREC:
                own = next(r["estimates"] for r in rows if r["metric"] == metric and r["average"] == "macro")
                for k, figure in zip(ks, own):
                    gaps = [abs(figure - trec[metric][k][user]), abs(figure - ranx[metric][k][user])]
                    largest, counts["figures"] = max(largest, *gaps), counts["figures"] + 1
                    assert max(gaps) <= 1e-12, (at, user, metric, k, figure, gaps)
        results = []
        liking = [u for u in labels if any(labels[u].values())]
        for no_positives, kept in (("skip", liking), ("zero", list(scores))):
            for metric in TREC:
                over = list(scores) if metric == "precision" else kept  # precision keeps every user
                means = [sum(trec[metric][k][u] for u in over) / len(over) for k in ks]
                results.append({"scheme": "full", "metric": metric, "average": "macro",
                                "noPositives": no_positives, "estimates": means, "users": len(over)})
        made.append({"name": f"{users} users, {items} items, {len(scores) - len(liking)} without a positive",
                     "scores": texts["scores"], "full": texts["full"], "k": ks, "results": results})
    about = "Full Recall, Precision and nDCG; trec_eval, ranx and the twin agree to 1e-12 (tests/reference/recall/peers.py)."
    twin.write(HERE / "fixtures" / "peers.json", about, made)
    print(f"{len(made)} cases, {counts['figures']} figures a user and K, largest difference {largest:.1e}")


if __name__ == "__main__":
    main()
