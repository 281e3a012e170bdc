"""Targets counted from registers, on tables small enough to count by hand."""

import pandas as pd
import pytest

from matcher.contracts import check_contracts, read_contracts
from matcher.policy.programmes.platforms import read_platforms
from matcher.pool.book.book import Book
from matcher.pool.book.follow_up import follow
from matcher.pool.register_targets import targets_from_registers
from matcher.projects import read_projects

PLATFORMS = pd.DataFrame(
    {
        "平台名称": ["甲孵化器", "乙众创空间", "丙重点实验室", "丁院士工作站"],
        "级别": ["国家级", "市级", "省级", "省级"],
        "认定时间": ["2026-03-01", "2026-05-01", "2020-01-01", "2027-01-01"],
    }
)


def target(name, *, unit="个", baseline=0, actual=None):
    row = {"target_id": "1", "name": name, "unit": unit, "baseline": baseline, "goal": 10, "actual": actual}
    days = {"start": pd.Timestamp("2026-01-01"), "due": pd.Timestamp("2026-12-31")}
    return pd.DataFrame([{**row, **days}])


@pytest.mark.parametrize(
    ("name", "baseline", "actual"),
    [
        ("新增创新平台", 0, 2),
        ("创新平台总数", 1, 3),
        ("孵化器", 0, 1),
        ("省级重点实验室", 1, 1),
        ("国家级重点实验室", 1, 0),
        ("院士工作站", 0, 0),
        ("科技服务平台资金", 0, None),
        ("培训农民", 0, None),
    ],
)
def test_platforms_by_kind_level_and_year(name, baseline, actual):
    table = targets_from_registers(
        target(name, baseline=baseline), on="2026-11-28", platforms=read_platforms(PLATFORMS).rows
    ).rows
    assert table["actual"].astype(object).where(table["actual"].notna(), None).tolist() == [actual]


def test_persons_conversions_and_a_typed_number_that_differs():
    people = pd.DataFrame({"expert_id": ["a", "b", "b", None]})
    days = pd.to_datetime(pd.Series(["2026-02-01", "2025-02-01", None]))
    conversions = pd.DataFrame({"converted_on": days})
    registers = {"commissioners": people, "conversions": conversions}
    reading = targets_from_registers(target("登记科技特派员", unit="人", actual=5), on="2026-11-28", **registers)
    assert reading.rows["actual"].tolist() == [2]
    assert reading.problems["problem"].tolist() == [
        "目标“登记科技特派员”填写的实际值 5 与登记表合计 2 不同，已用登记表的"
    ]
    done = targets_from_registers(target("转化科技成果", unit="项"), on="2026-11-28", **registers)
    assert done.rows["actual"].tolist() == [1]
    villages = targets_from_registers(target("特派员服务村", unit="个", actual=7), on="2026-11-28", **registers)
    assert villages.rows["actual"].tolist() == [7]


CONTRACTS = pd.DataFrame(
    [
        ("H1", "泵壳检测研发", "技术开发", "甲大学", "兰山区", "2026-01-12", "2026-02-02", "", 100, 80),
        ("H2", "蜜桃保鲜技术", "技术转让", "丙农学院", "蒙阴县", "2026-02-12", "2026-02-20", "登记", 60, 60),
        ("H3", "炉温预测论证", "技术咨询", "甲大学", "兰山区", "2026-03-12", "2026-03-20", "变更", 15, 15),
        ("H4", "设备采购", "技术服务", "己机电", "兰山区", "2026-03-12", "", "受理中", 90, 20),
    ],
    columns=[
        *("合同编号", "项目名称", "合同类别", "受托方", "地区", "申请日期", "登记日期", "登记状态"),
        *("合同成交额（万元）", "技术交易额（万元）"),
    ],
).assign(委托方="乙泵业", 签订日期="2026-01-05")


@pytest.fixture(scope="module")
def checked():
    return check_contracts(read_contracts(CONTRACTS).rows)


