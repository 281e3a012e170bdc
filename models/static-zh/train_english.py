"""Learn the English words that stand beside the default encoder, in the space of its Chinese ones.

    python models/static-zh/train_english.py --data DATA --teacher TEACHER --frequencies FILE --wordnet FOLDER \\
        --out FOLDER

1. Words: those of glossary.txt, the most frequent ones of a frequency list (`word count` a line), and rarer ones of it
   that WordNet calls a thing, a substance, a process, a plant, a part of the body, a unit or a relational adjective.
   Plurals, and rarer -ing and -ed forms, are read through their plain form (`matcher.matching.encoding.english.forms`).
2. A word of the glossary is the mean of what its terms are in Chinese, as the encoder reads them.
3. The teacher's vector of a word is turned into the same space by a ridge regression, learned on Chinese keywords and
   titles and on the glossary's terms. A word has both vectors added; one that the glossary lacks has this alone and
   half the weight.
4. Weight: sif / (sif + share of running text). The table is written as int8, one scale a word.

`--cache FOLDER` keeps what the teacher said. `--without-teacher` leaves step 3 out.
"""

from __future__ import annotations

import argparse
import dataclasses
import hashlib
import json
import logging
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save_file

from matcher.matching.encoding.encoders import StaticEncoder, unit
from matcher.matching.encoding.english import FORMAT, forms

log = logging.getLogger("train")
HERE = Path(__file__).parent
TECHNICAL = {("noun", number) for number in "04 05 06 07 08 09 13 19 20 22 23 27".split()}  # noqa: SIM905
ADJECTIVE = "01"  # of or pertaining to: thermal, hepatic


@dataclasses.dataclass(frozen=True)
class Settings:
    """Every number that was chosen; CARD.md says how."""

    words: int = 21_500
    common: int = 10_000  # words of the frequency list that are taken whatever they mean
    folded: int = 6_000  # among the first so many words -ing and -ed forms stay words of their own
    sif: float = 1e-4
    focus: float = 1.5  # a term of several words informs the rarer ones of them more
    ridge: float = 10.0
    pairs: float = 3.0  # weight of the glossary's terms in the regression
    beside: float = 0.6  # of the teacher's vector beside the glossary's
    lone: float = 0.5  # weight of a word that the glossary lacks
    keywords: int = 6_000
    titles: int = 2_000


def read_glossary() -> list[tuple[str, str]]:
    """English and Chinese terms."""
    lines = (HERE / "glossary.txt").read_text("utf-8").splitlines()
    entries = [entry.split("=") for line in lines if line and not line.startswith("#") for entry in line.split("; ")]
    return [(english, chinese) for english, chinese in entries]


def read_frequencies(path: Path) -> dict[str, int]:
    """Words and counts, the most frequent first."""
    rows = (line.split() for line in path.read_text("utf-8-sig").splitlines())
    return {word: int(count) for word, count in rows}


def technical_words(wordnet: Path) -> set[str]:
    """Lower-case single words with a technical sense."""
    found = set()
    for part in ("noun", "adj"):
        for line in (wordnet / f"data.{part}").read_text("latin-1").splitlines():
            if line.startswith("  "):
                continue
            fields = line.split()
            if (part, fields[1]) in TECHNICAL or (part == "adj" and fields[1] == ADJECTIVE):
                found |= {fields[4 + 2 * i].split("(")[0] for i in range(int(fields[3], 16))}
    return found


def choose_words(
    glossary: Sequence[tuple[str, str]], frequencies: dict[str, int], technical: set[str], settings: Settings
) -> list[str]:
    """The words of the table, those of the glossary first."""
    chosen: dict[str, None] = {}

    def candidates() -> Iterator[str]:
        for english, _ in glossary:
            yield from words_of(english)
        for rank, word in enumerate(frequencies):
            if rank < settings.common or word in technical:
                yield word

    for word in candidates():
        plain = [form for form in forms(word) if form != word and form in chosen]
        if plain and (word.endswith("s") or len(chosen) > settings.folded):
            continue
        if re.fullmatch("[a-z]{2,28}", word) and len(chosen) < settings.words:
            chosen.setdefault(word)
    return list(chosen)


def words_of(text: str) -> list[str]:
    """The words of a term."""
    return re.findall("[a-z0-9]+", text.lower())


class Teacher:
    """The transformer in single precision; its answers are kept in the cache folder."""

    def __init__(self, folder: Path, cache: Path | None) -> None:
        self.folder, self.cache = folder, cache

    def __call__(self, name: str, texts: Sequence[str]) -> NDArray[np.float32]:
        """One row a text."""
        digest = hashlib.sha256("\n".join(texts).encode()).hexdigest()[:16]
        file = self.cache / f"{name}-{digest}.npy" if self.cache else None
        if file and file.exists():
            return np.load(file).astype(np.float32)
        from sentence_transformers import SentenceTransformer

        model = SentenceTransformer(str(self.folder), device="cpu", local_files_only=True).float()
        rows = model.encode(list(texts), prompt="query: ", batch_size=64, show_progress_bar=False)
        if file:
            np.save(file, rows.astype(np.float16))
        return rows.astype(np.float16).astype(np.float32)


