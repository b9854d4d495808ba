"""Writes fixtures/hypergeometric.json: exact expectations over every exposure of small worlds.

One user, N items, K cut-offs, N̄ exposed uniformly without replacement: all C(N, N̄) exposures are
enumerated and every figure is an exact fraction, written as "numerator/denominator". The closed
forms (Theorem 2 and the hypergeometric variance; the smoothed form of Theorem 1) are asserted here.
"""

import itertools
import json
import math
from fractions import Fraction
from pathlib import Path

import twin

HERE = Path(__file__).parent
# Labels of items in the order of their ranks: 1 = liked. Rank 1 stands first.
ONE = ["1010", "011001", "11100000", "00010110", "1001001", "0000001", "1111", "101010101"]
# Users of joint worlds, each enumerated with the others.
JOINT = [(["1100", "0110"], 2), (["1010", "1110", "0011"], 3), (["10000", "01111"], 2), (["100", "011", "111"], 1)]


def text(value):
    return None if value is None else f"{value.numerator}/{value.denominator}"


def binomial(n, k):
    return math.comb(n, k) if 0 <= k <= n else 0


def one_user(labels, shown, k):
    """All expectations for one user, by enumeration, against the closed forms."""
    items = len(labels)
    liked = [at + 1 for at, label in enumerate(labels) if label == "1"]
    positives, top = len(liked), sum(1 for rank in liked if rank <= k)
    recall = Fraction(top, positives)
    by_n, traditional, precisions, gains, pooled = {}, [], [], [], [0, 0]
    exposures = list(itertools.combinations(range(1, items + 1), shown))
    for exposure in exposures:
        seen = [rank for rank in exposure if labels[rank - 1] == "1"]
        n, m = len(seen), sum(1 for rank in seen if rank <= k)
        # Among the exposed, an item's place is one more than the exposed items before it.
        t = sum(1 for rank in seen if sum(1 for other in exposure if other < rank) + 1 <= k)
        precisions.append(Fraction(m * items, shown * k))
        pooled[0], pooled[1] = pooled[0] + t, pooled[1] + n
        if n:
            by_n.setdefault(n, []).append(Fraction(m, n))
            traditional.append(Fraction(t, n))
            gains.append(sum((Fraction(1, rank) for rank in seen if rank <= k), Fraction(0)) / n)
    given = []
    for n, figures in sorted(by_n.items()):
        expectation = twin.mean(figures)
        variance = twin.mean(f * f for f in figures) - expectation**2
        form = recall * (1 - recall) / n * (Fraction(positives - n, positives - 1) if positives > 1 else 0)
        assert expectation == recall and variance == form, (labels, shown, k, n)
        plug_in = None
        if n >= 2:
            plug_in = twin.mean((1 - Fraction(shown, items)) * f * (1 - f) / (n - 1) for f in figures)
        given.append({"n": n, "probability": text(Fraction(len(figures), len(exposures))),
                      "expectation": text(expectation), "variance": text(variance),
                      "plugInExpectation": text(plug_in)})
    assert twin.mean(precisions) == Fraction(top, k)
    ahead = twin.mean(gains)
    assert ahead == sum((Fraction(1, rank) for rank in liked if rank <= k), Fraction(0)) / positives
    # Theorem 1, exact: a liked item of rank r is exposed, and fewer than K of the r - 1 before it are.
    smoothed = Fraction(0)
    for rank in liked:
        ways = sum(binomial(rank - 1, h) * binomial(items - rank, shown - 1 - h) for h in range(min(k, shown)))
        smoothed += Fraction(ways, binomial(items - 1, shown - 1))
    smoothed /= positives
    assert smoothed == Fraction(pooled[0], pooled[1])
    implied = min(Fraction(k * items, shown), Fraction(items))
    return {
        "labelsByRank": labels, "items": items, "exposed": shown, "k": k,
        "recall": text(recall), "precision": text(Fraction(top, k)), "reciprocalGain": text(ahead),
        "probabilityOfPositive": text(Fraction(len(traditional), len(exposures))),
        "given": given,
        "ureExpectation": text(twin.mean(f for figures in by_n.values() for f in figures)),
        "traditionalMacroExpectation": text(twin.mean(traditional)),
        "traditionalPooledExpectation": text(smoothed),
        "impliedK": text(implied),
        "recallAtImpliedK": text(Fraction(sum(1 for rank in liked if rank <= implied), positives)),
    }


def joint(worlds, shown, k):
    """Macro figures over several users, over every combination of their exposures."""
    figures = {"skip": [], "zero": [], "precision": []}
    choices = [list(itertools.combinations(range(1, len(labels) + 1), shown)) for labels in worlds]
    recalls = [Fraction(labels[:k].count("1"), labels.count("1")) for labels in worlds]
    weighted = Fraction(0)
    for combination in itertools.product(*choices):
        parts, expected, precisions = [], [], []
        for labels, exposure, recall in zip(worlds, combination, recalls):
            seen = [rank for rank in exposure if labels[rank - 1] == "1"]
            m = sum(1 for rank in seen if rank <= k)
            precisions.append(Fraction(m * len(labels), shown * k))
            if seen:
                parts.append(Fraction(m, len(seen)))
                expected.append(recall)
        if parts:
            figures["skip"].append(twin.mean(parts))
            weighted += twin.mean(expected)
        figures["zero"].append(sum(parts, Fraction(0)) / len(worlds))
        figures["precision"].append(twin.mean(precisions))
    skip = twin.mean(figures["skip"])
    assert skip == weighted / len(figures["skip"])  # unbiased for the users who happen to be counted
    certain = all(shown > labels.count("0") for labels in worlds)
    truth = twin.mean(recalls)
    assert not certain or skip == truth == twin.mean(figures["zero"])
    return {
        "labelsByRank": worlds, "exposed": shown, "k": k, "everyUserAlwaysCounted": certain,
        "recall": text(truth), "skipExpectation": text(skip),
        "skipVariance": text(twin.mean(f * f for f in figures["skip"]) - skip**2),
        "zeroExpectation": text(twin.mean(figures["zero"])),
        "precision": text(twin.mean(Fraction(labels[:k].count("1"), k) for labels in worlds)),
        "precisionExpectation": text(twin.mean(figures["precision"])),
    }


def main():
    rows = []
    for labels in ONE:
        for shown in sorted({1, 2, len(labels) // 2, len(labels) - 1, len(labels)}):
            rows += [one_user(labels, shown, k) for k in sorted({1, 2, len(labels) // 2, len(labels)})]
    together = [joint(worlds, shown, k) for worlds, shown in JOINT for k in (1, 2, 3)]
    about = "Exact expectations over all exposures, fractions as text (tests/reference/recall/hypergeometric.py)."
    lines = lambda made: ",\n".join(json.dumps(row, separators=(",", ":")) for row in made)
    path = HERE / "fixtures" / "hypergeometric.json"
    path.write_text(f'{{"about":"{about}",\n"rows":[\n{lines(rows)}\n],\n"joint":[\n{lines(together)}\n]}}\n')
    print(f"{len(rows)} worlds of one user, {len(together)} of several; {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
