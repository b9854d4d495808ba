"""Turns two outside data sets into inputs of `attune recall`, with the twin's figures beside them.

    python tests/reference/recall/real.py --data "$ATTUNE_DATA" --out DIR

Writes one folder a case: scores.csv, exposed.csv, full.csv and mask.csv where there are any, and
expected.json (settings, overlap, results, diagnostics as in fixtures/twin.json; `meanWeightFar` says
whether the mean weight must be warned of; `truth` names the full figures). No data set is copied into the project.

autodebias-simulation (Chen et al., SIGIR 2021): 500 users who rated 150 uniformly drawn items each.
Those 150 are taken for a user's whole catalogue (the rest is masked), so their labels are complete,
and 30 of them are drawn as the log: known truth. Liked: a rating of 4 or 5.
open-bandit-men (Saito et al., NeurIPS 2021 D&B): impressions of 34 items under a uniform policy and
under Bernoulli Thompson sampling, with logged propensities. Users: contexts of the four features
with at least 5 impressions in each log. Liked: clicked at least once.
"""

import argparse
import csv
import json
import random
import sys
from collections import defaultdict
from pathlib import Path

import twin

KS = [1, 5, 10, 50]


def table(head, lines):
    return ",".join(head) + "\n" + "".join(",".join(map(str, line)) + "\n" for line in lines)


