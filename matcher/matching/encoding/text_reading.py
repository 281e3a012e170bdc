"""Texts to unit vectors and counted terms, a batch at a time, on one process or several."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from matcher.forks import answers, processors
from matcher.matching.encoding.encoders import Encoder, StaticEncoder, encode_texts, unit
from matcher.matching.spread import packed, unpacked
from matcher.matching.texts.tokens import Segmenter, Terms

TITLE = 3  # how often a title counts among the terms
Batch = tuple[Sequence[str], Sequence[str]]  # titles and bodies
Read = tuple[NDArray[np.float32], Terms]


def read_texts(
    encoder: Encoder,
    segmenter: Segmenter,
    titles: Sequence[str],
    bodies: Sequence[str],
    role: Literal["query", "document"],
) -> Read:
    """Unit vectors and counted terms of texts.

    A vector is the title's plus the whole text's, so that a title counts in a long text too; among the terms the
    title's count `TITLE` times.
    """
    terms = segmenter.terms([*titles, *bodies])
    if isinstance(encoder, StaticEncoder):  # it can pool what is segmented already
        both = terms.joined((1, 1))
        foreign = np.tile(encoder.foreign(both), 2)
        pooled = encoder.encode_terms(terms[: len(titles)].before(both), foreign)
        head, whole = pooled[: len(titles)], pooled[len(titles) :]
    else:
        head = encode_texts(encoder, titles, role=role)
        texts = [f"{title}\n{body}" for title, body in zip(titles, bodies, strict=True)]
        whole = encode_texts(encoder, texts, role=role)
    return unit(head + whole), terms.joined((TITLE, 1))


def read_documents(encoder: Encoder, segmenter: Segmenter, batches: Iterable[Batch], processes: int) -> Iterator[Read]:
    """`read_texts` of each batch, in order. Other encoders than the default one may have threads: those read alone."""
    batches = iter(batches)
    some = list(itertools.islice(batches, 2))
    batches = itertools.chain(some, batches)
    if min(processes, processors(), len(some)) < 2 or not isinstance(encoder, StaticEncoder):
        for titles, bodies in batches:
            yield read_texts(encoder, segmenter, titles, bodies, "document")
        return
    read_texts(encoder, segmenter, ["暖机"], [""], "document")  # what is loaded once is shared

    def answer(question: bytes) -> bytes:
        asked = unpacked(question)
        vectors, terms = read_texts(encoder, segmenter, asked["titles"].tolist(), asked["bodies"].tolist(), "document")
        return packed({"vectors": vectors, **terms.arrays})

    def asked() -> Iterator[bytes]:
        for titles, bodies in batches:
            yield packed({"titles": np.array(titles, object), "bodies": np.array(bodies, object)})

    for question, found in answers(answer, asked(), min(processes, processors())):
        told = unpacked(answer(question) if found is None else found)
        yield told.pop("vectors").copy(), Terms.of(told)  # a copy, which does not hold the whole answer
