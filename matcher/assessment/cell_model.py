"""What a cell says of its column's thing, by a small model learned from made-up cells. A cell in, three chances out.

A logistic regression on runs of characters (`models/assessment-zh`). Before they are cut, what can be listed in full
is put in place of its many writings: the column's own thing, the things of higher and lower levels, counts, dates, and
the closed classes of Chinese words that turn a clause (negation, intention, condition, concession, before and after).
Pairs of these marks, however far apart, tell which turn came before which.
"""

from __future__ import annotations

import functools
import re
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from matcher.assessment.clauses import COUNT, any_of, closed_classes, folded, without_faults
from matcher.assessment.scales import evidence_words, shown_by, thing_words
from matcher.errors import PolicyError

FORMAT = "matcher-assessment-cells-2"
BUCKETS = 1 << 15
SAYS: tuple[bool | None, ...] = (None, False, True)  # nothing, that the thing is not there, that it is
_LONGEST = 3
_OF_PAIR = 0.3  # weight of a pair of marks; the runs of a cell have 1 together, in squares
_MARK = re.compile("[A-Z@+#,-]")
_FOLDER, _FILE = "assessment-zh", "reading.safetensors"
_TITLE = re.compile("《[^》]*》")
_PARTING = re.compile(r"[,;。!?\n、:()\[\]—]+|但是?|不过|然而|却")


@dataclass(frozen=True)
class CellModel:
    """A multinomial logistic regression on the grams of a cell. grams: (BUCKETS, 3), cut: (3), in the order of SAYS."""

    grams: NDArray[np.float32]
    cut: NDArray[np.float32]

    @classmethod
    @functools.cache
    def shipped(cls) -> CellModel:
        """The one that comes with this library. Raises PolicyError where it is missing or of another format."""
        from safetensors import safe_open

        package = Path(str(files("matcher")))
        places = [package / "models" / _FOLDER / _FILE, package.parent / "models" / _FOLDER / _FILE]
        path = next((place for place in places if place.is_file()), None)
        if path is None:
            raise PolicyError(f"the model of cells is missing: neither {places[0]} nor {places[1]} is there")
        with safe_open(path, "numpy") as stored:
            if (stored.metadata() or {}).get("format") != FORMAT:
                raise PolicyError(f"{path}: not a {FORMAT}; run its train.py again")
            return cls(*(np.asarray(stored.get_tensor(name), np.float32) for name in ("grams", "cut")))

    def log_odds(self, text: str, kind: str) -> NDArray[np.float64]:
        """(3) for a cell of the column of a kind, in the order of SAYS."""
        found, weights = features_of(text, kind)
        return np.asarray(weights @ self.grams[found] + self.cut, np.float64)


def features_of(text: str, kind: str) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Numbers below BUCKETS, and a weight for each: the runs of up to three characters of the marked cell, of its first
    and of its last clause, those of up to two of the cell as written, the kind; then the pairs of marks in their order.
    """
    cell = marked(text, kind)
    pieces = [piece for piece in cell.split(",") if piece] or [cell]
    runs = {
        f"{where}{run}" for where, part in zip("wfl", (cell, pieces[0], pieces[-1]), strict=True) for run in _runs(part)
    }
    runs |= {f"r{run}" for run in _runs(folded(text), longest=2)}
    marks = _MARK.findall(cell)
    pairs = {f"s{one}{other}" for at, one in enumerate(marks) for other in marks[at + 1 :]}
    one, two = _buckets({*runs, f"k{kind}"}), _buckets(pairs)
    return np.concatenate([one, two]), np.repeat([len(one) ** -0.5, _OF_PAIR], [len(one), len(two)])


def _buckets(names: Iterable[str]) -> NDArray[np.int64]:
    return np.array(sorted({zlib.crc32(name.encode()) % BUCKETS for name in names}), np.int64)


def marked(text: str, kind: str) -> str:
    """A cell with one mark (a capital or a sign) for all writings of what can be listed; clauses part by commas.

    >>> marked("样机没有做，已委托加工", "prototype"), marked("若获批，预计明年中试两批", "prototype")
    ('@N做,Y委托@', 'I获批,PP+#')
    """
    cell = without_faults(_TITLE.sub("", folded(text)))
    for mark, words in _marks(kind):
        cell = words.sub(mark, cell)
    return _PARTING.sub(",", cell).strip(",")


@functools.lru_cache(maxsize=32)
def _marks(kind: str) -> list[tuple[str, re.Pattern[str]]]:
    level = shown_by()[kind]
    others = [
        ("+" if shown_by()[other] > level else "-", words) for other, words in evidence_words().items() if other != kind
    ]
    figures = [("D", re.compile(any_of("date"))), ("#", re.compile(rf"{COUNT}|\d[\d.,]*%?"))]
    return [("@", thing_words(kind)), *others, *figures, *closed_classes()]


def _runs(text: str, *, longest: int = _LONGEST) -> set[str]:
    edged = f"^{text}$"
    return {edged[at : at + long] for long in range(1, longest + 1) for at in range(len(edged) - long + 1)}
