"""Writes fixtures/bad.json: hostile inputs and what a user should get, an error's kind or figures.

Files are texts, or base64 of their bytes under `<name>Base64`. `error.code` is formats::ErrorKind's
code; a list means that any of them will do. `file` and `line` say where, when it matters.
"""

import base64
import io
from pathlib import Path

import numpy as np

import twin

HERE = Path(__file__).parent
S = "user,item,score\nu,a,4\nu,b,3\nu,c,2\nu,d,1\nv,a,1\nv,b,2\nv,c,3\nv,d,4\n"
E = "user,item,label\nu,a,1\nu,d,0\nv,b,1\nv,d,1\n"
P = "user,item,label,propensity\nu,a,1,{}\nv,b,1,0.5\n"
F = "user,item,label\n" + "".join(f"{u},{i},{int(i in 'ad')}\n" for u in "uv" for i in "abcd")


def npy(array, version=(1, 0)):
    file = io.BytesIO()
    np.lib.format.write_array(file, array, version=version)
    return file.getvalue()


def claim(shape, data=b"\0" * 32, descr="<f4"):
    """A .npy whose header claims `shape`."""
    head = f"{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}".encode()
    head += b" " * (-(len(head) + 11) % 64) + b"\n"
    return b"\x93NUMPY\x01\x00" + len(head).to_bytes(2, "little") + head + data


def error(name, code, k=(1,), settings=None, file=None, line=None, **files):
    where = {"file": file, "line": line}
    return {"name": name} | (files if "userFactorsBase64" in files else {"scores": S, "exposed": E} | files) | {
        "settings": {"k": list(k), "resamples": 0} | (settings or {}),
        "error": {"code": code} | {key: value for key, value in where.items() if value is not None}}


def stated(name, k=(1,), ties="pessimistic", no_positives="skip", schemes=("ure", "traditional"), twin_files=None, **files):
    """An input that has an answer; `twin_files` are the same inputs as the twin reads them."""
    files = {"scores": S, "exposed": E} | files
    if any(key.startswith("scoresBase64") for key in files):
        files.pop("scores")
    world = twin.World.read(**(twin_files or files))
    return {"name": name} | files | {
        "settings": {"k": list(k), "schemes": list(schemes), "ties": ties, "noPositives": no_positives, "resamples": 0},
        "results": twin.evaluate(world, list(k), list(schemes), ties, no_positives, "dcg")}


def b64(data):
    return base64.b64encode(data).decode()


