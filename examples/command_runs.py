"""Every command that writes, on copies of the example tables: what the checks of privacy and of targets run.

`RUNS` names each command's words, the tables that it reads and the files that it writes, in an order in which each
finds what it needs. All tables are made up.
"""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

EXAMPLES = Path(__file__).parent
TABLES = [
    *("needs.csv", "outcomes.csv", "judged.csv", "firms.csv", "experts.csv", "works.csv", "partner_firms.csv"),
    *("chains.csv", "targets.csv", "chances.csv", "followup.csv", "history.csv", "review_pairs.csv"),
    *("review_declared.csv", "review_expert_units.csv", "review_project_units.csv"),
    *("bids.csv", "bid_scores.csv", "milestones.csv"),
    *("villages.csv", "commissioners.csv", "commissioner_works.csv", "service_log.csv"),
    "titles.csv",
    *("contracts.csv", "contract_targets.csv"),
    *("rights.csv", "rd_projects.csv", "conversions.csv"),
    *("panel_scores.csv", "applications.csv", "earlier_projects.csv"),
    "assessment_outcomes.csv",
    *("integrity_records.csv", "managed_projects.csv", "project_events.csv", "project_rules.yaml"),
    *("incubators.csv", "platforms.csv", "point_firms.csv", "point_weights.csv"),
    *("resources.csv", "resource_needs.csv"),
    *("award_nominations.csv", "award_persons.csv", "earlier_awards.csv", "award_votes.csv", "objections.csv"),
    *("review_items.csv", "review_criteria.csv"),
]
COMMANDS = """
match needs.csv outcomes.csv --judged judged.csv --on 2026-11-24 -o match.xlsx
match needs.csv outcomes.csv --on 2026-11-24 -o match.html
match needs.csv outcomes.csv --on 2026-11-24 -o match.csv
match needs.csv outcomes.csv --on 2026-11-24 -o match.parquet
match needs.csv outcomes.csv --pieces match-pieces
match needs.csv outcomes.csv -k 3 -o recorded.csv --record match.json
match needs.csv outcomes.csv --push --on 2026-11-24 -o push.csv
evaluate needs.csv outcomes.csv judged.csv -o figures.csv
feedback export declined.csv --needs needs.csv --outcomes outcomes.csv -o declines.xlsx
feedback export declined.csv --needs needs.csv --outcomes outcomes.csv -o declines.csv
gather needs.csv -o gathered.xlsx
gather needs.csv -o gathered.csv
split gathered.csv --by 地区 -o parts
policy score firms.csv -p hte -p tech-sme --on 2026-11-24 -o score.xlsx --summary one.csv --verdicts one.parquet
policy score firms.csv -p hte -p tech-sme --on 2026-11-24 -o score.csv --summary two.parquet --verdicts two.csv
policy score firms.csv -p hte --on 2026-11-24 --register rights=rights.csv -o registers.xlsx --warnings marks.csv
policy score firms.csv -p hte --on 2026-11-24 --register projects=rd_projects.csv -o s.csv --warnings marks.parquet
policy score firms.csv -p hte --on 2026-11-24 --register conversions=conversions.csv -o c.xlsx --facts facts.parquet
policy score firms.csv -p hte --on 2026-11-24 --pieces score-pieces
policy score firms.csv -p hte --on 2026-11-24 -o scored.csv --record score.json
policy explain firms.csv -p hte --firm S01 --on 2026-11-24 -o trace.html
policy explain firms.csv -p hte --firm S01 --on 2026-11-24 -o trace.json
policy programmes firms.csv --on 2026-11-24 -o programmes.xlsx
policy programmes firms.csv --on 2026-11-24 -o programmes.csv
policy changes firms.csv --before 2026-06-30 --after 2026-07-31 -p hte-zhejiang -p hte-guangdong -o changes.xlsx
policy changes firms.csv --before 2025-12-31 --after 2026-01-01 -o changes.csv
policy calendar titles.csv --on 2026-11-24 -o calendar.xlsx
policy calendar titles.csv --on 2026-11-24 -o calendar.csv
policy score incubators.csv -p incubator-standard --on 2026-11-24 -o incubated.xlsx --summary incubated.csv
policy platforms platforms.csv --on 2026-11-24 -o counted.xlsx
policy platforms platforms.csv --on 2026-11-24 -o counted.csv
policy points point_firms.csv --on 2026-06-01 -o values.csv --values one-by-one.csv
policy points point_firms.csv --on 2026-06-01 --edition 2024-national --weights point_weights.csv -o points.xlsx
policy points-form --on 2026-06-01 -o weights.xlsx
needs triage needs.csv --on 2026-11-24 -o triage.xlsx --pages forms
needs triage needs.csv --on 2026-11-24 -o triage.html
needs triage needs.csv --on 2026-11-24 -o triage.csv
experts rank needs.csv experts.csv works.csv --on 2026-11-24 -o ranked.xlsx
experts rank needs.csv experts.csv works.csv --on 2026-11-24 -o ranked.html
experts rank needs.csv experts.csv works.csv --on 2026-11-24 -o ranked.csv
experts points needs.csv -o points.csv
match points.csv outcomes.csv -k 5 -o answers.csv
experts teams points.csv answers.csv --names experts.csv -o teams.xlsx
experts merges experts.csv works.csv -o merges.csv
experts merge experts.csv works.csv accepted.csv -o merged
partners partner_firms.csv needs.csv outcomes.csv -p hte --on 2026-11-24 -o partners.xlsx --files files
partners partner_firms.csv needs.csv outcomes.csv -p hte --on 2026-11-24 -o partners.csv
firm-file partner_firms.csv -p hte --on 2026-11-24 -o firm_files.html
fields firms.csv -o fields.xlsx
fields firms.csv --scheme clusters -o clusters.csv
needs challenges needs.csv outcomes.csv experts.csv works.csv --on 2026-11-24 -o challenges.html
needs challenges needs.csv outcomes.csv --local 地区=临沂市 --rules 宜昌2022 -o challenges.xlsx
needs challenges needs.csv outcomes.csv -o challenges.csv
needs bids bids.csv challenges.csv --scores bid_scores.csv --milestones milestones.csv --on 2026-11-24 -o bids.xlsx
needs bids bids.csv challenges.csv --closes 2026-09-30 --on 2026-11-24 -o published.csv
chains chains.csv --firms firms.csv --needs needs.csv --outcomes outcomes.csv -o chains.xlsx
assign review_pairs.csv --config review.yaml -o panels.xlsx --record record.json --public public.json
assign review_pairs.csv --config review.yaml -o panels.csv
timetable review_pairs.csv --slots 09:00,09:20,09:40 --rooms 4 -o day.xlsx
timetable review_pairs.csv --slots 09:00,09:20,09:40 --rooms 4 -o day.csv
pool targets targets.csv --on 2020-07-01 -o goals.csv
pool targets targets.csv --on 2020-07-01 -o goals.xlsx
pool help-whom chances.csv --visits 3 --target 4 -o help.xlsx
pool discover partner_firms.csv -p hte --on 2026-11-24 -o visits.xlsx --expected expected.csv
pool discover partner_firms.csv -p hte --on 2026-11-24 -o visits.csv
pool learn history.csv -p hte -o card.csv --report report.xlsx
pool rank partner_firms.csv --card card.csv --on 2026-11-24 -o order.xlsx
pool create p.db --on 2026-01-05 --person 王岚 --goal hte --entry hte-pool --parameter staff_share=8%
pool import p.db partner_firms.csv --on 2026-01-05 --person 王岚
pool enter p.db --on 2026-01-06 --person 王岚 --list visits.csv --first 5 --reason 走访名单
pool sheet p.db --on 2026-01-07 -o sheet.xlsx
pool snapshot p.db --on 2026-01-31 --person 王岚 -o snapshot.xlsx
pool snapshot p.db --on 2026-06-30 --person 王岚 -o snapshot.csv
pool diff p.db --before 2026-01-31 --after 2026-06-30 -o moves.xlsx
pool status p.db followup.csv --on 2026-06-30 -o status.xlsx
pool push p.db partners.csv --on 2026-11-25 --person 王岚
pool funnel p.db --on 2026-11-30 -o funnel.csv
pool dashboard p.db --on 2026-06-30 --before 2026-01-31 -o dashboard.html --discovered visits.csv
contracts check contracts.csv --targets contract_targets.csv --on 2026-11-24 -o contracts.xlsx
contracts check contracts.csv -o contracts_checked.csv
contracts conversions contracts.csv -o conversions.xlsx
contracts rules -o contract_rules.csv
contracts propose p.db --on 2026-06-30 --outcomes outcomes.csv --register contracts.csv -o proposed.xlsx
pool export p.db exported
review check award_nominations.csv --rules award-shandong --awarded earlier_awards.csv --on 2025-03-31 -o formal.xlsx
review check award_nominations.csv --rules award-national --persons award_persons.csv --on 2025-03-31 -o formal.csv
review check award_nominations.csv --rules award-national --on 2025-03-31 -o f.csv --items formal-items.parquet
review sheets panel_scores.csv review_items.csv --criteria review_criteria.csv --due 2026-11-20 -o sheets
review collect filled -o collected.xlsx
review collect filled -o collected.csv
review votes award_votes.csv --rules award-vote-shandong --members 21 --on 2026-03-01 -o votes.xlsx --record votes.json
review votes award_votes.csv --rules award-vote-shandong --members 21 --on 2026-03-01 -o votes.csv
review publish review_items.csv --rules 山东2019 --on 2026-11-02 -o public.html
review publish review_items.csv --days 5 --working --on 2026-11-02 -o public.csv
review objections objections.csv --rules 山东2019 --published 2026-11-02 --on 2026-11-24 -o objected.xlsx
review objections objections.csv --rules 山东2019 --published 2026-11-02 --on 2026-11-24 -o objected.csv
review fairness review_items.csv --round 2026=panel_scores.csv --least 3 -o fairness.html
review fairness review_items.csv --round 2026=panel_scores.csv -o fairness.xlsx
review aggregate panel_scores.csv --winners 3 --due 2026-11-18 -o panel.xlsx --record panel.json
review aggregate panel_scores.csv --pairs panel_scores.csv -o panel.csv
projects duplicates applications.csv earlier_projects.csv --false-alarm 0.1 -o duplicates.xlsx
projects duplicates applications.csv earlier_projects.csv --false-alarm 0.1 -o duplicates.html
projects duplicates earlier_projects.csv --false-alarm 1 -o among.csv
resources resource_needs.csv resources.csv -k 3 -o resources_found.xlsx
resources resource_needs.csv platforms.csv -k 3 -o resources_found.csv
resources needs.csv resources.csv --plan j.xlsx --outcomes outcomes.csv --experts experts.csv -o f.parquet --hours 9
resources needs.csv resources.csv --plan j.csv --experts experts.csv --works works.csv --money 9000 -o f.csv
projects rules -o project_rules.csv
projects create l.db --on 2023-01-05 --person 王岚 --rules project_rules.yaml
projects import managed_projects.csv --book l.db --on 2023-01-05 --person 王岚
projects record l.db project_events.csv --person 王岚
projects void l.db --number 30 --on 2026-11-24 --person 王岚 --reason 填错
projects status l.db --on 2026-11-24 --integrity integrity_records.csv -o projects.xlsx --due due.csv
projects status l.db --on 2026-11-24 -o projects.csv --due due.xlsx
projects outputs l.db --on 2026-11-24 -o outputs.xlsx --outcomes made.csv
projects outputs l.db --on 2026-11-24 -o outputs.csv --outcomes made.parquet
projects export l.db projects_exported
integrity check applications.csv --records integrity_records.csv --as applicant --on 2026-11-24 -o honest.xlsx
integrity check experts.csv --records integrity_records.csv --as reviewer --on 2026-11-24 -o honest.csv
integrity bars integrity_records.csv --on 2026-11-24 -o barred.xlsx
integrity bars integrity_records.csv --on 2026-11-24 -o barred.csv
assign review_pairs.csv --config review.yaml --integrity integrity_records.csv --on 2026-11-24 -o honest_panels.xlsx
needs bids bids.csv challenges.csv --integrity integrity_records.csv --on 2026-11-24 -o honest_bids.xlsx
commissioners plan villages.csv commissioners.csv commissioner_works.csv --rules 山东2021 --pages posts -o posts.xlsx
commissioners plan villages.csv commissioners.csv --teams --person-days 30 -o posts.csv
commissioners service service_log.csv --plan posts.xlsx --points 广西乡村 --on 2026-09-30 -o service.xlsx
commissioners service service_log.csv --plan posts.csv --on 2026-09-30 -o service.csv
assess assessment_outcomes.csv --weight 技术价值=3 --weight 经济价值=1 --on 2026-11-24 -o assessed.xlsx
assess assessment_outcomes.csv --on 2026-11-24 -o assessed.html
assess assessment_outcomes.csv -o assessed.csv
"""
_WRITES = {"-o", "--summary", "--verdicts", "--record", "--public", "--expected", "--report", "--values"}
_WRITES |= {"--warnings", "--facts", "--items", "--due", "--pieces"}
_WRITTEN_BY = {"resources": {"--plan"}, "projects": {"--outcomes"}}  # options that other commands read


