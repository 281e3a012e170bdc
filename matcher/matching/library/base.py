"""A library of records as a search reads it: vectors and postings of the same rows, side by side, on one scale.

A value: `add`, `update` and `remove` give a new one that shares everything unchanged with the old, so threads may
search one while another is being made. `matcher.matching.index.Index` adds what stands above a search.
"""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from matcher.errors import ArgumentError, ArgumentTypeError, EncoderError, TableError
from matcher.matching.encoding.encoders import Encoder, StaticEncoder, check_encoder, encode_texts, fingerprint
from matcher.matching.encoding.text_reading import read_documents, read_texts
from matcher.matching.learning.calibration import shipped_file
from matcher.matching.learning.judgements import Feedback
from matcher.matching.library.candidates import FROM, Candidates
from matcher.matching.library.lexical import Lexical, Query, take
from matcher.matching.library.postings import Postings
from matcher.matching.library.products import Product, at_once, in_pieces
from matcher.matching.library.records import BODY, WORK_ID, UnknownIdError, id_column_of, texts_of
from matcher.matching.library.rounded import Rounded
from matcher.matching.library.score_scale import ScoreScale, texts_share
from matcher.matching.library.statistics import SAMPLE, Census, Statistics
from matcher.matching.library.unlike import OWNERS, REPEATS, of_two_subjects
from matcher.matching.texts.tokens import Segmenter, Terms, foreign_rows, has_chinese, is_latin
from matcher.progress import timed, track
from matcher.tables.arguments import as_ids, as_whole, check_frame, plain_cells
from matcher.tables.rows.ids import ids_of

BATCH = 4096  # texts segmented and encoded at a time
AFAR = 0.9  # the share of a library that is far in meaning from a text
SAMPLE_ASKED = 256  # of the texts of the sample, those that the others are held against
BLOCK = 64  # texts searched for at a time
LIKE_A_NEED = 150  # characters of a record's body that stand for a need's


@dataclass(frozen=True, eq=False)
class Part:
    """Rows that were indexed together. `alive` says which still count; the others stay until the part is rewritten."""

    records: pd.DataFrame
    vectors: NDArray[np.float32]
    postings: Postings
    alive: NDArray[np.bool_]
    stored: str = ""  # the name under which a saved index holds it already
    candidates: Candidates | None = None  # of its vectors, where there are many

    @cached_property
    def rounded(self) -> Rounded:
        """Its vectors as bounds read them."""
        return Rounded.of(self.vectors)


class Asked(NamedTuple):
    """Texts made ready to be searched for: unit rows, counted terms, their squared idf, and their weights."""

    vectors: NDArray[np.float32]
    terms: Terms
    idf2: NDArray[np.float64]  # of each of `terms.names`
    words: list[Query]
    foreign: NDArray[np.bool_]  # which texts have no Chinese character


