"""Train the default encoder: python models/static-zh/train.py --data DATA_FOLDER --teacher TEACHER_FOLDER --out FOLDER.

1. Terms. The vocabulary: words, characters and bigrams of the corpus, and common words of jieba's dictionary.
2. Teacher. A small transformer gives every term a vector (the start) and many short texts one each (distillation).
3. Training. Two views of one document (its title, keywords, sentences) shall lie closer than views of other documents,
   and short texts shall be as similar to each other as the teacher finds them.
4. The table is written as int8, one scale a term.

Fixed seeds; a run on the same machine gives the same table. `--cache` keeps what the teacher said between runs.
"""

from __future__ import annotations

import argparse
import dataclasses
import gzip
import json
import logging
import re
import time
from collections import Counter
from pathlib import Path

import jieba
import numpy as np
import pandas as pd
import scipy.sparse as sp
import torch
from safetensors.numpy import save_file
from torch.nn import functional

from matcher.matching.encoding.encoders import FORMAT
from matcher.matching.texts.normal_forms import normalise
from matcher.matching.texts.tokens import Segmenter, sentences

log = logging.getLogger("train")


@dataclasses.dataclass(frozen=True)
class Settings:
    """Every number that was chosen; CARD.md says how."""

    seed: int = 1
    terms: int = 90_000
    dim: int = 256
    power: float = 0.5  # of a term's count in a text
    sif: float = 1e-4  # a term of frequency p starts with the weight sif / (sif + p)
    gram: float = 0.4  # and this times it where it is not a word
    whiten: float = 0.5  # 0: the teacher's directions as they are, 1: all of them equally strong
    steps: int = 700
    batch: int = 1024
    temperature: float = 0.05
    rate: float = 3e-3
    weight_rate: float = 1e-2
    distil: float = 1.5  # weight of the distillation loss
    distil_batch: int = 1536
    distil_texts: int = 60_000
    distil_temperature: float = 0.05
    dropped: float = 0.4  # share of the terms of a view that are left out at random
    character: float = 1.5  # single characters are lengthened by this after training
    related: float = 0.15  # share of pairs made of two documents that share a rare keyword


def read_corpus(data: Path) -> list[dict[str, list[str]]]:
    """Documents as named parts (title, keywords, body), each a list of short texts. The test papers are left out."""

    def lines(name: str) -> list[dict]:
        with gzip.open(data / "text" / f"{name}.jsonl.gz", "rt", encoding="utf-8") as file:
            return [json.loads(line) for line in file]

    documents = [
        {"title": [row["title"]], "keywords": row.get("keywords", []), "body": sentences(row["abstract"])}
        for row in lines("papers-chinaxiv")
    ]
    documents += [{"title": [row["title"]], "body": sentences(row["abstract"])} for row in lines("patents")]
    documents += [
        {"keywords": row["keywords"], "body": sentences(row["abstract"])} for row in lines("papers-csl-keywords")
    ]
    documents += [{"body": sentences(row["abstract"])} for row in lines("papers-disciplines")]
    documents += [{"title": [row["direction"]], "keywords": row["keywords"]} for row in lines("nsfc-directions")]
    documents += [
        {"title": [title]} for title in pd.read_csv(data / "text" / "patent-titles-ipc.csv", dtype=str)["patent_title"]
    ]
    for name in ("needs", "outcomes"):
        table = pd.read_csv(data / "market" / f"{name}.csv", dtype=str, keep_default_na=False)
        clean = table["description"].str.replace(r"<[^>]{1,80}>|&[a-z]{2,6};", " ", regex=True)
        documents += [
            {"title": [title], "body": sentences(body)[:40]} for title, body in zip(table["title"], clean, strict=True)
        ]

    papers = pd.read_csv(data / "literature" / "docs.csv", dtype=str, keep_default_na=False)
    measured = {key for column in ("title", "abstract") for text in papers[column] if (key := _key(text))}
    seen: set[str] = set()
    kept = []
    for document in documents:
        keys = {_key("".join(document.get("title", []))), _key("".join(document.get("body", [])))} - {""}
        if not keys & (measured | seen):
            seen |= keys
            kept.append(document)
    log.info("%d documents, %d left out as repeats or test papers", len(kept), len(documents) - len(kept))
    return kept


def _key(text: str) -> str:
    """The first 40 letters, digits and characters: what repeats of one text share."""
    return re.sub(r"\W+", "", normalise(text))[:40]


