"""Makes the pictures of the documentation from the shipped, made-up examples, with the commands that the guides show.

    python examples/make_pictures.py docs/pictures            # all of them
    python examples/make_pictures.py docs/pictures matches dashboard

Needs Chromium for pages, LibreOffice and poppler (soffice, pdftotext, pdftoppm) for workbooks, a Chinese font such as
Noto Sans CJK, and Pillow. What the commands write stays in a temporary folder.
"""

from __future__ import annotations

import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image, ImageChops

EXAMPLES = Path(__file__).resolve().parent
COMMANDS = {
    "match": [
        "match needs.csv outcomes.csv --on 2026-11-24 -o 匹配.html",
        "match needs.csv outcomes.csv --on 2026-11-24 -o 匹配.xlsx",
    ],
    "experts": ["experts needs.csv experts.csv works.csv --on 2026-11-24 -o 专家.html"],
    "policy": [
        "policy score firms.csv --policy hte --policy tech-sme --on 2026-11-24 -o 判断.xlsx",
        "policy explain firms.csv --policy hte --firm S02 --on 2026-11-24 -o S02.html",
    ],
    "assign": ["assign review_pairs.csv --config review.yaml -o 分组.xlsx --record 记录.json --public 公开.json"],
    "partners": [
        "partners partner_firms.csv needs.csv outcomes.csv --policy hte --on 2026-11-24 -o 合作.xlsx --files 档案",
    ],
    "pool": [
        "pool create 培育库.db --on 2026-01-05 --person 王岚 --goal hte --entry hte-pool --parameter staff_share=8%",
        "pool import 培育库.db city.csv --on 2026-01-05 --person 王岚",
        "pool discover city.csv --policy hte --on 2026-01-05 -o 走访名单.csv --expected 预计.csv",
        "pool discover city.csv --policy hte --on 2026-01-05 -o 走访名单.xlsx",
        "pool enter 培育库.db --on 2026-01-06 --person 王岚 --list 走访名单.csv --first 60 --reason 走访名单前60名",
        "pool snapshot 培育库.db --on 2026-01-31 --person 王岚 -o 一月.xlsx",
        "pool import 培育库.db partner_firms.csv --on 2026-03-10 --person 李进 --source 走访",
        "pool import 培育库.db visited.csv --on 2026-03-12 --person 李进 --source 走访",
        "pool enter 培育库.db --on 2026-03-13 --person 李进",
        "pool status 培育库.db followup.csv --on 2026-06-30 -o 跟进.xlsx",
        "pool funnel 培育库.db --on 2026-06-30 -o 漏斗.xlsx",
        "pool snapshot 培育库.db --on 2026-06-30 --person 王岚 -o 快照.xlsx",
        "pool diff 培育库.db --before 2026-01-31 --after 2026-06-30 -o 变动.xlsx",
        "fields city.csv --scheme clusters -o 集群.csv",
        "fields chains chains.csv --firms city.csv --needs needs.csv --outcomes outcomes.csv -o 产业链.xlsx",
        "pool targets targets.csv --on 2020-07-01 -o 目标.csv",
        "pool dashboard 培育库.db --on 2026-06-30 --before 2026-01-31 -o 看板.html --discovered 走访名单.csv "
        "--expected 预计.csv --goal hte=20 --targets 目标.csv --clusters 集群.csv --chains 产业链.xlsx",
    ],
}
# picture -> which commands, file, width and height of the window of a page, or sheet and height in rows of pixels
PAGES = {
    "matches": ("match", "匹配.html", 900, 860),
    "experts": ("experts", "专家.html", 900, 780),
    "explain": ("policy", "S02.html", 900, 1120),
    "firm-file": ("partners", "档案/QY003.html", 900, 1000),
    "dashboard": ("pool", "看板.html", 1000, 1330),
}
SHEETS = {
    "matches-workbook": ("match", "匹配.xlsx", "需求", 430),
    "decisions-workbook": ("policy", "判断.xlsx", "结论", 560),
    "gaps-workbook": ("policy", "判断.xlsx", "差距", 560),
    "panels-workbook": ("assign", "分组.xlsx", "按项目汇总", 430),
    "exclusions-workbook": ("assign", "分组.xlsx", "排除与原因", 430),
    "visits-workbook": ("pool", "走访名单.xlsx", "走访名单", 430),
    "changes-workbook": ("pool", "变动.xlsx", "变动", 430),
}


