"""Reasons: what the pair shares, the sentence that supports it, what stays unanswered. And they are true."""

import numpy as np
import pandas as pd
import pytest
from small import EXAMPLES, build

from matcher import Index, match, read_needs, read_outcomes
from matcher.export.advice import FIELD_LEVEL
from matcher.matching import Segmenter
from matcher.matching.encoding.encoders import StaticEncoder
from matcher.matching.reasons.asking import asks, fillers, read_asking
from matcher.matching.reasons.explanation import with_figures
from matcher.matching.reasons.requirements import Said
from matcher.matching.reasons.unanswered import joined
from matcher.matching.texts.passages import is_filler, opens, pieces_of

SIDES = ((read_needs, "needs.csv"), (read_outcomes, "outcomes.csv"))
OUTCOMES = pd.DataFrame(
    [
        ("C1", "齿轮磨削烧伤检测装置", "采用巴克豪森噪声检测磨削烧伤。单齿检测时间短。已在三家企业应用。"),
        ("C2", "桃子采后保鲜", "低温气调贮藏延长货架期。"),
        ("C3", "粉尘防爆", ""),
        ("C4", "", "木工车间湿式除尘"),
        ("C5", "机床主轴", "主轴热误差补偿；数控机床主轴单元。"),
        ("C6", "PLA复合材料", "PLA与木粉共混。"),
    ],
    columns=["outcome_id", "title", "description"],
)


def reasons(title: str, description: str, outcome: str, records: pd.DataFrame = OUTCOMES) -> tuple[str, str, str]:
    need = pd.DataFrame({"need_id": ["N1"], "title": [title], "description": [description]})
    result = match(need, build(records), k=len(records)).set_index("outcome_id")
    return tuple(result.loc[outcome, ["shared_terms", "evidence", "unanswered"]])


@pytest.mark.parametrize(
    ("need", "outcome", "expected"),
    [
        # the sentence about it; whole words
        (("磨削烧伤", "渗碳淬火齿轮"), "C1", ("磨削、烧伤、齿轮", "采用巴克豪森噪声检测磨削烧伤。", "渗碳淬火")),
        (("数控机床主轴", ""), "C5", ("数控机床主轴", "主轴热误差补偿；数控机床主轴单元。", "")),
        # Latin words in any width and case
        (("ｐｌａ共混，降解", ""), "C6", ("pla", "PLA与木粉共混。", "降解")),
        # no text but the title; no title but the text
        (("防爆", ""), "C3", ("防爆", "粉尘防爆", "")),
        (("湿式除尘", ""), "C4", ("湿式、除尘", "木工车间湿式除尘", "")),
        # nothing shared, nothing asked: no sentence is better than a useless one
        (("量子纠缠", ""), "C2", ("", "", "量子、纠缠")),
        (("", "——"), "C2", ("", "", "")),
    ],
)
def test_reasons_of_small_pairs(need, outcome, expected):
    assert reasons(*need, outcome) == expected


def test_words_that_every_need_is_full_of_are_no_reason():
    assert {"需求", "技术", "解决", "超过", "年产", "低于", "我公司"} <= fillers()
    expected = reasons("磨削烧伤技术需求", "需要解决问题，提高效率", "C1")
    assert expected == ("磨削、烧伤", "采用巴克豪森噪声检测磨削烧伤。", "")


def test_what_the_record_has_in_other_words_cut_is_answered():
    """湿式除尘 stands in the record, however the segmenter cuts it there."""
    records = OUTCOMES.assign(description=["", "", "", "木工车间的湿式除尘机组", "", ""])
    assert reasons("除尘机", "", "C4", records)[2] == ""


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("锂电池隔膜", "隔膜用于锂离子动力电池，循环一千次。"),
        ("印染废水脱色", "印染污水脱色后色度低于三十倍。"),
        ("风机静音", "风机减噪，声压级下降六分贝。"),
        ("风机降噪", "风机静音运行，适合病房使用。"),
        ("柑橘保鲜", "柑橘贮藏九十天，好果率高。"),
        ("垃圾焚烧炉", "焚烧炉炉温稳定，垃圾不需分拣。"),
        ("刀具耐磨性", "刀具耐磨，可连续加工八小时。"),
    ],
)
def test_what_the_record_says_otherwise_is_answered(asked, said):
    records = pd.DataFrame({"outcome_id": ["A", "B"], "title": ["一项成果", "另一项"], "description": [said, ""]})
    need = pd.DataFrame({"need_id": ["N1"], "title": [asked]})
    row = match(need, Index.build(records), k=2).set_index("outcome_id").loc["A"]
    assert row["unanswered"] == ""
    assert row["evidence"] == said


