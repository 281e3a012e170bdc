"""The accurate second stage: late interaction of a transformer's token vectors (ColBERT, Khattab and Zaharia 2020).

Every piece of a text has a vector that knows the text around it. A pair scores the mean of three weighted means of each
piece's best cosine: the asking title's pieces and the asking body's, each held against the whole record, and the
record's title's held against the whole asking text; rare pieces weigh more. A title so counts as much as a long body.
It weighs less where records are whole texts: there it orders judged rows better, but puts no more right ones first
(`models/tokens-zh/CARD.md`).
"""

from __future__ import annotations

import importlib.resources
import importlib.util
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from matcher.errors import ArgumentTypeError, EncoderError, MissingExtraError
from matcher.matching.library.base import BaseIndex
from matcher.matching.library.records import local_folder
from matcher.tables.json import parse_json

FORMAT = "matcher-tokens-1"
DEFAULT = "tokens-zh"
FILES = ("config.json", "tokenizer.json", "model.onnx", "idf.safetensors")
PREFIX = "query: "  # the model was trained with it; the better choice on both sides
THREADS = 2
PER_PIECE = 4  # characters that are looked at for each piece that may be kept
TITLE = 0.5  # share of the pieces of a text that its title may take
WEIGHT, WEIGHT_OF_TEXTS = 0.7, 0.3  # of the third part: where records are bare titles; where they have whole texts
MISSING = 'the second stage needs onnxruntime and tokenizers: pip install "enterprise-matcher[accurate]"'
WHERE = (
    f"模型在源码仓库的 models/{DEFAULT} 中（不随安装包分发）：在仓库中运行即可找到；否则请给出该文件夹，"
    f'如 accurate="models/{DEFAULT}" 或 --accurate-model models/{DEFAULT}；'
    '所需程序包：pip install "enterprise-matcher[accurate]"'
)

Numbers = NDArray[np.floating[Any]]
Role = Literal["asking", "record"]


class Tokens(NamedTuple):
    """A text's pieces: (n, d) unit vectors, their numbers (n), and how many, the first ones, are the title's."""

    vectors: NDArray[np.float16]
    pieces: NDArray[np.int64]
    title: int