@dataclasses.dataclass
class Views:
    """Every short text once, as counts over the vocabulary, and the documents as lists of its rows."""

    texts: list[str]
    counts: sp.csr_array
    documents: list[dict[str, np.ndarray]]
    related: np.ndarray  # pairs of documents that share a rare keyword


def choose_terms(texts: list[str], settings: Settings) -> tuple[list[str], np.ndarray, np.ndarray, sp.csr_array]:
    """Terms, which of them are words, their share of running text, and the counts of `texts` over them."""
    found = Segmenter().terms(texts)
    jieba.setLogLevel(logging.WARNING)
    jieba.initialize()
    general = {word: count for word, count in jieba.dt.FREQ.items() if count >= 20 and 1 <= len(word) <= 6}
    total = sum(jieba.dt.FREQ.values())
    names = found.names + sorted(general.keys() - set(found.names))
    n = len(found.names)
    counts = sp.csr_array((found.counts.astype(np.float32), found.ids, found.offsets), shape=(len(texts), len(names)))
    spread = np.bincount(found.ids, minlength=len(names)).astype(float)
    word = np.ones(len(names), bool)
    word[:n] = np.bincount(found.ids, weights=found.is_word, minlength=n) > 0
    common = np.array([general.get(name, 0) for name in names], float)
    share = np.maximum((counts.sum(axis=0) + 1) / counts.sum(), common / total)
    # a word of the corpus is worth more than a bigram as frequent; a character always stays, as the last resort
    value = (
        spread * np.where(word, 3, 1) + np.minimum(common, 300) / 30 + np.array([1e6 * (len(x) == 1) for x in names])
    )
    value[np.array(["\n" in name for name in names])] = -1
    kept = np.sort(np.argsort(-value, kind="stable")[: settings.terms])
    log.info(
        "%d terms of %d, %d of them words; the last one has value %.1f",
        len(kept),
        len(names),
        word[kept].sum(),
        value[kept].min(),
    )
    return [names[i] for i in kept], word[kept], share[kept], counts[:, kept]


def make_views(
    corpus: list[dict[str, list[str]]], settings: Settings
) -> tuple[Views, list[str], np.ndarray, np.ndarray]:
    """Number the texts, choose the terms, find documents that share a rare keyword."""
    number: dict[str, int] = {}
    documents = []
    for document in corpus:
        parts = {
            part: np.array([number.setdefault(text, len(number)) for text in texts if text.strip()], np.int64)
            for part, texts in document.items()
        }
        documents.append({part: rows for part, rows in parts.items() if len(rows)})
    texts = list(number)
    names, word, share, counts = choose_terms(texts, settings)
    holders: dict[str, list[int]] = {}
    for i, document in enumerate(corpus):
        for keyword in {normalise(keyword) for keyword in document.get("keywords", [])}:
            if len(keyword) > 1 and "body" in document:
                holders.setdefault(keyword, []).append(i)
    related = [(a, b) for docs in holders.values() if 2 <= len(docs) <= 5 for a in docs for b in docs if a < b]
    log.info("%d short texts, %d pairs of documents with a rare keyword in common", len(texts), len(related))
    return Views(texts, counts, documents, np.array(related)), names, word, share


class Teacher:
    """The transformer, asked once a text; answers are kept in the cache folder."""

    def __init__(self, folder: Path, cache: Path | None) -> None:
        self.folder, self.cache = folder, cache
        self.known: dict[str, int] = {}
        self.answers = np.zeros((0, 0), np.float16)
        if cache and (cache / "teacher.npy").exists():
            texts = json.loads((cache / "teacher.json").read_text("utf-8"))
            self.known = {text: row for row, text in enumerate(texts)}
            self.answers = np.load(cache / "teacher.npy")

    def __call__(self, texts: list[str]) -> np.ndarray:
        """One row a text."""
        new = sorted(set(texts) - self.known.keys(), key=lambda text: (len(text), text))
        if new:
            answers = self._ask(new)
            self.answers = np.concatenate([self.answers, answers]) if self.known else answers
            self.known |= {text: len(self.known) + row for row, text in enumerate(new)}
            if self.cache:
                (self.cache / "teacher.json").write_text(json.dumps(list(self.known), ensure_ascii=False), "utf-8")
                np.save(self.cache / "teacher.npy", self.answers)
        return self.answers[[self.known[text] for text in texts]].astype(np.float32)

    def _ask(self, texts: list[str]) -> np.ndarray:
        from sentence_transformers import SentenceTransformer

        start = time.time()
        model = SentenceTransformer(str(self.folder), device="cpu", local_files_only=True).to(torch.bfloat16)
        answers = []
        for at in range(0, len(texts), 8192):
            part = texts[at : at + 8192]
            rows = model.encode(part, prompt="query: ", batch_size=256, convert_to_tensor=True, show_progress_bar=False)
            answers.append(rows.to(torch.float16).numpy())
            log.info("teacher: %d of %d texts, %.0f s", at + len(part), len(texts), time.time() - start)
        return np.concatenate(answers)


