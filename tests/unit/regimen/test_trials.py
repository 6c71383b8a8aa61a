"""Every published course we know can be written as a regimen."""

from pathlib import Path

import pytest
import yaml

from reprieve.regimen import Regimen

TRIALS = yaml.safe_load((Path(__file__).parents[2] / "reference" / "trial_regimens.yaml").read_text("utf-8"))


@pytest.mark.parametrize(("arm", "text"), TRIALS.items())
def test_published_regimens_parse_and_round_trip(arm, text):
    regimen = Regimen.parse(text)
    assert str(regimen) == text
    assert Regimen.parse(str(regimen)) == regimen
    assert regimen.needs_weight == ("/kg" in text)
    assert sum(event.amount_mg for event in regimen.events(70)) == pytest.approx(regimen.total_mg(70))


@pytest.mark.parametrize(
    ("arm", "total_mg"),
    [
        # 3 · 24 + 5 · 24 + 7 · 72 = 696 mg/kg, the anaesthetic course: 48.72 g at 70 kg
        ("kiefer2008coma-ket", 696 * 70),
        # 50 mg/day rising to 500: 50 · (1 + ... + 10) = 2750 mg, to the rounding of the written rates
        ("kiefer2008s-ket", 2750),
        # 100 + 300 + 3 · 500 mg
        ("jackson2010-ket", 1900),
        # 3 · 687 = 2061 doses of 64.6 mg
        ("almukhaizeem2023-ket", 2061 * 64.6),
    ],
)
def test_published_totals(arm, total_mg):
    assert Regimen.parse(TRIALS[arm]).total_mg(70) == pytest.approx(total_mg, rel=2e-3)


def test_the_list_is_whole():
    assert len(TRIALS) == 85
