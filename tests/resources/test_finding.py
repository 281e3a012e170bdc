"""Resources for needs: whole answers on small tables, messy tables, and the shipped planted needs."""

import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from matcher.errors import TableError
from matcher.resources import find_resources, read_resource_needs, read_resources
from matcher.resources.finding import unavailable_left

EXAMPLES = Path(__file__).parents[2] / "examples"
RESOURCES = pd.DataFrame(
    {
        "仪器编号": ["Y1", "Y2", "Y3", "Y4", "Y5"],
        "仪器名称": ["电子万能试验机", "液压万能试验机", "电子万能试验机", "电子万能试验机", "场发射扫描电镜"],
        "主要技术指标": ["0~100kN", "0~300kN", "0~300kN", "0~300kN", "分辨率1nm"],
        "执行标准": ["GB/T 228.1-2021", "GB/T 228.1-2021", "GB/T 228.1-2021", "GB/T 228.1-2021", ""],
        "收费标准": ["100元/小时", "200~300元/小时", "200元/小时", "200元/小时", "面议"],
        "开放机时": [500, 500, 8, 500, 500],
        "仪器状态": ["正常", "正常", "正常", "停用", "正常"],
        "联系方式": ["", "王老师 13800001111", "", "", ""],
    }
)
NEEDS = pd.DataFrame(
    {
        "需求编号": ["X1"],
        "需求名称": ["螺栓拉伸试验"],
        "需求描述": ["最大拉力200kN，按GB/T 228.1。"],
        "所需机时": [10],
    }
)


def test_what_cannot_reach_is_behind_and_what_fits_and_is_not_open_stands_behind_what_fits():
    found = find_resources(read_resource_needs(NEEDS).rows, read_resources(RESOURCES).rows)
    assert found[["resource_id", "rank", "advice"]].to_numpy().tolist() == [
        ["Y2", 1, "可预约"],
        ["Y3", 2, "合适，机时不够"],
        ["Y4", 3, "合适，不开放"],
        ["Y1", 4, "不满足"],
        ["Y5", 5, "不相关"],
    ]
    assert found["state"].tolist() == ["正常", "正常", "停用", "正常", "正常"]
    first = found.iloc[0]
    assert first["met"] == "最大拉力：要求 200kN，资源 0~300kN，满足；标准 GB/T 228.1：满足"
    assert (first["cost_low"], first["cost_high"], first["hours"], first["hours_free"]) == (2000, 3000, 10, 500)
    assert found.iloc[3]["met"].startswith("最大拉力：要求 200kN，资源 0~100kN，不满足")
    assert (first["met_count"], first["missed_count"], first["unknown_count"]) == (2, 0, 0)
    assert pd.isna(found.set_index("resource_id").loc["Y5", "cost_low"])


def test_what_fits_and_is_not_open_is_counted_where_it_is_not_listed():
    needs, resources = read_resource_needs(NEEDS).rows, read_resources(RESOURCES).rows
    found = find_resources(needs, resources, k=2)
    assert found[["resource_id", "unavailable_count"]].to_numpy().tolist() == [["Y2", 2], ["Y3", 2]]
    assert [unavailable_left(found, k) for k in (1, 2)] == [2, 1]
    assert unavailable_left(find_resources(needs, resources), 10) == 0


@pytest.mark.parametrize(
    ("state", "advice"),
    [
        ("停用（检修至2027年3月）", "合适，不开放"),
        ("维修", "合适，不开放"),
        ("关闭", "合适，不开放"),
        ("仅校内使用", "合适，不开放"),
        ("否", "合适，不开放"),
        ("×", "合适，不开放"),
        ("√", "可预约"),
        ("对外开放（仅限合作单位）", "先核实"),
        ("部分开放", "先核实"),
        ("对外开放共享", "可预约"),
        ("运行正常，无故障", "可预约"),
        ("维修后恢复正常", "可预约"),
        ("未停用", "可预约"),
        ("", "可预约"),
    ],
)
def test_words_for_closed(state, advice):
    resources = read_resources(RESOURCES[1:2].assign(仪器状态=state)).rows
    assert find_resources(read_resource_needs(NEEDS).rows, resources)["advice"].tolist() == [advice]


