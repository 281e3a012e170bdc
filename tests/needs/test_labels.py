"""Forms are read into one text, a line a column: what stands behind 拟解决的技术难题： is what is asked."""

import pandas as pd
import pytest

from matcher import read_needs
from matcher.challenges.wording import clearest
from matcher.experts import point_needs
from matcher.experts.points import points_of
from matcher.matching.reasons.asking import read_asking
from matcher.matching.texts.tokens import Segmenter
from matcher.needs import triage, understand
from matcher.needs.completeness import read_one
from matcher.needs.indicators import indicators_of
from matcher.needs.labels import labelled_parts, without_label

TITLE = "自动化产线（超声检测工段集成）"
FORM = (
    "建设超声无损检测自动化产线。\n技术指标：检测节拍≤90秒/件；误判率≤2%。\n"
    "拟解决的技术难题：自动扫描；机器人定位；快速换型。\n现有基础条件：已有超声设备，47项知识产权。"
)
LISTS = (
    "技术指标：①参数高精度感知；②同步采集。\n拟解决的技术难题：①动态监测技术；②异常预警技术；③系统集成。"
    "\n现有基础条件：已有平台。"
)


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        (FORM, ["", "indicators", "problem", "background"]),
        ("需解决的关键技术问题：漏油\n主要技术参数：压力10MPa", ["problem", "indicators"]),
        ("【技术难题】漏油", ["problem"]),
        # honest neighbours: words of a quantity or of a thing, or in the middle of a line
        ("抗拉强度要求：≥800MPa", [""]),
        ("阀门技术难题：漏油", [""]),
        ("现有阀门漏油，技术难题：密封", [""]),
        ("漏油", [""]),
        # what is wrong today is the problem where no wish stands beside it
        ("存在的问题：漏油\n技术参数：10MPa", ["problem", "indicators"]),
        ("存在的问题：漏油\n技术需求：密封件", ["fault", "wish"]),
        ("拟解决的问题：漏油\n技术需求：密封件", ["problem", "wish"]),
    ],
)
def test_labels_name_parts(text, kinds):
    assert [part.kind for part in labelled_parts(text)] == kinds


@pytest.mark.parametrize(
    ("text", "points"),
    [
        (FORM, ["自动扫描", "机器人定位", "快速换型。"]),
        (LISTS, ["动态监测技术", "异常预警技术", "系统集成。"]),
        ("技术指标：①压力≥5MPa；②寿命≥2年。\n现有基础条件：①有平台；②有团队。", ["压力≥5MPa", "寿命≥2年。"]),
        # honest neighbours: wishes beside what is wrong today, behind a list, and beside a problem that says nothing
        ("存在的问题：变形大。\n技术需求：1. 研发预测模型；2. 开发矫正装置。", ["研发预测模型", "开发矫正装置。"]),
        ("技术难题：1. 漏油；2. 噪声大。\n技术需求：希望研发密封件。", ["漏油", "噪声大。", "希望研发密封件。"]),
        ("技术难题：漏油。\n技术需求：希望研发密封件。", ["漏油。", "希望研发密封件。"]),
        ("技术问题：无\n技术需求：开发新工艺，提高强度。", ["开发新工艺，提高强度。"]),
        ("希望提高保压压力。但这样做会出现一个问题。产品有飞边。", ["希望提高保压压力。", "产品有飞边。"]),
        ("1. 抓取零件；2. 检测毛刺。", ["抓取零件", "检测毛刺。"]),
        ("要求：1、零泄漏2、耐高温", ["零泄漏", "耐高温"]),
        ("我公司年产泵壳3万件。希望寻求无损检测方法，单件不超过5秒。", ["希望寻求无损检测方法，单件不超过5秒。"]),
    ],
)
def test_the_items_of_the_problem_are_the_points(text, points):
    assert points_of(text, "泵壳检测") == points