def test_another_substance_is_no_answer():
    """石墨 is not 石墨烯, and no half of a word is shown."""
    records = pd.DataFrame({"outcome_id": ["A"], "title": ["散热膜"], "description": ["石墨烯散热膜的导热性好。"]})
    need = pd.DataFrame({"need_id": ["N1", "N2"], "title": ["石墨散热", "石墨烯电极"]})
    result = match(need, Index.build(records), k=1)
    assert result["unanswered"].tolist() == ["石墨", "电极"]
    assert result["shared_terms"].tolist() == ["散热", "石墨烯"]


@pytest.mark.parametrize(
    "word", ["超过", "年产", "低于", "我公司", "12", "15mg", "mm", "提高效率", "DZF760".lower(), "简单的", "问题"]
)
def test_what_asks_for_nothing(word):
    assert not asks(word)


LONG = (
    "本发明公开了一种石墨烯导热膜的制备方法，属于导热材料领域。随着电子工业的发展，散热日益受到重视。"
    "团队主持国家级项目12项，获省科技进步奖二等奖。张老师现任副教授，研究方向为散热材料与导热膜。"
    "联系电话：13812345678，欢迎来电咨询导热膜。导热膜热导率达到1500W/(m·K)，散热效率提高30%。"
    "导热膜的市场需求预计超过20亿元。"
)
FILM = pd.DataFrame(
    {
        "outcome_id": ["A1", "A2"],
        "title": ["一种石墨烯导热膜的制备方法", "猪舍污水处理"],
        "description": [LONG, "猪舍污水经厌氧与好氧两级处理，出水氨氮低于15mg/L。机组噪声小，适合夜间运行。"],
    }
)


def test_evidence_is_what_tells_an_effect_or_a_figure():
    need = ("手机石墨烯导热膜散热", "我公司年产手机壳300万件。希望寻求一种石墨烯导热膜，热导率超过1200W/(m·K)。")
    frame = pd.DataFrame({"need_id": ["N1"], "title": [need[0]], "description": [need[1]]})
    row = match(frame, Index.build(FILM), k=1).iloc[0]
    assert row["outcome_id"] == "A1"
    assert row["evidence"] == "导热膜热导率达到1500W/(m·K)，散热效率提高30%。"
    assert row["unanswered"] == "手机"


@pytest.mark.parametrize(
    "filler",
    [
        "联系电话：138****5678，欢迎来电咨询",
        "本网站内容仅供参考，更多详情请登录后查看",
        "团队主持国家级项目12项，发表SCI论文40余篇",
        "张老师现任副教授，研究方向为散热材料",
        "获省科技进步奖二等奖，授权发明专利8项",
        "课题来源：省重点研发计划",
    ],
)
def test_what_is_never_evidence(filler):
    assert is_filler(filler)
    records = pd.DataFrame({"outcome_id": ["A"], "title": ["成果"], "description": [filler + "。"]})
    need = pd.DataFrame({"need_id": ["N1"], "title": ["散热材料"], "description": [""]})
    assert match(need, Index.build(records), k=1)["evidence"].tolist() == [""]


def test_an_opening_alone_is_cut_off():
    text = "本发明公开了一种用于薄壁轴承套圈的磨削夹具。"
    assert opens(text)
    assert [piece.text for piece in pieces_of(text)] == ["一种用于薄壁轴承套圈的磨削夹具。"]


def test_a_long_sentence_is_cut_at_the_ends_of_clauses():
    clause = "该装置采用双通道光学系统采集叶片表面图像"
    text = "，".join([clause] * 6) + "。"
    pieces = [piece.text for piece in pieces_of(text)]
    assert set(pieces) == {f"{clause}，{clause}", f"{clause}，{clause}。"}
    assert max(map(len, pieces)) <= 80


