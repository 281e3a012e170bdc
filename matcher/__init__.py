"""Match technical needs with research outcomes, and answer the official rules for enterprises, both with reasons.

Read tables with `read_needs`, `read_outcomes`, `read_experts`, `read_works`, `read_firms`: each gives clean `rows` and
the `problems` of the file. Then

* `Index.build(outcomes)`, `match(needs, index)`, `write_matches(...)`: ranked pairs with reasons; `fit_feedback` learns
  from judged pairs, `evaluate` measures, `load_encoder` takes another encoder (more in `matcher.matching`);
* `Experts.build(people, works)`, `rank_experts(needs, library)`: persons by their works (`matcher.experts`);
* `load_policy("hte")`, `score(firms, policy, on=day)`: every rule's answer with its source (`matcher.policy`);
* `assign(pairs, ...)`: fair assignment under rules (`matcher.assignment`);
* `classify(texts, ...)`: fields of technology and industries (`matcher.fields`);
* `matcher.projects`: applications held against earlier projects; the book from application to closing;
* `matcher.integrity`: records of research integrity, who is barred on a day;
* `matcher.review`: scores of a panel put together in every usual way, and reports on its reviewers;
* `matcher.assessment`: research outcomes assessed: readiness by evidence, values, economic value;
* `matcher.contracts`: registers of technology contracts, checked by rule and summed;
* `matcher.resources`: instruments, pilot lines and computing for a need, chosen jointly with outcome and person;
* `matcher.pool`, `matcher.partners`: the cultivation pool; which outcome moves which item of a score;
* `matcher.spark`: `score`, `match`, `fields` and `discover` on Spark data frames, past one machine;
* `matcher.web`: a local service with pages over a library (extra `serve`).

Tables in, tables out: plain pandas DataFrames in outside ids, sorted, rank from 1. Every mistake of a user raises a
`MatcherError`. Nothing is printed, nothing is fetched from a network; names load when they are used.
"""

import lazy_loader

__version__ = "0.2.0"

_attribute, __dir__, _names = lazy_loader.attach_stub(__name__, __file__)
_ROOMS = {
    "assessment",
    "assignment",
    "challenges",
    "commissioners",
    "contracts",
    "event_log",
    "experts",
    "export",
    "fields",
    "integrity",
    "matching",
    "needs",
    "partners",
    "policy",
    "pool",
    "projects",
    "resources",
    "review",
    "spark",
    "tables",
    "web",
}
__all__ = [name for name in _names if name not in _ROOMS]


def __getattr__(name: str) -> object:
    return _attribute(name)