def main(folder: Path, names: list[str]) -> None:
    """The pictures of these names, or all."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = names or [*PAGES, *SHEETS]
    with tempfile.TemporaryDirectory() as place:
        work = Path(place)
        for topic in dict.fromkeys((PAGES | SHEETS)[name][0] for name in wanted):
            for command in COMMANDS[topic]:
                run(command, work)
        for name in wanted:
            image = work / f"{name}.png"
            if name in PAGES:
                _, file, width, height = PAGES[name]
                page(work / file, image, width, height)
            else:
                _, file, sheet, height = SHEETS[name]
                workbook(work / file, image, sheet, height)
            small(image, folder / f"{name}.png", sheet=name in SHEETS)


def run(command: str, work: Path) -> None:
    """A command of the library; its inputs are the example tables, its outputs go to the temporary folder."""
    words = [str(EXAMPLES / word) if (EXAMPLES / word).is_file() else word for word in shlex.split(command)]
    subprocess.run([sys.executable, "-m", "matcher.cli", *words], cwd=work, check=True)


def page(source: Path, image: Path, width: int, height: int) -> None:
    """A page as a browser shows it, with its first entry opened as a click opens it."""
    shown = source.with_suffix(".shown.html")
    shown.write_text(source.read_text("utf-8").replace("<details", "<details open", 1), "utf-8")
    with tempfile.TemporaryDirectory() as profile:
        subprocess.run(
            [
                "chromium", "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run",
                "--disable-background-networking", "--hide-scrollbars", "--force-device-scale-factor=1.5",
                f"--user-data-dir={profile}", f"--window-size={width},{height}", f"--screenshot={image}",
                shown.as_uri(),
            ],
            check=True, capture_output=True, timeout=180,
        )  # fmt: skip


def workbook(source: Path, image: Path, sheet: str, height: int) -> None:
    """The top of a sheet as it prints."""
    subprocess.run(
        ["soffice", "--headless", "--convert-to", "pdf", "--outdir", str(source.parent), str(source)],
        check=True, capture_output=True, timeout=300,
    )  # fmt: skip
    pdf = source.with_suffix(".pdf")
    texts = subprocess.run(["pdftotext", "-layout", str(pdf), "-"], check=True, capture_output=True, text=True).stdout
    footers = [text.strip().splitlines()[-1].split() if text.strip() else [] for text in texts.split("\f")]
    number = next(at for at, words in enumerate(footers, 1) if words[:1] == [sheet])
    subprocess.run(
        ["pdftoppm", "-png", "-singlefile", "-r", "150", "-f", str(number), "-l", str(number), "-y", "60", "-x", "0",
         "-W", "1754", "-H", str(height), str(pdf), str(image.with_suffix(""))],
        check=True,
    )  # fmt: skip


def small(image: Path, target: Path, *, sheet: bool) -> None:
    """Without empty margins below and beside, in few colours: a picture of some tens of kilobytes."""
    shown = Image.open(image).convert("RGB")
    corner = Image.new("RGB", shown.size, shown.getpixel((2, shown.height - 2)))
    box = ImageChops.difference(shown, corner).getbbox()
    if box:
        left, right = (max(0, box[0] - 24), min(shown.width, box[2] + 24)) if sheet else (0, shown.width)
        shown = shown.crop((left, 0, right, min(shown.height, box[3] + 24)))
    shown.quantize(64, dither=Image.Dither.NONE).save(target, optimize=True)
    print(target, f"{target.stat().st_size / 1000:.0f} KB")


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]), sys.argv[2:])