def test_a_heading_and_a_fragment_are_no_pieces():
    assert [piece.text for piece in pieces_of("主要特点如下：1、体积小；2、冷却后变形量小于0.02mm；")] == [
        "冷却后变形量小于0.02mm"
    ]


NEED_OF_FANS = ("离心风机叶轮设计", "希望提高离心风机叶轮的效率。")


@pytest.mark.parametrize(
    ("description", "expected"),
    [
        # the state of things before the record comes to itself
        (
            "近年来离心风机叶轮的能耗问题愈发明显。风机叶轮制约着企业的发展。本产品的离心风机叶轮效率提高8%。",
            "本产品的离心风机叶轮效率提高8%。",
        ),
        # parts of an apparatus
        (
            "它包括蜗壳和离心风机叶轮，所述离心风机叶轮置于蜗壳内；本装置的离心风机可避免共振。",
            "本装置的离心风机可避免共振。",
        ),
        # where it may be used; how far it is; who wrote the standard; others' faults
        ("可用于离心风机叶轮设计等领域。风机叶轮效率提高8%。", "风机叶轮效率提高8%。"),
        ("完成离心风机叶轮设计和台架试验。风机叶轮效率提高8%。", "风机叶轮效率提高8%。"),
        ("是离心风机叶轮设计国家标准起草单位之一。风机叶轮效率提高8%。", "风机叶轮效率提高8%。"),
        ("有些离心风机叶轮设计会带来较大的效率误差。风机叶轮效率提高8%。", "风机叶轮效率提高8%。"),
        # a name without a verb; a piece without its subject
        ("离心风机叶轮的设计理论；风机叶轮效率提高8%。", "风机叶轮效率提高8%。"),
        ("显著低于普通离心风机叶轮的设计成本。风机叶轮效率提高8%。", "风机叶轮效率提高8%。"),
        ("明显提高了其离心风机叶轮的设计强度。风机叶轮效率提高8%。", "风机叶轮效率提高8%。"),
        # what was to be solved, and what others found
        ("本项目针对离心风机叶轮设计中效率低、噪声大等实际问题。风机叶轮效率提高8%。", "风机叶轮效率提高8%。"),
        (
            "项目需求及应用领域：离心风机叶轮设计对效率提出更高要求。风机叶轮效率提高8%。",
            "风机叶轮效率提高8%。",
        ),
        ("德国某公司的研究者发现离心风机叶轮设计可提高效率。风机叶轮效率提高8%。", "风机叶轮效率提高8%。"),
        # what the record can do, in words that nobody asked for, before how its parts are joined
        (
            "离心风机叶轮与驱动轴相连接，驱动轴与机座相连接，机座与风管连通。本发明具有效率高、振动小的优点。",
            "本发明具有效率高、振动小的优点。",
        ),
    ],
)
def test_what_says_little_gives_way(description, expected):
    records = pd.DataFrame({"outcome_id": ["A"], "title": ["后掠式离心风机叶轮"], "description": [description]})
    assert reasons(*NEED_OF_FANS, "A", records)[1] == expected


def test_brackets_are_not_cut_and_a_clause_that_waits_stays_with_the_next():
    text = "与某地的香料厂（Flavor Co., Ltd., Anytown）共同开发了从副产物中精制香精的连续化萃取与分离技术以及配套装置。"
    assert [piece.text for piece in pieces_of(text)] == [text]
    waits = "本方法工艺简单，易于规模化生产而且不需要昂贵的设备和复杂的操作步骤，由于浆料采用了三维石墨烯"
    rest = "不但增加了散热表面积，还在垂直方向上提供了更多的导热通路，使得散热效率比现有浆料大幅提高。"
    assert [piece.text for piece in pieces_of(f"{waits}，{rest}")] == [
        waits.rpartition("，")[0],
        f"由于浆料采用了三维石墨烯，{rest}",
    ]


def test_marks_and_heads_that_run_together_are_cut():
    assert [piece.text for piece in pieces_of("采用浮动式压机，压坯受力均匀；？")] == ["采用浮动式压机，压坯受力均匀"]
    assert [piece.text for piece in pieces_of("服务于地铁。 项目简介本项目检测隧道裂缝的宽度。")][
        -1
    ] == "本项目检测隧道裂缝的宽度。"


