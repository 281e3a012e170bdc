"""Texts to vectors. Strings in, unit rows out; what an encoder is, and where and how its files lie, stays in here.

The default encoder is a table of vectors, one a term of `matcher.matching.texts.tokens`: a text's vector is the sum
over its terms of count ** power x vector, made a unit vector. It needs no torch. Any object with `encode` can take its
place.
"""

from __future__ import annotations

import hashlib
import importlib.resources
import itertools
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from matcher.errors import ArgumentTypeError, EncoderError, MissingExtraError
from matcher.matching.encoding.english import English
from matcher.matching.library.records import local_folder
from matcher.matching.texts.tokens import Segmenter, Terms, foreign_rows
from matcher.tables.json import parse_json

DEFAULT = "static-zh"
FORMAT = "matcher-static-1"
CHUNK = 4096  # texts segmented and pooled at a time; bounds the memory, not the result
_PROBES = ("高精度数控机床主轴", "中药有效成分提取", "废水处理", "深度学习图像识别", "锂电池正极材料", "soil bacteria")


class Encoder(Protocol):
    """Anything that turns n texts into an (n, d) array of floats; a SentenceTransformer, for instance."""

    def encode(self, texts: list[str], /) -> NDArray[np.float32]:
        """One row a text."""
        ...


@dataclass(frozen=True, eq=False, repr=False)
class StaticEncoder:
    """Vectors of terms, pooled. Needs no torch; may be shared between threads.

    A folder holds `config.json` (format, name, power), `vocabulary.txt` (one term a line) and `model.safetensors`
    (`vectors`, int8, one row a term; `scales`, float32: a term's vector is its scale x its row; the scale carries the
    term's learned weight). `fingerprint` is the SHA-256 of the three, so that an index can refuse another encoder.
    """

    name: str
    power: float
    vocabulary: dict[str, int]
    vectors: NDArray[np.int8]
    scales: NDArray[np.float32]
    fingerprint: str
    english: English | None = None

    @classmethod
    def load(cls, folder: Path | str | None = None) -> StaticEncoder:
        """Read a folder; None is the encoder that comes with this library, which is read once.

        Raises EncoderError when the folder is missing, incomplete or contradicts itself.
        """
        return cls._once(_default_folder()) if folder is None else cls._read(local_folder(folder, EncoderError))

    @classmethod
    @cache
    def _once(cls, folder: Path) -> StaticEncoder:
        return cls._read(folder)

    @classmethod
    def _read(cls, folder: Path) -> StaticEncoder:
        try:
            config, words, weights = (
                (folder / name).read_bytes() for name in ("config.json", "vocabulary.txt", "model.safetensors")
            )
        except OSError as error:
            raise EncoderError(f"{folder}: no static encoder ({error.strerror}: {error.filename})") from error
        from safetensors import SafetensorError
        from safetensors.numpy import load

        try:
            settings = parse_json(config)
            if settings["format"] != FORMAT:
                raise EncoderError(f"{folder}: format {settings['format']!r}; this version reads {FORMAT!r}")
            name, power = str(settings["name"]), float(settings["power"])
            tensors = load(weights)
            vectors, scales = tensors["vectors"], tensors["scales"]
            terms = words.decode("utf-8").removesuffix("\n").split("\n")
        except (ValueError, KeyError, TypeError, OverflowError, SafetensorError) as error:
            if isinstance(error, EncoderError):
                raise
            raise EncoderError(f"{folder}: damaged static encoder ({type(error).__name__}: {error!s:.160})") from error
        vocabulary = {term: row for row, term in enumerate(terms)}
        if vectors.ndim != 2 or not len(terms) == len(vocabulary) == len(vectors) == len(scales):
            raise EncoderError(
                f"{folder}: {len(vocabulary)} terms, vectors {vectors.shape} and scales {scales.shape} do not fit"
            )
        if vectors.dtype != np.int8 or scales.shape != (len(terms),) or not np.isfinite(scales).all():
            raise EncoderError(f"{folder}: vectors must be int8, scales one finite number a term")
        digest = hashlib.sha256()
        for part in (config, words, weights):
            digest.update(hashlib.sha256(part).digest())
        english = English.beside(folder)
        return cls(name, power, vocabulary, vectors, scales.astype(np.float32), digest.hexdigest(), english)

    @property
    def dim(self) -> int:
        """Length of a vector."""
        return int(self.vectors.shape[1])

    def __repr__(self) -> str:
        """Name, terms and dimensions."""
        return f"StaticEncoder({self.name!r}, {len(self.vocabulary)} terms, dim={self.dim})"

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """(n, dim) unit rows; a text without any known term gets zeros."""
        segmenter = Segmenter()
        rows = [self.encode_terms(segmenter.terms(texts[at : at + CHUNK])) for at in range(0, len(texts), CHUNK)]
        return np.concatenate(rows) if rows else np.zeros((0, self.dim), np.float32)

    def encode_terms(self, terms: Terms, foreign: NDArray[np.bool_] | None = None) -> NDArray[np.float32]:
        """The same for texts that are segmented already, by a `Segmenter` with whatever words were added.

        foreign: as in `pool`.
        """
        return unit(self.pool(terms, self.weigh(terms.counts), foreign))

    def weigh(self, counts: NDArray[Any]) -> NDArray[np.float32]:
        """What terms that occur so often weigh in a text's sum."""
        weights: NDArray[np.float32] = counts.astype(np.float32) ** np.float32(self.power)
        return weights

    def foreign(self, terms: Terms) -> NDArray[np.bool_]:
        """Which texts the English words are for: those without a Chinese character, where there are such words."""
        return foreign_rows(terms) if self.english else np.zeros(len(terms), bool)

    def pool(
        self, terms: Terms, weights: NDArray[np.float32], foreign: NDArray[np.bool_] | None = None
    ) -> NDArray[np.float32]:
        """(n, dim) sums of vectors, `weights` (one an element of `terms.ids`) x vector; unknown terms add nothing.

        Equal texts get equal bits whatever stands beside them: terms are summed in the order of the vocabulary.
        `foreign`: which texts are read by the English words, where the text that they are part of decides; by default
        `foreign(terms)`.
        """
        row_of = np.fromiter(map(self.vocabulary.get, terms.names, itertools.repeat(-1)), np.int64, len(terms.names))
        known = np.argsort(row_of, kind="stable")[np.count_nonzero(row_of < 0) :]
        rows = row_of[known]
        vectors = self.vectors[rows] * self.scales[rows][:, None]
        foreign = self.foreign(terms) if foreign is None else foreign
        if self.english is None or not foreign.any():
            return _summed(terms, weights, known, vectors)
        of_foreign = np.repeat(foreign, np.diff(terms.offsets))
        chinese = _summed(terms, np.where(of_foreign, 0, weights), known, vectors)
        used = np.zeros(len(terms.names), bool)
        used[terms.ids[of_foreign]] = True
        places = np.array(sorted(np.flatnonzero(used).tolist(), key=terms.names.__getitem__), np.int64)
        english, there = self.english.vectors_of([terms.names[place] for place in places.tolist()])
        by_sign = ~there & (row_of[places] >= 0)  # PBAT
        signs = row_of[places[by_sign]]
        english[by_sign] = self.vectors[signs] * self.scales[signs][:, None]
        return np.where(foreign[:, None], _summed(terms, np.where(of_foreign, weights, 0), places, english), chinese)


