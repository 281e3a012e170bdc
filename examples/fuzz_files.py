"""Damaged and hostile files through the command line: does any command end in a traceback, hang, or die?

    python examples/fuzz_files.py --files 5000

Copies of the example files (csv, xlsx, xls, parquet, jsonl, YAML settings and rules, a pool's book and its export, an
index folder, a model, a score card, a record) are altered by seeded mutations: bits turned, ends cut off, pieces
doubled, swapped, zeroed and inserted, encodings changed, cells of a million characters, nesting without end, and inside
a workbook its XML (attributes, references, counts). A command reads each in a worker process with limits of memory and
time. It must end with status 0, or with another and a sentence; whatever else comes of it is listed, and kept with
`--keep`.
"""

from __future__ import annotations

import argparse
import io
import json
import random
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pandas as pd
from command_runs import execute, inside, prepare

MEMORY, SECONDS, LONGEST = 4 << 30, 60, 20_000  # of a worker, of a command, characters of all that a command says
TOLD = {0, 1, 2, 3}  # 1: told differences or conflicts, 3: rules that contradict each other

MADE = """
index outcomes.csv index
assign review_pairs.csv --config review.yaml -o panels.csv --record record.json
pool learn history.csv -p hte -o card.csv
pool create p.db --on 2026-01-05 --person 王岚 --goal hte --entry hte-pool --parameter staff_share=8%
pool import p.db firms.csv --on 2026-01-05 --person 王岚
pool snapshot p.db --on 2026-01-31 --person 王岚 -o snapshot.csv
pool status p.db followup.csv --on 2026-06-30 -o status.csv
pool snapshot p.db --on 2026-06-30 --person 王岚 -o snapshot.csv
pool export p.db exported --show-contacts
""".strip().splitlines()
READ = [
    *(
        ("needs", ending, "match {} index -k 2 -o out.csv")
        for ending in (".csv", ".xlsx", ".xls", ".parquet", ".jsonl")
    ),
    *(
        ("firms", ending, "policy score {} -p hte --on 2026-11-24 -o out.csv")
        for ending in (".csv", ".xlsx", ".xls", ".parquet", ".jsonl")
    ),
    *(("review_pairs", ending, "assign {} -o out.csv") for ending in (".csv", ".xlsx")),
    ("followup", ".csv", "pool status p.db {} --on 2026-07-30 -o out.csv"),
    ("chains", ".csv", "chains {} --firms firms.csv -o out.xlsx"),
    ("review", ".yaml", "assign review_pairs.csv --config {} -o out.csv"),
    ("settings", ".yaml", "match needs.csv index --settings {} -o out.csv"),
    ("record", ".json", "assign review_pairs.csv --config review.yaml --verify {}"),
    ("card", ".csv", "pool rank firms.csv --card {} --on 2026-11-24 -o out.csv"),
    ("p", ".db", "pool sheet {} --on 2026-07-01 -o out.csv"),
    ("p", ".db", "pool diff {} --before 2026-01-31 --after 2026-06-30 -o out.csv"),
    ("p", ".db", "pool dashboard {} --on 2026-06-30 --before 2026-01-31 -o out.html"),
    ("policy", ".yaml", "policy score firms.csv -p own --on 2026-11-24 -o out.csv"),
    ("index", "", "match needs.csv {} -k 2 -o out.csv"),
    ("exported", "", "pool replay {} -o new.db"),
]


class Trial(NamedTuple):
    """One altered file: where it lies, what it is called, and the command that reads it."""

    target: str
    words: tuple[str, ...]
    path: Path


# ---- mutations: bytes and a source of chance to bytes


def bits(data: bytes, rng: random.Random) -> bytes:
    """A few bits turned."""
    changed = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 8, 64))):
        changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def cut(data: bytes, rng: random.Random) -> bytes:
    """The end, the beginning or a piece of the middle gone."""
    first, second = sorted((rng.randrange(len(data) + 1), rng.randrange(len(data) + 1)))
    return rng.choice((data[:first], data[first:], data[:first] + data[second:]))