@pytest.mark.parametrize(
    ("note", "state", "left", "advice"),
    [
        ("维修中", "维修中", "", "合适，不开放"),
        ("可做疲劳试验；已停用", "已停用", "可做疲劳试验", "合适，不开放"),
        ("维修费另计，每年1月检修", "", "维修费另计，每年1月检修", "可预约"),
        ("校外用户提前预约；节假日不开放", "", "校外用户提前预约；节假日不开放", "可预约"),
        ("可做疲劳试验", "", "可做疲劳试验", "可预约"),
    ],
)
def test_a_state_among_remarks_is_the_state_and_no_capability(note, state, left, advice):
    table = RESOURCES[1:2].drop(columns="仪器状态").assign(备注=note)
    rows = read_resources(table).rows
    assert rows[["method", "state", "note"]].fillna("").to_numpy().tolist() == [["", state, left]]
    assert find_resources(read_resource_needs(NEEDS).rows, rows)["advice"].tolist() == [advice]


@pytest.mark.parametrize(
    ("header", "cell", "advice"),
    [
        ("是否开放", "×", "合适，不开放"),
        ("是否对外开放", "否", "合适，不开放"),
        ("对外开放共享规定", "不对外", "合适，不开放"),
        ("对外开放共享规定", "校外用户提前一周预约", "可预约"),
        ("开放情况", "√", "可预约"),
        ("是否进口", "否", "可预约"),
    ],
)
def test_whether_it_is_open_may_stand_beside_its_state(header, cell, advice):
    rows = read_resources(RESOURCES[1:2].assign(仪器状态="正常", **{header: cell})).rows
    assert find_resources(read_resource_needs(NEEDS).rows, rows)["advice"].tolist() == [advice]


def test_closed_and_missing_what_is_asked_stands_last():
    closed = RESOURCES.assign(仪器状态=["停用", "正常", "正常", "正常", "停用"])
    found = find_resources(read_resource_needs(NEEDS).rows, read_resources(closed).rows)
    assert found[["resource_id", "advice"]].to_numpy().tolist() == [
        ["Y4", "可预约"],
        ["Y2", "可预约"],
        ["Y3", "合适，机时不够"],
        ["Y5", "不相关"],
        ["Y1", "不开放"],
    ]


def test_about_so_many_hours_count_with_both_ends():
    needs = read_resource_needs(NEEDS.assign(所需机时="约10")).rows  # 5 to 15
    free = RESOURCES.assign(开放机时=["约20", 500, 8, 4, "约5"], 仪器状态="正常")
    found = find_resources(needs, read_resources(free).rows).set_index("resource_id")
    columns = ["advice", "hours", "cost_low", "cost_high", "hours_free"]
    assert found.loc[["Y2", "Y3", "Y4"], columns].to_numpy().tolist() == [
        ["可预约", 5, 1000, 4500, 500],
        ["先核实", 5, 1000, 3000, 8],
        ["合适，机时不够", 5, 1000, 3000, 4],
    ]
    assert found.loc["Y1", "hours_free"] == 15


def test_hours_that_nobody_said_bar_nothing():
    silent = NEEDS.drop(columns="所需机时")
    found = find_resources(read_resource_needs(silent).rows, read_resources(RESOURCES).rows, k=2)
    assert found["resource_id"].tolist() == ["Y3", "Y2"]
    assert found["cost_high"].isna().all()
    assumed = find_resources(read_resource_needs(silent).rows, read_resources(RESOURCES).rows, k=1, hours=4)
    assert assumed[["cost_low", "cost_high"]].to_numpy().tolist() == [[800, 800]]


def test_nothing_asked_is_to_be_verified():
    vague = pd.DataFrame({"需求编号": ["X1"], "需求名称": ["螺栓拉伸试验"]})
    found = find_resources(read_resource_needs(vague).rows, read_resources(RESOURCES).rows, k=1)
    assert found[["advice", "met"]].to_numpy().tolist() == [["先核实", ""]]


def test_empty_tables_and_repeated_ids():
    needs, resources = read_resource_needs(NEEDS).rows, read_resources(RESOURCES).rows
    assert len(find_resources(needs[:0], resources)) == len(find_resources(needs, resources[:0])) == 0
    with pytest.raises(TableError, match=r"资源表有 1 个编号重复：Y1；请改正"):
        find_resources(needs, pd.concat([resources, resources[:1]], ignore_index=True))


def test_a_list_of_platforms_is_one_of_resources():
    rows = read_resources(EXAMPLES / "platforms.csv").rows
    assert rows.loc[rows["resource_id"] == "PT001", ["name", "kind", "institution", "state"]].to_numpy().tolist() == [
        ["虚构沂河科创孵化器", "科技企业孵化器", "虚构沂河科创有限公司", "正常"]
    ]


