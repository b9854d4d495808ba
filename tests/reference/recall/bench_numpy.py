"""The work of `attune recall --user-factors --item-factors` in NumPy, as a floor to compare with.

    python bench_numpy.py make DIR    writes U.npy, V.npy and exposed.csv (seeded)
    python bench_numpy.py run DIR     places of the exposed positives; seconds and peak memory

Places: tiles of users, one float32 matrix product a tile, then for each exposed positive the number
of items that score at least as much (pessimistic). One thread. Reading the files is timed apart.
"""

import os

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"  # before NumPy is imported

import argparse
import resource
import time
from pathlib import Path

import numpy as np


def make(folder, users, items, width, shown, share, seed):
    """Factors of a normal distribution and a uniformly random exposure log."""
    rng = np.random.default_rng(seed)
    folder.mkdir(parents=True, exist_ok=True)
    np.save(folder / "U.npy", rng.standard_normal((users, width), dtype=np.float32))
    np.save(folder / "V.npy", rng.standard_normal((items, width), dtype=np.float32))
    with open(folder / "exposed.csv", "w", encoding="ascii", newline="\n") as file:
        file.write("user,item,label\n")
        for user in range(users):
            drawn = rng.choice(items, shown, replace=False)
            labels = (rng.random(shown) < share).astype(int)
            file.writelines(f"{user},{item},{label}\n" for item, label in zip(drawn, labels))


def read(folder):
    """Factors, and each user's exposed positives as offsets into one array of items."""
    factors, catalogue = np.load(folder / "U.npy"), np.load(folder / "V.npy")
    log = np.loadtxt(folder / "exposed.csv", dtype=np.int32, delimiter=",", skiprows=1)
    log = log[log[:, 2] == 1]
    log = log[np.argsort(log[:, 0], kind="stable")]
    starts = np.searchsorted(log[:, 0], np.arange(len(factors) + 1))
    return factors, catalogue, log[:, 1].copy(), starts


def places(factors, catalogue, liked, starts, tile):
    """The pessimistic place of every exposed positive."""
    found = np.empty(len(liked), np.int32)
    turned = np.ascontiguousarray(catalogue.T)
    scores = np.empty((tile, len(catalogue)), np.float32)
    for first in range(0, len(factors), tile):
        last = min(first + tile, len(factors))
        np.matmul(factors[first:last], turned, out=scores[: last - first])
        for user in range(first, last):
            begin, end = starts[user], starts[user + 1]
            line = scores[user - first]
            for at in range(begin, end):
                found[at] = np.count_nonzero(line >= line[liked[at]])
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["make", "run"])
    parser.add_argument("folder", type=Path)
    for name, value in (("users", 100_000), ("items", 10_000), ("width", 64), ("shown", 100), ("seed", 7), ("tile", 256)):
        parser.add_argument(f"--{name}", type=int, default=value)
    parser.add_argument("--share", type=float, default=0.2, help="share of positives among the exposed")
    given = parser.parse_args()
    if given.what == "make":
        make(given.folder, given.users, given.items, given.width, given.shown, given.share, given.seed)
        return
    start = time.perf_counter()
    factors, catalogue, liked, starts = read(given.folder)
    loaded = time.perf_counter()
    found = places(factors, catalogue, liked, starts, given.tile)
    done = time.perf_counter()
    sizes = np.diff(starts)
    has = sizes > 0
    print(f"users {len(factors)}, items {len(catalogue)}, exposed positives {len(liked)}")
    for k in (1, 10, 100, 1000):
        hits = np.add.reduceat((found <= k).astype(float), starts[:-1][has]) / sizes[has]
        print(f"URE Recall@{k} macro {hits.mean():.12f}")
    print(f"reading {loaded - start:.2f} s, places {done - loaded:.2f} s")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB")


if __name__ == "__main__":
    main()