def chinese_texts(data: Path, settings: Settings) -> list[str]:
    """Keywords and titles by lot, in Chinese."""
    from train import read_corpus

    rng, corpus = np.random.default_rng(1), read_corpus(data)
    result = []
    for part, number, least, most in (("keywords", settings.keywords, 2, 12), ("title", settings.titles, 6, 50)):
        texts = sorted({text for one in corpus for text in one.get(part, []) if least <= len(text) <= most})
        result += [texts[i] for i in sorted(rng.permutation(len(texts))[:number])]
    return result


def turned(
    teacher: Teacher, words: list[str], glossary: Sequence[tuple[str, str]], chinese: list[str], settings: Settings
) -> NDArray[np.float32]:
    """The teacher's vectors of the words in the encoder's space, unit rows. Each language is centred by itself."""
    encoder = StaticEncoder.load()
    english = teacher("words", words)
    pairs = teacher("glossary", [term for term, _ in glossary]) - english.mean(axis=0)
    texts = teacher("chinese", chinese)
    theirs, ours = encoder.encode(chinese), encoder.encode([term for _, term in glossary])
    known = np.linalg.norm(theirs, axis=1) > 0
    given = np.concatenate([(texts - texts.mean(axis=0))[known], settings.pairs * pairs])
    wanted = np.concatenate([(theirs - theirs.mean(axis=0))[known], settings.pairs * (ours - ours.mean(axis=0))])
    turn = np.linalg.solve(given.T @ given + settings.ridge * np.eye(given.shape[1]), given.T @ wanted)
    return unit((english - english.mean(axis=0)) @ turn)


def from_glossary(
    glossary: Sequence[tuple[str, str]], weight: dict[str, float], settings: Settings
) -> dict[str, NDArray[np.float64]]:
    """The unit vectors of the glossary's words."""
    targets = StaticEncoder.load().encode([chinese for _, chinese in glossary])
    sums: dict[str, NDArray[np.float64]] = {}
    for (english, _), target in zip(glossary, targets, strict=True):
        words = words_of(english)
        total = sum(weight[word] for word in words)
        for word in words:
            share = (weight[word] / total) ** settings.focus
            sums[word] = sums.get(word, np.zeros(targets.shape[1])) + share * target
    return {word: vector / max(np.linalg.norm(vector), 1e-9) for word, vector in sums.items()}


def write(folder: Path, words: list[str], table: NDArray[np.float64], across: Sequence[float], about: object) -> None:
    """The folder that `matcher.matching.encoding.english.English` reads."""
    folder.mkdir(parents=True, exist_ok=True)
    scales = np.maximum(np.abs(table).max(axis=1), 1e-12) / 127
    tensors = {"vectors": np.rint(table / scales[:, None]).astype(np.int8), "scales": scales.astype(np.float32)}
    save_file(tensors, folder / "model.safetensors")
    (folder / "model.safetensors").chmod(0o644)
    (folder / "vocabulary.txt").write_text("".join(f"{word}\n" for word in words), encoding="utf-8", newline="\n")
    names = ("vocabulary.txt", "model.safetensors")
    hashes = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in names}
    config = {"format": FORMAT, "across": list(across), "sha256": hashes, "training": about}
    (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8", newline="\n")


def main() -> None:
    """The command line: files, folders, and any of the settings by its name."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("data", "teacher", "frequencies", "wordnet", "out", "cache"):
        parser.add_argument(f"--{name}", type=Path, required=name != "cache", dest=f"{name}_path")
    parser.add_argument("--without-teacher", action="store_true")
    parser.add_argument("--across", type=float, nargs=2, default=(0.0, 0.1), help="see examples/abroad.py")
    for field in dataclasses.fields(Settings):
        parser.add_argument(f"--{field.name}", type=type(field.default), default=field.default)
    given = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    settings = Settings(**{field.name: getattr(given, field.name) for field in dataclasses.fields(Settings)})

    glossary, frequencies = read_glossary(), read_frequencies(given.frequencies_path)
    words = choose_words(glossary, frequencies, technical_words(given.wordnet_path), settings)
    running = sum(frequencies.values())
    rare = min(frequencies.values())
    weight = {
        word: settings.sif / (settings.sif + frequencies.get(word, rare) / running)
        for word in {*words, *(word for english, _ in glossary for word in words_of(english))}
    }
    known = from_glossary(glossary, weight, settings)
    if given.without_teacher:
        words = [word for word in words if word in known]
        taught = np.zeros((len(words), len(next(iter(known.values())))), np.float32)
    else:
        teacher = Teacher(given.teacher_path, given.cache_path)
        taught = turned(teacher, words, glossary, chinese_texts(given.data_path, settings), settings)
    nothing = np.zeros(taught.shape[1])
    ours = np.array([known.get(word, nothing) for word in words])
    has = np.array([word in known for word in words])
    both = unit(ours + np.where(has, settings.beside, 1.0)[:, None] * taught).astype(float)
    lengths = np.array([weight[word] for word in words]) * np.where(has, 1.0, settings.lone)
    write(given.out_path, words, both * lengths[:, None], given.across, dataclasses.asdict(settings))
    log.info("%d words, %d of them in the glossary", len(words), has.sum())


if __name__ == "__main__":
    main()