TARGETS = pd.DataFrame(
    [
        ("T1", "技术合同成交额", "万元", 200, None, "2026-01-01", "2026-12-31"),
        ("T2", "技术交易额", "元", 2_000_000, 5, "2026-01-01", "2026-12-31"),
        ("T3", "技术合同登记项数", "项", 20, None, "2026-02-20", "2026-03-19"),
        ("T4", "兰山区技术合同数", "份", 5, None, "2026-01-01", "2026-12-31"),
        ("T5", "技术转让合同成交额", "亿元", 0.1, None, "2026-01-01", "2026-12-31"),
        ("T6", "高企净增", "家", 10, 3, "2026-01-01", "2026-12-31"),
        ("T7", "技术合同成交额", "万美元", 10, 3, "2026-01-01", "2026-12-31"),
        ("T8", "技术合同成交额", "万元", 200, None, None, "2026-12-31"),
    ],
    columns=["target_id", "name", "unit", "goal", "actual", "start", "due"],
).assign(start=lambda table: pd.to_datetime(table["start"]), due=lambda table: pd.to_datetime(table["due"]))


def test_targets_are_read_from_the_register(checked):
    filled = targets_from_registers(TARGETS, contracts=checked, on="2026-11-28")
    assert filled.rows["actual"].tolist() == [175.0, 1_550_000.0, 1.0, 2.0, 0.006, 3.0, 3.0, 175.0]
    assert filled.problems["problem"].tolist() == [
        "目标“技术交易额”填写的实际值 5 与登记表合计 1.55e+06 不同，已用登记表的",
        "目标“技术合同成交额”的单位“万美元”看不懂，实际值没有取自合同登记表",
        "目标“技术合同成交额”没有起始日期，登记表中到 2026-11-28 为止的合同都计入",
    ]


@pytest.mark.parametrize(
    ("amounts", "typed", "actual", "problem"),
    [
        ([None] * 4, 315, 315, "：3 份合同的金额都没有读到，实际值没有取自登记表"),
        ([100, None, 15, 90], 315, 315, "填写的实际值 315 大于登记表能确定的 115，登记表有没有计入的，仍用填写的"),
        ([100, None, 15, 90], 50, 115, "填写的实际值 50 与登记表合计 115 不同，已用登记表的"),
        ([100, 60, 15, 90], 315, 175, "填写的实际值 315 与登记表合计 175 不同，已用登记表的"),
    ],
)
def test_a_typed_sum_is_not_replaced_by_what_was_not_read(amounts, typed, actual, problem):
    register = CONTRACTS.assign(**{"合同成交额（万元）": amounts}).rename(
        columns={"合同成交额（万元）": "合同成交总额（万元）"}
    )
    checked = check_contracts(read_contracts(register).rows)
    filled = targets_from_registers(TARGETS.iloc[:1].assign(actual=typed), contracts=checked, on="2026-11-28")
    assert filled.rows["actual"].tolist() == [actual]
    assert f"目标“技术合同成交额”{problem}" in filled.problems["problem"].tolist()


def test_contracts_without_any_day_leave_the_typed_actual():
    checked = check_contracts(read_contracts(CONTRACTS.assign(登记日期=None, 申请日期=None, 登记状态="登记")).rows)
    filled = targets_from_registers(TARGETS.iloc[:1].assign(actual=315), contracts=checked, on="2026-11-28")
    assert filled.rows["actual"].tolist() == [315]
    assert any("都没有确切的登记" in problem for problem in filled.problems["problem"])


@pytest.mark.parametrize(("on", "actual"), [("2026-02-01", 0.0), ("2026-02-02", 100.0), ("2026-02-20", 160.0)])
def test_a_target_counts_up_to_the_day(checked, on, actual):
    assert targets_from_registers(TARGETS.iloc[:1], contracts=checked, on=on).rows["actual"].tolist() == [actual]