class Run(NamedTuple):
    """A command: its words, the tables that it reads, the files that it writes."""

    words: tuple[str, ...]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]

    @classmethod
    def of(cls, line: str) -> Run:
        """A command line; what follows an option of `_WRITES` is written, every other table is read."""
        words = line.split()
        writes = _WRITES | _WRITTEN_BY.get(words[0], set())
        outputs = [word for option, word in pairwise(words) if option in writes]
        kinds = (".csv", ".parquet", ".xlsx", ".yaml")
        tables = [word.rpartition("=")[2] for word in words if Path(word).suffix in kinds]  # also kind=table
        return cls(tuple(words), tuple(word for word in tables if word not in outputs), tuple(outputs))


RUNS = [Run.of(line) for line in COMMANDS.strip().splitlines()]


def prepare(folder: Path) -> None:
    """Copies of the tables, the history only in part."""
    for name in (*TABLES, "review.yaml"):
        shutil.copy(EXAMPLES / name, folder / name)
    shutil.copytree(EXAMPLES / "filled_sheets", folder / "filled")
    (folder / "accepted.csv").write_text("编号甲,编号乙,是否合并\nE01,E02,是\n", "utf-8-sig")
    declined = "需求编号,成果编号,结论,拒绝理由,日期\nXQ2026001,CG20260010,拒绝,太贵,2026-03-01\n"
    (folder / "declined.csv").write_text(declined, "utf-8-sig")
    lines = (EXAMPLES / "history.csv").read_text("utf-8-sig").splitlines()
    (folder / "history.csv").write_text("\n".join(lines[:401]) + "\n", "utf-8-sig")


def execute(words: tuple[str, ...]) -> tuple[int, str]:
    """Run a command in this process, in the present folder; its status, and all that it said."""
    from matcher.cli.app import main

    said = io.StringIO()
    before, sys.argv = sys.argv, ["matcher", *words]
    try:
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            try:
                main()
                status = 0
            except SystemExit as end:
                status = int(end.code or 0)
    finally:
        sys.argv = before
    return status, said.getvalue()


@contextlib.contextmanager
def inside(folder: Path) -> Iterator[Path]:
    """With this folder as the present one."""
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield folder
    finally:
        os.chdir(before)
