"""What is read of records is read once, within bounds, and changes no answer."""

import threading

import numpy as np
from small import NEEDS, OUTCOMES

from matcher import Index
from matcher.matching.library.remembered import FEW, remembered


def _reader():
    asked = []

    def read(rows):
        asked.append(rows.tolist())
        return [f"r{row}" for row in rows.tolist()]

    return asked, read


def test_a_record_is_read_once_and_answers_keep_their_order():
    index, (asked, read) = Index.build(OUTCOMES), _reader()
    assert remembered(index, "a", np.array([3, 1]), read) == ["r3", "r1"]
    assert remembered(index, "a", np.array([1, 2, 3]), read) == ["r1", "r2", "r3"]
    assert remembered(index, "b", np.array([1]), read) == ["r1"]
    assert remembered(index, "a", np.array([], np.int64), read) == []
    assert asked == [[3, 1], [2], [1]]


def test_many_rows_at_once_are_not_remembered():
    index, (asked, read) = Index.build(OUTCOMES), _reader()
    remembered(index, "a", np.arange(FEW + 1), read)
    assert remembered(index, "a", np.arange(FEW), read) == [f"r{row}" for row in range(FEW)]
    assert list(map(len, asked)) == [FEW + 1, FEW]


def test_a_large_library_remembers_nothing_so_that_a_service_does_not_grow(monkeypatch):
    index, (asked, read) = Index.build(OUTCOMES), _reader()
    monkeypatch.setattr("matcher.matching.library.remembered.MOST", len(OUTCOMES) - 1)
    assert remembered(index, "a", np.array([1]), read) == remembered(index, "a", np.array([1]), read) == ["r1"]
    assert asked == [[1], [1]]
    expected = Index.build(OUTCOMES[:1]).derived
    for title in OUTCOMES["title"].fillna("轴承"):
        index.search(title or "轴承")
    assert index.derived.keys() & {"texts", "cut", "plain", "indicators"} == expected.keys() == set()


def test_answers_are_the_same_with_and_without_memory_on_any_number_of_threads():
    texts = [{"title": title} for title in (*NEEDS["title"], *OUTCOMES["title"]) if title]
    fresh = [Index.build(OUTCOMES).search(text) for text in texts]
    index = Index.build(OUTCOMES).warm()
    found = {}

    def work(first):
        for i in [*range(first, len(texts)), *range(first)]:
            found[first, i] = index.search(texts[i])

    threads = [threading.Thread(target=work, args=(first,)) for first in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(found[first, i] == fresh[i] for first in range(3) for i in range(len(texts)))


def test_a_changed_index_remembers_nothing_of_the_old_one():
    index = Index.build(OUTCOMES)
    text = {"title": OUTCOMES["title"][0]}
    index.search(text)
    swapped = OUTCOMES.assign(title=OUTCOMES["title"][::-1].to_numpy(object))
    assert index.update(swapped).search(text) == Index.build(swapped).search(text)
