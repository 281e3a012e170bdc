from __future__ import annotations

import datetime as dt
import decimal
import time
import unicodedata
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pytest
from contact_writings import CONTACTS, other_strings
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.tables.contacts.hiding import mask_contacts
from matcher.tables.privacy import is_contact_header, mask_cell, mask_ids, mask_nested, mask_table

MASKED = [
    ("联系电话：13812345678", "联系电话：138****5678"),
    ("138-1234-5678。", "138-****-5678。"),
    ("139 0000 0000", "139 **** 0000"),
    ("请联系 wangwu AT jlau.edu.cn", "请联系 w*** AT jlau.edu.cn"),
    ("138 000 01234", "138 *** *1234"),
    ("1 3 8 0 0 0 0 1 2 3 4", "1 3 8 * * * * 1 2 3 4"),
    ("（138）00001234", "（138）****1234"),
    ("+86 13812345678", "+86 138****5678"),
    ("8613812345678", "86138****5678"),
    ("Tel.13812345678", "Tel.138****5678"),
    ("tel13812345678", "tel138****5678"),
    ("13812345678、13912345679", "138****5678、139****5679"),
    ("1380000123413900005678", "138****1234139****5678"),
    ("１３８１２３４５６７８", "１３８****５６７８"),
    ("一三八零零零零一二三四", "一三八****一二三四"),
    ("0539-8123456", "0539-****456"),
    ("（010）81234567转801", "（010）****4567转801"),
    ("05398123456", "0539****456"),
    ("电话：8123456", "电话：****456"),
    ("座机 8123-4567", "座机 ****-4567"),
    ("电话：8123456、8123457", "电话：****456、****457"),
    ("400-810-1234", "400-***-*234"),
    ("邮箱zhang.san@mail.example.com联系", "邮箱z***@mail.example.com联系"),
    ("zhangsan＠ｅｘａｍｐｌｅ．ｃｏｍ", "z***＠ｅｘａｍｐｌｅ．ｃｏｍ"),
    ("zhangsan(at)example.com", "z***(at)example.com"),
    ("张三@例子.中国", "张***@例子.中国"),
    ("13812345678@163.com", "1***@163.com"),
    ("身份证371302199003071234", "身份证371302************"),
    ("37130219900307123X", "371302************"),
    ("371302 19900101 1234", "371302 ******** ****"),
    ("371302900101123", "371302*********"),
    ("护照号 E12345678", "护照号 E1****"),
    ("银行卡号 6222 0212 3456 7890 123", "银行卡号 62****"),
    ("微信号：zhangsan_88", "微信号：zh****"),
    ("QQ：12345678", "QQ：12****"),
]
KEPT = [
    "XQ13812345678", "XQ2026-13812345678", "CN202010123456.7", "202010123456.7", "ZL201310123456.X",
    "91371302MA3D138123",
    "913713001668123456", "投资13900000000元", "投资13900000000 元", "13900000000万元", "0.0512345678", "3.13812345678",
    "138123456789", "20260305123456", "2026-03-05 13:00", "GB/T 16886-2020123", "GB 8624-2012、QT500-7、1200×600", "",
    "138****5678", "0539-****678", "z***@example.com", "371302************", "转速1500-3000-600r/min",
    "规格150 2000 3000",
    "标称 400-800-1200 V", "DOI 10.1000/182", "CAS 7732-18-5", "5V@2A", "订单号：13800001234", "C#语言、@Test注解",
    "微信小程序 V2.0、QQ群聊2000人", "100000000000000", "look at example.com",
]  # fmt: skip


def bare(text: str) -> str:
    """Letters, digits and stars in half width."""
    text = unicodedata.normalize("NFKC", text).lower().replace("〇", "零")
    return "".join(sign for sign in text if sign.isalnum() or sign == "*")


@pytest.mark.parametrize(("text", "masked"), MASKED)
def test_contacts_are_masked(text: str, masked: str) -> None:
    assert mask_contacts(text) == masked
    assert mask_contacts(f"请联系：{text}，谢谢") == f"请联系：{masked}，谢谢"
    assert mask_contacts(masked) == masked