def doubled(data: bytes, rng: random.Random) -> bytes:
    """A piece stands several times."""
    first, second = sorted((rng.randrange(len(data) + 1), rng.randrange(len(data) + 1)))
    return data[:second] + data[first:second] * rng.choice((1, 2, 20)) + data[second:]


def swapped(data: bytes, rng: random.Random) -> bytes:
    """Two pieces change places."""
    a, b, c = sorted(rng.randrange(len(data) + 1) for _ in range(3))
    return data[:a] + data[b:c] + data[a:b] + data[c:]


def inserted(data: bytes, rng: random.Random) -> bytes:
    """Something foreign in the middle, or in place of a piece."""
    strange = rng.choice(
        (b"\0" * 100, b"\xff\xfe", b"\xef\xbb\xbf", b'"', b"'", b"\r", b"\t", b",", b"\x80\xa0", b"[" * 50_000,
         b"{" * 50_000, b'{"a":' * 5_000, b"9" * 5_000, b"1e400", b"NaN", b"-", b"&a [*a]", b"!!python/object:x.y ",
         b"<<: ", b"=1+1", b"\xe5\xad\x97" * 400_000, b"&#0;", b"../../x", rng.randbytes(200), b"\n\n\n", b"\n,,,\n")
    )  # fmt: skip
    at = rng.randrange(len(data) + 1)
    return data[:at] + strange + data[at + rng.choice((0, 0, 1, 10)) :]


def encoded(data: bytes, rng: random.Random) -> bytes:
    """A text in another encoding, or in two."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return bits(data, rng)
    other = rng.choice(("utf-16", "utf-16-le", "gb18030", "utf-32", "utf-8-sig", "big5"))
    half = rng.randrange(len(text)) if rng.random() < 0.4 else 0
    return text[:half].encode() + text[half:].encode(other, "replace")


def lines(data: bytes, rng: random.Random) -> bytes:
    """Lines in another order, again, joined or without their end."""
    parts = data.split(b"\n")
    how = rng.randrange(4)
    if how == 0:
        rng.shuffle(parts)
    elif how == 1:
        parts.insert(rng.randrange(len(parts)), rng.choice(parts) * rng.choice((1, 1000)))
    elif how == 2:
        at = rng.randrange(len(parts))
        parts[at : at + 2] = [b"".join(parts[at : at + 2])]
    return (b"\r" if how == 3 else b"\n").join(parts)


_VALUES = ("", " ", " 1 ", "0", "-1", "1e9", "4294967296", "9" * 20, "A0", "XFD1048577", "ZZZZZ1", "A1:XFD1048576",
           "x", "&lt;", "1904", "../../x.xml", "\u3000")  # fmt: skip
_PARTS = ("<row r='2'/>", "<c/>", "<c r='XFD1048576'><v>1</v></c>", "<mergeCell ref='A1:XFD1048576'/>", "<v>", "</row>",
          "<!DOCTYPE a [<!ENTITY b 'c'>]>", "&b;", "<c t='s'><v>99999999</v></c>", "<c t='s'><v>-1</v></c>",
          "<a>" * 20_000, "<c t='inlineStr'><is><t>" + "字" * 100_000 + "</t></is></c>", "<!--",
          "<![CDATA[")  # fmt: skip


def packed(data: bytes, rng: random.Random) -> bytes:
    """A workbook whose XML is altered in content: an attribute, a text, an element, or a part under another name."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = {name: archive.read(name) for name in archive.namelist()}
    except (zipfile.BadZipFile, ValueError, OSError, EOFError, NotImplementedError, zlib.error):  # altered before
        return bits(data, rng)
    name = rng.choice([name for name in members if "sheet1" in name or rng.random() < 0.4] or list(members))
    text = members[name].decode("utf-8", "replace")
    how = rng.randrange(6)
    if how <= 1 and (found := list(re.finditer(r'="([^"]*)"', text))):
        one = rng.choice(found)
        text = text[: one.start(1)] + rng.choice(_VALUES) + text[one.end(1) :]
    elif how == 2:
        at = rng.choice([match.end() for match in re.finditer(">", text)] or [0])
        text = text[:at] + rng.choice(_PARTS) + text[at:]
    elif how == 3 and (found := list(re.finditer(r"<[^<>]*>", text))):
        one = rng.choice(found)
        text = text[: one.start()] + text[one.end() :]
    elif how == 4 and (found := list(re.finditer(r">([^<>]+)<", text))):
        one = rng.choice(found)
        text = text[: one.start(1)] + rng.choice(_VALUES) + text[one.end(1) :]
    if how == 5:
        moved = rng.choice(list(members))
        members[rng.choice((moved + "x", "../" + moved, name))] = members.pop(moved)
    else:
        members[name] = text.encode()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, content in members.items():
            archive.writestr(member, content)
    return out.getvalue()