def _summed(
    terms: Terms, weights: NDArray[np.float32], known: NDArray[np.int64], vectors: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Weighted sums of the vectors of the terms `known`, summed in their order."""
    from scipy.sparse import csr_array

    place = np.full(len(terms.names), -1, np.int32)
    place[known] = np.arange(len(known), dtype=np.int32)
    columns = place[terms.ids]
    keep = columns >= 0
    offsets = np.concatenate([[0], np.cumsum(keep, dtype=np.int32)])[terms.offsets]
    sums = csr_array((weights[keep], columns[keep], offsets), shape=(len(terms), len(known)))
    sums.sort_indices()
    return np.asarray(sums @ vectors, np.float32)


def encode_texts(encoder: Encoder, texts: Sequence[str], *, role: Literal["query", "document"]) -> NDArray[np.float32]:
    """(n, d) C-contiguous float32 unit rows of `texts`; a blank text gets zeros.

    Calls the encoder's `encode_query` or `encode_document` where it has them (they add a model's prompts), `encode`
    otherwise. Raises EncoderError when the answer is not one finite row of numbers a text.
    """
    filled = [row for row, text in enumerate(texts) if text.strip()]
    asked = [texts[row] for row in filled] or [_PROBES[0]]  # a width is needed even where nothing is to be encoded
    method = f"encode_{role}" if hasattr(encoder, f"encode_{role}") else "encode"
    where = f"{type(encoder).__name__}.{method}"
    answer = getattr(encoder, method)(asked)
    if hasattr(answer, "toarray"):
        raise EncoderError(f"{where} returned a sparse matrix; it must return an array: add .toarray()")
    try:
        vectors = np.asarray(answer, np.float32)
    except (TypeError, ValueError) as error:
        raise EncoderError(f"{where} must return one row of numbers a text: {error}") from error
    if vectors.ndim != 2 or len(vectors) != len(asked) or vectors.shape[1] == 0:
        raise EncoderError(f"{where} must return {len(asked)} rows for {len(asked)} texts, not shape {vectors.shape}")
    finite = np.isfinite(vectors).all(axis=1)
    if not finite.all():
        raise EncoderError(f"{where} returned a number that is not finite for {asked[int(np.argmin(finite))]!r}")
    result = np.zeros((len(texts), vectors.shape[1]), np.float32)
    if filled:
        result[filled] = unit(vectors)
    return result


def check_encoder(encoder: object) -> None:
    """Raises ArgumentTypeError unless it is None or can encode."""
    names = ("encode", "encode_query", "encode_document")
    plain, query, document = (callable(getattr(encoder, name, None)) for name in names)
    if encoder is not None and (isinstance(encoder, (type, str)) or not (plain or (query and document))):
        raise ArgumentTypeError(
            "encoder is None or an object with encode(texts), such as load_encoder(name_or_folder) gives, "
            f"not {encoder.__name__ if isinstance(encoder, type) else type(encoder).__name__}"
        )


def load_encoder(
    name_or_folder: str | Path | None = None,
    *,
    download: bool = False,
    query_prompt: str | None = None,
    document_prompt: str | None = None,
) -> Encoder:
    """Read an encoder: a static one, or any sentence-transformers model.

    Parameters
    ----------
    name_or_folder : str or Path, optional
        A folder of a `StaticEncoder`, or the folder or name of a sentence-transformers model; by default the encoder
        that comes with this library.
    download : bool
        Fetch a model by its name from the network; only local files are read otherwise.
    query_prompt, document_prompt : str, optional
        Take the place of the model's prompts.

    Returns
    -------
    Encoder
        Anything with `encode`, to be given to `Index.build`.

    Raises
    ------
    EncoderError
        There is no such model, it is damaged, or an address was given in place of a folder.
    MissingExtraError
        sentence-transformers is needed and not installed.

    Examples
    --------
    >>> from matcher import load_encoder
    >>> load_encoder().encode(["齿轮磨削", "桃采后保鲜"]).shape
    (2, 256)
    """
    if name_or_folder is None:
        return StaticEncoder.load()
    folder = local_folder(name_or_folder, EncoderError)
    if (folder / "vocabulary.txt").is_file():
        if query_prompt is not None or document_prompt is not None:
            raise EncoderError(f"{folder}: a static encoder has no prompts")
        return StaticEncoder.load(folder)
    try:
        from sentence_transformers import SentenceTransformer
    except ImportError as error:
        raise MissingExtraError(
            f'{name_or_folder} needs sentence-transformers: pip install "enterprise-matcher[transformers]"'
        ) from error
    try:
        model = SentenceTransformer(str(name_or_folder), local_files_only=not download)
    except (OSError, ValueError, KeyError, TypeError) as error:
        hint = "" if download else " among the local files (download=True fetches a model by its name)"
        raise EncoderError(f"{name_or_folder}: no sentence-transformers model{hint}: {error}") from error
    for role, prompt in (("query", query_prompt), ("document", document_prompt)):
        if prompt is not None:
            model.prompts[role] = prompt
    encoder: Encoder = model
    return encoder


def fingerprint(encoder: Encoder) -> str:
    """What distinguishes one encoder from another: equal for the same weights and prompts on every machine.

    The encoder's attribute `fingerprint` if it has one; the SHA-256 of weights and prompts for a torch model; for any
    other object that of its class and of the cosines, to two decimals, between a few texts.
    """
    given = getattr(encoder, "fingerprint", None)
    if isinstance(given, str):
        return given
    digest = hashlib.sha256()
    if hasattr(encoder, "state_dict"):
        import torch

        for key, value in sorted(encoder.state_dict().items()):
            digest.update(f"{key} {value.dtype} {tuple(value.shape)}\n".encode())
            digest.update(value.detach().cpu().reshape(-1).view(torch.uint8).numpy().tobytes())
        settings: dict[str, Any] = {key: getattr(encoder, key, None) for key in ("prompts", "max_seq_length")}
    else:
        queries = encode_texts(encoder, _PROBES, role="query")
        cosines = np.rint(queries @ encode_texts(encoder, _PROBES, role="document").T * 100).astype(int)
        settings = {"class": type(encoder).__qualname__, "dim": queries.shape[1], "cosines": cosines.tolist()}
    digest.update(json.dumps(settings, sort_keys=True).encode())
    return digest.hexdigest()


def _default_folder() -> Path:
    """The shipped encoder: inside the installed package, or beside it in a checkout."""
    package = Path(str(importlib.resources.files("matcher")))
    places = [package / "models" / DEFAULT, package.parent / "models" / DEFAULT]
    for place in places:
        if (place / "model.safetensors").is_file():
            return place
    raise EncoderError(f"the default encoder is missing: neither {places[0]} nor {places[1]} holds it")


def unit(vectors: NDArray[Any]) -> NDArray[np.float32]:
    """Rows of length one; rows of zeros stay zeros. Lengths in float64, where a square cannot overflow."""
    length = np.sqrt(np.einsum("ij,ij->i", vectors, vectors, dtype=np.float64))
    result = np.empty(vectors.shape, np.float32)
    np.divide(vectors, np.where(length > 0, length, 1)[:, None], out=result, casting="same_kind")
    return result
