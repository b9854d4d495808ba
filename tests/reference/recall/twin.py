"""The Recall lab's brute-force twin: every figure by its definition, in exact fractions.

Nothing here is quick or clever, and nothing is shared with the Rust code: places come from counting
over all candidates, sums are `fractions.Fraction`, and only the last step rounds to a float.

Terms (arXiv 2409.04810): user u has candidates C_u (the catalogue less the masked items of u),
N_u = |C_u|; exposed items E_u within C_u, N̄_u = |E_u|; n exposed positives, m of them placed at K or
better. Users of the log are those with N̄_u >= 1 (after masking); users of the full labels are those
whom the labels name.
"""

import csv
import io
import json
import math
from dataclasses import dataclass, field
from fractions import Fraction


def rows(text):
    """The rows of a CSV text with a header, as dictionaries."""
    return list(csv.DictReader(io.StringIO(text)))


@dataclass
class World:
    """The inputs of one evaluation."""

    users: list  # in the order of the scores
    score: dict  # user -> {item: float}, candidates only
    exposed: dict  # user -> [(item, positive, propensity or None)], candidates only
    full: dict = None  # user -> {items liked}, candidates only; None without complete labels
    overlap: int = 0  # exposures dropped because they are masked
    given_propensity: bool = field(default=False)

    @classmethod
    def read(cls, scores, exposed, full=None, mask=None):
        """From the CSV texts of the command."""
        masked = {(row["user"], row["item"]) for row in rows(mask)} if mask else set()
        world = cls(users=[], score={}, exposed={})
        for row in rows(scores):
            world.score.setdefault(row["user"], {})
            if (row["user"], row["item"]) not in masked:
                world.score[row["user"]][row["item"]] = float(row["score"])
        world.users = list(world.score)
        for row in rows(exposed):
            world.given_propensity = "propensity" in row
            if (row["user"], row["item"]) in masked:
                world.overlap += 1
                continue
            p = Fraction(row["propensity"]) if world.given_propensity else None
            shown = (row["item"], row["label"] == "1", p)
            world.exposed.setdefault(row["user"], []).append(shown)
        if full is not None:
            world.full = {}
            for row in rows(full):
                liked = world.full.setdefault(row["user"], set())
                if row.get("label", "1") == "1" and (row["user"], row["item"]) not in masked:
                    liked.add(row["item"])
        return world

    @property
    def log_users(self):
        """Users with at least one exposure that is not masked."""
        return [user for user in self.users if self.exposed.get(user)]


def at_places(scores, item, among, ties, value):
    """`value` of the place of `item` among the items `among` (itself included) under a tie rule."""
    above = sum(1 for other in among if scores[other] > scores[item])
    equal = sum(1 for other in among if scores[other] == scores[item])
    if ties == "pessimistic":
        return Fraction(value(above + equal))
    if ties == "optimistic":
        return Fraction(value(above + 1))
    assert ties == "expected"
    places = range(above + 1, above + equal + 1)
    return sum((Fraction(value(place)) for place in places), Fraction(0)) / equal


def hit(k):
    """1 at place K or better."""
    return lambda place: 1 if place <= k else 0


def truncated(gain, k):
    """A rank gain that is 0 beyond K: "dcg", "reciprocal" or a list of gains by place."""
    if gain == "dcg":
        return lambda place: 1 / math.log2(1 + place) if place <= k else 0
    if gain == "reciprocal":
        return lambda place: Fraction(1, place) if place <= k else 0
    return lambda place: gain[place - 1] if place <= min(k, len(gain)) else 0


def ideal_dcg(positives, k):
    """The DCG of `positives` items at the first places, cut at K."""
    dcg = truncated("dcg", k)
    return sum((Fraction(dcg(place)) for place in range(1, positives + 1)), Fraction(0))


def mean(values):
    """The mean, or None of nothing."""
    values = list(values)
    return sum(values, Fraction(0)) / len(values) if values else None


def ratio(above, below):
    """A ratio, or None where nothing is below."""
    return Fraction(above) / below if below else None


def number(value):
    """A float for JSON, None stays."""
    return None if value is None else float(value)


@dataclass
class Counted:
    """What one user adds to a scheme: values of its positives, their number, and sizes."""

    values: list  # one per positive: hit or gain
    weights: list  # one per positive: 1/p, or N_u/N̄_u
    candidates: int
    shown: int

    @property
    def per_positive(self):
        return sum(self.values, Fraction(0)) / len(self.values)


def counted(world, scheme, ties, value):
    """For each user of the scheme, the value of each of its positives."""
    found = []
    users = list(world.full) if scheme == "full" else world.log_users
    for user in users:
        scores = world.score[user]
        log = world.exposed.get(user, [])
        if scheme == "full":
            positives = [(item, None) for item in sorted(world.full[user])]
        else:
            positives = [(item, p) for item, positive, p in log if positive]
        among = [item for item, _, _ in log] if scheme == "traditional" else list(scores)
        values = [at_places(scores, item, among, ties, value) for item, _ in positives]
        if scheme == "full":
            weights = [Fraction(1)] * len(positives)
        elif world.given_propensity and scheme == "ure":
            weights = [1 / p for _, p in positives]
        else:
            weights = [Fraction(len(scores), len(log))] * len(positives)
        found.append(Counted(values, weights, len(scores), len(log)))
    return found


def constant_propensity(world):
    """Whether every user's exposures have one and the same propensity."""
    return all(len({p for _, _, p in world.exposed[user]}) == 1 for user in world.log_users)


def macro(users, no_positives):
    """The mean over users of the mean over their positives."""
    kept = [user for user in users if user.values or no_positives == "zero"]
    return mean(user.per_positive if user.values else Fraction(0) for user in kept), len(kept)


