"""What the tests of the service share: a small library, a client that speaks to it, forms that carry their mark."""

import re

import pandas as pd
from fastapi.testclient import TestClient
from small import NEEDS, OUTCOMES, build

from matcher.experts import Experts
from matcher.web import Library, Settings, create_app

HOME = "http://127.0.0.1"
PEOPLE = pd.DataFrame({"expert_id": ["E1", "E2"], "name": ["甲", "乙"], "title": ["机械", "农业"]})
WORKS = pd.DataFrame({"work_id": ["W1", "W2"], "expert_id": ["E1", "E2"], "title": ["机械手抓取", "农业灌溉"]})
NOTHING = pd.DataFrame()


def library(**parts) -> Library:
    """A library of six outcomes, four needs and two experts, or with other parts."""
    given = {"outcomes": build(OUTCOMES), "needs": build(NEEDS), "experts": Experts.build(PEOPLE, WORKS)} | parts
    return Library(**given, problems=NOTHING, columns=NOTHING)


def client(held: Library | None = None, *, pool=None, **settings) -> TestClient:
    """A client of a service over a library."""
    app = create_app(held or library(), pool=pool, settings=Settings(**settings))
    return TestClient(app, base_url=HOME, raise_server_exceptions=False)


def mark(browser: TestClient, page: str = "/") -> str:
    """The mark of the forms of a page, as a browser finds it."""
    return re.search(r'name="csrf" content="([0-9a-f]{40})"', browser.get(page).text)[1]


def sent(browser: TestClient, address: str, data: dict, **more):
    """A form sent from a page, as a browser sends it."""
    return browser.post(address, data={"csrf": mark(browser), **data}, headers={"Accept": "text/html"}, **more)
