"""Whether a book is what was written: every event, text and snapshot against its hash.

What has no hash (the tables' definitions, indexes, the order of pages) is for the store's own check.
"""

from __future__ import annotations

from typing import Any

from matcher.event_log.format import hash_of_text, id_of
from matcher.event_log.store import Store


def check_log(store: Store[Any]) -> None:
    """Everything in an open book against its hashes, as of one moment.

    Raises ValueError with what is wrong, or whatever the database raises.
    """
    with store.moment():
        store.check()
        _check_events(store, _check_texts(store))
        store.form.check_rows(store)


def _check_texts(store: Store[Any]) -> set[str]:
    names = set()
    for name, text in store.execute("SELECT sha256, text FROM rule_texts"):
        if hash_of_text(text) != name:
            raise ValueError(f"规则文本 {str(name)[:12]} 与其校验值不符")
        names.add(name)
    return names


def _check_events(store: Store[Any], texts: set[str]) -> None:
    form = store.form
    query = f"SELECT seq, event_id, kind, day, person, {form.subject}, source, body FROM events ORDER BY seq"
    for place, (seq, event_id, *parts) in enumerate(store.execute(query), start=1):
        if seq != place or id_of(*parts) != event_id:
            raise ValueError(f"第 {place} 条记录与其编号不符")
        if parts[0] == "rules" and not form.texts_of(form.body_of("rules", parts[1], parts[-1])) <= texts:
            raise ValueError(f"第 {place} 条记录的规则文本缺失")
