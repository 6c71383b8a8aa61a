"""The model card: its counts add up to what was fitted."""

import re

import pytest

from reprieve.answers.model_card_filling import model_card
from reprieve.evidence.evidence import Evidence
from reprieve.evidence.records.condition import Condition
from reprieve.report.model_card import markdown

EVIDENCE = Evidence.packaged()


@pytest.fixture(scope="module")
def card():
    return model_card(EVIDENCE)


def test_the_parts_add_up_to_the_fit(card):
    fitted = EVIDENCE.calibration.fitted
    assert card.fit.studies == card.evidence.fitted == fitted.studies
    assert card.fit.numbers == fitted.numbers
    assert card.fit.shares + card.fit.means + card.fit.p_values == fitted.numbers
    assert card.fit.seen + card.fit.recalled == fitted.numbers
    for part in (card.designs, card.conditions):
        assert sum(one.numbers for one in part) == fitted.numbers
    assert sum(one.studies for one in card.designs) == fitted.studies
    first = card.times[0]
    assert first.from_day == 1.0
    assert first.controlled <= first.ketamine


def test_every_study_has_one_role(card):
    found = card.evidence
    assert found.evidence + found.withheld + found.duplicates + found.background == len(EVIDENCE.all_studies)


def test_every_condition_is_counted(card):
    assert {one.condition for one in card.conditions} == set(EVIDENCE.ids(Condition))


def test_every_blank_of_the_prose_is_filled(card):
    text = markdown(card)
    assert not re.search(r"\$[a-z{]", text)
    for section in card.sections:
        assert section.text in text
    for used in card.exposure:
        assert f"`{used.model}`" in text
