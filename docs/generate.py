"""Write the generated parts of the documentation: ``python docs/generate.py``, or ``make docs``.

Whole pages are made from the code and the evidence; in pages written by hand, what a command prints stands after
a marker ``<!-- printed by: reprieve ... -->`` and is filled in. ``tests/docs`` makes all of it again in memory and
compares, so nothing here can go out of date unseen.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

from generator import (
    answers_page,
    claims_page,
    cli_page,
    comparison_page,
    duration_page,
    evidence_pages,
    faq_page,
    kamp_page,
    meta_page,
    model_card_page,
    models_page,
    printed,
    python_page,
    speed_page,
    studies_page,
    validation_pages,
)

ROOT = Path(__file__).resolve().parents[1]
HEADER = "<!-- Made by `python docs/generate.py`; change what it is made from, not this page. -->\n\n"

PAGES = {
    "docs/reference/cli.md": cli_page.page,
    "docs/reference/python.md": python_page.page,
    "docs/reference/protocols.md": evidence_pages.protocols,
    "docs/reference/conditions.md": evidence_pages.conditions,
    "docs/reference/studies.md": studies_page.page,
    "docs/reference/claims.md": claims_page.page,
    "docs/reference/answers.md": answers_page.page,
    "docs/reference/faq.md": faq_page.page,
    "docs/reference/duration-table.md": duration_page.page,
    "docs/reference/models.md": models_page.page,
    "docs/reference/measured-curves.md": kamp_page.page,
    "docs/reference/meta-analysis.md": meta_page.page,
    "docs/reference/posterior.md": evidence_pages.posterior,
    "docs/reference/speed.md": speed_page.page,
    "docs/explanation/first-comparison.md": comparison_page.page,
    "docs/explanation/model-card.md": model_card_page.page,
} | {f"docs/validation/{name}": page for name, page in validation_pages.PAGES.items()}

#: Pictures of generated pages, by their path in the repository, each with what draws it.
PICTURES = (
    {
        f"docs/reference/kamp2020/{name}": partial(kamp_page.picture, curve, group)
        for name, curve, group in kamp_page.pictures()
    }
    | {f"docs/reference/meta-analysis/{name}": partial(meta_page.picture, name) for name in meta_page.pictures()}
    | {f"docs/validation/{name}": draw for name, draw in validation_pages.PICTURES.items()}
)


def drawn(name: str) -> str:
    """The SVG of one picture, by its path in the repository."""
    return PICTURES[name]().svg + "\n"


def made(name: str) -> str:
    """The text of one generated page, by its path in the repository."""
    return HEADER + PAGES[name]().rstrip() + "\n"


def written_by_hand() -> tuple[Path, ...]:
    """Pages with prose, in which what commands print is filled in."""
    pages = (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")))
    return tuple(path for path in pages if path.relative_to(ROOT).as_posix() not in PAGES)


def main() -> None:
    """Write every page that changed."""
    texts = {ROOT / name: made(name) for name in PAGES}
    texts |= {ROOT / name: drawn(name) for name in PICTURES}
    texts |= {path: printed.filled(path.read_text(encoding="utf-8"), ROOT) for path in written_by_hand()}
    for path, text in texts.items():
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            print(f"wrote {path.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