def test_projects_by_their_year_and_one_without_a_year_is_told():
    table = {"项目编号": ["P1", "P2", "P3", "P4"], "项目名称": list("甲乙丙丁"), "年度": ["2026", "2025", "", "2026"]}
    projects = read_projects(pd.DataFrame(table)).rows
    new = targets_from_registers(target("科技攻关项目", unit="项"), on="2026-11-28", projects=projects)
    assert new.rows["actual"].tolist() == [2]
    assert new.problems["problem"].tolist() == ["目标“科技攻关项目”：1 个项目没有年度，没有计入实际值"]
    every = targets_from_registers(target("项目立项数", unit="项", baseline=1), on="2026-11-28", projects=projects)
    assert every.rows["actual"].tolist() == [3]
    signed = targets_from_registers(target("签约项目", unit="项"), on="2026-11-28", projects=projects)
    assert signed.rows["actual"].isna().tolist() == [True]


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    firms = pd.DataFrame(
        {
            "enterprise_id": ["A", "B", "C"],
            "name": ["甲公司", "乙公司", "丙公司"],
            "hte_certificate_valid": [True, False, None],
            "hte_certificate_on": ["2026-03-01", "2022-05-01", None],
        }
    )
    with Book.create(tmp_path_factory.mktemp("pool") / "p.db", on="2025-01-01", person="张三") as book:
        book.put(firms, on="2025-06-01", person="张三")
        book.enter(["A"], on="2025-07-01", person="张三", reason="推荐")
        book.enter(["B"], on="2026-02-01", person="张三", reason="推荐")
        rows = [
            ("A", "signed", "2026-05-01", 300_000),
            ("B", "signed", "2025-12-31", 900_000),
            ("C", "talks", "2026-06-01", None),
        ]
        for firm, status, day, amount in rows:
            row = {"enterprise_id": firm, "status": status, "day": day, "person": "李四", "amount": amount}
            contract = {"contract": "技术开发"} if status == "signed" else {}
            follow(book.log, pd.DataFrame([row | contract]))
        yield book


@pytest.mark.parametrize(
    ("name", "unit", "baseline", "actual"),
    [
        ("培育库新入库企业", "家", 0, 1),
        ("培育库企业总数", "家", 1, 2),
        ("高新技术企业总数", "家", 1, 1),
        ("国家级高新技术企业数", "家", 1, 1),
        ("有效高新技术企业数", "家", 1, 1),
        ("高企保有量", "家", 1, 1),
        ("国家级专精特新企业数", "家", 1, None),
        ("新认定高新技术企业", "家", 0, 1),
        ("高新技术企业净增", "家", 0, None),
        ("科技型中小企业总数", "家", 1, None),
        ("产学研签约", "项", 0, 1),
        ("产学研签约额", "万元", 0, 30),
        ("产学研签约额", "万元", 1, 120),
        ("产学研签约额", "万美元", 0, None),
    ],
)
def test_a_pools_book_counts_firms_titles_and_signed_pairs(book, name, unit, baseline, actual):
    table = targets_from_registers(target(name, unit=unit, baseline=baseline), on="2026-11-28", pool=book).rows
    assert table["actual"].astype(object).where(table["actual"].notna(), None).tolist() == [actual]


def test_a_firm_whose_certificate_nobody_knows_is_told(book):
    reading = targets_from_registers(target("高新技术企业总数", unit="家", baseline=1), on="2026-11-28", pool=book)
    assert reading.problems["problem"].tolist() == ["目标“高新技术企业总数”：1 家企业没有写是否有效，没有计入实际值"]


def test_a_title_that_the_book_does_not_hold_is_told_with_the_column_to_import(book):
    table = pd.concat(
        [target(name, unit="家", baseline=None) for name in ("新增专精特新", "小巨人总数")], ignore_index=True
    )
    told = targets_from_registers(table, on="2026-11-28", pool=book)
    assert told.rows["actual"].isna().all()
    assert told.problems["problem"].tolist() == [
        "目标“新增专精特新”：培育库的企业没有“专精特新中小企业认定日期”，实际值没有取自培育库",
        "目标“小巨人总数”：培育库的企业没有“有效期内的专精特新“小巨人”企业”，实际值没有取自培育库",
    ]


