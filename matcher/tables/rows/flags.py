"""Columns of data bases in which a sign says that a row is deleted, withdrawn or out of use."""

from __future__ import annotations

import re

from matcher.tables.cells.texts import as_written, half_width

_MARK = "(?:标[志记识]|状态|位)?"
_OVER = re.compile(
    rf"(?:is_?|has_?)?(?:deleted?|del|invalid|disabled|removed|void)(?:_?(?:flag|status|state))?"
    rf"|(?:是否|已|逻辑)?(?:已)?(?:删除|作废|停用|禁用|失效|注销|下架|撤回){_MARK}",
    re.I,
)
_IN_FORCE = re.compile(
    rf"(?:is_?)?(?:valid|enabled?|active)(?:_?flag)?|是否(?:有效|启用|在用|上架|在架|在库){_MARK}", re.I
)
_YES = {"1", "是", "true", "y", "yes", "t", "√", "2"}  # 2: deleted, in frames of which 0 is kept
_NO = {"0", "否", "false", "n", "no", "f", "×"}


def is_flag(header: str) -> bool:
    """Whether a column holds such signs."""
    name = re.sub(r"\s+", "", header)
    return bool(_OVER.fullmatch(name) or _IN_FORCE.fullmatch(name))


def says_gone(header: str, cell: object) -> bool:
    """Whether a sign under such a header says that its row counts no more.

    >>> says_gone("is_deleted", 1), says_gone("del_flag", "2"), says_gone("是否有效", "否"), says_gone("是否删除", 0)
    (True, True, True, False)
    >>> says_gone("有效期", 0), says_gone("删除原因", "1"), says_gone("是否有效", ""), says_gone("deleted", None)
    (False, False, False, False)
    """
    if not is_flag(header):
        return False
    over = _OVER.fullmatch(re.sub(r"\s+", "", header))
    sign = re.sub(r"\.0+$", "", half_width(as_written(cell)).strip().lower())
    return sign in _YES if over else sign in _NO