@dataclass(frozen=True, eq=False)
class TokenModel:
    """A transformer that gives every piece of a text a vector. Threads may share it.

    idf: (pieces), how rare each piece is in texts at large. pieces: how many pieces of a text are read, by role.
    centre, spread: of the scores of random pairs.
    """

    tokenizer: Any
    session: Any
    idf: NDArray[np.float64]
    pieces: dict[str, int]
    centre: float = 0.0
    spread: float = 1.0

    @classmethod
    def load(cls, folder: Path | str | None = None) -> TokenModel:
        """Read a folder such as `models/tokens-zh`; None is the one beside this package.

        Raises MissingExtraError without onnxruntime and tokenizers, EncoderError when the folder is missing, incomplete
        or contradicts itself.
        """
        if not all(importlib.util.find_spec(name) for name in ("onnxruntime", "tokenizers")):
            raise MissingExtraError(MISSING)
        folder = default_folder() if folder is None else local_folder(folder, EncoderError)
        if absent := [name for name in FILES if not (folder / name).is_file()]:
            raise EncoderError(f"{folder}：没有第二阶段的模型（缺少 {'、'.join(absent)}）；{WHERE}")
        from safetensors.numpy import load_file

        try:
            settings = parse_json((folder / "config.json").read_bytes())
            if settings["format"] != FORMAT:
                raise EncoderError(f"{folder}: format {settings['format']!r}; this version reads {FORMAT!r}")
            pieces = {role: int(settings["pieces"][role]) for role in ("asking", "record")}
            centre, spread = float(settings["centre"]), float(settings["spread"])
            tokenizer = plain_tokenizer(folder)
            idf = load_file(folder / "idf.safetensors")["idf"].astype(float)
            session = cpu_session(folder)
        except EncoderError:
            raise
        except Exception as error:  # tokenizers and onnxruntime raise plain ones
            raise EncoderError(f"{folder}: damaged token model ({type(error).__name__}: {error!s:.160})") from error
        right = idf.shape == (tokenizer.get_vocab_size(),) and np.isfinite(idf).all() and (idf > 0).all()
        if not (right and spread > 0 and np.isfinite(centre) and min(pieces.values()) > 0):
            raise EncoderError(f"{folder}: damaged token model: its vocabulary, idf and settings do not fit")
        return cls(tokenizer, session, idf, pieces, centre, spread)

    def encode(
        self,
        titles: Sequence[str],
        bodies: Sequence[str],
        role: Role,
        advance: Callable[[int], object] = lambda done: None,
    ) -> list[Tokens]:
        """The pieces of every text, title first. Each text is read alone, so that its company changes nothing."""
        most = self.pieces[role]
        heads = self._cut(titles, most)
        cut = [
            (head[: most if not body else max(int(TITLE * most), most - len(body))], body)
            for head, body in zip(heads, self._cut(bodies, most), strict=True)
        ]
        start, end = self._ends

        def run(pair: tuple[list[int], list[int]]) -> Tokens:
            title, body = pair
            pieces = np.array([*title, *body][:most], np.int64)
            if not len(pieces):
                return Tokens(np.zeros((0, 1), np.float16), pieces, 0)
            ids = np.concatenate([start, pieces, end])
            (vectors,) = self.session.run(None, {"ids": ids[None]})
            advance(1)
            return Tokens(vectors[0, len(start) : -len(end)].astype(np.float16), pieces, min(len(title), most))

        with ThreadPoolExecutor(THREADS) as pool:
            return list(pool.map(run, cut))

    @property
    def _ends(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """What stands before and behind the pieces of every text."""
        whole = self.tokenizer.encode(PREFIX.strip()).ids
        return np.array(whole[:-1], np.int64), np.array(whole[-1:], np.int64)

    def _cut(self, texts: Sequence[str], most: int) -> list[list[int]]:
        rows = self.tokenizer.encode_batch([text[: PER_PIECE * most] for text in texts], add_special_tokens=False)
        return [row.ids[:most] for row in rows]

    def deviations(self, scores: Numbers) -> Numbers:
        """Scores in standard deviations of random pairs."""
        return (scores - self.centre) / self.spread

    def idf_in(self, index: BaseIndex) -> NDArray[np.float64]:
        """How rare each piece is: the mean of what texts at large and the library's own terms say, where it has it."""
        names = [self.tokenizer.id_to_token(i).replace("▁", "").lower() for i in range(len(self.idf))]
        here = np.sqrt(index.lexical.idf2(names))
        return np.where(here > 0, (here + self.idf) / 2, self.idf)


def plain_tokenizer(folder: Path) -> Any:
    """The tokenizer of a folder, which cuts and fills nothing."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


def cpu_session(folder: Path) -> Any:
    """A session of a folder's model that uses one thread."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(folder / "model.onnx"), options, providers=["CPUExecutionProvider"])


def max_sim(asking: Tokens, records: Sequence[Tokens], idf: NDArray[np.float64]) -> NDArray[np.float64]:
    """What each record scores for one asking text, -1 to 1; 0 where either is empty."""
    scores = np.zeros(len(records))
    filled = [i for i, record in enumerate(records) if len(record.pieces)]
    if not filled or not len(asking.pieces):
        return scores
    together = np.concatenate([records[i].vectors for i in filled]).astype(np.float32)
    cosines = asking.vectors.astype(np.float32) @ together.T
    starts = np.cumsum([0, *(len(records[i].pieces) for i in filled)])
    best = np.maximum.reduceat(cosines, starts[:-1], axis=1).astype(float)
    weights = idf[asking.pieces]
    parts = [slice(0, asking.title), slice(asking.title, None)]
    forward = [weights[part] @ best[part] / weights[part].sum() for part in parts if len(weights[part])]
    back, backward = cosines.max(axis=0).astype(float), np.zeros(len(filled))
    for place, (i, start) in enumerate(zip(filled, starts.tolist(), strict=False)):
        size = records[i].title or len(records[i].pieces)
        weight = idf[records[i].pieces[:size]]
        backward[place] = weight @ back[start : start + size] / weight.sum()
    scores[filled] = (forward[0] + forward[-1] + backward) / 3
    return scores


@dataclass(frozen=True, eq=False)
class Voice:
    """The third part of a sum, for the records of one index; what was read of a record is kept."""

    index: BaseIndex
    model: TokenModel
    idf: NDArray[np.float64]
    known: dict[tuple[str, str], Tokens] = field(default_factory=dict)

    @classmethod
    def of(cls, index: BaseIndex, accurate: Accurate) -> Voice:
        """`accurate`: as `token_model` takes it."""
        model = token_model(accurate)
        return cls(index, model, model.idf_in(index))

    def parts(
        self,
        asking: tuple[list[str], list[str]],
        records: tuple[list[str], list[str]],
        heads: Sequence[NDArray[np.int64]],
        advance: Callable[[int], object] = lambda done: None,
    ) -> list[Numbers]:
        """For each asking text the parts of its rows `heads` of `records` (titles and bodies)."""
        texts = list(zip(*records, strict=True))
        new = [text for text in dict.fromkeys(texts) if text not in self.known]
        made = self.model.encode([title for title, _ in new], [body for _, body in new], "record", advance)
        self.known.update(zip(new, made, strict=True))
        read = self.model.encode(*asking, "asking", advance)
        weight = WEIGHT + (WEIGHT_OF_TEXTS - WEIGHT) * self.index.scale.texts
        return [
            weight * self.model.deviations(max_sim(one, [self.known[texts[i]] for i in head], self.idf))
            for one, head in zip(read, heads, strict=True)
        ]


Accurate = bool | str | Path | TokenModel


def token_model(accurate: Accurate) -> TokenModel:
    """`accurate`: True for the model that comes with the library's source, the folder of one, or one.

    Raises ArgumentTypeError for anything else, and what `TokenModel.load` raises.
    """
    if not isinstance(accurate, (bool, str, Path, TokenModel)):
        raise ArgumentTypeError(
            f"accurate is True, False, the folder of a model or a TokenModel, not {type(accurate).__name__}"
        )
    if isinstance(accurate, TokenModel):
        return accurate
    return TokenModel.load(None if isinstance(accurate, bool) else accurate)


def default_folder() -> Path:
    """The model in a checkout; a wheel has none."""
    package = Path(str(importlib.resources.files("matcher")))
    places = [package / "models" / DEFAULT, package.parent / "models" / DEFAULT]
    return next((place for place in places if (place / "model.onnx").is_file()), places[1])