@pytest.mark.parametrize(
    ("title", "description", "unanswered"),
    [
        # beside the points, and within a point: of today, of the firm, of an example
        (
            "主轴防锈工艺",
            "仓库里堆着很多轮胎，叉车进出的时候地面容易积灰，工人每天打扫两遍也没有用。希望开发主轴防锈工艺。",
            "防锈",
        ),
        ("主轴防锈工艺", "我们主营轮胎，希望开发主轴防锈工艺。", "防锈"),
        ("主轴防锈工艺", "希望开发主轴防锈工艺，目前采用沥青涂层。", "防锈"),
        ("主轴防锈工艺", "希望开发主轴防锈工艺，由于轮胎厂的叉车居多。", "防锈"),
        # who wishes; words that ask for nothing; the mark of a list before the title
        ("主轴防锈工艺", "红杉叉车希望开发主轴防锈工艺。", "防锈"),
        ("主轴防锈工艺", "希望开发主轴防锈工艺，性价比高，同等条件下运用。", "防锈"),
        ("建工-主轴防锈", "", "防锈"),
        # what is asked in a point stays, and all of a terse need
        ("主轴防锈工艺", "希望开发主轴防锈工艺，涂层耐盐雾。", "防锈、涂层耐盐雾"),
        ("主轴", "防锈油", "防锈油"),
    ],
)
def test_what_a_need_tells_of_today_is_not_missed(title, description, unanswered):
    assert reasons(title, description, "C5")[2] == unanswered


@pytest.mark.parametrize(
    ("title", "unanswered"),
    [
        ("降低操作者耳旁噪声", "操作者耳旁、噪声"),
        ("弹力水晶丝", "弹力水晶丝"),
        ("围巾很长", "围巾"),
        ("球墨铸铁件", "球墨铸铁件"),
    ],
)
def test_what_is_shown_as_unanswered_are_whole_words(title, unanswered):
    assert reasons(title, "", "C5")[2] == unanswered


def test_points_have_each_their_own_sentence_or_none():
    need = pd.DataFrame(
        {
            "need_id": ["N1"],
            "title": ["养猪废水处理"],
            "description": ["1、要求废水氨氮达标；2、要求机组静音运行；3、要求收集臭气并除臭。"],
        }
    )
    row = match(need, Index.build(FILM), k=1).iloc[0]
    assert row["outcome_id"] == "A2"
    assert row["answers"].split("\n") == [
        "①废水氨氮达标 → 猪舍污水经厌氧与好氧两级处理，出水氨氮低于15mg/L。",
        "②机组静音运行 → 机组噪声小，适合夜间运行。",
        "③收集臭气并除臭 → 未回应",
    ]
    assert row["unanswered"] == "臭气、除臭"


def test_a_point_that_a_figure_of_the_record_answers_is_answered():
    text = "1、要求出水氨氮≤20mg/L；2、要求收集臭气并除臭；3、要求装机功率不超过90kW。"
    need = pd.DataFrame({"need_id": ["N1"], "title": ["养猪废水处理"], "description": [text]})
    record = "猪舍污水经厌氧与好氧两级处理，出水氨氮低于15mg/L。整套装置紧凑，装机功率75kW。"
    film = pd.DataFrame({"outcome_id": ["A2"], "title": ["养殖污水处理装置"], "description": [record]})
    row = match(need, Index.build(film), k=1).iloc[0]
    assert [line.split(" → ")[1] != "未回应" for line in row["answers"].split("\n")] == [True, False, True]
    figures = np.array([(Said("装机功率", "不超过90kW", "装机功率75kW"),), ()], object)
    answers = np.array(["①装机功率不超过90kW → 未回应\n②除臭 → 未回应"] * 2, object)
    assert with_figures(answers, figures).tolist() == [
        "①装机功率不超过90kW → 装机功率75kW\n②除臭 → 未回应",
        "①装机功率不超过90kW → 未回应\n②除臭 → 未回应",
    ]


