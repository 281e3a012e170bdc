"""Processes forked from this one. Each story is told in a process of its own."""

import sys

import pytest
from stories import told

from matcher.forks import MOST, processors

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are forked on Linux alone")
START = """
import os, signal, time
from matcher.forks import Fork, ForkError, answers

held = list(range(10))


def answer(question):
    if question == b"fault":
        raise ValueError("no")
    if question == b"dies":
        os.kill(os.getpid(), signal.SIGKILL)
    if question == b"slow":
        time.sleep(0.3)
    return question + b" of " + str(held[3]).encode()
"""


def test_there_is_at_least_one_processor_and_not_too_many():
    assert 1 <= processors() <= MOST
    told("""
import multiprocessing
from matcher.forks import processors

def inside(queue):
    queue.put(processors())

context = multiprocessing.get_context("fork")
queue = context.SimpleQueue()
child = context.Process(target=inside, args=(queue,), daemon=True)
child.start()
assert queue.get() == 1  # it may have no children
child.join()
""")


def test_a_fork_has_what_was_there_and_says_when_it_cannot_answer():
    told(
        START
        + """
fork = Fork(answer)
held[3] = 99  # in this process alone
assert fork.ask(b"a") == b"a of 3"
for _ in range(2):
    try:
        fork.ask(b"fault")
    except ForkError:
        pass
    else:
        raise AssertionError
    assert not fork.has_ended
assert fork.ask(b"b") == b"b of 3"
os.kill(fork._process.pid, signal.SIGINT)
assert fork.ask(b"c") == b"c of 3"
try:
    fork.ask(b"dies")
except ForkError:
    pass
else:
    raise AssertionError
assert fork.has_ended
fork.end()
"""
    )


def test_answers_come_in_the_order_of_the_questions_and_none_is_lost():
    told(
        START
        + """
def of(questions, processes=2):
    return list(answers(answer, iter(questions), processes))

assert of([]) == []
assert of([b"slow", b"a", b"b", b"c"]) == [(one, one + b" of 3") for one in (b"slow", b"a", b"b", b"c")]
assert of([b"a", b"fault", b"b"]) == [(b"a", b"a of 3"), (b"fault", None), (b"b", b"b of 3")]
assert of([b"a", b"dies", b"b", b"c"]) == [(b"a", b"a of 3"), (b"dies", None), (b"b", b"b of 3"), (b"c", b"c of 3")]
many = [str(at).encode() for at in range(50)]
found = of([b"dies", b"dies", *many])
assert [question for question, _ in found] == [b"dies", b"dies", *many]
assert all(answer is None or answer == question + b" of 3" for question, answer in found)
"""
    )


def test_what_the_questions_raise_ends_the_processes():
    told(
        START
        + """
from pathlib import Path

def questions():
    yield b"slow"
    raise KeyError("table")

try:
    list(answers(answer, questions(), 2))
except KeyError:
    pass
else:
    raise AssertionError
assert not Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split()
for _ in answers(answer, iter([b"a", b"slow"]), 2):
    break
import gc; gc.collect()
assert not Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split()
"""
    )
