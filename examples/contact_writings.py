"""Made-up contacts in the ways people write them, and made-up texts that are no contacts. No person has any of them."""

from __future__ import annotations

import random
from collections.abc import Callable

_WAYS = {
    "mobile": (
        "13800001234", "138 0000 1234", "138-0000-1234", "138 00001234", "1380000 1234", "138.0000.1234",
        "138·0000·1234",
        "138—0000—1234", "138–0000–1234", "138－0000－1234", "138‑0000‑1234", "138−0000−1234", "（138）00001234",
        "(138)0000-1234",
        "【138】0000 1234", "[138]00001234", "１３８００００１２３４", "１３８ ００００ １２３４", "138００００1234",
        "１３８－００００－１２３４",
        "+86 13800001234", "+8613800001234", "+86-138-0000-1234", "0086 138 0000 1234", "008613800001234",
        "86-13800001234",
        "8613800001234", "（+86）138 0000 1234", "+86（138）00001234", "(86)13800001234", "013800001234",
        "0138-0000-1234",
        "138\u00a00000\u00a01234", "138\u30000000\u30001234", "138\u20090000\u20091234", "138\u200b0000\u200b1234",
        "138\t0000\t1234", "13\u200b80\u200b0001\u200b234", "138\u202f0000\u202f1234", "\ufeff138\ufeff0000\ufeff1234",
        "138 000 01234", "1380 0001 234", "1380 000 1234", "138  0000  1234", "138 - 0000 - 1234", "138_0000_1234",
        "1 3 8 0 0 0 0 1 2 3 4", "1-3-8-0-0-0-0-1-2-3-4", "1.3.8.0.0.0.0.1.2.3.4", "138。0000。1234",
        "电话 138,0000,1234", "手机 13800 001234", "手机：138/0000/1234", "手机 13 80 00 01 23 4",
        "电话138-00-00-12-34",
        "张三13800001234", "13800001234张三", "微信13800001234", "13800001234微信同号", "13800001234（同微信）",
        "V13800001234",
        "vx13800001234", "wx:13800001234", "微信v13800001234", "加V：13800001234", "QQ/微信13800001234",
        "tel13800001234",
        "Tel.13800001234", "TEL：13800001234", "phone13800001234", "Mobile:13800001234", "手机号码是13800001234",
        "电话①：13800001234",
        "联系人：张三 13800001234", "张三/13800001234", "张三-13800001234", "lihua-13800001234",
        "13800001234/13800001234",
        "M：13800001234", "Cell 138-0000-1234", "*13800001234", "**138-0000-1234**", "“13800001234”",
        "<13800001234>", "13800001234；",
        "13800001234转801", "13800001234-801", "𝟏𝟑𝟖𝟎𝟎𝟎𝟎𝟏𝟐𝟑𝟒", "1️⃣3️⃣8️⃣0️⃣0️⃣0️⃣0️⃣1️⃣2️⃣3️⃣4️⃣",
        "1380000123413800001234",
        "电话1380000123413800001234", "(0)13800001234", "Tel No.13800001234", "☎13800001234", "📱138 0000 1234",
        "+86·138·0000·1234",
        "张工13800001234（手机）", "编号13800001234（手机）", "请联系13800001234！", "138(0000)1234",
        "138 0000-1234", "【13800001234】",
    ),
    "numerals": ("一三八零零零零一二三四", "幺三八〇〇〇〇幺二三四", "一三八-〇〇〇〇-一二三四", "138零零零零1234"),
    "landline": (
        "0539-8123456", "(0539)8123456", "（0539）8123456", "（０５３９）８１２３４５６", "0539 812 3456",
        "0539 8123 456", "0539—8123456",
        "0539－8123456", "0539·8123456", "05398123456", "0539--8123456", "0539 - 8123456", "+86 539 8123456",
        "+86-539-8123456",
        "0086-539-8123456", "86-0539-8123456", "+86(0)539 8123456", "(+86)0539-8123456", "(86-539)8123456",
        "0539-8123456转801",
        "0539-8123456-801", "0539-8123456 ext. 801", "0539-8123456分机8001", "0539-8123456转801、802",
        "0539-812-3456", "0539-81 23 456",
        "电话：8123456", "电话 812-3456", "座机8123456", "固话：812 3456", "Tel: 812-3456", "传真：8123456",
        "电话/传真：8123456",
        "办公电话8123456", "电话（办）：8123456", "热线 812-3456", "联系电话：张三 8123456", "电话 539-8123456",
        "Tel/Fax 8123456",
        "办公室：8123456", "0539\u200b-8123456", "0539\u00a08123456", "TEL0539-8123456", "电话：0539/8123456",
        "电话号码为8123456",
        "电话:8123456-801", "联系人：李四，电话：8123456", "0539-8123456/0539-8123456",
        "咨询电话：（0539） 812 3456", "０５３９－８１２３４５６",
    ),
    "landline8": (
        "010-88886666", "（010）８８８８６６６６", "010 8888 6666", "010.8888.6666", "010-8888-6666", "01088886666",
        "010-88886666/77",
        "010-88886666/88886666", "电话：8888-6666", "座机 8888 6666", "+86 10 8888 6666", "电话：88886666、88886666",
        "8610-88886666 电话：88886666",
    ),
    "service": (
        "400-810-1234", "4008101234", "400 8101 234", "400—810—1234", "400-8101234", "4008-101-234", "400 810 1234",
        "800-810-1234",
        "400.810.1234", "４００－８１０－１２３４", "热线4008101234", "(400)810-1234", "400-81-01234",
    ),
    "abroad": ("+852 9123 4567", "+85291234567", "00852-91234567", "+852-9123-4567"),
    "mail": (
        "zhangsan@example.com", "zhangsan＠example．com", "zhangsan＠ｅｘａｍｐｌｅ．ｃｏｍ",
        "ｚｈａｎｇｓａｎ@example.com", "zhangsan @ example.com",
        "zhangsan@ example.com", "zhangsan@example .com", "zhangsan(at)example.com", "zhangsan [at] example.com",
        "zhangsan（at）example.com",
        "zhangsan[at]example[dot]com", "zhangsan at example dot com", "zhangsan#example.com", "zhangsan@例子.中国",
        "zhangsan@公司.cn",
        "zhangsan+tag@example.com", "zhangsan@a.b.example.com.cn", "邮箱zhangsan@example.com联系",
        "mailto:zhangsan@example.com",
        "<zhangsan@example.com>", "ZhangSan@Example.COM", "zhangsan@xn--fsqu00a.xn--0zwm56d",
        "x/zhangsan@example.com", "zhangsan@qq.com",
        "zhangsan艾特example.com", "zhangsan@163", "zhangsan@example。com", "E-mail：zhangsan@example.com；",
        "zhangsan\u200b@example.com",
        "zhangsan at qq.com", "zhangsan_at_example.com", "zhangsan@exam-ple.com.cn", "wang.zhangsan@example.com",
        "zhangsan@example点com",
        "zhangsan﹫example.com",
    ),
    "han mail": ("王小三丰@例子.中国", "联系王小三丰@example.com", "邮箱：王小三丰＠例子．中国"),
    "digit mail": ("12345678@qq.com", "QQ邮箱：12345678@qq.com", "１２３４５６７８＠qq．com"),
    "identity": (
        "371302199001011234", "371302 19900101 1234", "371302-1990-0101-1234", "371302-19900101-1234",
        "３７１３０２１９９００１０１１２３４",
        "身份证371302199001011234", "身份证号：371302 1990 0101 1234", "3713 0219 9001 0112 34",
        "371302\u200b19900101\u200b1234",
        "371302·19900101·1234", "ID：371302199001011234", "371302—19900101—1234", "身份证号码为371302199001011234。",
        "id371302199001011234",
        "3 7 1 3 0 2 1 9 9 0 0 1 0 1 1 2 3 4", "证件号码（身份证）371302199001011234", "371 302 1990 01 01 1234",
    ),
    "identity x": ("37130219900101123X", "37130219900101123x", "371302 19900101 123X", "37130219900101123Ｘ",
    "371302-1990-0101-123x"),
    "old identity": ("371302900101123", "371302 900101 123", "身份证：371302900101123", "371302-900101-123",
    "３７１３０２９００１０１１２３"),
    "paper": (
        "护照号 E12345678", "护照：E12345678", "passport no. E12345678", "Passport E12345678",
        "护照号码：Ｅ１２３４５６７８", "护照 E 1234 5678",
        "港澳通行证：C12345678", "台胞证号 12345678", "军官证：政字第12345678号", "护照EA12345678",
        "往来港澳通行证号码为C12345678", "驾驶证号：12345678",
    ),
    "card": (
        "银行卡号 6222 0212 3456 7890 123", "卡号：6222021234567890123", "账号 6222-0212-3456-7890-123",
        "开户账号：6222021234567890123",
        "银行卡（工行）6222021234567890123", "帐号：６２２２０２１２３４５６７８９０１２３",
        "工商银行卡号6222 0212 3456 7890 123", "账户：6222 0212 3456 7890 123",
        "开户行：中国银行兰山支行 6222021234567890123", "账号（对公）:6222021234567890123",
    ),
    "wechat": (
        "微信号：zhangsan_88", "微信: zhangsan_88", "wechat zhangsan_88", "vx: zhangsan_88", "VX：zhangsan_88",
        "微信zhangsan_88", "WeChat:zhangsan_88",
        "微信号zhangsan_88", "加微信 zhangsan_88", "V信：zhangsan_88", "wx：zhangsan_88", "微信（zhangsan_88）",
        "微信ID：zhangsan_88", "薇信zhangsan_88",
        "微 信：zhangsan_88", "微信号是zhangsan_88", "zhangsan_88（微信）", "Weixin: zhangsan_88",
        "微信：ｚｈａｎｇｓａｎ＿８８", "微信/QQ：zhangsan_88",
        "加V：zhangsan_88", "v:zhangsan_88", "微信或手机：zhangsan_88", "企业微信：zhangsan_88", "微信=zhangsan_88",
    ),
    "qq": (
        "QQ：12345678", "QQ号12345678", "QQ12345678", "扣扣12345678", "qq 12345678", "QQ号码：12345678",
        "Q Q：12345678", "ＱＱ：１２３４５６７８",
        "企鹅号：12345678", "QQ群：12345678", "QQ 1234 5678", "12345678（QQ）", "QQ:12345678（备注：需求）",
        "微信/QQ：12345678", "扣扣号是12345678", "QQ(12345678)",
    ),
}  # fmt: skip
_SECRETS = {
    "mobile": "0000", "numerals": "零零零零", "landline": "8123", "landline8": "8888", "service": "8101",
    "abroad": "9123",
    "mail": "hangsan", "han mail": "小三丰", "digit mail": "2345678", "identity": "19900101", "identity x": "19900101",
    "old identity": "900101", "paper": "2345678", "card": "220212345678", "wechat": "angsan", "qq": "345678",
}  # fmt: skip
CONTACTS: tuple[tuple[str, str, str], ...] = tuple(
    (f"{kind} {number}", text, _SECRETS[kind]) for kind, texts in _WAYS.items() for number, text in enumerate(texts, 1)
)
"""Name, text, and what must not survive once separators are gone and the width is normal."""


