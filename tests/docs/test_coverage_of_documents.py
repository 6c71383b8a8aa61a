"""Everything a user can type is described, links lead somewhere, and a page is reachable from the index."""

import re
import tomllib

import click
import pytest
from documents import PAGES, ROOT, name
from generator.cli_page import commands

import reprieve
from reprieve import engine
from reprieve.evidence.evidence import Evidence
from reprieve.evidence.records.condition import Condition
from reprieve.evidence.records.population_model import PopulationModel
from reprieve.evidence.records.protocol import Protocol
from reprieve.evidence.records.review import Review
from reprieve.relief.posterior import PARAMETERS

EVIDENCE = Evidence.packaged()

REFERENCE = ROOT / "docs" / "reference"


def test_every_command_and_option_is_described():
    text = (REFERENCE / "cli.md").read_text(encoding="utf-8")
    for path, command in commands():
        assert f"## {path}\n" in text
        section = text.split(f"## {path}\n")[1].split("\n## ")[0]
        for option in command.params:
            if isinstance(option, click.Option):
                assert f"`{option.opts[0]}`" in section or f"{option.opts[0]}, " in section, (path, option.name)


def test_every_public_name_is_described():
    text = (REFERENCE / "python.md").read_text(encoding="utf-8")
    for public in reprieve.__all__:
        assert f"## `rp.{public}`" in text or f"## `{public}`" in text
    for public in engine.__all__:
        assert f"## `engine.{public}`" in text


@pytest.mark.parametrize(
    ("page", "ids"),
    [
        ("protocols.md", EVIDENCE.ids(Protocol)),
        ("conditions.md", EVIDENCE.ids(Condition)),
        ("models.md", EVIDENCE.ids(PopulationModel)),
    ],
)
def test_every_record_has_its_section(page, ids):
    text = (REFERENCE / page).read_text(encoding="utf-8")
    for record in ids:
        assert f"## {record}\n" in text


def test_every_parameter_and_constant_of_the_relief_model_has_its_row():
    text = (REFERENCE / "posterior.md").read_text(encoding="utf-8")
    for row in (*PARAMETERS, *EVIDENCE.calibration.constants):
        assert f"\n| `{row}` |" in text


def test_every_study_and_review_is_in_the_index():
    text = (REFERENCE / "studies.md").read_text(encoding="utf-8")
    for record in (
        *EVIDENCE.study_ids,
        *EVIDENCE.ids(Review),
        *(column.name for column in EVIDENCE.outcome_columns),
    ):
        assert f"\n| `{record}`" in text


def headings(path):
    """Anchors of a page, spelled as GitHub spells them."""
    outside = re.sub(r"^```.*?^```", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    titles = re.findall(r"^#+ (.+)$", outside, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def links(path):
    outside = re.sub(r"^```.*?^```", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    found = re.findall(r"\]\(([^)\s]+)\)", outside)
    return [link for link in found if not re.match(r"https?://", link)]


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_links_lead_somewhere(path):
    for link in links(path):
        target, _, anchor = link.partition("#")
        page = (path.parent / target).resolve() if target else path
        assert page.exists(), link
        if anchor:
            assert anchor in headings(page), link


def test_every_dependency_is_listed_with_its_licence():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    table = (ROOT / "README.md").read_text(encoding="utf-8").split("| licence |")[1]
    for requirement in project["dependencies"]:
        assert re.search(rf"^\| .*\b{re.match('[a-z]+', requirement)[0]}\b", table, re.MULTILINE), requirement


def test_every_page_is_reached_from_the_index():
    index = ROOT / "docs" / "index.md"
    reached = {(index.parent / link.partition("#")[0]).resolve() for link in links(index)}
    pages = {path for path in (ROOT / "docs").rglob("*.md") if path != index}
    assert {name(path) for path in pages - reached} == set()


def test_no_page_names_a_path_of_one_machine():
    for path in [*PAGES, *(ROOT / "docs").rglob("*.py"), *(ROOT / "examples").rglob("*.*")]:
        assert not re.search(r"(?<![\w.])/(home|root|tmp|work)/", path.read_text(encoding="utf-8")), name(path)