def test_one_point_needs_no_list():
    need = pd.DataFrame({"need_id": ["N1"], "title": ["养猪废水处理"], "description": ["要求废水氨氮达标。"]})
    assert match(need, Index.build(FILM), k=1)["answers"].tolist() == [""]


def test_outcomes_that_ask_are_read_as_answers():
    """However a pair was searched for, the outcome's sentence answers the need's words."""
    needs = pd.DataFrame({"need_id": ["N1"], "title": ["养猪废水处理"], "description": ["要求废水氨氮达标，并除臭。"]})
    columns = ["evidence", "unanswered", "answers"]
    forth = match(needs, Index.build(FILM), k=2).set_index("outcome_id")[columns]
    back = match(FILM, Index.build(needs), k=1).set_index("outcome_id")[columns]
    assert back.loc["A2"].tolist() == forth.loc["A2"].tolist()
    assert forth.loc["A2", "evidence"] == "猪舍污水经厌氧与好氧两级处理，出水氨氮低于15mg/L。"
    assert forth.loc["A2", "unanswered"] == "除臭"


def test_no_more_than_the_reader_can_take_in():
    words = "数控机床，主轴，热误差，补偿，单元，磨削，烧伤，齿轮，噪声，保鲜，贮藏，货架期，粉尘，防爆，木工，车间"
    records = OUTCOMES.assign(description=[words, "", "", "", "", ""])
    shared, _, _ = reasons(words, "", "C1", records)
    assert len(shared.split("、")) == 8
    _, _, unanswered = reasons(words, "", "C3")
    assert len(unanswered.split("、")) == 5


@pytest.mark.parametrize(
    ("names", "shown"),
    [
        (["机床", "数控机床", "主轴"], "数控机床、主轴"),
        (["数控机床", "机床", "主轴"], "数控机床、主轴"),
        (["甲乙", "丙丁", "戊己", "庚辛"], "甲乙、丙丁、戊己"),
        ([], ""),
    ],
)
def test_a_name_within_another_is_shown_once(names, shown):
    assert joined(names, 3) == shown


# ---- on the example tables, with the default encoder


@pytest.fixture(scope="module")
def examples():
    needs, outcomes = (
        read(EXAMPLES / name).rows for read, name in ((read_needs, "needs.csv"), (read_outcomes, "outcomes.csv"))
    )
    index = Index.build(outcomes)
    return needs, outcomes.set_index("outcome_id", drop=False), index, match(needs, index, k=3)


def test_evidence_is_a_piece_of_the_records_text(examples):
    _, outcomes, _, result = examples
    for row in result.itertuples():
        record = outcomes.loc[row.outcome_id]
        text = "\n".join(record[["title", "description", "scope", "keywords"]].fillna(""))
        assert row.evidence in text
        assert not is_filler(row.evidence)
        assert len(row.evidence) <= 81
    first = result[result["rank"] == 1]
    assert (first["evidence"] != "").mean() >= 0.8


def test_shared_terms_stand_in_both_texts_and_unanswered_ones_do_not(examples):
    needs, outcomes, _, result = examples
    asked = needs.set_index("need_id")
    for row in result.itertuples():
        need = "\n".join(asked.loc[row.need_id, ["title", "description"]]).lower()
        record = "\n".join(outcomes.loc[row.outcome_id, ["title", "description", "scope", "keywords"]]).lower()
        for name in filter(None, row.shared_terms.lower().split("、")):
            assert name in need
            assert name in record
        for name in filter(None, row.unanswered.lower().split("、")):
            assert name in need
            assert name not in record


def test_reasons_do_not_depend_on_their_company(examples):
    needs, _, index, result = examples
    one = match(needs[5:6], index, k=3)
    together = result[result["need_id"] == needs["need_id"].iloc[5]].reset_index(drop=True)
    columns = ["shared_terms", "evidence", "unanswered", "answers"]
    assert one[columns].equals(together[columns])
    assert isinstance(index.encoder, StaticEncoder)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("-55～225℃范围内零点漂移≤0.4%FS。", "-55～225℃范围内零点漂移≤0.4%FS。"),
        ("（1）-40℃低温冲击功大于27J。", "-40℃低温冲击功大于27J。"),
        ("- 零点漂移降低到原来的一半。", "零点漂移降低到原来的一半。"),
        ("-1、零点漂移降低到原来的一半。", "零点漂移降低到原来的一半。"),
        ("——零点漂移降低到原来的一半。", "零点漂移降低到原来的一半。"),
    ],
)
def test_a_minus_before_a_number_stays_and_a_dash_of_a_list_goes(text, shown):
    assert [piece.text for piece in pieces_of(text)] == [shown]


