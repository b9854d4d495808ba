"""Writes fixtures/pitfalls.json: ways to get Recall from an exposure log wrong, each beside the right one.

Bias needs no simulation here. A *balanced log* holds one user for every exposure that could have
happened, as many copies as its probability asks for; a mean over its users is then the expectation
itself, and a pooled ratio is the limit for many users.
"""

import itertools
import math
from collections import Counter
from fractions import Fraction
from pathlib import Path

import twin

HERE = Path(__file__).parent


def by_uniform(items, shown):
    """Every exposure of `shown` of the items, equally probable."""
    return [(frozenset(exposure), 1) for exposure in itertools.combinations(items, shown)]


def by_chance(items, p):
    """Each item exposed on its own with probability p[item]; the empty exposure leaves no trace."""
    made = []
    for pattern in itertools.product((0, 1), repeat=len(items)):
        chance = math.prod(p[i] if on else 1 - p[i] for i, on in zip(items, pattern))
        made.append((frozenset(i for i, on in zip(items, pattern) if on), chance))
    return whole(made)


def by_draws(items, q, draws):
    """`draws` impressions, each of one item with probability q[item], with replacement."""
    chances = Counter()
    for sequence in itertools.product(items, repeat=draws):
        chances[frozenset(sequence)] += math.prod((q[i] for i in sequence), start=Fraction(1))
    return whole(chances.items())


def whole(chances):
    """Probabilities as the smallest whole numbers of copies."""
    chances = [(exposure, Fraction(chance)) for exposure, chance in chances if chance]
    scale = math.lcm(*(chance.denominator for _, chance in chances))
    return [(exposure, int(chance * scale)) for exposure, chance in chances]


def balanced(kinds, propensity=None):
    """CSV texts of a balanced log. A kind: (scores, liked, exposures, masked), items by letter."""
    scores, exposed, full, mask = ["user,item,score"], ["user,item,label"], ["user,item,label"], ["user,item"]
    if propensity:
        exposed = ["user,item,label,propensity"]
    most = math.lcm(*(sum(copies for _, copies in exposures) for _, _, exposures, _ in kinds))
    for name, (line, liked, exposures, masked) in zip("abcdefgh", kinds):
        times = most // sum(copies for _, copies in exposures)
        users = itertools.count()
        for exposure, copies in exposures:
            for _ in range(copies * times if exposure else 0):
                user = f"{name}{next(users)}"
                scores += [f"{user},{item},{score}" for item, score in line.items()]
                full += [f"{user},{item},{int(item in liked)}" for item in line]
                mask += [f"{user},{item}" for item in masked]
                tail = lambda item: f",{float(propensity[item])}" if propensity else ""
                exposed += [f"{user},{item},{int(item in liked)}{tail(item)}" for item in sorted(exposure)]
    text = lambda lines: "\n".join(lines) + "\n"
    inputs = {"scores": text(scores), "exposed": text(exposed), "full": text(full)}
    return inputs | ({"mask": text(mask)} if len(mask) > 1 else {})


def figure(inputs, k, scheme, metric="recall", average="macro", ties="pessimistic", no_positives="skip", gain="dcg"):
    """One figure by the twin."""
    rows = twin.evaluate(twin.World.read(**inputs), [k], [scheme], ties, no_positives, gain)
    same = lambda row: row["metric"] == metric and row["average"] == average
    return next(row["estimates"][0] for row in rows if same(row))


def per_user(inputs, k, one):
    """The mean of one(hits, weights, world, user) over the users of the log, None left out."""
    world = twin.World.read(**inputs)
    counts = twin.counted(world, "ure", "pessimistic", twin.hit(k))
    made = [one(count, user, world) for count, user in zip(counts, world.log_users)]
    return float(twin.mean(Fraction(value) for value in made if value is not None))