def texts():
    yield stated("no positives at all", exposed="user,item,label\nu,a,0\nv,b,0\n")
    yield stated("no positives at all, counted 0", no_positives="zero", exposed="user,item,label\nu,a,0\nv,b,0\n")
    yield stated("K equal to N, K beyond N, K huge", k=(4, 5, 4294967295))
    yield stated("one user", scores="user,item,score\nu,a,2\nu,b,1\n", exposed="user,item,label\nu,a,1\n")
    equal = S.translate(str.maketrans("234", "111"))
    for ties in ("pessimistic", "optimistic", "expected"):
        yield stated(f"all scores equal, {ties}", k=(1, 3), ties=ties, scores=equal)
    yield stated("masked positives only", k=(1, 2), mask="user,item\nu,a\nv,b\nv,d\n")
    yield stated("a mask of one user's whole catalogue", mask="user,item\nu,a\nu,b\nu,c\nu,d\n")
    yield stated("full labels of every pair", k=(2,), full=F, schemes=("ure", "full"))
    yield stated("CRLF line ends everywhere", scores=S.replace("\n", "\r\n"), exposed=E.replace("\n", "\r\n"))
    bom = {"scores": S, "exposed": E}
    yield stated("a byte-order mark before both headers", twin_files=bom, scores="\ufeff" + S, exposed="\ufeff" + E)
    yield stated("quoted fields with commas, quotes and a line break",
                 scores='user,item,score\n"u, 1","a ""x""",2\n"u, 1","b\nc",1\n',
                 exposed='user,item,label\n"u, 1","b\nc",1\n')
    yield stated("ids in other scripts, combined and not, are told apart",
                 scores="user,item,score\n用户,\u00e9,2\n用户,e\u0301,1\n", exposed="user,item,label\n用户,e\u0301,1\n")
    yield stated("ids of 10,000 characters", scores=f"user,item,score\n{'x' * 10000},a,2\n{'x' * 10000},b,1\n",
                 exposed=f"user,item,label\n{'x' * 10000},a,1\n")
    big = "18446744073709551616"
    yield stated("ids beyond 64 bits stay text", scores=f"user,item,score\n{big},a,2\n{big}0,a,1\n",
                 exposed=f"user,item,label\n{big},a,1\n")
    yield stated("ids like __proto__ and constructor", scores="user,item,score\n__proto__,constructor,2\n__proto__,b,1\n",
                 exposed="user,item,label\n__proto__,constructor,1\n")
    yield stated("columns in another order, and one more", scores="score,note,item,user\n4,x,a,u\n3,y,b,u\n",
                 exposed="label,item,user\n1,b,u\n")
    yield stated("scores that differ by one last bit", scores="user,item,score\nu,a,0.1\nu,b,0.10000000000000002\n",
                 exposed="user,item,label\nu,a,1\n")
    yield stated("negative zero ties with zero", scores="user,item,score\nu,a,-0.0\nu,b,0\n", exposed="user,item,label\nu,a,1\n")
    yield stated("scores at the ends of float64", scores="user,item,score\nu,a,1.7e308\nu,b,-1.7e308\nu,c,5e-324\n",
                 exposed="user,item,label\nu,c,1\n", k=(1, 2))
    for value in ("NaN", "inf", "-inf", "1e999"):
        yield error(f"a score of {value}", "not-finite", scores=S.replace("u,c,2", f"u,c,{value}"), file="scores.csv", line=4)
    yield error("a score left empty", ["type", "missing"], scores=S.replace("u,c,2", "u,c,"), file="scores.csv", line=4)
    yield error("a pair scored twice", "duplicate", scores=S + "u,a,4\n", file="scores.csv", line=10)
    yield error("an exposure twice with other labels", "duplicate", exposed=E + "u,a,0\n", file="exposed.csv", line=6)
    yield error("a full label twice with other labels", "duplicate", full=F + "u,a,0\n", file="full.csv", line=10)
    yield error("an exposed item outside the catalogue", "unknown", exposed=E + "u,z,1\n", file="exposed.csv", line=6)
    yield error("an exposed user without scores", "unknown", exposed=E + "w,a,1\n", file="exposed.csv", line=6)
    yield error("a full label of an item outside the catalogue", "unknown", full=F + "u,z,1\n", file="full.csv", line=10)
    yield error("a candidate without a score", "missing", scores=S.replace("u,c,2\n", ""), file="scores.csv")
    yield error("a label of 2", "range", exposed=E.replace("u,a,1", "u,a,2"), file="exposed.csv", line=2)
    yield error("a full label of 0.5", "range", full=F.replace("u,b,0", "u,b,0.5"), file="full.csv", line=3)
    for p in ("0", "-0.1", "1.0001", "1e-400"):
        yield error(f"a propensity of {p}", "range", exposed=P.format(p), settings={"propensity": "propensity"}, file="exposed.csv", line=2)
    for p, code in (("NaN", "not-finite"), ("inf", ["not-finite", "range"]), ("often", "type")):
        yield error(f"a propensity of {p}", code, exposed=P.format(p), settings={"propensity": "propensity"}, file="exposed.csv", line=2)
    yield error("a propensity left empty", ["type", "missing"], exposed=P.format(""), settings={"propensity": "propensity"}, file="exposed.csv", line=2)
    yield error("a propensity column that is not there", "missing", settings={"propensity": "chance"}, file="exposed.csv", line=1)
    yield error("no label column", "missing", exposed="user,item\nu,a\n", file="exposed.csv", line=1)
    yield error("no item column in the mask", "missing", mask="user\nu\n", file="mask.csv", line=1)
    for name in ("scores", "exposed"):
        yield error(f"{name}: an empty file", "empty", file=f"{name}.csv", **{name: ""})
        yield error(f"{name}: a header only", "empty", file=f"{name}.csv", **{name: (S if name == "scores" else E).split("\n")[0] + "\n"})
    yield error("scores: white space only", ["empty", "missing"], file="scores.csv", scores=" \n\n")
    yield error("a row that is too long", "syntax", exposed=E + "u,b,1,9\n", file="exposed.csv", line=6)
    yield error("a quote that never ends", ["syntax", "missing", "unknown"], exposed=E + 'u,"b,1\n', file="exposed.csv")
    yield error("K of 0", "setting", k=(0,))
    yield error("full asked without full labels", ["setting", "missing"], settings={"schemes": ["full"]})
    yield {"name": "bytes that are not UTF-8", "scores": S, "exposedBase64": b64(E.encode() + b"u,\xff\xfe,1\n"),
           "settings": {"k": [1], "resamples": 0}, "error": {"code": "encoding", "file": "exposed.csv"}}


