"""Processes that search beside the service. They are forked, so each story is told in a process of its own."""

import sys

import pytest
from stories import told

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are forked on Linux alone")
START = """
import os, signal, time
from pathlib import Path
import pandas as pd
from fastapi.testclient import TestClient
from matcher.matching import Index, match
from matcher.web import Library, create_app
from matcher.forks import ForkError
from matcher.web.searchers import Searchers

titles = ["齿轮磨削烧伤检测", "桃采后保鲜", "大蒜烘干", "轴承磨削在线测量", "磨削液回收"]
index = Index.build(pd.DataFrame({"outcome_id": [f"C{i}" for i in range(5)], "title": titles})).warm()
library = Library(index, None, None, pd.DataFrame(), pd.DataFrame())
searchers = Searchers(library, 2)


def children_of(pid):
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


children = children_of(os.getpid())
assert len(children) == 2
client = TestClient(create_app(library, searchers=searchers), base_url="http://127.0.0.1")
alone = TestClient(create_app(library), base_url="http://127.0.0.1")
asked = pd.DataFrame({"need_id": ["N1", "N2"], "title": ["磨削烧伤怎样检测", "桃子保鲜"]})


def answer(of, text="磨削烧伤怎样检测"):
    given = of.post("/api/search", json={"text": text, "k": 3})
    assert given.status_code == 200, given.text
    return given.json()


def gone(pid):
    for _ in range(2000):
        try:
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except OSError:
            return True
        time.sleep(0.05)
    return False
"""


def test_they_give_the_table_of_match_itself_and_end_with_the_service():
    told(
        START
        + """
pd.testing.assert_frame_equal(searchers.match(asked, index, 3), match(asked, index, k=3))
assert answer(client) == answer(alone)
searchers.close()
assert all(map(gone, children))
assert answer(client) == answer(alone)
"""
    )


def test_what_is_judged_is_learned_by_all_of_them():
    told(
        START
        + """
before = answer(client)
for one in (client, alone):
    given = one.post("/api/feedback", json={
        "side": "outcomes", "asking_id": "N1", "title": "磨削烧伤怎样检测", "verdict": "拒绝", "reason": "已解决",
        "record_id": before["hits"][0]["outcome_id"]})
    assert given.status_code == 200, given.text
learned = client.app.state.service.library.outcomes
assert learned is not index and searchers.together(learned) == 2 and not searchers.together(index)
for _ in range(4):
    pd.testing.assert_frame_equal(searchers.match(asked, learned, 3), match(asked, learned, k=3))
assert before["hits"][0]["outcome_id"] not in set(searchers.match(asked[:1], learned, 9)["outcome_id"])
searchers.close()
"""
    )


def test_one_that_is_killed_is_done_without_and_an_index_from_elsewhere_is_not_theirs():
    told(
        START
        + """
os.kill(children[0], signal.SIGKILL)
assert gone(children[0])
for _ in range(4):
    assert answer(client) == answer(alone)
assert searchers.together(index) == 1
other = Index.build(index.records[:2]).warm()
searchers.learn("outcomes", other, other, asked, asked)
assert not searchers.together(index)
try:
    searchers.match(asked, index, 3)
except ForkError:
    searchers.close()
else:
    raise AssertionError
assert answer(client) == answer(alone)
"""
    )


def test_an_index_saved_elsewhere_is_taken_up_by_all_of_them():
    told(
        START
        + """
import tempfile
searchers.close()
folder = tempfile.mkdtemp()
index.save(folder)
held = Library.open(folder)
searchers = Searchers(held, 2)
client = TestClient(create_app(held, searchers=searchers), base_url="http://127.0.0.1")
Index.load(folder).remove(["C0"]).save(folder)
service = client.app.state.service
service.take_up()
new = service.library.outcomes
assert len(new) == 4 and searchers.together(new) == 2
for _ in range(4):
    pd.testing.assert_frame_equal(searchers.match(asked, new, 3), match(asked, new, k=3))
assert "C0" not in {hit["outcome_id"] for hit in answer(client)["hits"]}
one = children_of(os.getpid())[0]
os.kill(one, signal.SIGKILL)
assert gone(one)
Index.load(folder).remove(["C1"]).save(folder)
service.take_up()  # without the one that ended
new = service.library.outcomes
assert len(new) == 3 and searchers.together(new) == 1
assert {hit["outcome_id"] for hit in answer(client)["hits"]} <= {"C2", "C3", "C4"}
searchers.close()
"""
    )


def test_ctrl_c_is_the_services_own_business_and_without_the_service_they_end():
    told(
        START
        + """
for pid in children:
    os.kill(pid, signal.SIGINT)
time.sleep(0.2)
assert searchers.together(index) == 2
pd.testing.assert_frame_equal(searchers.match(asked, index, 3), match(asked, index, k=3))
reading, writing = os.pipe()
pid = os.fork()
if pid == 0:
    later = Searchers(library, 2)
    os.write(writing, " ".join(map(str, children_of(os.getpid()))).encode())
    os._exit(0)  # as if it were killed
os.waitpid(pid, 0)
orphans = [int(one) for one in os.read(reading, 100).split()]
assert len(orphans) == 2 and all(map(gone, orphans))
searchers.close()
"""
    )


def test_a_mistake_is_answered_as_without_them():
    told(
        START
        + """
wrong = asked.assign(need_id="N1")  # ids twice
try:
    searchers.match(wrong, index, 3)
except ForkError:
    pass
else:
    raise AssertionError
assert searchers.together(index) == 2
pd.testing.assert_frame_equal(searchers.match(asked, index, 3), match(asked, index, k=3))
searchers.close()
"""
    )


def test_one_that_is_killed_while_the_others_are_about_to_learn_is_done_without():
    told(
        START
        + """
import threading
from matcher.matching import fit_feedback
judged = pd.DataFrame({"need_id": ["N1"], "outcome_id": ["C0"], "verdict": ["拒绝"], "reason": ["已解决"]})
learned = fit_feedback(index, asked, judged)
busy = searchers._next()
learning = threading.Thread(target=searchers.learn, args=("outcomes", index, learned, asked, judged), daemon=True)
learning.start()
time.sleep(0.3)
assert learning.is_alive()
busy.end(at_once=True)
searchers._gone(busy)
learning.join(200)
assert not learning.is_alive() and searchers.together(learned) == 1
pd.testing.assert_frame_equal(searchers.match(asked, learned, 3), match(asked, learned, k=3))
searchers.close()
"""
    )