def test_a_messy_list_of_a_sharing_platform(tmp_path):
    path = tmp_path / "list.csv"
    path.write_text(
        "某某大型仪器共享平台仪器清单,,,,,,,\n"
        ",,,,,,,单位：小时\n"
        "序号,仪器名称,规格型号,主要技术指标,主要功能,收费标准,所在单位,年开放机时\n"
        "1,扫描电镜,XW-1,分辨率1nm,形貌观察,面议,虚构大学,1200\n"
        "2,万能试验机,,0~300kN,拉伸,,虚构大学,\n"
        "合计,,,,,,,1200\n",
        "utf-8-sig",
    )
    reading = read_resources(path)
    assert reading.rows[["name", "model", "hours_free"]].astype(object).where(
        reading.rows[["name", "model", "hours_free"]].notna(), None
    ).to_numpy().tolist() == [["扫描电镜", "XW-1", 1200], ["万能试验机", "", None]]


def test_planted_needs_find_their_resource():
    done = subprocess.run(
        [sys.executable, str(EXAMPLES / "evaluate_resources.py")], capture_output=True, text=True, check=True
    )
    figures = dict(line.split(": hit@1 ") for line in done.stdout.splitlines() if ": hit@1 " in line)
    first, third = (float(figures["ours"].split(", hit@3 ")[at]) for at in (0, 1))
    assert third >= 0.80
    assert first > float(figures["character TF-IDF"].split(",")[0])


def test_fees_for_outsiders_and_insiders_in_columns_of_their_own_with_units_in_the_header():
    listed = pd.DataFrame(
        {
            "仪器编号": ["Y1", "Y2", "Y3", "Y4"],
            "仪器名称": ["万能试验机"] * 4,
            "收费标准（元/小时）-校内": ["50", "100", "", "80"],
            "收费标准（元/小时）-校外": ["约200", "会员80，非会员120", "面议", ""],
        }
    )
    read = read_resources(listed)
    assert read.rows["fee"].tolist() == ["约200元/小时", "会员80，非会员120元/小时", "面议", ""]
    assert "没看懂" not in set(read.columns["use"])
    found = find_resources(read_resource_needs(NEEDS).rows, read.rows).set_index("resource_id").sort_index()
    assert found[["cost_low", "cost_high", "cost_note"]].astype(object).where(
        found.notna(), None
    ).to_numpy().tolist() == [
        [1500, 2500, "150～250元/小时"],
        [800, 1200, "80元/小时；120元/小时"],
        [None, None, "费用面议"],
        [800, None, "80元/小时，只写了校内（会员）的价"],
    ]


def test_a_unit_in_the_header_of_a_range_stays_with_its_numbers():
    resources = read_resources(
        pd.DataFrame(
            {
                "仪器编号": ["Y1", "Y2", "Y3"],
                "仪器名称": ["电子万能试验机"] * 3,
                "量程（kN）": ["300", "0~100", "0~0.5MN"],
                "精度（级）": ["0.5", "≤1", ""],
            }
        )
    ).rows
    assert resources[["range", "precision"]].to_numpy().tolist() == [
        ["300kN", "0.5级"],
        ["0~100kN", "≤1级"],
        ["0~0.5MN", ""],
    ]
    needs = read_resource_needs(
        pd.DataFrame({"需求编号": ["X1"], "需求名称": ["螺栓拉伸试验"], "所需量程（kN）": ["200"]})
    ).rows
    found = find_resources(needs, resources).sort_values("resource_id")
    assert found[["resource_id", "met"]].to_numpy().tolist() == [
        ["Y1", "量程：要求 200kN，资源 量程 300kN，满足"],
        ["Y2", "量程：要求 200kN，资源 量程 0~100kN，不满足"],
        ["Y3", "量程：要求 200kN，资源 量程 0~0.5MN，满足"],
    ]


def test_hours_that_are_free_are_those_open_less_those_used():
    table = pd.DataFrame({"仪器名称": list("甲乙丙丁"), "年开放机时": [1800, 1500, "", "约1000"],
                          "已用机时": [1700, 1600, 5, 100]})  # fmt: skip
    rows = read_resources(table).rows
    assert rows["hours_free"].fillna(-1).tolist() == [100, 0, -1, -1]
    assert rows.loc[3, "hours_free_min"] < 900 < rows.loc[3, "hours_free_max"]
    said = read_resources(table.assign(空闲机时=[50, "", "", ""])).rows
    assert said["hours_free"].fillna(-1).tolist() == [50, 0, -1, -1]


