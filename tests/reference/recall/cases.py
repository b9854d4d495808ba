"""Writes fixtures/twin.json: small random cases with every figure the twin works out for them."""

import random
from pathlib import Path

import twin

HERE = Path(__file__).parent
BASE = {
    "users": 4, "items": 8, "shown": (3, 6), "liked": 0.35, "levels": None, "mask": 0.0,
    "propensity": None, "full": "labels", "ks": [1, 3, 8], "ties": "pessimistic",
    "no_positives": "skip", "gain": "dcg",
}
GAINS = ["dcg", "reciprocal", [1.0, 0.5, 0.25, 0.125]]
TIES = ["pessimistic", "optimistic", "expected"]


def plans():
    """Name and differences from BASE of each case."""
    yield "equal exposure, distinct scores", {"shown": (4, 4)}
    yield "unequal exposure, distinct scores", {"shown": (1, 8)}
    yield "everything exposed", {"shown": (8, 8)}
    yield "one exposure each", {"shown": (1, 1), "users": 7}
    yield "one user", {"users": 1, "liked": 0.5}
    yield "one item", {"items": 1, "shown": (1, 1), "ks": [1, 2], "liked": 0.6}
    yield "two items, one user", {"users": 1, "items": 2, "shown": (1, 2), "ks": [1, 2, 9], "liked": 0.7}
    yield "K at and beyond the catalogue", {"ks": [7, 8, 9, 100]}
    yield "users without positives are skipped", {"liked": 0.12, "users": 6}
    yield "users without positives count 0", {"liked": 0.12, "users": 6, "no_positives": "zero"}
    yield "nobody likes anything", {"liked": 0.0, "users": 2}
    yield "nobody likes anything, counted 0", {"liked": 0.0, "users": 2, "no_positives": "zero"}
    yield "everything liked", {"liked": 1.0, "users": 2}
    for ties in TIES:
        yield f"all scores equal, {ties}", {"levels": 1, "ties": ties, "users": 3}
    for at, ties in enumerate(TIES * 2):
        gain = GAINS[at % 3] if at < 3 else GAINS[(at + 1) % 3]
        more = {"no_positives": "zero" if at >= 3 else "skip", "liked": 0.25 if at >= 3 else 0.45}
        yield f"few score levels, {ties}, {at // 3 + 1}", {"levels": 3, "ties": ties, "gain": gain} | more
    for at, ties in enumerate(TIES):
        yield f"masked items, {ties}", {
            "mask": 0.3, "levels": None if at == 0 else 3, "ties": ties, "gain": GAINS[at], "shown": (3, 7)}
    yield "masked items, unequal shares", {"mask": 0.45, "users": 6, "shown": (2, 7), "gain": "reciprocal"}
    yield "masked items, users without positives count 0", {
        "mask": 0.35, "users": 6, "liked": 0.2, "no_positives": "zero", "shown": (2, 7)}
    yield "complete labels as a list of positives", {"full": "list", "liked": 0.6}
    yield "complete labels as a list, masked", {"full": "list", "liked": 0.7, "mask": 0.25}
    yield "no complete labels", {"full": None}
    yield "reciprocal gain", {"gain": "reciprocal"}
    yield "listed gains", {"gain": GAINS[2]}
    yield "a listed gain that rises", {"gain": [0.25, 1.0, 2.0]}
    yield "negative and large scores", {"scale": 1e6}
    yield "a larger case", {"users": 8, "items": 12, "shown": (4, 8), "ks": [1, 5, 10]}
    for at, ties in enumerate(TIES):
        yield f"propensities by item, {ties}", {
            "propensity": "item", "users": 6, "levels": None if at == 0 else 4, "ties": ties,
            "gain": GAINS[at]}
    yield "propensities by item and masked items", {"propensity": "item", "users": 6, "mask": 0.3}
    yield "propensities by item, users without positives count 0", {
        "propensity": "item", "users": 6, "liked": 0.2, "no_positives": "zero"}
    yield "propensities the same within a user", {"propensity": "user", "users": 6}
    yield "propensities the same within a user, masked", {"propensity": "user", "users": 6, "mask": 0.3}
    yield "propensities the same for all", {"propensity": "all", "users": 6}
    yield "propensities of 1", {"propensity": "one", "users": 3}
    yield "one user with propensities", {"propensity": "item", "users": 1, "liked": 0.6}


