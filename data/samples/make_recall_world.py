"""Makes the demo world of the recall page: scores.npy and exposed.csv.

400 users and 250 items. What users truly prefer comes from latent factors, a popularity term and
noise; the 8 % strongest preferences are positive. The recommender is a matrix factorisation that
has learnt those factors imperfectly. Every user was shown 20 items drawn uniformly at random.

    python make_recall_world.py          # writes both files, prints the true Recall

Needs numpy. The same seed gives the same files.
"""

from pathlib import Path

import numpy as np

USERS, ITEMS, FACTORS, EXPOSED = 400, 250, 8, 20
POSITIVE_SHARE = 0.08
CUTOFFS = (1, 2, 5, 10, 20, 50)
HERE = Path(__file__).parent


def world(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """The recommender's scores and the true labels, both [users x items]."""
    users = rng.normal(size=(USERS, FACTORS))
    items = rng.normal(size=(ITEMS, FACTORS))
    popularity = 0.5 * rng.normal(size=ITEMS)
    taste = users @ items.T / np.sqrt(FACTORS) + popularity
    truth = taste + 0.4 * rng.normal(size=taste.shape)
    labels = truth > np.quantile(truth, 1 - POSITIVE_SHARE)

    learnt_users = users + 0.6 * rng.normal(size=users.shape)
    learnt_items = items + 0.6 * rng.normal(size=items.shape)
    scores = learnt_users @ learnt_items.T / np.sqrt(FACTORS) + 0.8 * popularity
    return scores.astype(np.float16), labels


def recall(scores: np.ndarray, labels: np.ndarray, k: int) -> float:
    """Recall@k over all items, averaged over the users who like anything."""
    scores = scores.astype(np.float64)
    threshold = np.sort(scores, axis=1)[:, -(k + 1)][:, None]
    liked = labels.sum(axis=1)
    hits = (labels & (scores > threshold)).sum(axis=1)
    return float((hits[liked > 0] / liked[liked > 0]).mean())


def main() -> None:
    rng = np.random.default_rng(20260601)
    scores, labels = world(rng)
    np.save(HERE / "scores.npy", scores)
    rows = ["user,item,label"]
    for user in range(USERS):
        for item in np.sort(rng.choice(ITEMS, size=EXPOSED, replace=False)):
            rows.append(f"{user},{item},{int(labels[user, item])}")
    (HERE / "exposed.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")

    print(f"positive: {labels.mean():.3f} of all pairs")
    for k in CUTOFFS:
        print(f"true Recall@{k}: {recall(scores, labels, k):.3f}")


if __name__ == "__main__":
    main()
