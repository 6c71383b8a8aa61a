"""``reprieve models export``: the same text as the library's, and refusals in one sentence."""

from xml.etree import ElementTree

import pytest

from reprieve.cli import run
from reprieve.export import LANGUAGES, export


@pytest.mark.parametrize("language", LANGUAGES)
def test_export_prints_the_text_of_the_library(language, capsys):
    assert run(["models", "export", "kamp2020_meta_3cpt", "--as", language, "--weight", "154 lb"]) == 0
    printed = capsys.readouterr().out
    assert printed.rstrip("\n") == export("kamp2020_meta_3cpt", language, weight_kg=154 * 0.45359237).rstrip("\n")


def test_sbml_at_a_shell_is_xml(capsys):
    assert run(["models", "export", "otto2021_fanta2015_sket_iv_venous", "--as", "sbml"]) == 0
    assert ElementTree.fromstring(capsys.readouterr().out).tag.endswith("sbml")


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["kamp2021", "--as", "sbml"], 2, "Did you mean 'kamp2020_meta_3cpt'"),
        (["kamp2020_meta_3cpt", "--as", "matlab"], 2, "sbml"),
        (["jonkman2017_inhaled_esketamine", "--as", "sbml"], 3, "is incomplete"),
    ],
)
def test_what_cannot_be_exported_is_refused(words, code, said, capsys):
    assert run(["models", "export", *words]) == code
    caught = capsys.readouterr()
    assert caught.out == ""
    assert said in caught.err
    assert "Traceback" not in caught.err
