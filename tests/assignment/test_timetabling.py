"""Timetables: nobody in two places, the best value against every choice, repairs that change least."""

import itertools

import numpy as np
import pandas as pd
import pytest

from matcher.assignment import repair, timetable, timetabling
from matcher.errors import TableError

SLOTS = ["09:00", "09:20", "09:40"]


def candidates(rows) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["left_id", "right_id", "value"])


def random_event(rng, lefts: int, rights: int, slots: int):
    meetings = candidates(
        [(f"F{i}", f"E{j}", round(float(rng.random()), 3)) for i in range(lefts) for j in range(rights)]
    )
    names = [f"S{i}" for i in range(slots)]
    people = [f"F{i}" for i in range(lefts)] + [f"E{j}" for j in range(rights)]
    away = [(person, slot) for person in people for slot in names if rng.random() < 0.2]
    return meetings, names, pd.DataFrame(away, columns=["person_id", "slot"])


def check(plan) -> None:
    """Nobody and no room twice in a slot, nobody who is away, no closed room."""
    rows = plan.meetings
    people = pd.concat([rows[["left_id", "slot"]].rename(columns={"left_id": "p"}),
                        rows[["right_id", "slot"]].rename(columns={"right_id": "p"})])  # fmt: skip
    assert not people.duplicated().any()
    assert not rows.duplicated(["room", "slot"]).any()
    assert not rows.duplicated(["left_id", "right_id"]).any()
    away = set(plan.unavailable.itertuples(index=False, name=None))
    assert not away & set(people.itertuples(index=False, name=None))
    assert not set(plan.closed.itertuples(index=False, name=None)) & set(zip(rows["room"], rows["slot"], strict=True))
    assert set(rows["room"]) <= set(plan.rooms)


def best_by_trial(meetings, slots, rooms, away) -> float:
    """The largest value over every choice, slot by slot."""
    absent = set(away.itertuples(index=False, name=None))
    value = {(a, b): v for a, b, v in meetings.itertuples(index=False)}

    def choices(slot):
        here = [m for m in value if (m[0], slot) not in absent and (m[1], slot) not in absent]
        for size in range(min(rooms, len(here)) + 1):
            for some in itertools.combinations(here, size):
                if len({name for m in some for name in m}) == 2 * size:
                    yield frozenset(some)

    reached = {frozenset(): 0.0}
    for slot in slots:
        new: dict = {}
        for held, total in reached.items():
            for some in choices(slot):
                if not held & some:
                    new[held | some] = max(new.get(held | some, 0.0), total + sum(value[m] for m in some))
        reached = new
    return max(reached.values())


def test_small_events_reach_the_best_of_every_choice():
    rng = np.random.default_rng(2)
    for _ in range(12):
        meetings, slots, away = random_event(rng, 3, 3, 2)
        plan = timetable(meetings, slots=slots, rooms=["A", "B"], unavailable=away)
        check(plan)
        assert plan.proof["optimal"]
        assert plan.proof["value"] == pytest.approx(best_by_trial(meetings, slots, 2, away))
        assert len(plan.meetings) + len(plan.unplaced) == len(meetings)


def test_the_way_of_large_events_comes_near_the_best(monkeypatch):
    rng = np.random.default_rng(4)
    for case in range(8):
        meetings, slots, away = random_event(rng, 9, 8, 5)
        rooms = [f"R{i}" for i in range(5 + case % 4)]
        exact = timetable(meetings, slots=slots, rooms=rooms, unavailable=away)
        with monkeypatch.context() as patch:
            patch.setattr(timetabling, "EXACT", 0)
            quick = timetable(meetings, slots=slots, rooms=rooms, unavailable=away)
        check(exact)
        check(quick)
        assert quick.proof["bound"] >= exact.proof["value"] - 1e-9
        assert quick.proof["value"] >= 0.9 * exact.proof["value"]


def test_without_absences_every_chosen_meeting_finds_a_slot(monkeypatch):
    monkeypatch.setattr(timetabling, "EXACT", 0)
    rng = np.random.default_rng(5)
    meetings, slots, _ = random_event(rng, 12, 12, 6)
    for rooms in (12, 9):
        plan = timetable(meetings, slots=slots, rooms=[f"R{i}" for i in range(rooms)])
        check(plan)
        assert plan.proof["value"] >= 0.995 * plan.proof["bound"]
    assert len(timetable(meetings, slots=slots, rooms=[f"R{i}" for i in range(12)]).meetings) == 72