def micro(users):
    """Pooled over all positives, each with its weight."""
    above = sum((w * v for u in users for w, v in zip(u.weights, u.values)), Fraction(0))
    return ratio(above, sum((w for u in users for w in u.weights), Fraction(0)))


def unweighted(users):
    """Pooled over all positives alike."""
    above = sum((v for user in users for v in user.values), Fraction(0))
    return ratio(above, sum(len(user.values) for user in users))


def implied_k(world, k):
    """Theorem 1: the cut-off among all candidates that a traditional figure speaks of."""
    users = world.log_users
    if not users:
        return None
    candidates = mean(Fraction(len(world.score[user])) for user in users)
    shown = mean(Fraction(len(world.exposed[user])) for user in users)
    return min(k * candidates / shown, candidates)


def precision(users, scheme, k, given):
    """The mean over all users, those without a positive included."""
    if scheme != "ure":
        return mean(sum(user.values, Fraction(0)) / k for user in users)
    if given:
        return mean(sum(w * v for w, v in zip(u.weights, u.values)) / Fraction(k) for u in users)
    scaled = lambda u: sum(u.values, Fraction(0)) * u.candidates / (Fraction(u.shown) * k)
    return mean(scaled(user) for user in users)


def ndcg(world, scheme, ties, no_positives, k):
    """Binary nDCG@K with the ideal of as many positives."""
    users = counted(world, scheme, ties, truncated("dcg", k))
    kept = [user for user in users if user.values or no_positives == "zero"]
    one = lambda u: sum(u.values, Fraction(0)) / ideal_dcg(len(u.values), k) if u.values else 0
    return mean(one(user) for user in kept), len(kept)


def evaluate(world, ks, schemes, ties, no_positives, gain):
    """All figures: one row a scheme, metric and average, with one estimate a K."""
    results = []
    for scheme in schemes:
        by_p = world.given_propensity and scheme == "ure"
        # A macro figure would be a per-user ratio, which is biased unless its weights cancel.
        defined = not by_p or constant_propensity(world)
        hits = [counted(world, scheme, ties, hit(k)) for k in ks]
        gains = [counted(world, scheme, ties, truncated(gain, k)) for k in ks]
        shared = {"usersWithoutPositives": sum(1 for user in hits[0] if not user.values)}
        if scheme == "traditional":
            shared["impliedK"] = [number(implied_k(world, k)) for k in ks]

        def add(metric, average, estimates, **more):
            row = {"scheme": scheme, "metric": metric, "average": average}
            results.append(row | {"estimates": [number(e) for e in estimates]} | more | shared)

        for metric, counts in (("recall", hits), ("gain", gains)):
            made = [macro(users, no_positives) for users in counts]
            estimates = [estimate if defined else None for estimate, _ in made]
            add(metric, "macro", estimates, users=made[0][1])
            more = {}
            if scheme == "traditional":
                # The usual practice pools without weights; both are equal unless N̄_u/N_u varies.
                more["unweighted"] = [number(unweighted(users)) for users in counts]
            add(metric, "micro", [micro(users) for users in counts], **more)
        estimates = [precision(users, scheme, k, by_p) for users, k in zip(hits, ks)]
        add("precision", "macro", estimates, users=len(hits[0]))
        if scheme != "ure":
            made = [ndcg(world, scheme, ties, no_positives, k) for k in ks]
            add("ndcg", "macro", [estimate for estimate, _ in made], users=made[0][1])
    return results


def diagnostics(world):
    """Mean weight and Kish's effective sample of the exposed positives' weights 1/p."""
    users = world.log_users
    inside = lambda u: sum(1 / p for _, _, p in world.exposed[u]) / len(world.score[u])
    weights = [1 / p for u in users for _, positive, p in world.exposed[u] if positive]
    squares = sum((w * w for w in weights), Fraction(0))
    return {
        "meanWeight": number(mean(inside(user) for user in users)),
        "effectiveSample": number(ratio(sum(weights, Fraction(0)) ** 2, squares)),
        "constantWithinUsers": constant_propensity(world),
    }


def exposure_variance(world, k, ties):
    """The plug-in exposure variance of macro URE Recall@K that skips users without a positive."""
    users = [user for user in counted(world, "ure", ties, hit(k)) if user.values]
    within, singles = Fraction(0), []
    for user in users:
        n, p = len(user.values), user.per_positive
        if n >= 2:
            within += (1 - Fraction(user.shown, user.candidates)) * p * (1 - p) / (n - 1)
        else:
            singles.append(p)
    among_singles, among_all = sample_variance(singles), sample_variance([u.per_positive for u in users])

    def total(spread):
        if not users or (singles and spread is None):
            return None
        return (within + len(singles) * (spread or 0)) / len(users) ** 2

    return {
        "k": k,
        "users": len(users),
        "singles": len(singles),
        "within": number(within),
        "spreadAmongSingles": number(among_singles),
        "spreadAmongAll": number(among_all),
        "varianceBySingles": number(total(among_singles)),
        "varianceByAll": number(total(among_all)),
    }


def sample_variance(values):
    """With n - 1; None for fewer than two."""
    if len(values) < 2:
        return None
    centre = mean(values)
    return sum(((value - centre) ** 2 for value in values), Fraction(0)) / (len(values) - 1)


def write(path, about, rows_):
    """A fixture: one row a line, so that differences can be read."""
    lines = ",\n".join(json.dumps(row, ensure_ascii=False, separators=(",", ":")) for row in rows_)
    head = json.dumps(about, ensure_ascii=False)
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        file.write(f'{{"about":{head},\n"rows":[\n{lines}\n]}}\n')
