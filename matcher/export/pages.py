"""The one writer of pages: a template and its facts in, self-contained HTML out, every text escaped and masked."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from matcher.tables.privacy import mask_nested


def page_bytes(template: str, context: dict[str, Any], *, mask: bool = True) -> bytes:
    """`templates/<template>.html.j2` with the facts of `context`; mask: hide contacts in all its texts."""
    page: str = _templates().get_template(f"{template}.html.j2").render(mask_nested(context) if mask else context)
    return page.encode()


@lru_cache(1)
def _templates() -> Any:
    import jinja2

    return jinja2.Environment(
        loader=jinja2.PackageLoader("matcher.export"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
