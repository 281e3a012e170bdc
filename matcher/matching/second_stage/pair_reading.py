"""Reading two texts together: a small transformer that sees a need and an outcome at once and says whether it answers.

Sums of parts compare texts that were read apart; what it takes to answer a need shows only where both are read together
(a cross-encoder). It was trained on pairs that readers judged on whole texts (`models/pairs-zh/CARD.md`). A pair costs
a twentieth of a second, so only first rows are read that may be recommended at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matcher.errors import EncoderError
from matcher.matching.library.base import BaseIndex
from matcher.matching.library.records import texts_of
from matcher.matching.likely_first import FIRST
from matcher.matching.second_stage.late_interaction import (
    THREADS,
    Accurate,
    TokenModel,
    cpu_session,
    default_folder,
    plain_tokenizer,
)
from matcher.tables.json import parse_json

FORMAT = "matcher-pairs-1"
FOLDER = "pairs-zh"
FILES = ("config.json", "model.onnx", "pieces.safetensors")
START, END, UNKNOWN, COLON = 0, 2, 3, 12  # numbers of pieces; the colon stands between title and text
SIDES = {"need_id", "outcome_id"}
PER_PIECE = 4  # characters that are looked at for each piece that may be kept

Text = tuple[str, str]


@dataclass(frozen=True, eq=False)
class PairModel:
    """A transformer that reads a need and an outcome together. Threads may share it.

    number: (pieces), what each piece of the tokenizer is numbered in the model. pieces: how many of a need's and of an
    outcome's pieces are read.
    """

    tokenizer: Any
    session: Any
    number: NDArray[np.int64]
    pieces: dict[str, int]

    @classmethod
    def of(cls, accurate: Accurate) -> PairModel | None:
        """The one that belongs to what `match` was given as `accurate`."""
        if isinstance(accurate, TokenModel):
            return None
        return cls.beside(default_folder() if isinstance(accurate, bool) else Path(accurate))

    @classmethod
    def beside(cls, tokens: Path) -> PairModel | None:
        """The model in the folder `pairs-zh` beside that of a token model, whose pieces it shares; None without one.

        Raises EncoderError when it is damaged.
        """
        folder = tokens.parent / FOLDER
        if not all((folder / name).is_file() for name in FILES):
            return None
        from safetensors.numpy import load_file

        try:
            settings = parse_json((folder / "config.json").read_bytes())
            if settings["format"] != FORMAT:
                raise EncoderError(f"{folder}: format {settings['format']!r}; this version reads {FORMAT!r}")
            pieces = {role: int(settings["pieces"][role]) for role in ("need", "outcome")}
            tokenizer = plain_tokenizer(tokens)
            kept = load_file(folder / "pieces.safetensors")["kept"]
            number = np.full(tokenizer.get_vocab_size(), UNKNOWN, np.int64)
            number[kept] = np.arange(len(kept))
            return cls(tokenizer, cpu_session(folder), number, pieces)
        except EncoderError:
            raise
        except Exception as error:  # tokenizers and onnxruntime raise plain ones
            raise EncoderError(f"{folder}: damaged pair model ({type(error).__name__}: {error!s:.160})") from error

    def odds(self, pairs: Sequence[tuple[Text, Text]]) -> NDArray[np.float64]:
        """(n) log odds that the second text, an outcome, answers the first, a need; each (title, body)."""
        texts = list(
            dict.fromkeys((text, role) for pair in pairs for text, role in zip(pair, self.pieces, strict=True))
        )
        cut = {key: self._cut(*key) for key in texts}

        def read(pair: tuple[Text, Text]) -> float:
            need, outcome = (cut[text, role] for text, role in zip(pair, self.pieces, strict=True))
            ids = np.array([START, *need, END, END, *outcome, END], np.int64)
            sides = (np.arange(len(ids)) >= len(need) + 2).astype(np.int64)
            (odds,) = self.session.run(None, {"ids": ids[None], "sides": sides[None]})
            return float(odds[0])

        with ThreadPoolExecutor(THREADS) as pool:
            return np.array(list(pool.map(read, pairs)), float)

    def _cut(self, text: Text, role: str) -> list[int]:
        most = self.pieces[role]
        title, body = (
            self.tokenizer.encode(part[: PER_PIECE * most], add_special_tokens=False).ids[:most] for part in text
        )
        numbers: list[int] = self.number[[*title, COLON, *body][:most]].tolist()
        return numbers


def read_first(
    model: PairModel,
    index: BaseIndex,
    texts: tuple[Sequence[str], Sequence[str]],
    at: NDArray[np.int64],
    rows: NDArray[np.int64],
    worth: NDArray[np.bool_],
) -> NDArray[np.float64]:
    """(n) the model's log odds of the pairs of asking text `at[i]` and row `rows[i]` that are `worth` it, or NA."""
    odds = np.full(len(at), np.nan)
    some = np.flatnonzero(worth)
    asking = [(texts[0][i], texts[1][i]) for i in at[some].tolist()]
    records = list(zip(*texts_of(index.rows(rows[some])), strict=True))
    both = (asking, records) if index.id_column != "need_id" else (records, asking)
    odds[some] = model.odds(list(zip(*both, strict=True)))
    return odds


def best_read_first(
    asking: NDArray[np.object_], rank: NDArray[np.int64], read: NDArray[np.float64], chance: NDArray[np.float64]
) -> NDArray[np.int64]:
    """The order of pairs in which, of the first rows of each asking text, those that were read come first, the most
    probable one before the others; all others keep their places.
    """
    seen = np.isfinite(read)
    key = np.where(rank > FIRST, rank.astype(float), np.where(seen, -1.0, 0.0))
    starts = np.cumsum(np.concatenate([[0], asking[1:] != asking[:-1]])) if len(asking) else rank
    return np.lexsort((rank, -np.where(seen, chance, 0.0), key, starts))