def test_titles_that_are_imported_count(pool, tmp_path):
    day = ("--on", "2026-11-28", "--person", "王")
    (tmp_path / "firms.csv").write_text(
        "企业编号,企业名称,专精特新认定日期,专精特新中小企业,高企发证日期\nA,虚构甲公司,2026-03-01,是,2026-05-01\n"
        "B,虚构乙公司,2025-12-30至2026-01-05,是,2025-05-01\nC,虚构丙公司,,否,\n", "utf-8",
    )  # fmt: skip
    assert pool("create", "p.db", *day)[0] == 0
    assert pool("import", "p.db", "firms.csv", *day)[0] == 0
    names = ("新增专精特新", "专精特新总数", "新认定高新技术企业")
    table = pd.concat([target(name, unit="家", baseline=int("总数" in name)) for name in names], ignore_index=True)
    with Book.open(tmp_path / "p.db") as opened:
        told = targets_from_registers(table, on="2026-11-28", pool=opened)
    assert told.rows["actual"].tolist() == [1, 2, 1]
    assert told.problems["problem"].tolist() == [
        "目标“新增专精特新”：1 家企业的“专精特新中小企业认定日期”不确切，没有计入实际值"
    ]


def test_a_typed_number_about_so_much_gives_way_and_is_told():
    table = target("登记科技特派员", unit="人").assign(actual_text="约5", actual_min=4.5, actual_max=5.5)
    told = targets_from_registers(table, on="2026-11-28", commissioners=pd.DataFrame({"expert_id": ["a", "b"]}))
    assert told.rows["actual"].tolist() == [2]
    assert told.problems["problem"].tolist() == [
        "目标“登记科技特派员”填写的实际值 约5 与登记表合计 2 不同，已用登记表的"
    ]


PLACES = pd.DataFrame(
    [
        ("P1", "兰山区", 100),
        ("P2", "临沂市兰山区", 200),
        ("P3", "河东区", 300),
        ("P4", "兰山区/罗庄区", 50),
        ("P5", "", 7),
    ],
    columns=["合同编号", "地区", "合同成交额（万元）"],
).assign(
    **{"合同类别": "技术开发", "受托方": "甲大学", "委托方": "乙泵业", "签订日期": "2026-01-05"},
    **{"申请日期": "2026-01-12", "登记日期": "2026-02-02"},
    项目名称=[f"泵壳{way}研究" for way in ("检测", "铸造", "打磨", "涂装", "焊接")],
    **{"技术交易额（万元）": lambda table: table["合同成交额（万元）"]},
)


@pytest.mark.parametrize(
    ("name", "actual", "told"),
    [
        ("兰山区技术合同成交额", 300, ["：2 行没有写地区，或写了几处、写得不够细，没有计入实际值"]),
        ("2026年河东区、兰山区技术合同成交额", 600, ["：2 行没有写地区，或写了几处、写得不够细，没有计入实际值"]),
        ("沂水县技术合同成交额", 0, ["：1 行没有写地区，或写了几处、写得不够细，没有计入实际值"]),
        ("全市技术合同登记成交总额", 657, []),
        ("1.技术合同成交额（单位：万元）", 657, []),
        ("（二）技术合同实际成交额(万元)", 657, []),
        ("②新签技术合同额实绩", 657, []),
        (
            "前三季度技术合同成交额",
            657,
            ["里的“前三季度”没有另作限定，计到 2026-11-28 为止"],
        ),
        ("截至9月技术合同成交额", 657, ["里的“截至9月”没有另作限定，计到 2026-11-28 为止"]),
        ("高新区技术合同成交额", None, ["里的“高新区”在合同登记表里无从区分，实际值没有取自合同登记表"]),
        ("出口技术合同成交额", None, ["里的“出口”在合同登记表里无从区分，实际值没有取自合同登记表"]),
        ("规上企业重大技术合同额", None, ["里的“规上企业重大”在合同登记表里无从区分，实际值没有取自合同登记表"]),
    ],
)
def test_every_word_of_a_targets_name_is_applied_or_told(name, actual, told):
    checked = check_contracts(read_contracts(PLACES).rows)
    filled = targets_from_registers(target(name, unit="万元"), on="2026-11-28", contracts=checked)
    assert filled.rows["actual"].astype(object).where(filled.rows["actual"].notna(), None).tolist() == [actual]
    assert filled.problems["problem"].tolist() == [f"目标“{name}”{text}" for text in told]


