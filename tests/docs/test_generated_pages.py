"""Generated pages and printed outputs are what the generator makes now; `make docs` renews them."""

import generate
import pytest
from documents import ROOT, name


@pytest.mark.parametrize("page", generate.PAGES)
def test_generated_pages_are_current(page):
    assert (ROOT / page).read_text(encoding="utf-8") == generate.made(page), "run `make docs`"


@pytest.mark.parametrize("picture", generate.PICTURES)
def test_generated_pictures_are_current(picture):
    assert (ROOT / picture).read_text(encoding="utf-8") == generate.drawn(picture), "run `make docs`"


@pytest.mark.parametrize("path", generate.written_by_hand(), ids=name)
def test_what_commands_print_is_current(path):
    text = path.read_text(encoding="utf-8")
    assert generate.printed.filled(text, ROOT) == text, "run `make docs`"


@pytest.mark.parametrize("page", generate.PAGES)
def test_generated_pages_say_which_command_makes_them(page):
    assert "python docs/generate.py" in (ROOT / page).read_text(encoding="utf-8").splitlines()[0]
