"""What a contract's name or text is about, by small models learned from made-up ones: rows in, findings out.

The models (`models/contracts-zh`) say what is done (逐车化验) and decide nothing: the rule on that, its article and
edition, stands in `rules.yaml`. Names are read only where none of its words was found in them, texts always.
"""

from __future__ import annotations

import functools
import json
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matcher.contracts.findings import ContractRow, Finding, found_by, name_of
from matcher.contracts.rules import RuleBook
from matcher.contracts.subjects import is_described, read_text
from matcher.errors import PolicyError
from matcher.matching.encoding.encoders import Encoder, StaticEncoder

FORMAT = "matcher-contract-names-1"
HONEST = ""  # the topic of what nothing excludes
BUCKETS = 8192
_FOLDER = "contracts-zh"
NAMES, TEXTS = "reading.safetensors", "texts.safetensors"  # the models' files


@dataclass(frozen=True)
class NameModel:
    """A multinomial logistic regression on the encoder's vector of a text and its characters and pairs of them.

    topics: HONEST and topics of `rules.yaml`; dense: (dim, topics), grams: (BUCKETS, topics), cut: (topics).
    """

    encoder: Encoder
    topics: tuple[str, ...]
    dense: NDArray[np.float32]
    grams: NDArray[np.float32]
    cut: NDArray[np.float32]

    @classmethod
    @functools.cache
    def shipped(cls, file: str) -> NameModel:
        """The one that comes with this library. Raises PolicyError where it is missing or of another encoder."""
        from safetensors import safe_open

        package = Path(str(files("matcher")))
        places = [folder / "models" / _FOLDER / file for folder in (package, package.parent)]
        path = next((place for place in places if place.is_file()), None)
        if path is None:
            raise PolicyError(f"the model of contracts is missing: neither {places[0]} nor {places[1]} is there")
        encoder = StaticEncoder.load()
        with safe_open(path, "numpy") as stored:
            about = stored.metadata() or {}
            if about.get("format") != FORMAT or about.get("encoder") != encoder.fingerprint:
                raise PolicyError(f"{path}: not a {FORMAT} for the encoder {encoder.name}; run its train.py again")
            parts = [np.asarray(stored.get_tensor(name), np.float32) for name in ("dense", "grams", "cut")]
        return cls(encoder, tuple(json.loads(about["topics"])), *parts)

    def probabilities(self, names: Sequence[str]) -> NDArray[np.float64]:
        """(n, topics) for folded names without blanks."""
        sums = np.stack([self.grams[found].sum(axis=0) / np.sqrt(len(found)) for found in map(buckets_of, names)])
        odds = (self.encoder.encode(list(names)) @ self.dense + sums + self.cut).astype(np.float64)
        odds = np.exp(odds - odds.max(axis=1, keepdims=True))
        return np.asarray(odds / odds.sum(axis=1, keepdims=True))


def buckets_of(name: str) -> list[int]:
    """The characters of a name, and each two beside each other with its ends, as sorted numbers below BUCKETS.

    >>> len(buckets_of("泵壳"))
    5
    """
    edged = f"^{name}$"
    grams = {*name, *(edged[at : at + 2] for at in range(len(edged) - 1))}
    return sorted({zlib.crc32(gram.encode()) % BUCKETS for gram in grams})


def read_names(rows: Sequence[ContractRow], found: Sequence[list[Finding]], book: RuleBook) -> list[list[Finding]]:
    """What was found on each row, with what is read in its name: where none of the words of the rules stands in it, and
    always in the contract's own text, whose words that only ask give way where nothing is read.
    """
    rules, names = {rule.id for rule in book.words} | {"oral"}, [name_of(row) for row in rows]
    texts = [read_text(name, book) for name in names]
    worded = [[one for one in each if one.rule.id in rules] for each in found]
    described = [is_described(name, book) for name in names]
    readable = [
        at
        for at, row in enumerate(rows)
        if row.kind in book.kinds and (described[at] or all(map(_hints, worded[at]))) and is_readable(texts[at], book)
    ]
    answers = list(found)
    for file, full in ((NAMES, False), (TEXTS, True)):
        if not (places := [at for at in readable if described[at] is full]):
            continue
        model = NameModel.shipped(file)
        for at, chances in zip(places, model.probabilities([texts[at] for at in places]), strict=True):
            hinted = bool(worded[at]) and not full
            read = list(_finding(rows[at], names[at], dict(zip(model.topics, chances, strict=True)), book, hinted))
            if hinted:
                answers[at] = [*found[at], *read]
                continue
            answers[at] = [*(found[at] if read else _given_way(found[at], worded[at], book)), *read]
    return answers


def _hints(found: Finding) -> bool:
    """Whether words only hint at what their rule refuses, so that a person is asked."""
    return found.rule.refuses and found.basis.answer == "unknown"


def _given_way(found: list[Finding], worded: list[Finding], book: RuleBook) -> list[Finding]:
    """What was found where nothing is read in the contract's own text: words that state an exclusion ask, others go."""
    kept = []
    for one in found:
        if one not in worded:
            kept.append(one)
        elif one.basis.answer == "no":
            text = book.reading.doubted.format(text=one.text)
            kept.append(one._replace(basis=replace(one.basis, answer="unknown"), text=text))
    return kept


def is_readable(text: str, book: RuleBook) -> bool:
    """Whether it is the contract's own text, or a folded name that is long enough to be read and negates nothing."""
    long = len(text) >= book.reading.briefest
    return is_described(text, book) or (long and not book.reading.negated.search(text))


def _finding(row: ContractRow, name: str, chances: dict[str, Any], book: RuleBook, hinted: bool) -> Iterator[Finding]:
    """The finding of the most probable topic that a rule on this kind excludes or asks about. A person is asked where
    the text says that a technical part stands alone, or where it does not say that the parties leave it as it is, and
    of a name of few characters. Where words hinted, only a refusal that is nearly sure is found.
    """
    rules = {**book.rules, **{rule.id: rule for rule in (*book.words, *book.facts)}}
    reading, kind = book.reading, book.kinds[row.kind]
    apart, unmended = reading.apart.search(name), reading.unmended.search(name)
    read: list[tuple[float, str, Finding]] = []
    for title, topic in reading.topics.items():
        if row.kind in topic.rules and title in chances:
            rule = rules[topic.rules[row.kind]]
            words = {"words": topic.title, "kind": kind.title}
            read += [(chances[title], title, one) for one in found_by(rule, row.edition, **words)]
    settled = [one for one in read if unmended or not reading.topics[one[1]].curable]
    if hinted:
        settled = [one for one in settled if not reading.topics[one[1]].qualified]
    brief = len(name) < reading.shortest
    refusing = [] if apart or brief else [one for one in settled if one[2].basis.answer == "no"]
    sums = [sum(chance for chance, *_ in part) for part in (refusing, read)]
    if apart:  # what stands beside the technical part may be of any kind
        sums[1] = 1 - chances[HONEST]
    refuses = reading.sure if hinted else reading.refuses
    bounds = ((refuses, reading.stated), (reading.refuses if brief else reading.asks, reading.asking))
    for part, whole, (bound, text) in zip((refusing, [] if hinted else read), sums, bounds, strict=True):
        if part and whole >= bound:
            _, title, one = max(part, key=lambda each: each[0])
            topic, answer = reading.topics[title], "no" if part is refusing else "unknown"
            source = f"{reading.source}；{one.basis.source}"
            basis = replace(one.basis, answer=answer, source=source)
            yield one._replace(basis=basis, text=text.format(topic=topic.title, check=topic.check))
            return