def row(name, inputs, k, truth, wrong, estimate, right=None, about="", **more):
    """A row of the fixture; `right` names the figure that must be the truth."""
    made = {"name": name, "about": about} | inputs
    settings = {"k": [k], "schemes": ["ure", "traditional", "full"], "ties": "pessimistic",
                "noPositives": "skip", "resamples": 0}
    made |= {"settings": settings | more.pop("settings", {}), "truth": truth}
    made["wrong"] = {"what": wrong, "estimate": estimate}
    assert estimate is None or abs(estimate - truth) > 0.03, (name, estimate, truth)
    made["right"] = None
    if right is not None:
        right = {"scheme": "ure", "metric": "recall", "average": "macro"} | right
        target = right.pop("truth", truth)
        options = {key: right[key] for key in ("scheme", "metric", "average")}
        if "ties" in settings | made["settings"]:
            options["ties"] = made["settings"]["ties"]
        found = figure({x: inputs[x] for x in inputs}, k, **options)
        assert abs(found - target) < 1e-12, (name, found, target)
        made["right"] = right | {"estimate": found}
    return made | more


SIX = dict(zip("uvwxyz", (6, 5, 4, 3, 2, 1)))
FOUR = dict(zip("wxyz", (4, 3, 2, 1)))


def rows():
    uniform = balanced([(SIX, "uwz", by_uniform("uvwxyz", 3), "")])
    yield row("the traditional figure speaks of another K", uniform, 1, figure(uniform, 1, "full"),
              "traditional Recall@1 read as Recall@1", figure(uniform, 1, "traditional"), {})
    few = balanced([(SIX, "uy", by_uniform("uvwxyz", 2), "")])
    yield row("users without a positive counted as 0", few, 2, figure(few, 2, "full"),
              "noPositives zero", figure(few, 2, "ure", no_positives="zero"), {})
    precision = figure(few, 2, "full", "precision")
    skipping = per_user(few, 2, lambda c, *_: sum(c.values) * c.candidates / Fraction(c.shown * 2) if c.values else None)
    yield row("precision without the users who have no positive", few, 2, precision,
              "the mean of m·N/(N̄·K) over users with n > 0", skipping, {"metric": "precision"})
    kinds = balanced([(SIX, "uvwxz", by_uniform("uvwxyz", 2), ""), (SIX, "z", by_uniform("uvwxyz", 2), "")])
    chances = (Fraction(1), Fraction(1, 3))
    weighted = float((Fraction(2, 5) * chances[0] + 0 * chances[1]) / sum(chances))
    yield row("skipping speaks of users weighted by their chance to have a positive", kinds, 2,
              figure(kinds, 2, "full"), "skip read as the mean over all users alike", figure(kinds, 2, "ure"),
              {"truth": weighted}, weightedTruth=weighted)
    masked = balanced([({"u": 1, "v": 2, "w": 3, "x": 4, "y": 5, "z": 6}, "yz", by_uniform("xyz", 2), "uvw"),
                       (SIX, "xyz", by_uniform("uvwxyz", 2), "")])
    world = twin.World.read(**masked)
    pooled = twin.unweighted(twin.counted(world, "ure", "pessimistic", twin.hit(2)))
    yield row("pooled over users of unequal exposure without N_u/N̄_u", masked, 2,
              figure(masked, 2, "full", average="micro"), "Σm/Σn", float(pooled), {"average": "micro"})
    p = {"w": Fraction(3, 4), "x": Fraction(1, 2), "y": Fraction(1, 2), "z": Fraction(1, 4)}
    chance = balanced([(FOUR, "wz", by_chance("wxyz", p), "")], p)
    hájek = per_user(chance, 2, lambda c, *_: sum(w * v for w, v in zip(c.weights, c.values)) / sum(c.weights)
                     if c.values else None)
    yield row("a weighted ratio per user", chance, 2, figure(chance, 2, "full"),
              "the mean over users of Σ hits/p / Σ 1/p", hájek, {"average": "micro"})
    plain = {"scores": chance["scores"], "full": chance["full"],
             "exposed": "\n".join(line.rsplit(",", 1)[0] for line in chance["exposed"].splitlines()) + "\n"}
    yield row("unequal exposure taken for uniform", chance, 2, figure(chance, 2, "full"),
              "URE without the propensity column, macro", figure(plain, 2, "ure"), {"average": "micro"})
    q = {"w": Fraction(1, 2), "x": Fraction(1, 4), "y": Fraction(1, 8), "z": Fraction(1, 8)}
    once = {item: 1 - (1 - chance) ** 3 for item, chance in q.items()}
    draws = by_draws("wxyz", q, 3)
    marginal, each = (balanced([(FOUR, "wz", draws, "")], given) for given in (once, q))
    weight = lambda inputs: twin.diagnostics(twin.World.read(**inputs))["meanWeight"]
    assert weight(marginal) == 1
    yield row("the chance per impression for the chance to be exposed", marginal, 2, figure(marginal, 2, "full"),
              "URE micro with the propensity of one impression", figure(each, 2, "ure", average="micro"),
              {"average": "micro"}, exposedWrong=each["exposed"], meanWeight=weight(marginal), meanWeightWrong=weight(each))
    never = balanced([(FOUR, "wz", by_chance("wxyz", p | {"z": Fraction(0)}), "")], p)
    yield row("an item that could never be exposed", never, 2, figure(never, 2, "full"),
              "URE micro; no weight mends it, only the mean weight tells", figure(never, 2, "ure", average="micro"),
              meanWeight=weight(never))
    ndcg, right = figure(few, 3, "full", "ndcg"), figure(few, 3, "full", "gain")
    gains = twin.counted(twin.World.read(**few), "ure", "pessimistic", twin.truncated("dcg", 3))
    wrong = twin.mean(sum(c.values) / twin.ideal_dcg(len(c.values), 3) for c in gains if c.values)
    yield row("nDCG from exposed positives", few, 3, ndcg, "the mean of DCG/ideal over users with n > 0, ranks "
              "among all candidates", float(wrong), {"metric": "gain", "truth": right}, gain="dcg",
              gainTruth=right)
    hits = per_user(few, 2, lambda c, *_: int(any(c.values)))
    yield row("hit rate from exposed positives", few, 2, 1.0, "the share of users with m > 0", hits)
    kept = per_user(few, 2, lambda c, *_: int(any(c.values)) if c.values else None)
    yield row("hit rate from exposed positives, skipping", few, 2, 1.0,
              "the share of users with m > 0 among those with n > 0", kept)
    trained = balanced([(SIX, "uwy", by_uniform("wxyz", 2), "uv")])
    unmasked = {name: trained[name] for name in ("scores", "exposed", "full")}
    yield row("training items among the candidates", trained, 2, figure(trained, 2, "full"),
              "no mask: training items take the first places", figure(unmasked, 2, "ure"), {})
    overlap = balanced([(SIX, "uvwyz", by_uniform("uvwxyz", 3), "uv")])
    unmasked = {name: overlap[name] for name in ("scores", "exposed", "full")}
    yield row("training items among the exposed", overlap, 2, figure(overlap, 2, "full"),
              "no mask: what was learnt by heart counts as found", figure(unmasked, 2, "ure"), {},
              overlap=twin.World.read(**overlap).overlap)
    equal = balanced([(dict.fromkeys("uvwxyz", 1), "uz", by_uniform("uvwxyz", 2), "")])
    yield row("ties at the threshold", equal, 2, 2 / 6, "optimistic: a constant score finds everything",
              figure(equal, 2, "ure", ties="optimistic"), {}, settings={"ties": "expected"},
              pessimistic=figure(equal, 2, "ure"))