def test_hours_in_any_writing_and_what_is_not_read_stays_unknown():
    from matcher.resources.reading import read_resource_needs, read_resources

    table = pd.DataFrame(
        {
            "仪器名称": ["甲箱", "乙箱", "丙箱", "丁箱"],
            "年可开放机时": ["8760小时", "8760", "8760h", "8760"],
            "已用机时": ["8700h", "8700", "很满", ""],
        }
    )
    rows = read_resources(table).rows
    assert rows["hours_free"].fillna(-1).tolist() == [60.0, 60.0, -1.0, 8760.0]
    asked = read_resource_needs(
        pd.DataFrame({"需求名称": ["甲", "乙", "丙"], "所需机时": ["1000h", "1,000 小时", "42天"]})
    )
    assert asked.rows["hours"].fillna(-1).tolist() == [1000.0, 1000.0, -1.0]
    assert asked.rows.loc[2, ["hours_min", "hours_max"]].tolist() == [336.0, 1008.0]  # days of 8 to 24 hours
    assert asked.problems["problem"].tolist()[1:] == ["写的是天，按每天 8 至 24 小时计"]


@pytest.mark.parametrize(
    ("headers", "free"),
    [
        (["2026年已用机时"], 100),
        (["已用机时（2026年）"], 100),
        (["2026年度使用机时", "2025年度使用机时"], 100),
        (["本年度已用机时"], 100),
        (["2025年已用机时"], 1500),
        (["上年已用机时"], 1500),
        (["上年度使用机时", "本年已用机时"], 600),
    ],
)
def test_hours_used_in_the_year_of_the_day_are_taken_off(headers, free):
    table = pd.DataFrame(
        {"仪器名称": ["质谱仪"], "开放机时": [1500], headers[0]: [1400], **dict.fromkeys(headers[1:], 900)}
    )
    reading = read_resources(table, on="2026-11-29")
    assert reading.rows["hours_free"].tolist() == [free]
    assert reading.problems["column"].tolist() == ["资源编号", *(headers if free == 1500 else [])]
    asked = [one for one in read_resources(table).problems["action"][1:] if one.startswith("若是")]
    dated = [one for one in headers if "20" in one]
    assert asked == [f'若是，请指定，如 columns={{"{one}": "已用机时"}}' for one in dated]


@pytest.mark.parametrize(
    ("cells", "advice", "state"),
    [
        ({"备注": "仅限园区企业使用"}, "先核实", "仅限园区企业使用"),
        ({"服务对象": "园区企业"}, "先核实", "仅限园区企业"),
        ({"开放对象": "会员单位"}, "先核实", "仅限会员单位"),
        ({"备注": "精度高；只对入孵企业开放"}, "先核实", "只对入孵企业开放"),
        ({"服务对象": "企业、高校、科研院所"}, "可预约", ""),
        ({"服务对象": "面向社会，园区企业优先"}, "可预约", ""),
        ({"备注": "仅限固体粉末"}, "可预约", ""),
        ({"备注": "园区企业可优惠"}, "可预约", ""),
        ({"备注": "仅限校内"}, "合适，不开放", "仅限校内"),
    ],
)
def test_what_only_some_may_use_is_to_be_asked_for(cells, advice, state):
    resources = read_resources(
        pd.DataFrame([{"编号": "Y1", "仪器名称": "万能试验机", "量程": "0~300kN", **cells}])
    ).rows
    needs = read_resource_needs(pd.DataFrame({"编号": ["X1"], "名称": ["螺栓拉伸试验，最大拉力200kN"]})).rows
    found = find_resources(needs, resources)
    assert found[["advice", "state"]].values.tolist() == [[advice, state]]


def test_hours_of_cards_are_priced_as_such():
    needs = read_resource_needs(
        pd.DataFrame({"编号": ["X1", "X2"], "名称": ["深度学习训练", "图像识别训练"], "机时": ["500卡时", "20"]})
    )
    resources = read_resources(pd.DataFrame({"编号": ["Y1"], "名称": ["深度学习训练算力"], "收费标准": ["8元/卡·时"]}))
    found = find_resources(needs.rows, resources.rows)
    assert found[["cost_low", "cost_high"]].fillna(-1).values.tolist() == [[4000, 4000], [160, -1]]
    assert needs.problems.empty
    assert found["hours"].isna().tolist() == [True, False]
