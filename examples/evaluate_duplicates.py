"""Duplicates: planted copies found, honest texts left alone.

    python examples/evaluate_duplicates.py TEXTS.jsonl.gz [...] [--rewordings PAIRS.csv] [--projects PROJECTS.csv.gz]
                                           [--accurate]
    python examples/evaluate_duplicates.py --rewordings PAIRS.csv --sentences SENTENCES.csv
    python examples/evaluate_duplicates.py --speed TEXTS.jsonl.gz [...]

TEXTS: lines of JSON with `abstract`. 3,000 of them are drawn: 2,000 are the library, 1,000 the honest new texts. From
300 of the library are made: copies, copies with their sentences shuffled, with a third of the words replaced by random
ones, and mosaics of the halves of two. PAIRS: pair_id, source, rewording; the sources are put into the library.
PROJECTS: title, person, year: pairs of one person three or more years apart must be classed as continuations and not
be flagged. SENTENCES: pair_id, new_sentence, old_sentences (those it comes from, with ｜ between, empty for new ones):
precision, recall and F1 of the aligned sentences as they are, with the halves of the rewordings swapped, and with two
sentences of another rewording put into each. --speed: 2,000 new texts of 500 characters, put together from sentences,
against 200,000.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import resource
import time

import numpy as np
import pandas as pd

from matcher.matching.encoding.encoders import StaticEncoder
from matcher.projects import align, find_duplicates
from matcher.tables.naming.words import load_segmenter

LIBRARY, HONEST, SOURCES = 2000, 1000, 300
FALSE_ALARMS = (0.01, 0.05)


def abstracts(paths: list[str]) -> list[str]:
    """The abstracts of 120 to 900 characters, each once."""
    texts: dict[str, None] = {}
    for path in paths:
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            texts.update(dict.fromkeys(json.loads(line).get("abstract") or "" for line in lines))
    return [text for text in texts if 120 <= len(text) <= 900]


def planted(library: list[str], random: np.random.Generator) -> tuple[dict[str, list[str]], list[tuple[int, ...]]]:
    """Texts made of sources by each way, and the sources of each."""
    sources = random.choice(len(library), SOURCES, replace=False).tolist()
    cut = load_segmenter("jieba", ()).cut
    words = [word for text in library[:500] for word in cut(text, False) if len(word) > 1]

    def replaced(text: str) -> str:
        return "".join(
            str(random.choice(words)) if len(word) > 1 and random.random() < 1 / 3 else word
            for word in cut(text, False)
        )

    def shuffled(text: str) -> str:
        pieces = [piece for piece in re.split(r"(?<=[。；;！？])", text) if piece]
        return "".join(pieces[i] for i in random.permutation(len(pieces)).tolist())

    texts = [library[i] for i in sources]
    halves = [
        library[a][: len(library[a]) // 2] + library[b][len(library[b]) // 2 :]
        for a, b in zip(sources, sources[::-1], strict=True)
    ]
    ways = {"copied": texts, "shuffled": [*map(shuffled, texts)], "a third replaced": [*map(replaced, texts)]}
    return {**ways, "mosaic": halves}, [*zip(sources, sources[::-1], strict=True)]


def evaluate(paths: list[str], rewordings: str | None, accurate: bool) -> None:
    """Print the share found and flagged of each way, and the share of honest texts that is flagged."""
    random = np.random.default_rng(0)
    texts = abstracts(paths)
    drawn = [texts[i] for i in random.permutation(len(texts))[: LIBRARY + HONEST].tolist()]
    library, honest = drawn[:LIBRARY], drawn[LIBRARY:]
    ways, sources = planted(library, random)
    pairs = pd.read_csv(rewordings) if rewordings else pd.DataFrame(columns=["pair_id", "source", "rewording"])
    ways |= {"honest": honest, "reworded by hand": pairs["rewording"].tolist()}
    ids = [f"o{i}" for i in range(LIBRARY)] + pairs["pair_id"].tolist()
    old = pd.DataFrame({"project_id": ids, "text": library + pairs["source"].tolist()})
    rows = [(f"{way}|{i}", text) for way, some in ways.items() for i, text in enumerate(some)]
    new = pd.DataFrame(rows, columns=["project_id", "text"])
    for false_alarm in FALSE_ALARMS:
        found = find_duplicates(new, old, false_alarm=false_alarm, accurate=accurate)
        found[["way", "number"]] = found["new_id"].str.split("|", expand=True)
        print(f"false alarms promised: {false_alarm}")
        for way, some in found.groupby("way", sort=False):
            flagged = some.groupby("new_id")["flagged"].any().sum() / len(ways[str(way)])
            line = f"  {way}: {flagged:.3f} flagged"
            first = some[some["rank"] == 1]
            numbers = first["number"].astype(int).tolist()
            if way == "mosaic":
                both = [
                    {f"o{one}" for one in sources[int(number)]} <= set(part.loc[part["flagged"], "old_id"])
                    for number, part in some.groupby("number")
                ]
                line += f", both sources named and flagged {np.mean(both):.3f}"
            elif way == "reworded by hand":
                right = first["old_id"].to_numpy() == pairs["pair_id"].to_numpy()[numbers]
                both = int((right & first["flagged"].to_numpy(bool)).sum())
                line += f", source first {right.sum()}, first and flagged {both} of {len(pairs)}"
            elif way != "honest":
                named = first["old_id"].to_numpy() == [f"o{sources[number][0]}" for number in numbers]
                line += f", source first {named.mean():.3f}"
            print(line)


def continuations(path: str) -> None:
    """Print the share of pairs of one person, three or more years apart, in the class of continuations."""
    table = pd.read_csv(path, dtype=str)
    table = table.rename(columns={"id": "project_id", "started": "year"})
    table["year"] = table["year"].str[:4].astype(int)
    table = table.drop_duplicates("project_id").dropna(subset=["person", "title"])
    several = table[table.groupby("person")["project_id"].transform("size") >= 2].sort_values(["person", "year"])
    last, first = several.groupby("person").tail(1), several.groupby("person").head(1)
    both = last.merge(first, on="person", suffixes=("", "_old"))
    both = both[both["year"] - both["year_old"] >= 3].head(500)
    old = table[~table["project_id"].isin(both["project_id"])].sample(8000, random_state=0)
    old = pd.concat([old, table[table["project_id"].isin(both["project_id_old"])]]).drop_duplicates("project_id")
    found = find_duplicates(table[table["project_id"].isin(both["project_id"])], old, k=24, false_alarm=0.01)
    wanted = both[["project_id", "project_id_old"]].set_axis(["new_id", "old_id"], axis=1)
    pairs = wanted.merge(found, on=["new_id", "old_id"], how="left")
    named = pairs[pairs["rank"].notna()]
    right = (named["case"] == "本人延续") & ~named["flagged"].astype(bool)
    counted = f"{len(pairs)} pairs, {len(named)} among the 24 nearest"
    print(f"continuations: {counted}; classed and not flagged {right.mean():.3f}")


def aligned(rewordings: str, key: str) -> None:
    """Print how many aligned sentences are right: of those with a source, and of those that were given one."""
    pairs = pd.read_csv(rewordings)
    rows = pd.read_csv(key, keep_default_na=False)
    texts = {
        str(one): list(zip(some["new_sentence"], some["old_sentences"], strict=True))
        for one, some in rows.groupby("pair_id")
    }
    names = list(texts)
    foreign = {name: [(text, "") for text, _ in texts[names[at - 5]][1:3]] for at, name in enumerate(names)}
    middle = {name: len(some) // 2 for name, some in texts.items()}
    ways = {
        "as written": texts,
        "halves swapped": {name: some[middle[name] :] + some[: middle[name]] for name, some in texts.items()},
        "foreign inside": {
            name: some[: middle[name]] + foreign[name] + some[middle[name] :] for name, some in texts.items()
        },
    }
    encoder = StaticEncoder.load()
    for way, some in ways.items():
        right = given = wanted = 0
        for name, source in zip(pairs["pair_id"], pairs["source"], strict=True):
            new = "\n".join(text for text, _ in some[name])
            found = align(new, source, encoder=encoder)
            assert found["new_sentence"].tolist() == [text for text, _ in some[name]]
            olds = [set(filter(None, old.split("｜"))) for _, old in some[name]]
            right += sum(one in old for one, old in zip(found["old_sentence"], olds, strict=True))
            given += int((found["old_sentence"] != "").sum())
            wanted += sum(map(bool, olds))
        precision, recall = right / given, right / wanted
        f1 = 2 * right / (given + wanted)
        print(f"sentences, {way}: precision {precision:.3f}, recall {recall:.3f}, F1 {f1:.3f} ({wanted} with a source)")


def speed(paths: list[str]) -> None:
    """Print the time and memory of 2,000 new texts against 200,000."""
    random = np.random.default_rng(0)
    pieces = [piece for text in abstracts(paths) for piece in re.split(r"(?<=[。；])", text) if len(piece) > 20]

    def text() -> str:
        parts = random.integers(0, len(pieces), 30).tolist()
        return "".join(pieces[i] for i in parts)[:500]

    old = pd.DataFrame({"project_id": [f"o{i}" for i in range(200_000)], "text": [text() for _ in range(200_000)]})
    new = pd.DataFrame({"project_id": [f"n{i}" for i in range(2000)], "text": [text() for _ in range(2000)]})
    start, busy = time.perf_counter(), time.process_time()
    find_duplicates(new, old)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    took = f"{time.perf_counter() - start:.1f} s, {time.process_time() - busy:.1f} s of processor time"
    print(f"2,000 against 200,000: {took}, {memory:.1f} GiB")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("texts", nargs="*")
    parser.add_argument("--rewordings")
    parser.add_argument("--projects")
    parser.add_argument("--sentences")
    parser.add_argument("--accurate", action="store_true")
    parser.add_argument("--speed", action="store_true")
    given = parser.parse_args()
    if given.sentences:
        aligned(given.rewordings, given.sentences)
    if given.speed:
        speed(given.texts)
    elif given.texts:
        evaluate(given.texts, given.rewordings, given.accurate)
        if given.projects:
            continuations(given.projects)
