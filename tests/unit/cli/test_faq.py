"""``reprieve faq``: the questions, and an answer with its sources."""

import json
import re

import pytest

from reprieve import cli
from reprieve.evidence.evidence import Evidence
from reprieve.evidence.records.question import Question

EVIDENCE = Evidence.packaged()


def test_questions_are_listed(answer):
    text = answer("faq")
    for question in EVIDENCE.question_ids:
        assert f"{question} " in text
        assert EVIDENCE.record(Question, question).question in text


@pytest.mark.parametrize("asked", ["how_long", "how-long", " How_Long "])
def test_an_answer_names_what_each_sentence_rests_on(asked, answer):
    flat = " ".join(answer("faq", asked).split())
    assert "Study: Max et al. 1995, claim S0-03. Fairly sure (moderate certainty)." in flat
    assert re.search(r"Model: forecast, .+?\. (Very|Fairly|Not) sure", flat)
    assert "It is not advice." in flat


def test_what_is_recalled_is_said_to_be_unverified(answer):
    assert "Recalled, unverified." in answer("faq", "how_it_works")


def test_json_holds_every_answer_with_keys_and_certainty(answer):
    found = json.loads(answer("faq", "--json"))
    assert {one["id"] for one in found["answers"]} == set(EVIDENCE.question_ids)
    for one in found["answers"]:
        for said in one["sentences"]:
            assert said["certainty"] in {"high", "moderate", "low", "very low"}
            assert len(said["cited"]) == len(said["sources"]) >= 1
    assert "not advice" in found["note"]


def test_an_unknown_question_is_refused_with_the_nearest(capsys):
    assert cli.run(["faq", "safe"]) == 2
    assert "Did you mean 'safe_for_me'" in capsys.readouterr().err