def draw(plan, seed):
    """The CSV texts of a case."""
    rng = random.Random(seed)
    users = [f"u{at}" for at in range(plan["users"])]
    items = [f"i{at}" for at in range(plan["items"])]
    scores, exposed, full, mask = ["user,item,score"], ["user,item,label"], ["user,item,label"], ["user,item"]
    if plan["propensity"]:
        exposed = ["user,item,label,propensity"]
    by_item = {item: rng.choice(["0.05", "0.1", "0.25", "0.4", "0.5", "0.75", "0.9"]) for item in items}
    if plan["full"] == "list":
        full = ["user,item"]
    for user in users:
        if plan["levels"]:
            values = [rng.randrange(plan["levels"]) / 4 for _ in items]
        else:
            values = [value / 100 for value in rng.sample(range(-300, 300), len(items))]
        values = [value * plan.get("scale", 1) for value in values]
        likes = {item: rng.random() < plan["liked"] for item in items}
        scores += [f"{user},{item},{value:g}" for item, value in zip(items, values)]
        for item in items:
            if plan["full"] == "labels":
                full.append(f"{user},{item},{int(likes[item])}")
            elif likes[item]:
                full.append(f"{user},{item}")
        mask += [f"{user},{item}" for item in items if rng.random() < plan["mask"]]
        own = rng.choice(["0.2", "0.5", "0.625"])
        p = {item: {"item": by_item[item], "user": own, "all": "0.5", "one": "1"}.get(plan["propensity"])
             for item in items}
        if plan["propensity"]:
            shown = [item for item in items if rng.random() < float(p[item])] or items[:2]
        else:
            shown = rng.sample(items, rng.randint(*plan["shown"]))
        for item in shown:
            tail = f",{p[item]}" if plan["propensity"] else ""
            exposed.append(f"{user},{item},{int(likes[item])}{tail}")
    text = lambda lines: "\n".join(lines) + "\n"
    return {
        "scores": text(scores),
        "exposed": text(exposed),
        "full": text(full) if plan["full"] else None,
        "mask": text(mask) if plan["mask"] else None,
    }


def row(name, inputs, ks, ties, no_positives, gain):
    """A row of the fixture: inputs, settings and what is expected."""
    world = twin.World.read(**inputs)
    schemes = ["ure", "traditional"] + (["full"] if inputs["full"] else [])
    made = {"name": name} | {key: value for key, value in inputs.items() if value is not None}
    settings = {"k": ks, "schemes": schemes, "ties": ties, "noPositives": no_positives, "resamples": 0}
    made |= {"settings": settings, "gain": gain}
    made["overlap"] = world.overlap
    made["results"] = twin.evaluate(world, ks, schemes, ties, no_positives, gain)
    if world.given_propensity:
        made["diagnostics"] = twin.diagnostics(world)
    elif ties != "expected":
        made["exposureVariance"] = [twin.exposure_variance(world, k, ties) for k in ks]
    return made


def edges():
    """Cases about who counts as a user."""
    scores = "user,item,score\n" + "".join(
        f"{u},{i},{s}\n" for u, line in (("a", "4321"), ("b", "1342"), ("c", "2413")) for i, s in zip("wxyz", line))
    full = "user,item,label\na,w,1\na,x,0\na,y,1\na,z,0\nb,w,1\nb,x,0\nb,y,0\nb,z,1\n"
    inputs = {"scores": scores, "exposed": "user,item,label\na,w,1\na,x,0\nb,w,1\nb,z,1\n", "full": full}
    for no_positives in ("skip", "zero"):
        yield row(f"edge: a user whose exposures are all masked is no user of the log, {no_positives}",
                  inputs | {"mask": "user,item\nb,w\nb,z\n"}, [1, 2], "pessimistic", no_positives, "dcg")
        yield row(f"edge: a scored user whom neither the log nor the labels name counts nowhere, {no_positives}",
                  inputs | {"mask": None}, [1, 2], "pessimistic", no_positives, "dcg")


def main():
    made = []
    for at, (name, changes) in enumerate(plans()):
        plan = BASE | changes
        inputs = draw(plan, 2409_04810 + at)
        made.append(row(name, inputs, plan["ks"], plan["ties"], plan["no_positives"], plan["gain"]))
    made += edges()
    about = "Recall figures of small random cases, by the naive twin (tests/reference/recall/cases.py)."
    twin.write(HERE / "fixtures" / "twin.json", about, made)
    print(f"{len(made)} cases, {(HERE / 'fixtures' / 'twin.json').stat().st_size} bytes")


if __name__ == "__main__":
    main()