def _digits(rng: random.Random, count: int) -> str:
    return "".join(rng.choices("0123456789", k=count))


def _mobile(rng: random.Random) -> str:
    return "1" + rng.choice("3456789") + _digits(rng, 9)


def _date(rng: random.Random, sign: str) -> str:
    return f"{rng.randint(1990, 2030)}{sign}{rng.randint(1, 12):02}{sign}{rng.randint(1, 28):02}"


def _capitals(rng: random.Random, count: int) -> str:
    return "".join(rng.choices("ABCDEFGHJKLMNPQRTUWXY", k=count))


_OTHERS: tuple[Callable[[random.Random], str], ...] = (
    lambda rng: f"ZL{rng.randint(2001, 2025)}{_digits(rng, 8)}.{rng.choice('0123456789X')}",
    lambda rng: f"CN{rng.randint(2001, 2025)}{_digits(rng, 8)}{rng.choice('AB')}",
    lambda rng: f"{rng.randint(2003, 2025)}1{_digits(rng, 7)}.{rng.choice('0123456789X')}",
    lambda rng: f"申请号{rng.randint(2003, 2025)}{_digits(rng, 9)}",
    lambda rng: f"专利号：{rng.randint(2003, 2025)}1{_digits(rng, 8)}",
    lambda rng: f"9137{_digits(rng, 4)}MA{_capitals(rng, 1)}{_digits(rng, 6)}{_capitals(rng, 1)}",
    lambda rng: f"统一社会信用代码：91371300{_digits(rng, 9)}{_capitals(rng, 1)}",
    lambda rng: f"工商注册号：3713022000{_digits(rng, 5)}",
    lambda rng: f"注册号371302{rng.randint(10, 99)}0101{_digits(rng, 3)}",
    lambda rng: f"GB/T {rng.randint(10000, 49999)}-{rng.randint(1990, 2025)}",
    lambda rng: f"ISO {rng.randint(1000, 20000)}:{rng.randint(1990, 2025)}",
    lambda rng: f"Q/371302 ABC {_digits(rng, 3)}-{rng.randint(1990, 2025)}",
    lambda rng: _mobile(rng) + rng.choice(("元", "万元", " 元", "亿元", "吨", "kg", "公斤", "美元", "千克", "m",
    " kWh")),
    lambda rng: f"{rng.randint(1, 9)},{_digits(rng, 3)},{_digits(rng, 3)}.{_digits(rng, 2)}",
    lambda rng: f"{rng.randint(10000, 19999)}万元",
    lambda rng: f"1.{_digits(rng, 2)}e10",
    lambda rng: f"￥{_mobile(rng)}",
    lambda rng: f"CG{rng.randint(2020, 2030)}{_digits(rng, 4)}",
    lambda rng: f"XQ{_mobile(rng)}",
    lambda rng: f"{_capitals(rng, 2)}{rng.randint(2020, 2030)}-{_mobile(rng)}",
    lambda rng: f"{rng.randint(1990, 2019)}-{rng.randint(2020, 2030)}",
    lambda rng: f"{_date(rng, '-')}—{_date(rng, '-')}",
    lambda rng: f"{_date(rng, '')}-{_date(rng, '')}",
    lambda rng: f"{_date(rng, '/')} {rng.randint(10, 23)}:{rng.randint(10, 59)}:{rng.randint(10, 59)}",
    lambda rng: f"{_date(rng, '.')}至{_date(rng, '.')}",
    lambda rng: f"{_date(rng, '')}{_digits(rng, 6)}",
    lambda rng: f"{rng.randint(0, 99)}.{_digits(rng, rng.randint(1, 10))}%",
    lambda rng: f"{rng.randint(73, 135)}.{_digits(rng, 6)},{rng.randint(18, 53)}.{_digits(rng, 6)}",
    lambda rng: f"N{rng.randint(18, 53)}.{_digits(rng, 6)} E{rng.randint(73, 135)}.{_digits(rng, 6)}",
    lambda rng: f"ISBN 978-7-{_digits(rng, 3)}-{_digits(rng, 5)}-{_digits(rng, 1)}",
    lambda rng: f"ISSN {_digits(rng, 4)}-{_digits(rng, 4)}",
    lambda rng: (
        f"10.{rng.randint(1000, 1999)}/j.abc.{rng.randint(2000, 2025)}.{_digits(rng, 2)}.{_digits(rng, 3)}"
    ),
    lambda rng: f"https://www.example.com/item/{_mobile(rng)}.html?id={_digits(rng, 10)}",
    lambda rng: f"{rng.randint(50, 9999)}-{rng.randint(10, 99)}-{_digits(rng, 1)}",
    lambda rng: f"192.168.{rng.randint(0, 255)}.{rng.randint(0, 255)}",
    lambda rng: ".".join(str(rng.randint(1, 255)) for _ in range(4)),
    lambda rng: f"v{rng.randint(0, 20)}.{rng.randint(0, 20)}.{rng.randint(0, 3000)}",
    lambda rng: f"邮编 {rng.randint(100000, 859999)}",
    lambda rng: f"鲁Q{_capitals(rng, 1)}{_digits(rng, 4)}",
    lambda rng: f"合同编号：HT-{_date(rng, '')}-{_digits(rng, 3)}",
    lambda rng: rng.choice(("编号", "型号", "合同", "标准", "订单", "单号", "订单号：", "合同编号：")) + _mobile(rng),
    lambda rng: f"STM32F{_digits(rng, 3)}C8T6",
    lambda rng: f"6{_digits(rng, 3)}-2RS/P6、M{rng.randint(3, 64)}×{rng.randint(10, 300)}",
    lambda rng: f"0.{_digits(rng, 2)}-0.{_digits(rng, 2)}",
    lambda rng: f"{rng.randint(1, 48)}V@{rng.randint(1, 9)}A",
    lambda rng: f"{rng.randint(1, 48)}@{rng.randint(1, 99)}kHz",
    lambda rng: f"{rng.randint(1, 48)}.5m@{rng.randint(1, 99)}℃",
    lambda rng: f"{rng.randint(100, 999)}×{rng.randint(100, 9999)}×{rng.randint(100, 9999)}mm",
    lambda rng: f"国家自然科学基金（{rng.randint(51000000, 52999999)}）",
    lambda rng: f"项目编号 {rng.randint(2016, 2025)}YFB{_digits(rng, 7)}",
    lambda rng: f"U{rng.randint(1000000, 1999999)}",
    lambda rng: f"{rng.randint(2001, 2025)}SR{_digits(rng, 7)}",
    lambda rng: f"软著登字第{_digits(rng, 7)}号",
    lambda rng: f"GR{rng.randint(2016, 2025)}37{_digits(rng, 6)}",
    lambda rng: f"{rng.randint(1000, 9999)}～{rng.randint(1000, 9999)}r/min",
    lambda rng: f"{rng.randint(1, 99)}±0.{_digits(rng, 3)}μm",
    lambda rng: f"微信小程序 V{rng.randint(1, 9)}.{rng.randint(0, 9)}，QQ浏览器",
    lambda rng: f"电话机 {rng.randint(100, 999)} 部，手机支架{rng.randint(1000, 9999)}套",
)  # fmt: skip


def other_strings(count: int, seed: int) -> list[str]:
    """Texts without any contact: patents, codes, standards, amounts, dates, addresses, parts; every kind in turn."""
    rng = random.Random(seed)
    around = ("{}", "见{}。", "采用 {} 方案", "（{}）", "参数：{}，可调", "{}、其他")
    return [rng.choice(around).format(_OTHERS[place % len(_OTHERS)](rng)) for place in range(count)]
