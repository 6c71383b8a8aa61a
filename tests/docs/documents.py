"""The documents under test."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "tests").rglob("*.md")])


def name(path):
    return path.relative_to(ROOT).as_posix()


def blocks(path, language):
    """Fenced blocks of one language, outside of comments."""
    return re.findall(rf"^```{language}\n(.*?)^```", path.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