def bootstraps():
    """Users resampled with everything recomputed, against two shortcuts, all exactly."""
    line = dict(zip("stuvwxyz", range(8, 0, -1)))
    # Four exposed items of each user, liked ones in capitals. K = 3 hits s, t and u.
    shown = ["STUV", "STVW", "SUXY", "Vxyz", "Wvxz", "Swyz", "Xvwz", "TUwx"]
    scores = ["user,item,score"] + [f"a{u},{i},{s}" for u in range(len(shown)) for i, s in line.items()]
    exposed = ["user,item,label"] + [f"a{u},{i.lower()},{int(i.isupper())}" for u, e in enumerate(shown) for i in e]
    inputs = {"scores": "\n".join(scores) + "\n", "exposed": "\n".join(exposed) + "\n"}
    n = [sum(1 for i in e if i.isupper()) for e in shown]
    m = [sum(1 for i in e if i in "STU") for e in shown]
    # The log's weights N_u/N̄_u belong to the micro figure.
    w = [Fraction(8, len(e)) for e in shown]
    users, distribution, frozen = len(shown), Counter(), Counter()
    below = sum(a * b for a, b in zip(w, n))
    for counts in compositions(users, users):
        ways = math.factorial(users)
        for count in counts:
            ways //= math.factorial(count)
        above = sum(c * a * b for c, a, b in zip(counts, w, m))
        distribution[above / sum(c * a * b for c, a, b in zip(counts, w, n))] += ways
        frozen[above / below] += ways
    total = users**users
    assert sum(distribution.values()) == total
    sd = math.sqrt(variance(distribution, total))
    estimate = sum(a * b for a, b in zip(w, m)) / below
    rows_sd = math.sqrt(estimate * (1 - estimate) / sum(n))
    quantile = lambda level: float(next(v for v, up in running(distribution) if up >= level * total))
    settings = {"k": [3], "schemes": ["ure"], "ties": "pessimistic", "noPositives": "skip", "resamples": 10000}
    about = "Were users drawn from these eight kinds, the micro figure would scatter by `truth` (standard deviation)."
    right = {"scheme": "ure", "metric": "recall", "average": "micro", "estimate": float(estimate), "sd": sd,
             "lo": [quantile(0.02), quantile(0.03)], "hi": [quantile(0.97), quantile(0.98)]}
    for name, what, value in (
        ("a bootstrap with a frozen denominator", "Σwm of resampled users over Σwn of the log", math.sqrt(variance(frozen, total))),
        ("a bootstrap of rows", "exposed positives resampled as if independent", rows_sd),
    ):
        assert abs(value / sd - 1) > 0.15, (name, value, sd)
        yield {"name": name, "about": about} | inputs | {"settings": settings, "truth": sd,
               "wrong": {"what": what, "estimate": value}, "right": right}


def compositions(total, parts):
    """All ways to write `total` as an ordered sum of `parts` counts."""
    if parts == 1:
        yield (total,)
        return
    for first in range(total + 1):
        for rest in compositions(total - first, parts - 1):
            yield (first, *rest)


def variance(distribution, total):
    centre = sum(value * ways for value, ways in distribution.items()) / total
    return float(sum((value - centre) ** 2 * ways for value, ways in distribution.items()) / total)


def running(distribution):
    """Values in order, with how many resamples lie at or below."""
    values = sorted(distribution)
    return zip(values, itertools.accumulate(distribution[value] for value in values))


def main():
    made = [*rows(), *bootstraps()]
    about = "Wrong and right figures of one log each (tests/reference/recall/pitfalls.py)."
    twin.write(HERE / "fixtures" / "pitfalls.json", about, made)
    for one in made:
        right = one["right"] and one["right"].get("sd", one["right"]["estimate"])
        print(f"{one['name']}: truth {one['truth']:.4f}, wrong {one['wrong']['estimate']:.4f}, right {right}")
    print(f"{(HERE / 'fixtures' / 'pitfalls.json').stat().st_size} bytes")


if __name__ == "__main__":
    main()