def arrays():
    numbers = np.array([[4, 3, 2, 1], [1, 2, 3, 4]])
    log = "user,item,label\n0,0,1\n0,3,0\n1,1,1\n1,3,1\n"
    same = {"scores": "user,item,score\n" + "".join(f"{u},{i},{s}\n" for u, line in enumerate(numbers) for i, s in enumerate(line)),
            "exposed": log}
    fine = lambda name, data: stated(name, scoresBase64=b64(data), exposed=log, twin_files=same)
    bad = lambda name, code, data: {"name": name, "scoresBase64": b64(data), "exposed": log,
                                    "settings": {"k": [1], "resamples": 0}, "error": {"code": code, "file": "scores.npy"}}
    for kind in ("<f2", "<f4", "<f8", ">f2", ">f4", ">f8"):
        yield fine(f"npy {kind}", npy(numbers.astype(kind)))
    yield fine("npy float32 in Fortran order", npy(np.asfortranarray(numbers.astype("<f4"))))
    yield fine("npy format 2.0", npy(numbers.astype("<f4"), (2, 0)))
    good = npy(numbers.astype("<f4"))
    yield bad("npy with a wrong magic", "syntax", b"\x93NUMPX" + good[6:])
    yield bad("npy of no bytes", ["syntax", "empty"], b"")
    yield bad("npy of a header only", "syntax", good[:128])
    yield bad("npy cut short by one byte", "syntax", good[:-1])
    yield bad("npy cut within the header", "syntax", good[:40])
    yield bad("npy that claims 2^31 × 2^31", "syntax", claim("(2147483648, 2147483648)"))
    yield bad("npy that claims 2^40 × 2^40", "syntax", claim("(1099511627776, 1099511627776)"))
    yield bad("npy that claims -1 × 4", "syntax", claim("(-1, 4)"))
    yield bad("npy of format 9.9", "syntax", good[:6] + b"\x09\x09" + good[8:])
    yield bad("npy of one dimension", "mismatch", npy(numbers[0].astype("<f4")))
    yield bad("npy of three dimensions", "mismatch", npy(numbers.astype("<f4")[None]))
    yield bad("npy of no dimension", "mismatch", npy(np.array(1, "<f4")))
    yield bad("npy of 0 × 4", "empty", npy(np.zeros((0, 4), "<f4")))
    yield bad("npy of int64", "type", npy(numbers.astype("<i8")))
    yield bad("npy of complex64", "type", npy(numbers.astype("<c8")))
    yield bad("npy of bool", "type", npy(numbers > 2))
    for kind in ("<f2", "<f4", "<f8"):
        for name in ("nan", "inf"):
            spoilt = numbers.astype(kind)
            spoilt[1, 2] = float(name)
            yield bad(f"npy {kind} with {name}", "not-finite", npy(spoilt))
    users, items = np.ones((2, 3), "<f4"), np.ones((4, 3), "<f4")
    factors = lambda u, v, **more: {"userFactorsBase64": b64(npy(u)), "itemFactorsBase64": b64(npy(v)), "exposed": log} | more
    yield error("factors of other widths", "mismatch", **factors(users, np.ones((4, 2), "<f4")))
    yield error("item factors stored as width × items", "mismatch", **factors(users, items.T.copy()))
    yield error("user factors of one dimension", "mismatch", **factors(users[0], items))
    yield error("factors with nan", "not-finite", **factors(users * np.float32("nan"), items))
    yield error("factors of width 0", "empty", **factors(users[:, :0], items[:, :0]))
    yield error("factors whose products overflow float32", "not-finite", **factors(users * np.float32(3e38), items * 2))
    yield error("an exposed user beyond the factors", "unknown", **factors(users, items, exposed=log + "2,0,1\n"))
    yield error("an exposed item beyond the factors", "unknown", **factors(users, items, exposed=log + "0,4,1\n"))


def main():
    made = [*texts(), *arrays()]
    about = "Hostile inputs: an error's kind, or the figures (tests/reference/recall/bad.py)."
    twin.write(HERE / "fixtures" / "bad.json", about, made)
    print(f"{len(made)} inputs, {(HERE / 'fixtures' / 'bad.json').stat().st_size} bytes")


if __name__ == "__main__":
    main()