def save(folder, inputs, ks, about, far, truth):
    """Files and the twin's figures of one case."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in inputs.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8", newline="\n")
    world = twin.World.read(**inputs)
    schemes = ["ure", "traditional"] + (["full"] if "full" in inputs else [])
    settings = {"k": ks, "schemes": schemes, "ties": "expected", "noPositives": "skip", "resamples": 0}
    made = {"about": about, "settings": settings, "gain": "dcg", "overlap": world.overlap,
            "meanWeightFar": far, "truth": truth,
            "results": twin.evaluate(world, ks, schemes, "expected", "skip", "dcg")}
    if world.given_propensity:
        made["settings"]["propensity"] = "propensity"
        made["diagnostics"] = twin.diagnostics(world)
    (folder / "expected.json").write_text(json.dumps(made, indent=1) + "\n", encoding="utf-8")
    one = lambda scheme, average: next(
        (r["estimates"] for r in made["results"] if (r["scheme"], r["metric"], r["average"]) == (scheme, "recall", average)), None)
    print(f"{folder.name}: {made.get('diagnostics', '')} overlap {world.overlap}")
    for scheme, average in (("ure", "macro"), ("ure", "micro"), ("traditional", "macro"), ("full", "macro"), ("full", "micro")):
        figures = one(scheme, average)
        if figures:
            print(f"  {scheme} {average}", [None if f is None else round(f, 4) for f in figures])


def autodebias(data, out):
    """Uniform exposure with known truth, unequal exposure with known truth, and a log with wrong weights."""
    folder = data / "autodebias-simulation" / "datasets" / "simulation"
    read = lambda name: [list(map(int, line)) for line in csv.reader(open(folder / name))]
    labels = defaultdict(dict)
    for user, item, rating in read("random.txt"):
        labels[user][item] = int(rating >= 4)
    clicks, shows = defaultdict(int), defaultdict(int)
    for _, item, _, rating in read("user.txt"):
        clicks[item] += rating >= 4
        shows[item] += 1
    # A recommender learnt from the biased log alone: smoothed share of likes; ties are many.
    score = {item: round((clicks[item] + 1) / (shows[item] + 2), 4) for item in range(500)}
    users = sorted(labels)
    scores = table(("user", "item", "score"), ((u, i, score[i]) for u in users for i in range(500)))
    mask = table(("user", "item"), ((u, i) for u in users for i in range(500) if i not in labels[u]))
    full = table(("user", "item", "label"), ((u, i, y) for u in users for i, y in labels[u].items()))
    shared = {"scores": scores, "mask": mask, "full": full}
    rng = random.Random(20240904)
    log = [(u, i, labels[u][i]) for u in users for i in rng.sample(sorted(labels[u]), 30)]
    save(out / "autodebias-uniform", shared | {"exposed": table(("user", "item", "label"), log)}, KS,
         "30 of 150 items exposed uniformly; the full scheme is the truth", False, "full, macro and micro")
    most = max(shows.values())
    p = {i: round(0.05 + 0.45 * shows[i] / most, 4) for i in range(500)}
    log = [(u, i, labels[u][i], p[i]) for u in users for i in sorted(labels[u]) if rng.random() < p[i]]
    head = ("user", "item", "label", "propensity")
    save(out / "autodebias-popularity", shared | {"exposed": table(head, log)}, KS,
         "exposed on their own with a known chance that grows with popularity", False, "full, micro")
    share = {u: sum(p[i] for i in labels[u]) for u in users}
    wrong = [(u, i, y, round(chance / share[u], 8)) for u, i, y, chance in log]
    save(out / "autodebias-wrong-weights", shared | {"exposed": table(head, wrong)}, KS,
         "the same log with chances that sum to 1 in a user, as of one draw: the mean weight is far from 1", True, "full, micro")


def open_bandit(data, out):
    """A uniform and a Thompson-sampling log of the same contexts; no truth, but two logs to compare."""
    least, items = 5, range(34)
    logs = {}
    for policy in ("random", "bts"):
        with open(data / "open-bandit-men" / policy / "men" / "men.csv", newline="") as file:
            logs[policy] = [
                ("-".join(row[f"user_feature_{at}"][:6] for at in range(4)), int(row["item_id"]), int(row["click"]),
                 float(row["propensity_score"]), row["timestamp"][:10], row["position"]) for row in csv.DictReader(file)]
    count = {policy: defaultdict(int) for policy in logs}
    for policy, rows in logs.items():
        for user, *_ in rows:
            count[policy][user] += 1
    users = sorted(u for u in count["random"] if min(count["random"][u], count["bts"].get(u, 0)) >= least)
    clicks, shows = defaultdict(int), defaultdict(int)
    for _, item, click, *_ in logs["bts"]:
        clicks[item], shows[item] = clicks[item] + click, shows[item] + 1
    score = {i: round((clicks[i] + 1) / (shows[i] + 200), 6) for i in items}
    scores = table(("user", "item", "score"), ((u, i, score[i]) for u in users for i in items))
    # Thompson sampling logs the chance of the item shown only. The mean of logged chances would be
    # too large (an item is logged when its chance is high), so take how often the item was shown at
    # the position that day, drawn towards its share at the position on all days.
    cells = defaultdict(int)
    for _, item, _, _, day, position in logs["bts"]:
        for key in ((item, position, day), (position, day), (item, position), (position,)):
            cells[key] += 1

    def chance_of(item, day, position):
        share = (cells[item, position] + 1) / (cells[position,] + 34)
        return (cells[item, position, day] + 20 * share) / (cells[position, day] + 20)

    head = ("user", "item", "label", "propensity")
    for policy, rows in logs.items():
        never = defaultdict(lambda: 1.0)
        liked, once = {}, {}
        for user, item, click, chance, day, position in rows:
            if user not in users:
                continue
            liked[user, item] = max(liked.get((user, item), 0), click)
            once.setdefault((user, item), chance)
            for other in items:
                each = 1 / 34 if policy == "random" else chance_of(other, day, position)
                never[user, other] *= 1 - each
        log = [(u, i, y, round(1 - never[u, i], 10)) for (u, i), y in sorted(liked.items())]
        seen = {(u, i) for (u, i), y in liked.items() if y}
        save(out / f"open-bandit-{policy}", {"scores": scores, "exposed": table(head, log)}, KS[:3],
             "marginal chance 1 - Π(1 - π) over a context's impressions" + ("" if policy == "random" else ", π estimated"),
             False, None)
        wrong = [(u, i, y, round(once[u, i], 10)) for u, i, y, _ in log]
        save(out / f"open-bandit-{policy}-wrong-weights", {"scores": scores, "exposed": table(head, wrong)}, KS[:3],
             "the chance of one impression taken for the chance to be exposed at all", True, None)
        if policy == "random":
            random_log, random_seen = log, seen
        else:
            trained = sorted((u, i) for (u, i), y in liked.items() if y)
            mask = table(("user", "item"), trained)
            save(out / "open-bandit-overlap", {"scores": scores, "exposed": table(head, random_log), "mask": mask}, KS[:3],
                 "items clicked under Thompson sampling (training) masked from the uniform log (test)", False, None)
            print(f"  {len(trained)} training pairs, {len(random_seen & seen)} of them positive in the test log too")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder of outside data sets ($ATTUNE_DATA)")
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    for name, turn in (("autodebias-simulation", autodebias), ("open-bandit-men", open_bandit)):
        if not (given.data / name).is_dir():
            sys.exit(f"{given.data / name} is not there: set --data to the folder that holds it.")
        turn(given.data, given.out)


if __name__ == "__main__":
    main()