def start_vectors(teacher: np.ndarray, settings: Settings) -> np.ndarray:
    """Centred, turned to the strongest directions, these made more equal, unit rows."""
    centred = teacher - teacher.mean(axis=0)
    strength, directions = np.linalg.eigh(centred.T @ centred / len(centred))
    order = np.argsort(-strength)[: settings.dim]
    vectors = centred @ directions[:, order] / strength[order] ** (settings.whiten / 2)
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


class _Product(torch.autograd.Function):
    """A sparse matrix x the table, by scipy: ten times faster than torch's own way back on a CPU."""

    @staticmethod
    def forward(context, table: torch.Tensor, matrix: sp.csr_array) -> torch.Tensor:
        context.matrix = matrix
        return torch.from_numpy(matrix @ table.numpy())

    @staticmethod
    def backward(context, gradient: torch.Tensor) -> tuple[torch.Tensor, None]:
        return torch.from_numpy(context.matrix.T @ gradient.numpy()), None


class Table:
    """Term vectors and log weights, trained by Adam with one second moment a row; only the rows in use are touched."""

    def __init__(self, vectors: np.ndarray, weights: np.ndarray, settings: Settings) -> None:
        self.values = [torch.from_numpy(vectors.copy()), torch.from_numpy(np.log(weights).astype(np.float32))[:, None]]
        self.moments = [(torch.zeros_like(value), torch.zeros(len(value), 1)) for value in self.values]
        self.rates = (settings.rate, settings.weight_rate)
        self.power = settings.power
        self.step = 0

    def pool(self, counts: sp.csr_array) -> tuple[torch.Tensor, torch.Tensor, list[torch.Tensor]]:
        """Unit rows; the rows of the table in use, and their values as leaves of the graph."""
        used, at = np.unique(counts.indices, return_inverse=True)
        rows = torch.from_numpy(used.astype(np.int64))
        leaves = [value[rows].requires_grad_() for value in self.values]
        matrix = sp.csr_array((counts.data**self.power, at, counts.indptr), shape=(counts.shape[0], len(used)))
        return functional.normalize(_Product.apply(leaves[0] * leaves[1].exp(), matrix), dim=1), rows, leaves

    def update(self, rows: torch.Tensor, leaves: list[torch.Tensor], slow: float) -> None:
        """One step on the rows in use; `slow` scales the rate."""
        self.step += 1
        for value, (first, second), rate, leaf in zip(self.values, self.moments, self.rates, leaves, strict=True):
            mean = first[rows].lerp_(leaf.grad, 0.1)
            square = second[rows].lerp_(leaf.grad.square().mean(dim=1, keepdim=True), 0.001)
            first.index_copy_(0, rows, mean)
            second.index_copy_(0, rows, square)
            scale = rate * slow / (1 - 0.9**self.step) / ((square / (1 - 0.999**self.step)).sqrt() + 1e-8)
            value.index_copy_(0, rows, leaf.detach() - mean * scale)