_ANY: list[Callable[[bytes, random.Random], bytes]] = [bits, bits, cut, doubled, swapped, inserted]
_TEXTS = [*_ANY, inserted, encoded, lines]


def mutated(data: bytes, suffix: str, rng: random.Random) -> bytes:
    """One mutation, or a few."""
    kinds = [packed, packed, packed, *_ANY] if suffix == ".xlsx" else _TEXTS if _is_text(suffix) else _ANY
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        data = rng.choice(kinds)(data, rng) if data else data
    return data


def _is_text(suffix: str) -> bool:
    return suffix in (".csv", ".jsonl", ".yaml", ".json", ".txt", "")


# ---- the files and the commands that read them


def make_files(folder: Path) -> None:
    """The example files, small, in every form."""
    with inside(folder):
        prepare(folder)
        for name, rows in (("needs", 12), ("outcomes", 40), ("firms", 12)):
            table = pd.read_csv(f"{name}.csv", dtype=str, keep_default_na=False, encoding="utf-8-sig")[:rows]
            table.to_csv(f"{name}.csv", index=False, encoding="utf-8-sig")
            table.to_excel(f"{name}.xlsx", index=False)
            table.to_parquet(f"{name}.parquet", index=False)
            table.to_json(f"{name}.jsonl", orient="records", lines=True, force_ascii=False)
            _write_xls(table, f"{name}.xls")
        pd.read_csv("review_pairs.csv", dtype=str, encoding="utf-8-sig").to_excel("review_pairs.xlsx", index=False)
        for line in MADE:
            status, said = execute(tuple(line.split()))
            if status:
                raise SystemExit(f"{line}: {said}")
        Path("settings.yaml").write_text("k: 2\ncolumn:\n  合作方式: 关键词\nsame:\n  - 地区\n", "utf-8")
        from matcher.policy.policy import shipped

        shutil.copy(shipped()["tech-sme"] / "policy.yaml", "policy.yaml")


def _write_xls(table: pd.DataFrame, name: str) -> None:
    import xlwt

    book = xlwt.Workbook()
    sheet = book.add_sheet("Sheet1")
    for i, row in enumerate([list(table.columns), *table.to_numpy().tolist()]):
        for j, cell in enumerate(row):
            sheet.write(i, j, cell)
    book.save(name)


def make_trial(whole: Path, number: int, seed: int, only: str) -> Trial:
    """The altered file of this number, in the present folder."""
    rng = random.Random(f"{seed} {number}")
    name, suffix, command = rng.choice([one for one in READ if only in ("", one[0] + one[1])])
    if not suffix:
        shutil.rmtree(f"x-{name}", ignore_errors=True)
        shutil.copytree(whole / name, f"x-{name}")
        path = rng.choice(
            sorted(path for path in Path(f"x-{name}").rglob("*") if path.is_file() and path.stat().st_size)
        )
        given = f"x-{name}"
    elif name == "policy":
        Path("own").mkdir(exist_ok=True)
        path = Path(shutil.copy(whole / "policy.yaml", "own"))
        given = "own"
    else:
        path = Path(shutil.copy(whole / f"{name}{suffix}", f"x-{name}{suffix}"))
        given = str(path)
    path.write_bytes(mutated(path.read_bytes(), path.suffix, rng))
    words = tuple(word.format(given) for word in command.split())
    return Trial(f"{name}{suffix}", words, path)


# ---- workers