@pytest.mark.parametrize("text", KEPT)
def test_other_texts_are_kept(text: str) -> None:
    assert mask_contacts(text) == text
    assert mask_contacts(f"见{text}。") == f"见{text}。"


@pytest.mark.parametrize("around", ["{}", "磨齿后检测，联系{}，谢谢", "x {}\n", "李四 {} 王五", "备注：{}；要快"])
def test_no_way_of_writing_a_contact_leaves_it_in_clear(around: str) -> None:
    assert len(CONTACTS) >= 300
    clear = [name for name, text, secret in CONTACTS if secret in bare(mask_contacts(around.format(text)))]
    assert clear == []


def test_ways_hold_their_secrets_and_are_masked_once() -> None:
    assert [name for name, text, secret in CONTACTS if secret not in bare(text)] == []
    once = {text: mask_contacts(text) for _, text, _ in CONTACTS}
    assert {text: mask_contacts(masked) for text, masked in once.items()} == once


def test_two_contacts_side_by_side_are_both_masked() -> None:
    clear = []
    for place, (name, text, secret) in enumerate(CONTACTS):
        for step, sign in enumerate("；，、\n"):
            other, beside, hidden = CONTACTS[(place * 37 + 11 + 50 * step) % len(CONTACTS)]
            masked = bare(mask_contacts(f"{text}{sign}{beside}"))
            clear += [(name, sign, other)] * (secret in masked or hidden in masked)
    assert clear == []


def test_texts_without_contacts_stay() -> None:
    texts = other_strings(10_000, seed=7)
    assert texts == other_strings(10_000, seed=7)
    assert {text: mask_contacts(text) for text in texts if mask_contacts(text) != text} == {}


PIECES = ["13800001234", "138", "0000", "1234", "0539", "8123456", "-", " ", "*", "****", "@", "a", "example.com",
"(", "+86", "/", "、",
          "电话", "微信", "QQ", "：", "号", "账号", "护照", "371302", "19900101", "010", "400", "8", "1", "元", "一",
          "零", "zh_1", ".", "编号",
          "\u200b", "１３８", "－"]  # fmt: skip


@settings(max_examples=600)
@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join) | st.text(max_size=40))
def test_masking_twice_is_masking_once(text: str) -> None:
    once = mask_contacts(text)
    assert mask_contacts(once) == once


HOSTILE = ["1", "13", "0", "1-", "138-", "138-0000-", "1 ", "13 ", "@", "a@", "a@b.", " ", "-", ".", "0539-", "微信",
"13800001234",
           "13800001234 ", "a1", "电话 1", "1*", "371302 ", "编号a", "+1 ", "1\u200b", "１３８", "400-",
           "齿轮检测"]  # fmt: skip