@pytest.mark.parametrize(
    ("name", "regions", "actual"),
    [
        ("临沂高新区技术合同成交额", ("兰山区", "高新区", "沂水县"), 200),
        ("临沂市技术合同成交额", ("兰山区", "高新区", "经开区"), 600),
        ("山东省技术合同成交额", ("兰山区", "高新区", "江苏省"), 100),  # whose zone is not known: told
        ("沂水县技术合同成交额", ("沂水县", "高新区", "兰山区"), 100),
        ("济南高新区技术合同成交额", ("兰山区", "高新区", "沂水县"), None),
        ("临沂市技术合同成交额", ("兰山区", "济南市", "高新区"), 100),
    ],
)
def test_a_zone_is_one_of_the_city_in_which_all_of_a_register_lies(name, regions, actual):
    checked = check_contracts(read_contracts(PLACES.iloc[:3].assign(地区=list(regions))).rows)
    filled = targets_from_registers(target(name, unit="万元"), on="2026-11-28", contracts=checked)
    assert filled.rows["actual"].astype(object).where(filled.rows["actual"].notna(), None).tolist() == [actual]
    assert len(filled.problems) == int(actual is None or bool({"济南市", "江苏省"} & set(regions)))


def test_places_and_levels_of_the_other_registers():
    people = pd.DataFrame({"expert_id": ["a", "b", "c"], "county": ["兰陵县", "沂水县", "兰陵"]})
    platforms = read_platforms(PLATFORMS).rows
    day = {"on": "2026-11-28"}
    for name, unit, registers, actual in (
        ("兰陵县科技特派员人数", "人", {"commissioners": people}, 2),
        ("科技特派员总数", "人", {"commissioners": people}, 3),
        ("兰陵县科技特派员人数", "人", {"commissioners": people.drop(columns="county")}, None),
        ("省级以上创新平台", "个", {"platforms": platforms}, 2),
        ("3、省级以上科研平台数（个）", "个", {"platforms": platforms}, 2),
        ("派出科技特派员", "人", {"commissioners": people}, 3),
        ("兰山区创新平台数", "个", {"platforms": platforms}, None),
        ("重大科技项目", "项", {"projects": pd.DataFrame({"project_id": ["P"], "year": ["2026"]})}, None),
    ):
        rows = targets_from_registers(target(name, unit=unit, baseline=1), **day, **registers).rows
        assert rows["actual"].astype(object).where(rows["actual"].notna(), None).tolist() == [actual], name


def test_the_command_tells_which_rows_a_remark_leaves_out(run, tmp_path):
    PLACES.iloc[:2].assign(备注=["合同已解除", "未解除"]).to_csv(tmp_path / "合同.csv", index=False)
    (tmp_path / "目标.csv").write_text(
        "目标编号,目标名称,单位,目标值,起始日期,完成日期\nT,技术合同成交额,万元,500,2026-01-01,2026-12-31\n", "utf-8"
    )
    status, _, err = run(
        "pool", "targets", "目标.csv", "--contracts", "合同.csv", "--on", "2026-11-28", "-o", "out.csv"
    )
    assert status == 0, err
    assert "P1：写明“合同已解除”，没有计入" in err
    assert pd.read_csv(tmp_path / "out.csv")["actual"].tolist() == [200]