@dataclass(frozen=True, eq=False)
class BaseIndex:
    """Records searchable by meaning and by words. `id_column` is "outcome_id", "need_id" or "work_id"."""

    id_column: str
    encoder: Encoder
    segmenter: Segmenter
    parts: tuple[Part, ...]
    origin: tuple[str, str] = ("", "")  # folder and version that it, or what it was made from, was read or saved as
    feedback: Feedback | None = None  # judged pairs to learn from, see `matcher.matching.learning.feedback`
    whole: Statistics | None = None  # of the library that this is a part of
    approximate_from: int | None = FROM  # records indexed together that get `Candidates`

    @classmethod
    def build(
        cls,
        records: pd.DataFrame | Iterable[pd.DataFrame],
        *,
        encoder: Encoder | None = None,
        segmenter: Segmenter | None = None,
        statistics: Statistics | None = None,
        approximate_from: int | None = FROM,
        processes: int = 1,
        progress: bool = False,
    ) -> Self:
        """Index a clean table, or one that comes in pieces.

        Parameters
        ----------
        records : DataFrame or iterable of DataFrame
            One row a record, as `read_outcomes` or `read_needs` give it in `.rows`: `outcome_id` or `need_id`, `title`
            or `description` or both, as far as known `scope` and `keywords` (texts too), and whatever filters need.
            A list in a cell becomes a text, its parts joined by commas.
            Pieces are read one after the other, as a generator gives them, and indexed as their concatenation is.
        encoder : object with `encode`, optional
            What turns texts into vectors (see `load_encoder`); by default the one that comes with this library.
        segmenter : Segmenter, optional
            What cuts texts into words, with words of your own (`Segmenter(["伺服压机"])`).
        statistics : Statistics, optional
            Of a whole library (`Index.statistics`, `shard_statistics`) of which these records are a part: they are
            then scored as the whole would score them, whatever is added or removed.
        approximate_from : int or None
            From so many records on that are indexed together, a search takes what is near in meaning from lists in
            which faiss looks: quicker, and of the best records it may miss one in some hundred. What it finds has the
            scores of an exact search. None: every search is exact.
        processes : int
            How many processes share the reading of the texts, for libraries of ten thousand and more. They are forked:
            where this process has no threads of its own, on Linux; elsewhere there is one. The index is the same. Not
            with another encoder than the default one.
        progress : bool
            Show a bar on standard error.

        Returns
        -------
        Index
            Its ids are strings. An empty table gives an empty index.

        Raises
        ------
        TableError
            Ids are missing or occur twice, or there is neither a title nor a description.
        ArgumentError
            There are no pieces.
        ArgumentTypeError
            An argument is of another kind.

        Examples
        --------
        >>> import pandas as pd
        >>> from matcher import Index
        >>> outcomes = pd.DataFrame({"outcome_id": ["C1", "C2"], "title": ["齿轮磨削烧伤检测", "桃采后保鲜"]})
        >>> len(Index.build(outcomes)), len(Index.build(outcomes[at : at + 1] for at in range(2)))
        (2, 2)
        """
        if (
            isinstance(records, Iterable)
            and not hasattr(records, "rows")
            and not isinstance(records, (pd.DataFrame, str, Mapping))
        ):
            what, pieces = "pieces", iter(records)
        else:
            table: Any = records
            check_frame(table, "records")
            what, pieces = f"{len(table)} records", iter([table])
        if (first := next(pieces, None)) is None:
            raise ArgumentError("there are no pieces")
        check_frame(first, "records")
        id_column = id_column_of(first)
        check_encoder(encoder)
        if not (segmenter is None or isinstance(segmenter, Segmenter)):
            raise ArgumentTypeError(f"segmenter is None or a Segmenter, not {type(segmenter).__name__}")
        if not (statistics is None or isinstance(statistics, Statistics)):
            raise ArgumentTypeError(f"statistics is None or a Statistics, not {type(statistics).__name__}")
        with timed(f"built an index of {what}"):
            encoder = StaticEncoder.load() if encoder is None else encoder
            least = None if approximate_from is None else as_whole(approximate_from, "approximate_from", 1)
            index = cls(id_column, encoder, segmenter or Segmenter(), (), whole=statistics, approximate_from=least)
            return replace(
                index,
                parts=(index._part(itertools.chain([first], pieces), progress, as_whole(processes, "processes", 1)),),
            )

    def __len__(self) -> int:
        """How many records can be found."""
        return int(self.alive.sum())

    def __repr__(self) -> str:
        """Kind and size."""
        return f"{type(self).__name__}({len(self)} records by {self.id_column!r}, encoder={self.encoder!r})"

    # ---- changes

    def add(self, records: pd.DataFrame, *, progress: bool = False) -> Self:
        """A new index with these records too. Raises TableError for an id that it has already."""
        self._check_known(records, wanted=False)
        added = self._part([records], progress)
        kept = list(self.parts)
        while kept and kept[-1].alive.sum() <= 2 * len(added.records):  # few large parts, so that a search stays fast
            last = kept.pop()
            both = pd.concat([last.records[last.alive], added.records], ignore_index=True)
            added = self._part([both], progress)
        return replace(self, parts=(*kept, added))

    def remove(self, ids: Iterable[str]) -> Self:
        """A new index without these records. Raises UnknownIdError (a KeyError) naming ids that it does not have."""
        gone = set(as_ids(ids))
        if missing := sorted(gone - set(self.ids[self.alive].tolist())):
            raise UnknownIdError(f"not in the index: {', '.join(missing[:10])}")
        parts = []
        for part in self.parts:
            alive = part.alive & ~part.records[self.id_column].isin(gone).to_numpy(bool)
            parts.append(part if alive.sum() == part.alive.sum() else replace(part, alive=alive))
        return replace(
            self, parts=tuple(part for part in parts if part.alive.any()) or (self._part([self.records[:0]]),)
        )

    def update(self, records: pd.DataFrame, *, progress: bool = False) -> Self:
        """A new index in which these records replace those of the same id. Raises TableError for an unknown id."""
        self._check_known(records, wanted=True)
        return self.remove(ids_of(records, self.id_column)).add(records, progress=progress)

    def _check_known(self, records: pd.DataFrame, *, wanted: bool) -> None:
        check_frame(records, "records")
        if id_column_of(records) != self.id_column:
            raise TableError(f"this index holds {self.id_column}, the table {id_column_of(records)}")
        ids = ids_of(records, self.id_column)
        if (wrong := ids[ids.isin(self.ids[self.alive].tolist()) != wanted]).size:
            fault = "不在索引中，请用 add 添加" if wanted else "已在索引中，请用 update 更新"
            raise TableError(f"{len(wrong)} 个编号{fault}：{'、'.join(wrong[:10])}")

    def _part(self, pieces: Iterable[pd.DataFrame], progress: bool = False, processes: int = 1) -> Part:
        known, kept = set[str](), list[pd.DataFrame]()
        vectors: list[NDArray[np.float32]] = []

        def batches() -> Iterator[tuple[list[str], list[str]]]:
            for piece in pieces:
                check_frame(piece, "records")
                if id_column_of(piece) != self.id_column:
                    raise TableError(f"a piece holds {id_column_of(piece)}, the first one {self.id_column}")
                records = plain_cells(piece.reset_index(drop=True))
                names = records[self.id_column] = ids_of(records, self.id_column, distinct=True)
                if repeated := names[names.isin(known)].tolist():
                    raise TableError(f"{len(repeated)} 个编号重复：{'、'.join(repeated[:10])}")
                known.update(names.tolist())
                kept.append(records)
                titles, bodies = texts_of(records)
                for at in track(range(0, len(titles), BATCH), "建索引", progress):
                    yield titles[at : at + BATCH], bodies[at : at + BATCH]

        def terms() -> Iterator[Terms]:
            for rows, some in read_documents(self.encoder, self.segmenter, batches(), processes):
                vectors.append(rows)
                yield some

        postings = Postings.build(terms())
        together = np.concatenate(vectors) if vectors else encode_texts(self.encoder, [], role="document")
        records = kept[0] if len(kept) == 1 else pd.concat(kept, ignore_index=True)
        many = self.approximate_from is not None and len(records) >= self.approximate_from
        candidates = Candidates.of(together) if many else None
        return Part(records, together, postings, np.ones(len(records), bool), candidates=candidates)

    # ---- what a search reads

    @cached_property
    def records(self) -> pd.DataFrame:
        """Every living record, in the order of indexing."""
        return pd.concat([part.records[part.alive] for part in self.parts], ignore_index=True)

    @cached_property
    def ids(self) -> NDArray[np.object_]:
        """The id of every row, dead ones included; the rows of `channels` are in this order."""
        return np.concatenate([part.records[self.id_column].to_numpy(object) for part in self.parts])

    @cached_property
    def alive(self) -> NDArray[np.bool_]:
        """Which rows still count."""
        return np.concatenate([part.alive for part in self.parts])

    @cached_property
    def row_of(self) -> dict[str, int]:
        """The row of every living record's id."""
        living = np.flatnonzero(self.alive)
        return dict(zip(self.ids[living].tolist(), living.tolist(), strict=True))

    @cached_property
    def order(self) -> NDArray[np.int64]:
        """The place of every row's id among all ids sorted; settles ties."""
        place = np.empty(len(self.ids), np.int64)
        place[np.argsort(self.ids, kind="stable")] = np.arange(len(self.ids))
        return place

    @cached_property
    def lexical(self) -> Lexical:
        """The lexical channel over all parts."""
        return Lexical([part.postings for part in self.parts], [part.alive for part in self.parts], self.whole)

    @cached_property
    def fingerprint(self) -> str:
        """The identity of the encoder."""
        return fingerprint(self.encoder)

    def column(self, name: str) -> NDArray[np.object_]:
        """One column of every row, dead ones included; None where a part has no such column."""
        cells = [
            part.records[name].to_numpy(object) if name in part.records else np.full(len(part.records), None, object)
            for part in self.parts
        ]
        return np.concatenate(cells)

    def rows(self, numbers: NDArray[np.int64]) -> pd.DataFrame:
        """The records of these rows, in this order."""
        return self._everything.iloc[numbers].reset_index(drop=True)

    def texts(self, numbers: NDArray[np.int64]) -> tuple[list[str], list[str]]:
        """Titles and bodies of these rows, in this order."""
        return texts_of(self._texts.iloc[numbers])

    def vectors(self, numbers: NDArray[np.int64]) -> NDArray[np.float32]:
        """The unit vectors of these rows, in this order."""
        return take([part.vectors for part in self.parts], numbers)

    def stored(self, rows: NDArray[np.int64]) -> pd.DataFrame:
        """The records of these rows, dead ones included, in this order."""
        return self._everything.iloc[rows]

    @cached_property
    def _everything(self) -> pd.DataFrame:
        if len(self.parts) == 1:
            return self.parts[0].records
        return pd.concat([part.records for part in self.parts], ignore_index=True)

    @cached_property
    def _texts(self) -> pd.DataFrame:
        return self._everything[[name for name in ("title", *BODY) if name in self._everything]]

    def asked(self, titles: Sequence[str], bodies: Sequence[str]) -> Asked:
        """Make texts ready to be searched for."""
        vectors, terms = read_texts(self.encoder, self.segmenter, titles, bodies, "query")
        if (given := vectors.shape[1]) != (width := self.parts[0].vectors.shape[1]):
            raise EncoderError(f"the encoder gives {given} numbers a text, the index holds {width}: build it anew")
        idf2 = self.lexical.idf2(terms.names)
        return Asked(vectors, terms, idf2, self.lexical.queries(terms, idf2), foreign_rows(terms))

    def channels(
        self, asked: Asked, texts: slice, multiply: Product = at_once
    ) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
        """(texts, rows) cosines of meaning and of words, and what `exact` needs beside them."""
        wanted = asked.vectors[texts]
        semantic = np.empty((len(wanted), len(self.ids)), np.float32)
        first = 0
        for part in self.parts:
            multiply(wanted, part.vectors, semantic[:, first : first + len(part.vectors)])
            first += len(part.vectors)
        lexical, rare = self.lexical.scores(asked.words[texts], multiply)
        return semantic, lexical, rare

    def exact(
        self, asked: Asked, text: int, rare: NDArray[np.float32] | None, rows: NDArray[np.int64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Both cosines for some rows to the last digit, whatever else was searched for in the same block.

        rare: its row as `channels` gives it; without it the rows, in ascending order, are looked up.
        """
        vectors = self.vectors(rows).astype(np.float64)
        semantic = np.einsum("ij,j->i", vectors, asked.vectors[text].astype(np.float64))
        return semantic, self.lexical.exact(asked.words[text], rare, rows)

    def rough(
        self, asked: Asked, text: int, semantic: NDArray[np.float32], lexical: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """The sum of parts of a text and every row in single precision, quickly, from both channels."""
        total = self.scale.rough(semantic, lexical)
        if (across := self.across) is not None and (apart := self.foreign != asked.foreign[text]).any():
            total[apart] = across.rough(semantic[apart], lexical[apart])
        return total

    def parts_of(
        self, asked: Asked, text: int, rare: NDArray[np.float32] | None, rows: NDArray[np.int64]
    ) -> tuple[NDArray[np.floating[Any]], NDArray[np.floating[Any]]]:
        """The two parts of the scores of a text and some rows; `rare` as `exact` takes it."""
        cosines = self.exact(asked, text, rare, rows)
        parts = self.scale.parts(*cosines)
        if (across := self.across) is None or not (apart := self.foreign[rows] != asked.foreign[text]).any():
            return parts
        unlike = across.parts(*cosines)
        return np.where(apart, unlike[0], parts[0]), np.where(apart, unlike[1], parts[1])

    @cached_property
    def across(self) -> ScoreScale | None:
        """The scale of pairs of a Chinese and a foreign text; None for an encoder that knows no such pairs."""
        english = self.encoder.english if isinstance(self.encoder, StaticEncoder) else None
        return self.scale.across(*english.across) if english else None

    @cached_property
    def foreign(self) -> NDArray[np.bool_]:
        """Which rows have no Chinese character, dead ones included."""
        result = np.zeros(len(self.ids), bool)
        titles = self.column("title").tolist()
        open_ = [row for row, title in enumerate(titles) if not (isinstance(title, str) and has_chinese(title))]
        if open_:
            texts = zip(*self.texts(np.array(open_, np.int64)), strict=True)
            result[open_] = [is_latin(text) and not has_chinese(text) for text in map("\n".join, texts)]
        return result

    @cached_property
    def scale(self) -> ScoreScale:
        """What random pairs of this library score; depends on the living records alone, not on their order.

        Works are weighed as titles: papers and patents are written in the words that they are searched by.
        """
        if self.whole is not None:
            return self.whole.scale
        if len(self) < 2:
            return ScoreScale()
        scale, asked = self.sampled_scale()
        best = self.best_afar(asked, scale)
        return scale.with_best_afar(best)

    @cached_property
    def census(self) -> Census:
        """What there is to count of its living records."""
        terms = ((part.postings.names, part.postings.frequencies(part.alive)) for part in self.parts)
        return Census.of(terms, self.records)

    @cached_property
    def statistics(self) -> Statistics:
        """What the library knows of itself, for indexes of its parts (see `matcher.matching.shards`)."""
        if self.whole is not None:
            return self.whole
        return Statistics(self.census.texts, self.census.names, self.census.counts, self.scale)

    def sampled_scale(self) -> tuple[ScoreScale, tuple[list[str], list[str]]]:
        """The scale by a sample of random pairs, without `out_of_library`, and the titles and bodies of its texts."""
        semantic, lexical, texts, share = self.random_pairs()
        pairs = shipped_file("random_pairs.json")
        if pairs.get("encoder") == getattr(self.encoder, "name", ""):  # a small library has too few of its own
            semantic = np.append(semantic, np.float32(pairs["semantic"]))
            lexical = np.append(lexical, np.float32(pairs["lexical"]))
        return ScoreScale.fit(semantic, lexical, share), texts

    def random_pairs(
        self,
    ) -> tuple[NDArray[np.float32], NDArray[np.float32], tuple[list[str], list[str]], float]:
        """Both cosines of random pairs of this library, of two subjects as far as there are two; the titles and bodies
        of the texts that were held against its sample, and how far they are whole texts.
        """
        order = np.argsort([hashlib.sha256(str(name).encode()).digest() for name in self.ids], kind="stable")
        sample = order[self.alive[order]][:SAMPLE]
        titles, bodies = self.texts(sample[:SAMPLE_ASKED])
        texts = titles, [body[:LIKE_A_NEED] for body in bodies]
        cosines = [[channel[:, sample] for channel in block[:2]] for block in self._asked_blocks(texts)]
        semantic, lexical = (np.concatenate(channel) for channel in zip(*cosines, strict=True))
        owners = self.column(OWNERS)[sample]
        other = ~np.eye(len(titles), len(sample), dtype=bool)
        unlike = other & of_two_subjects(lexical, owners[: len(titles)].tolist(), owners.tolist())
        chosen = unlike if unlike.any() else other
        return semantic[chosen], lexical[chosen], texts, 0.0 if self.id_column == WORK_ID else texts_share(bodies)

    def meanings(self, texts: tuple[list[str], list[str]]) -> NDArray[np.float32]:
        """(texts, living records): the semantic cosines of texts, given as titles and bodies."""
        return np.concatenate([semantic[:, self.alive] for semantic, _, _ in self._asked_blocks(texts)])

    def best_afar(
        self, texts: tuple[list[str], list[str]], scale: ScoreScale, near: NDArray[np.float32] | None = None
    ) -> NDArray[np.float64]:
        """The best sum of parts among the nine tenths of the library that are farther in meaning, for each text, but
        for those that repeat it.

        near: (texts) the cosines up to which a record is far, where this is a part of the library; -inf for none.
        """
        best: list[NDArray[np.float64]] = []
        for at, (semantic, lexical, _) in enumerate(self._asked_blocks(texts)):
            least = None if near is None else near[at * BLOCK : (at + 1) * BLOCK, None]
            limit = np.quantile(semantic[:, self.alive], AFAR, axis=1, keepdims=True) if least is None else least
            total = np.add(*scale.parts(semantic, lexical))
            afar = self.alive & (semantic <= limit) & (lexical < REPEATS)
            best.append(np.max(total, axis=1, where=afar, initial=-np.inf))
        return np.concatenate(best)

    def _asked_blocks(
        self, texts: tuple[list[str], list[str]]
    ) -> Iterator[tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]]:
        """The channels of texts, `BLOCK` at a time."""
        asked = self.asked(*texts)
        for at in range(0, len(texts[0]), BLOCK):
            yield self.channels(asked, slice(at, at + BLOCK), in_pieces)  # the scale hangs on no number of processors

    @cached_property
    def derived(self) -> dict[str, Any]:
        """What modules above work out once for this index, under their names for it."""
        return {}


def check_index(index: object) -> None:
    """Raises ArgumentTypeError unless it is an Index."""
    if not isinstance(index, BaseIndex):
        raise ArgumentTypeError(
            f"index is an Index (Index.build(records), Index.load(folder)), not {type(index).__name__}"
        )