def test_limits_of_a_person_and_worthless_meetings():
    meetings = candidates([("F1", "E1", 1), ("F1", "E2", 1), ("F2", "E1", 1), ("F2", "E2", 0)])
    plan = timetable(meetings, slots=SLOTS, rooms=["A", "B"], most_per_left=1)
    assert sorted(plan.meetings["left_id"]) == ["F1", "F2"]
    assert len(timetable(meetings, slots=SLOTS, rooms=["A"]).meetings) == 3


def test_a_cancelled_meeting_is_replaced_and_nothing_else_moves():
    meetings = candidates([("F1", "E1", 0.9), ("F2", "E2", 0.8), ("F3", "E1", 0.7), ("F3", "E2", 0.2)])
    plan = timetable(meetings, slots=["上午"], rooms=["A", "B"])
    new = repair(plan, meetings=meetings, cancelled=pd.DataFrame({"left_id": ["F1"], "right_id": ["E1"]}))
    check(new)
    assert sorted(new.changes[["change", "left_id", "right_id"]].to_numpy().tolist()) == [
        ["added", "F3", "E1"],
        ["dropped", "F1", "E1"],
    ]
    assert repair(plan, cancelled=pd.DataFrame({"left_id": ["F1"], "right_id": ["E1"]})).proof["value"] == 0.8


def test_who_comes_late_is_moved_with_the_fewest_moves():
    meetings = candidates([("F1", "E1", 0.9), ("F2", "E2", 0.8)])
    plan = timetable(meetings, slots=SLOTS, rooms=["A", "B"])
    first = plan.meetings.iloc[0]
    late = pd.DataFrame({"person_id": [first["left_id"]], "slot": [first["slot"]]})
    new = repair(plan, unavailable=late)
    check(new)
    assert new.changes["change"].tolist() == ["moved"]
    assert len(new.meetings) == 2
    assert set(new.meetings["left_id"]) == {"F1", "F2"}


def test_repairs_stay_lawful_and_within_the_limit():
    rng = np.random.default_rng(6)
    for case in range(6):
        meetings, slots, away = random_event(rng, 10, 10, 5)
        rooms = [f"R{i}" for i in range(7)]
        plan = timetable(meetings, slots=slots, rooms=rooms, unavailable=away)
        late = pd.DataFrame({"person_id": ["F1", "E2"], "slot": ["S0", "S1"]})
        shut = pd.DataFrame({"room": ["R0"], "slot": ["S2"]})
        new = repair(plan, meetings=meetings, absent=["F0"], unavailable=late, closed=shut, most_changes=4 + case)
        check(new)
        assert "F0" not in set(new.meetings["left_id"])
        assert (new.changes["change"] != "dropped").sum() <= 4 + case


def test_a_room_that_closes_changes_rooms_only():
    meetings = candidates([("F1", "E1", 0.9)])
    plan = timetable(meetings, slots=["上午"], rooms=["A", "B"])
    new = repair(plan, closed=pd.DataFrame({"room": [plan.meetings["room"][0]], "slot": ["上午"]}))
    assert new.changes[["change", "from_room", "room"]].to_numpy().tolist() == [["room", "A", "B"]]


def test_mistakes_in_tables_of_meetings():
    with pytest.raises(TableError, match="第 1 行：左方和右方是同一个人"):
        timetable(candidates([("F1", "F1", 1)]), slots=SLOTS, rooms=["A"])
    away = pd.DataFrame({"person_id": ["F1"], "slot": ["23:00"]})
    with pytest.raises(TableError, match="不在日程里的时段或会议室：23:00"):
        timetable(candidates([("F1", "E1", 1)]), slots=SLOTS, rooms=["A"], unavailable=away)
    plan = timetable(candidates([("F1", "E1", 1)]), slots=SLOTS, rooms=["A"])
    with pytest.raises(TableError, match="要取消的会面不在日程中：F9—E1"):
        repair(plan, cancelled=pd.DataFrame({"left_id": ["F9"], "right_id": ["E1"]}))
