"""The rules that a book holds by: policies out of the texts kept in its log, and into them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from matcher.errors import PoolError
from matcher.event_log.log import Event, text_of
from matcher.policy.language.loader import parse_yaml
from matcher.policy.policy import Policy
from matcher.pool.book.event_log import Log


@dataclass(frozen=True)
class Rules:
    """The rules that hold from a day on: the policy of entry, the goal, and the goal's lead times.

    `texts`: for `entry` and `goal`, everything that the role's answers depend on, as one text.
    """

    entry: Policy
    goal: Policy
    leads: Mapping[str, int | str]
    texts: Mapping[str, str]


def read_rules(log: Log, on: dt.date, *, until: int | None = None) -> Rules:
    """The rules that hold on a day. PoolError where none hold yet."""
    events = log.events("rules", until=until, day=on)
    if not events:
        raise PoolError(f"{on} 这一天库中还没有规则；请检查日期")
    body = max(events, key=lambda event: (event.day, event.seq)).body
    texts = log.texts()

    def policy(role: Mapping[str, Any]) -> Policy:
        name = f"rules/{role['text']}.yaml"
        numbers = {key: parse_yaml(value, name) for key, value in role["parameters"].items()}
        tree = parse_yaml(texts[role["text"]], name)
        return Policy.from_tree(tree, name, readings=role["readings"], parameters=numbers)

    roles = {"entry": {**body["entry"], "leads": 0}, "goal": {**body["goal"], "leads": body["leads"]}}
    return Rules(
        policy(body["entry"]),
        policy(body["goal"]),
        body["leads"],
        {role: text_of(content) for role, content in roles.items()},
    )


def write_rules(
    log: Log, *, on: dt.date, person: str, goal: Policy, entry: Policy, leads: Mapping[str, int | str]
) -> None:
    """Rules that hold from a day on, with the texts of their policies, so that the book works out from itself."""
    body: dict[str, Any] = {"leads": dict(leads)}
    with log.writing():
        for role, policy in (("entry", entry), ("goal", goal)):
            body[role] = {
                "policy": policy.id,
                "text": log.keep_text(_text(policy, log)),
                "readings": dict(policy.readings),
                "parameters": {name: str(value) for name, value in policy.parameters.items()},
            }
        log.append([Event("rules", on.isoformat(), person, body)])


def _text(policy: Policy, log: Log) -> str:
    kept = log.texts()
    name = policy.folder.removeprefix("rules/").removesuffix(".yaml")
    if policy.folder.startswith("rules/") and name in kept:
        return kept[name]
    try:
        return Path(policy.folder).read_text("utf-8")
    except OSError as error:
        raise PoolError(f"读不到政策 {policy.id} 的文件“{policy.folder}”") from error