class Sampler:
    """Draws pairs of views."""

    def __init__(self, views: Views, settings: Settings) -> None:
        self.views, self.settings = views, settings
        self.rng = np.random.default_rng(settings.seed)
        self.usable = [
            i
            for i, parts in enumerate(views.documents)
            if len(parts) > 1 or len(parts.get("body", ())) > 1 or len(parts.get("keywords", ())) > 3
        ]
        self.queue: list[int] = []

    def _some(self, rows: np.ndarray, least: int, most: int) -> np.ndarray:
        size = int(self.rng.integers(min(least, len(rows)), min(most, len(rows)) + 1))
        return self.rng.choice(rows, size, replace=False)

    def pair(self, document: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
        """Rows of two views that share no text."""
        draw = self.rng.random()
        title, keywords, body = (document.get(part) for part in ("title", "keywords", "body"))
        if body is not None and len(body) > 1 and (draw < 0.25 or (title is None and keywords is None)):
            order = self.rng.permutation(body)
            cut = int(self.rng.integers(1, max(2, len(order) // 2 + 1)))
            return order[:cut], order[cut:]
        if title is not None and body is not None and (draw < 0.75 or keywords is None):
            return title, self._some(body, 1, 8)
        if keywords is not None and body is not None:
            left = self._some(keywords, 1, 5)
            right = self._some(body, 1, 8)
            return left, (np.append(right, title) if title is not None and draw > 0.85 else right)
        if keywords is not None and title is not None:
            return title, self._some(keywords, 1, 10)
        order = self.rng.permutation(keywords if keywords is not None else body)
        return order[: len(order) // 2], order[len(order) // 2 :]

    def related_pair(self) -> tuple[np.ndarray, np.ndarray]:
        """A view of each of two documents that share a rare keyword, without the keywords."""
        a, b = self.rng.permutation(self.rng.choice(self.views.related))
        sides = []
        for document in (self.views.documents[a], self.views.documents[b]):
            rows = self._some(document["body"], 1, 8)
            sides.append(np.append(rows, document["title"]) if "title" in document else rows)
        return sides[0], sides[1]

    def batch(self) -> tuple[sp.csr_array, sp.csr_array]:
        """Counts of the left and the right views."""
        pairs = []
        while len(pairs) < self.settings.batch:
            if self.rng.random() < self.settings.related:
                pairs.append(self.related_pair())
                continue
            if not self.queue:
                self.queue = self.rng.permutation(self.usable).tolist()
            pairs.append(self.pair(self.views.documents[self.queue.pop()]))
        return self._counts([left for left, _ in pairs]), self._counts([right for _, right in pairs])

    def _counts(self, rows: list[np.ndarray]) -> sp.csr_array:
        flat = np.concatenate(rows)
        ends = np.concatenate([[0], np.cumsum([len(part) for part in rows])])
        pick = sp.csr_array((np.ones(len(flat), np.float32), flat, ends), shape=(len(rows), self.views.counts.shape[0]))
        counts = pick @ self.views.counts
        counts.data *= self.rng.random(counts.nnz) >= self.settings.dropped
        return counts


def contrast(left: torch.Tensor, right: torch.Tensor, temperature: float) -> torch.Tensor:
    """In-batch negatives in both directions."""
    scores = left @ right.T / temperature
    truth = torch.arange(len(scores))
    return (functional.cross_entropy(scores, truth) + functional.cross_entropy(scores.T, truth)) / 2


def imitate(student: torch.Tensor, teacher: torch.Tensor, settings: Settings) -> torch.Tensor:
    """Divergence between the teacher's and the student's neighbours of every text in the batch."""
    itself = torch.eye(len(student), dtype=torch.bool)
    wanted = (teacher @ teacher.T / settings.distil_temperature).masked_fill(itself, -1e4).softmax(dim=1)
    given = (student @ student.T / settings.temperature).masked_fill(itself, -1e4).log_softmax(dim=1)
    return functional.kl_div(given, wanted, reduction="batchmean")


def choose_distilled(
    views: Views, names: list[str], word: np.ndarray, teacher: Teacher, settings: Settings
) -> tuple[sp.csr_array, np.ndarray]:
    """Counts and the teacher's unit rows of what is imitated: titles, keywords and sentences by lot, every word."""
    rng = np.random.default_rng(settings.seed)
    titles = np.unique(np.concatenate([document["title"] for document in views.documents if "title" in document]))
    short = np.array([6 <= len(text) <= 50 for text in views.texts])
    others = np.setdiff1d(np.flatnonzero(short), titles)
    rows = np.sort(np.concatenate([titles, rng.permutation(others)])[: settings.distil_texts])
    words = [name for name, is_word in zip(names, word.tolist(), strict=True) if is_word and len(name) > 1]
    found = Segmenter().terms(words)
    place = {name: row for row, name in enumerate(names)}
    columns = np.array([place.get(name, -1) for name in found.names])[found.ids]
    rows_of_words = np.repeat(np.arange(len(words)), np.diff(found.offsets))
    known = columns >= 0
    of_words = sp.csr_array(
        (found.counts[known].astype(np.float32), (rows_of_words[known], columns[known])), shape=(len(words), len(names))
    )
    answers = []
    for texts in ([views.texts[row] for row in rows], words):
        centred = teacher(texts)
        centred -= centred.mean(axis=0)
        answers.append(centred / np.linalg.norm(centred, axis=1, keepdims=True))
    log.info("imitated: %d short texts, %d words", len(rows), len(words))
    return sp.vstack([views.counts[rows], of_words], format="csr"), np.concatenate(answers)


def train(views: Views, table: Table, distilled: sp.csr_array, taught: np.ndarray, settings: Settings) -> None:
    """The whole training, in place."""
    sampler = Sampler(views, settings)
    rng = np.random.default_rng(settings.seed + 1)
    torch.manual_seed(settings.seed)
    answers = torch.from_numpy(taught)
    start, seen = time.time(), Counter[str]()
    for step in range(settings.steps):
        left, right = sampler.batch()
        some = rng.choice(len(taught), settings.distil_batch, replace=False)
        pooled, used, leaves = table.pool(sp.vstack([left, right, distilled[some]], format="csr"))
        parts = pooled.split([settings.batch, settings.batch, settings.distil_batch])
        loss = contrast(parts[0], parts[1], settings.temperature)
        seen["contrast"] += loss.item()
        copied = imitate(parts[2], answers[some], settings)
        seen["imitate"] += copied.item()
        (loss + settings.distil * copied).backward()
        progress = step / settings.steps
        table.update(used, leaves, min(1.0, 20 * progress + 0.05) * (1 - progress))
        if (step + 1) % 100 == 0:
            means = ", ".join(f"{name} {value / 100:.3f}" for name, value in seen.items())
            log.info("step %d of %d, %s, %.0f s", step + 1, settings.steps, means, time.time() - start)
            seen.clear()


def write(folder: Path, names: list[str], table: np.ndarray, settings: Settings) -> None:
    """The folder that `matcher.matching.encoding.encoders.StaticEncoder.load` reads, and sentence-transformers too."""
    folder.mkdir(parents=True, exist_ok=True)
    scales = np.maximum(np.abs(table).max(axis=1), 1e-12) / 127
    save_file(
        {"vectors": np.rint(table / scales[:, None]).astype(np.int8), "scales": scales.astype(np.float32)},
        folder / "model.safetensors",
    )
    (folder / "model.safetensors").chmod(0o644)
    (folder / "vocabulary.txt").write_text("".join(f"{name}\n" for name in names), encoding="utf-8", newline="\n")
    config = {"format": FORMAT, "name": "static-zh", "power": settings.power, "training": dataclasses.asdict(settings)}
    modules = [{"idx": 0, "name": "0", "path": "", "type": "matcher.matching.torch_encoder.StaticModule"}]
    for name, content in (("config.json", config), ("modules.json", modules)):
        (folder / name).write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8", newline="\n")


def main() -> None:
    """The command line: folders, and any of the settings by its name."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the data folder")
    parser.add_argument("--teacher", type=Path, required=True, help="a sentence-transformers folder")
    parser.add_argument("--out", type=Path, required=True, help="the folder to write")
    parser.add_argument("--cache", type=Path, help="an existing folder that keeps the teacher's answers")
    parser.add_argument("--threads", type=int, default=2)
    for field in dataclasses.fields(Settings):
        parser.add_argument(f"--{field.name.replace('_', '-')}", type=type(field.default), default=field.default)
    options = vars(parser.parse_args())
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    logging.getLogger("sentence_transformers").setLevel(logging.WARNING)
    torch.set_num_threads(options["threads"])
    settings = Settings(**{field.name: options[field.name] for field in dataclasses.fields(Settings)})
    teacher = Teacher(options["teacher"], options["cache"])

    views, names, word, share = make_views(read_corpus(options["data"]), settings)
    vectors = start_vectors(teacher(names), settings)
    weights = settings.sif / (settings.sif + share) * np.where(word, 1, settings.gram)
    distilled, taught = choose_distilled(views, names, word, teacher, settings)
    table = Table(vectors, weights, settings)
    train(views, table, distilled, taught, settings)
    lengths = np.array([settings.character if len(name) == 1 else 1 for name in names], np.float32)
    write(options["out"], names, (table.values[0] * table.values[1].exp()).numpy() * lengths[:, None], settings)


if __name__ == "__main__":
    main()