def work(whole: Path, seed: int, only: str) -> None:
    """Read numbers from standard input, run each, and write what came of it: one line of JSON a number."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    answers = sys.stdout
    with inside(Path(tempfile.mkdtemp())):
        for path in whole.iterdir():
            if path.is_file():
                shutil.copy(path, path.name)
        shutil.copytree(whole / "index", "index")
        for line in sys.stdin:
            trial = make_trial(whole, int(line), seed, only)
            Path("new.db").unlink(missing_ok=True)
            print(json.dumps({"target": trial.target, "words": trial.words, "path": str(trial.path.resolve())}),
                  file=answers, flush=True)  # fmt: skip
            print(json.dumps(_outcome(trial)), file=answers, flush=True)


def _outcome(trial: Trial) -> dict[str, object]:
    begun = time.perf_counter()
    try:
        status, said = execute(trial.words)
    except BaseException as error:  # whatever comes out is the finding
        return {"what": "raw", "said": f"{type(error).__name__}: {str(error)[:300]}"}
    what = "read" if status == 0 else "told"
    if status not in TOLD or (status and not said.strip()):
        what = "silent"
    elif "Traceback (most" in said or "Warning: " in said:
        what = "noisy"
    elif len(said) > LONGEST:
        what = "long"
    return {"what": what, "status": status, "said": said[-300:], "seconds": time.perf_counter() - begun}


def outcomes(whole: Path, numbers: list[int], seed: int, only: str) -> Iterator[tuple[int, dict[str, object]]]:
    """What comes of these numbers, in one worker after another: one that dies or hangs is replaced."""
    left = list(numbers)
    while left:
        options = ["--work", str(whole), "--seed", str(seed), "--only", only]
        command = [sys.executable, "-W", "ignore::ResourceWarning", __file__, *options]
        worker = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        while left:
            number = left.pop(0)
            timer = threading.Timer(SECONDS, worker.kill)
            timer.start()
            try:
                worker.stdin.write(f"{number}\n")
                worker.stdin.flush()
                trial, answer = worker.stdout.readline(), worker.stdout.readline()
            except BrokenPipeError:
                trial = answer = ""
            late = not timer.is_alive()
            timer.cancel()
            about = json.loads(trial) if trial else {}
            if not answer:
                yield number, {**about, "what": "hangs" if late else "dies", "said": ""}
                break
            yield number, {**about, **json.loads(answer)}
        worker.kill()
        worker.wait()


def run(files: int, *, seed: int = 0, workers: int = 1, only: str = "", keep: Path | None = None) -> pd.DataFrame:
    """Every trial: number, target, what (read, told, or a finding), words, said."""
    whole = Path(tempfile.mkdtemp())
    make_files(whole)
    rows: list[dict[str, object]] = []

    def part(first: int) -> None:
        for number, outcome in outcomes(whole, list(range(first, files, workers)), seed, only):
            rows.append({"number": number, **outcome})
            if outcome["what"] not in ("read", "told") and keep is not None and "path" in outcome:
                keep.mkdir(parents=True, exist_ok=True)
                shutil.copy(str(outcome["path"]), keep / f"{number}-{Path(str(outcome['path'])).name}")

    threads = [threading.Thread(target=part, args=[first]) for first in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    shutil.rmtree(whole)
    return pd.DataFrame(rows).sort_values("number", ignore_index=True)


def main() -> None:
    """Run and print how often each outcome came, and every finding."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=500)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--only", default="", help="one kind of file, as needs.xlsx or p.db")
    parser.add_argument("--keep", type=Path, help="folder for the files of findings")
    parser.add_argument("--work", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.work:
        work(given.work, given.seed, given.only)
        return
    begun = time.perf_counter()
    table = run(given.files, seed=given.seed, workers=given.workers, only=given.only, keep=given.keep)
    print(table.groupby("target")["what"].value_counts().unstack(fill_value=0))
    found = table[~table["what"].isin(["read", "told"])]
    for row in found.to_dict("records"):
        words = row.get("words")
        print(row["number"], row["what"], " ".join(words) if isinstance(words, list) else "", row["said"], sep=" | ")
    counts = Counter(table["what"])
    print(f"{len(table)} files, {dict(counts)}, {len(found)} findings, {time.perf_counter() - begun:.0f} s")
    if len(found):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