@pytest.mark.parametrize("piece", HOSTILE)
def test_time_is_linear(piece: str) -> None:
    text = (piece * (1_000_000 // len(piece) + 1))[:1_000_000]
    start = time.process_time()
    mask_contacts(text)
    assert time.process_time() - start < 2  # about 0.2 on a quiet machine; a quadratic pattern takes hours


@pytest.mark.parametrize(
    "header",
    ["联系人", "联系方式", "联系电话", "电话", "手机", "手机号码", "移动电话", "座机", "固话", "传真", "tel", "Tel.",
    "Phone", "mobile", "contact_phone",
     "contactPhone", "邮箱", "电子邮箱", "e-mail", "E-mail", "mail", "证件", "证件号", "身份证", "身份证号码",
     "护照", "护照号", "号码", "微信",
     "微信号", "WeChat", "QQ", "QQ号", "银行卡", "卡号", "账号", "开户账号", "联系 电话", "电话（办公）", "法人手机"],
)  # fmt: skip
def test_contact_headers(header: str) -> None:
    assert is_contact_header(header)


@pytest.mark.parametrize(
    "header",
    ["专利号码", "专利号", "统一社会信用代码", "注册号", "成果编号", "登记号码", "电话机型号", "手机型号",
    "手机销量", "证书号码", "合同号码", "联系地址",
     "关联系数", "hotel", "microphone", "需求名称", "价格", "微信公众号", "证件类型", "need_id", "description", "",
     "telescope", "phone_model"],
)  # fmt: skip
def test_other_headers(header: str) -> None:
    assert not is_contact_header(header)


@pytest.mark.parametrize(
    ("value", "header", "masked"),
    [
        (13800001234, "电话", "138****1234"),
        (13800001234.0, "手机", "138****1234"),
        (decimal.Decimal("13800001234"), "手机", "138****1234"),
        (np.int64(13800001234), "tel", "138****1234"),
        (np.float64(13800001234), "tel", "138****1234"),
        ("13800001234", "电话", "138****1234"),
        ("5398123456", "电话", "53****3456"),
        (8123456, "座机", "****456"),
        ("8123456", "座机", "****456"),
        (66123, "电话", "****123"),
        ("66123", "电话", "****123"),
        (371302199001011234, "证件号", "371302************"),
        ("E12345678", "护照号", "E1****"),
        ("zhangsan_88", "微信", "zh****"),
        (12345678, "QQ", "****5678"),
        ("6222 0212 3456 7890 123", "银行卡", "62****"),
        ("张三", "联系人", "张三"),
        ("张三 13800001234", "联系人", "张三 138****1234"),
        ("138****1234", "电话", "138****1234"),
        (True, "电话", True),
        (dt.date(2026, 6, 1), "电话", dt.date(2026, 6, 1)),
        (None, "电话", None),
        (13800001234, "价格", 13800001234),
        (13800001234.0, "预算", 13800001234.0),
        ("13800001234", "备注", "138****1234"),
        (["13800001234", "a"], "备注", ["138****1234", "a"]),
        (("13800001234", 3), "备注", ("138****1234", 3)),
        ({"13800001234"}, "备注", {"138****1234"}),
        ({"电话": 13800001234, "n": [3]}, "备注", {"电话": "138****1234", "n": [3]}),
        ({"本人": 13800001234, "姓名": "王岚"}, "联系电话", {"本人": "138****1234", "姓名": "王岚"}),
        (b"\xb5\xe7\xbb\xb0 13800001234", "备注", "电话 138****1234"),
    ],
)
def test_cells(value: object, header: str, masked: object) -> None:
    assert mask_cell(value, header) == masked
    assert type(mask_cell(value, header)) is type(masked)
    assert mask_cell(masked, header) == masked


def test_empty_cells_stay_under_contact_headers() -> None:
    assert mask_cell(pd.NA, "电话") is pd.NA
    assert mask_cell(pd.NaT, "电话") is pd.NaT
    assert np.isnan(mask_cell(float("nan"), "电话"))  # type: ignore[call-overload]


def test_ids_stay_distinct_and_are_masked_only_as_a_whole() -> None:
    ids = ["XQ13800001234", "13800001234", "A1", "13899991234", "13800001234", "0539-8123456", "a@example.com",
    "ab@example.com",
           "371302199001011234", "138****1234", "需求13800001234号"]  # fmt: skip
    assert mask_ids(ids) == {
        "XQ13800001234": "XQ13800001234", "13800001234": "138****1234-2", "A1": "A1", "13899991234": "138****1234-3",
        "0539-8123456": "0539-****456", "a@example.com": "a***@example.com", "ab@example.com": "a***@example.com-2",
        "371302199001011234": "371302************", "138****1234": "138****1234",
        "需求13800001234号": "需求13800001234号",
    }  # fmt: skip
    assert mask_ids([]) == {}


def test_an_id_that_is_a_name_is_masked_like_a_name() -> None:
    """A firm or a platform without a number goes by its name, and people write telephones behind names."""
    ids = ["虚构科创孵化器（张三13800001234）", "虚构科创孵化器（张三13899991234）", "虚构科创孵化器2期"]
    assert mask_ids(ids) == {
        "虚构科创孵化器（张三13800001234）": "虚构科创孵化器（张三138****1234）",
        "虚构科创孵化器（张三13899991234）": "虚构科创孵化器（张三138****1234）-2",
        "虚构科创孵化器2期": "虚构科创孵化器2期",
    }


def test_table_whole() -> None:
    frame = pd.DataFrame(
        {
            "need_id": ["XQ13800001234", "13900005678"],
            "work_ids": ["13900005678、B2", "B2, 13900005678"],
            "电话": [13800001234, None],
            "价格": [13800001234, 5],
            "备注": ["微信13800001234", None],
            "13800001234": [1, 2],
            "13899991234": [3, 4],
        }
    )
    masked = mask_table(frame)
    pd.testing.assert_frame_equal(
        masked,
        pd.DataFrame(
            {
                "need_id": ["XQ13800001234", "139****5678"],
                "work_ids": ["139****5678、B2", "B2, 139****5678"],
                "电话": pd.Series(["138****1234", np.nan], dtype=object),
                "价格": [13800001234, 5],
                "备注": ["微信138****1234", None],
                "138****1234": [1, 2],
                "138****1234_2": [3, 4],
            }
        ),
        check_dtype=False,
    )
    assert masked["价格"].dtype == frame["价格"].dtype
    assert mask_table(masked) is masked


def test_ids_of_several_tables_agree() -> None:
    ids = mask_ids(["13800001234", "13899991234"])
    frame = pd.DataFrame({"need_id": ["13899991234"], "duplicate_of": ["13800001234"]})
    assert mask_table(frame, ids=ids).to_dict("list") == {"need_id": ["138****1234-2"], "duplicate_of": ["138****1234"]}


@pytest.mark.parametrize("dtype", ["object", "string", "category", "string[pyarrow]", "str"])
def test_kinds_of_text_columns(dtype: str) -> None:
    frame = pd.DataFrame({"备注": pd.Series(["13800001234", None, "齿轮"], dtype=dtype)})
    masked = mask_table(frame)["备注"]
    assert masked[[0, 2]].tolist() == ["138****1234", "齿轮"]
    assert masked.isna().tolist() == frame["备注"].isna().tolist()
    if dtype != "category":
        assert masked.dtype == frame["备注"].dtype
    else:
        assert isinstance(masked.dtype, pd.CategoricalDtype)


def test_a_table_without_contacts_is_returned_itself() -> None:
    frame = pd.DataFrame({"a": ["齿轮",
    "GB/T 13800-2008"], "n": [1, 2], "d": pd.to_datetime(["2026-01-01", None]), "电话": [None, None],
                          "b": [True, False]})  # fmt: skip
    assert mask_table(frame) is frame
    assert mask_table(frame[[]]).equals(frame[[]])


class Pair(NamedTuple):
    name: str
    phone: Any


def test_nested_values() -> None:
    table = pd.DataFrame({"电话": [13800001234]})
    masked: Any = mask_nested({
        "电话": 13800001234, "13800001234": ["a@example.com", ("微信13800001234", 5)], "价格": 13800001234,
        "pair": Pair("张三", "13800001234"),
        "table": table, "13899991234": None,
    })  # fmt: skip
    assert masked.pop("table").to_dict("list") == {"电话": ["138****1234"]}
    assert masked == {
        "电话": "138****1234", "138****1234": ["a***@example.com", ("微信138****1234", 5)], "价格": 13800001234,
        "pair": Pair("张三", "138****1234"), "138****1234_2": None,
    }  # fmt: skip


def test_a_large_table_takes_seconds() -> None:
    text = "齿轮磨削烧伤检测，2019年立项，精度0.01毫米，" * 4
    frame = pd.DataFrame({f"列{column}": [f"{text}{row % 999}" for row in range(20_000)] for column in range(5)})
    start = time.process_time()
    assert mask_table(frame) is frame
    assert time.process_time() - start < 3


def test_numbers_of_mobile_telephones_under_a_header_that_says_nothing():
    phones = [13912345678, 18812345679]
    frame = pd.DataFrame({"备注": phones, "对接": [13912345678.0, None], 0: phones})
    masked = mask_table(frame)
    assert masked["备注"].tolist() == ["139****5678", "188****5679"]
    assert masked["对接"].tolist()[0] == "139****5678"
    assert masked[0].tolist() == ["139****5678", "188****5679"]


def test_other_numbers_of_eleven_digits_stay():
    large = [13_912_345_678, 18_812_345_679]
    frame = pd.DataFrame(
        {
            "销售收入": large,
            "sales_y3": large,
            "合同编号": large,
            "营收": large,
            "专利号": large,
            "备注": [13_912_345_678, 5],
            "说明": [15_000_000_000] * 2,
        }
    )
    assert mask_table(frame) is frame
