"""Check reasons: are they true, and is no sentence shown that convinces nobody?

    python examples/check_reasons.py NEEDS OUTCOMES [PAIRS]
    python examples/check_reasons.py NEEDS EXPERTS WORKS

Counts, by rule, evidence that is empty, a contact, notice or filler of a biography, the opening of a patent's abstract,
the record's title though it has other text, shorter than ten characters or longer than 81, and unanswered words that
stand in the record.

With outcomes it also draws PAIRS (1,000 by default) of the matches that show a sentence, takes it out of the outcome,
and scores the pair anew by the idf that the library had. For comparison an equally long random piece of the same text
is taken out instead; that is counted where the text is longer than the sentence.
"""

from __future__ import annotations

import sys

import numpy as np
import pandas as pd

from matcher.experts.library import Experts
from matcher.experts.ranking import rank_experts
from matcher.experts.works_by_name import join_by_name
from matcher.matching.encoding.text_reading import read_texts
from matcher.matching.index import Index, texts_of
from matcher.matching.matches import match
from matcher.matching.texts.passages import SHORT, is_filler, opens
from matcher.tables.reading import read_experts, read_needs, read_outcomes, read_works


class Scorer:
    """Scores of single pairs, worked out apart from the index's own search."""

    def __init__(self, index: Index, titles: list[str], bodies: list[str]) -> None:
        self.index, self.asked = index, index.asked(titles, bodies)
        self.weights = index.lexical.weigh(self.asked.terms)
        self.names = {name: i for i, name in enumerate(self.asked.terms.names)}

    def score(self, need: int, title: str, body: str) -> float:
        """The sum of both parts of need number `need` and an outcome of this title and body."""
        vector, terms = read_texts(self.index.encoder, self.index.segmenter, [title], [body], "document")
        local = 1 + np.log(terms.counts)
        norm = np.sqrt(np.sum(local**2 * self.index.lexical.idf2(terms.names)[terms.ids]))
        row = self.weights[[need]].toarray()[0]
        places = np.array([self.names.get(terms.names[i], -1) for i in terms.ids], int)
        inner = float(np.sum(local[places >= 0] * row[places[places >= 0]]))
        lexical = np.array([inner / norm if norm else 0.0])
        semantic = np.array([float(vector[0] @ self.asked.vectors[need])])
        return float(np.add(*self.index.scale.parts(semantic, lexical))[0])


def check(needs_path: str, outcomes_path: str, pairs: int = 1000, rng: int = 0) -> dict[str, float]:
    """Shares of pairs that score lower without their evidence, and lower than without a random piece."""
    needs, outcomes = read_needs(needs_path).rows, read_outcomes(outcomes_path).rows
    index = Index.build(outcomes)
    matches = match(needs, index)
    random = np.random.default_rng(rng)
    told = matches[matches["evidence"] != ""]
    drawn = told.iloc[np.sort(random.choice(len(told), min(pairs, len(told)), replace=False))]
    scorer = Scorer(index, *texts_of(needs))
    need_rows = {name: row for row, name in enumerate(needs["need_id"])}
    texts = {row[0]: row[1:] for row in zip(outcomes["outcome_id"], *texts_of(outcomes), strict=True)}
    exact, lower, compared, more = 0.0, 0, 0, 0
    for pair in drawn.itertuples():
        need, (title, body) = need_rows[pair.need_id], texts[pair.outcome_id]
        before = scorer.score(need, title, body)
        exact = max(exact, abs(before - pair.semantic - pair.lexical))
        named = pair.evidence
        if named not in body:  # the record has no text but its title
            lower += scorer.score(need, title.replace(named, "", 1), body) < before
            continue
        without = scorer.score(need, title, body.replace(named, "", 1))
        lower += without < before
        if len(body) > len(named):
            start = int(random.integers(len(body) - len(named) + 1))
            compared += 1
            more += without < scorer.score(need, title, body[:start] + body[start + len(named) :])
    return {
        **count(matches["evidence"], matches["unanswered"], [texts[name] for name in matches["outcome_id"]]),
        "pairs": len(drawn),
        "largest difference to the score that match gives": exact,
        "lower without the evidence": lower / len(drawn),
        "pairs with text besides the evidence": compared,
        "lower than without a random piece": more / compared,
    }


def count(evidence: pd.Series, unanswered: pd.Series, texts: list[tuple[str, str]] | None = None) -> dict[str, float]:
    """How many sentences and unanswered words are of a kind that should not be shown. texts: the records'."""
    shown = evidence[evidence != ""]
    result = {
        "rows": len(evidence),
        "without evidence": int((evidence == "").sum()),
        "contact, notice or filler": int(shown.map(is_filler).sum()),
        "opening of an abstract": int(shown.map(opens).sum()),
        "shorter than ten characters": int((shown.str.len() < 10).sum()),
        "longer than 81 characters": int((shown.str.len() > 81).sum()),
    }
    if texts is not None:
        rows = list(zip(evidence, unanswered, texts, strict=True))
        result["title though there is other text"] = sum(
            sentence == title != "" and len(body) > 3 * SHORT for sentence, _, (title, body) in rows
        )
        result["unanswered words"] = sum(len(words.split("、")) for words in unanswered if words)
        result["of them in the record"] = sum(
            word.lower() in f"{title}\n{body}".lower()
            for _, words, (title, body) in rows
            for word in filter(None, words.split("、"))
        )
    return result


def check_experts(needs_path: str, experts_path: str, works_path: str) -> dict[str, float]:
    """The same counts for the sentences of works and profiles, five people a need."""
    people = read_experts(experts_path).rows
    works = join_by_name(people, read_works(works_path).rows, file=works_path).works
    ranked = rank_experts(read_needs(needs_path).rows, Experts.build(people, works), k=5)
    return count(ranked["work_sentence"], ranked["unanswered"])


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    if len(sys.argv) == 4 and not sys.argv[3].isdigit():
        figures = check_experts(*sys.argv[1:])
    else:
        figures = check(*sys.argv[1:3], *map(int, sys.argv[3:]))
    for name, value in figures.items():
        print(f"{name}\t{value:.4g}")