def test_a_table_of_points_holds_no_other_texts_of_the_need():
    needs = pd.DataFrame({"need_id": ["N1"], "title": [TITLE], "description": [FORM], "problem": ["自动扫描"]})
    table = point_needs(needs.assign(indicators="误判率≤2%", region="临沂市"))
    assert {"problem", "indicators"}.isdisjoint(table.columns)
    assert table["region"].tolist() == ["临沂市"] * 3


def test_labels_are_no_part_of_what_is_asked():
    asked = understand(TITLE, FORM).asked
    assert "检测节拍≤90秒/件；" in asked
    assert not any("技术指标" in text or "难题" in text for text in asked)
    [asking] = read_asking([TITLE], [FORM], Segmenter())
    assert "机器人定位" in asking.points
    assert not any("：" in point for point in asking.points)
    assert without_label("拟解决的技术难题：") == ""
    assert [one.quantity for one in indicators_of("技术指标：30kg以内载重")] == ["载重"]


def test_a_problem_in_its_column_is_described():
    texts = {"title": "农业机器人集群", "description": "拟解决的技术难题：机器人精准感知；智能决策算法。"}
    assert read_one("N1", texts).points["problem"] == 15
    assert read_one("N1", {**texts, "description": "在农业工厂部署。"}).points["problem"] == 0
    needs = pd.DataFrame({"need_id": ["N1"], **{name: [text] for name, text in texts.items()}})
    assert triage(needs)["route"].tolist() == ["match"]
    for nothing in ("无", "见附件", "同上", "待定。"):
        texts = {"title": "泵降噪", "description": "公司生产水泵。", "problem": nothing}
        assert read_one("N1", texts).points["problem"] == 7.5


ITEMS = "1、自锁机构的设计；2、省去原有的阀芯，采用一体式结构；3、磷化处理"
ASKED = "寻求一种泵壳气孔的无损检测方法，单件不超过5秒"


@pytest.mark.parametrize(
    ("description", "wording"),
    [
        (FORM, "自动扫描；机器人定位；快速换型"),
        (f"{ITEMS}。", ITEMS),
        ("木瓜对土质要求不严，喜半干半湿。希望解决木瓜越冬的问题。", "希望解决木瓜越冬的问题"),
        # honest neighbours
        (f"存在的问题：成本高。\n技术需求：{ASKED}。", ASKED),
        ("主要需求：泵壳气孔无损检测技术。", "泵壳气孔无损检测技术"),
        (f"我公司年产泵壳3万件。需求：{ASKED}。", ASKED),
        ("要求漏检率≤0.1%，单瓶检测时间≤0.2秒。", "要求漏检率≤0.1%，单瓶检测时间≤0.2秒"),
        ("目前表面有划痕。", "泵壳检测"),
    ],
)
def test_a_call_words_the_problem(description, wording):
    title = "木瓜越冬" if "木瓜" in description else "泵壳检测"
    assert clearest([understand(title, description)]).strip("。") == wording


@pytest.mark.parametrize(
    ("text", "points"),
    [
        ("已有47项知识产权", 0),
        ("拥有发明专利12件", 0),
        # honest neighbours
        ("知识产权归甲方所有", 5),
        ("共享5项知识产权", 5),
        ("产生的知识产权双方共享", 5),
        ("专利权归公司所有", 5),
    ],
)
def test_rights_that_a_firm_holds_are_no_terms(text, points):
    assert read_one("N1", {"title": "泵降噪", "description": f"需要降低泵的噪声。{text}。"}).points["rights"] == points


def test_a_fields_own_name_is_told_in_chinese():
    table = pd.DataFrame({"need_id": ["N1"], "title": ["降噪"], "description": ["泵"], "problem": ["漏油"]})
    assert read_needs(table).rows["description"].tolist() == ["泵\n技术难题：漏油"]
    renamed = table.rename(columns={"problem": "技术瓶颈"})
    assert read_needs(renamed).rows["description"].tolist() == ["泵\n技术瓶颈：漏油"]