def test_pairs_that_nobody_looks_at_have_no_reasons_and_the_others_those_that_they_have_anyway():
    needs, outcomes = (read(EXAMPLES / name).rows for read, name in SIDES)
    index = Index.build(outcomes)
    matches = match(needs, index, k=10)
    looked_at = (matches["rank"] <= 3) | (matches["level"] >= FIELD_LEVEL)
    why = ["shared_terms", "evidence", "unanswered", "answers"]
    assert 0 < looked_at.sum() < len(matches)
    assert (matches.loc[~looked_at, why] == "").all(axis=None)
    first = match(needs, index, k=3)
    same = ["need_id", "outcome_id", *why]
    pd.testing.assert_frame_equal(matches.loc[matches["rank"] <= 3, same].reset_index(drop=True), first[same])
    for need, outcome in matches.loc[looked_at & (matches["rank"] > 3), same[:2]].head(5).itertuples(index=False):
        alone = match(needs[needs["need_id"] == need], index, k=1, mask=index.records["outcome_id"] == outcome)
        row = matches[(matches["need_id"] == need) & (matches["outcome_id"] == outcome)]
        assert alone[why].values.tolist() == row[why].values.tolist()


@pytest.mark.parametrize(
    ("sentence", "shown"),
    [
        (
            "根据《硫酸工业污染物排放标准（2010年版及修改单）》的有关要求，污水中氨氮含量不得大于8mg/L，否则无法排放",
            "污水中氨氮含量不得大于8mg/L，否则无法排放",
        ),
        (
            "目前公司瓦楞纸箱防潮性差，洗水后强度急剧下降，甚至破烂，客户多次投诉，需求一种瓦楞纸箱防潮性能改进的技术",
            "需求一种瓦楞纸箱防潮性能改进的技术",
        ),
        (  # an honest neighbour
            "所有表面光滑的平面工件在挂镀处理时会与框架产生靠印，导致磷化不良和返工，寻求解决方案",
            "所有表面光滑的平面工件在挂镀处理时会与框架产生靠印，导致磷化不良和返工",
        ),
        (
            "轴承套圈在磨削后存在烧伤问题，目前靠人工酸洗抽检，效率低且漏检严重，如何解决上述技术难题",
            "轴承套圈在磨削后存在烧伤问题，目前靠人工酸洗抽检，效率低且漏检严重",
        ),
    ],
)
def test_a_long_point_is_shown_from_the_clause_that_wants_something(sentence, shown):
    need = f"技术需求：1、{sentence}；2、成本降低20%。"
    assert read_asking(["工艺改进"], [need], Segmenter())[0].points == (shown, "成本降低20%")


@pytest.mark.parametrize(
    ("body", "piece"),
    [
        (
            "应用领域复合材料，应用于建筑领域摘要本专利公开了一种外贴材料构造，用于钢梁封锚区耐久性的加固。",
            "用于钢梁封锚区耐久性的加固。",
        ),
        ("摘要一种双连续相复合材料，强度提高30%。", "一种双连续相复合材料，强度提高30%。"),
        ("建成六区一中心。及铁皮石斛新品种的引进与示范。", "铁皮石斛新品种的引进与示范。"),
        # honest neighbours
        ("及时发现刀具磨损，避免停机。", "及时发现刀具磨损，避免停机。"),
        ("及早发现刀具磨损，避免停机。", "及早发现刀具磨损，避免停机。"),
        ("用于文本摘要的方法，一篇只需2秒。", "用于文本摘要的方法，一篇只需2秒。"),
    ],
)
def test_pieces_begin_behind_the_head_of_an_abstract_and_the_word_that_joins_them(body, piece):
    pieces = [one.text for one in pieces_of(body)]
    assert piece in pieces
    assert not any("摘要" in one for one in pieces if "摘要" not in piece)
