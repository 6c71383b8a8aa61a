"""Units: every conversion against arithmetic done by hand, every refusal by its sentence."""

import math

import pytest

from reprieve.errors import UnitError
from reprieve.units import (
    BASE_PER_SALT,
    canonical_unit,
    convert,
    dimension,
    molar_to_mass,
    parse_number,
    parse_weight,
)

# unit, house unit of its dimension, one of the unit in the house unit (worked by hand)
EACH_UNIT = [
    ("s", "h", 1 / 3600), ("min", "h", 1 / 60), ("h", "h", 1), ("d", "h", 24), ("wk", "h", 7 * 24),
    ("mcg", "mg", 0.001), ("mg", "mg", 1), ("g", "mg", 1000),
    ("mcg/kg", "mg/kg", 0.001), ("mg/kg", "mg/kg", 1),
    ("mcg/min", "mg/h", 60 / 1000), ("mcg/h", "mg/h", 0.001), ("mg/min", "mg/h", 60), ("mg/h", "mg/h", 1),
    ("mg/day", "mg/h", 1 / 24), ("g/h", "mg/h", 1000),
    ("mcg/kg/min", "mg/kg/h", 60 / 1000), ("mcg/kg/h", "mg/kg/h", 0.001), ("mg/kg/min", "mg/kg/h", 60),
    ("mg/kg/h", "mg/kg/h", 1), ("mg/kg/day", "mg/kg/h", 1 / 24),
    ("kg", "kg", 1), ("lb", "kg", 0.45359237),
    ("mL", "L", 0.001), ("L", "L", 1),
    ("mL/min", "L/h", 60 / 1000), ("L/min", "L/h", 60), ("L/h", "L/h", 1),
    ("1/min", "1/h", 60), ("1/h", "1/h", 1), ("1/d", "1/h", 1 / 24),
    ("ng/mL", "ng/mL", 1), ("mcg/L", "ng/mL", 1), ("mcg/mL", "ng/mL", 1000), ("mg/L", "ng/mL", 1000),
    ("fraction", "fraction", 1), ("%", "fraction", 0.01),
]  # fmt: skip


@pytest.mark.parametrize(("unit", "house", "factor"), EACH_UNIT)
def test_each_unit_converts_as_worked_by_hand_and_back(unit, house, factor):
    assert convert(1.0, unit, house) == pytest.approx(factor, rel=1e-12)
    assert convert(convert(2.5, unit, house), house, unit) == pytest.approx(2.5, rel=1e-12)
    assert canonical_unit(unit) == unit
    assert dimension(unit) == dimension(house)


@pytest.mark.parametrize(
    ("spelling", "house"),
    [
        ("ug", "mcg"), ("µg", "mcg"), ("μg/kg/min", "mcg/kg/min"), ("hours", "h"), ("hr", "h"),
        ("mins", "min"),
        ("days", "d"), ("weeks", "wk"), ("mg/kg/hr", "mg/kg/h"), ("mg/d", "mg/day"), ("mg/kg/d", "mg/kg/day"),
        ("lbs", "lb"), ("ml", "mL"), ("l/h", "L/h"), ("1/day", "1/d"),
    ],
)  # fmt: skip
def test_spellings_reach_the_house_unit(spelling, house):
    assert canonical_unit(spelling) == house


def test_unknown_and_incompatible_units_are_refused():
    with pytest.raises(UnitError, match=r"Unknown unit 'drops'\. Known units: .*mg/kg/h"):
        canonical_unit("drops")
    with pytest.raises(UnitError, match="mg measures amount, h time; they cannot be converted"):
        convert(1.0, "mg", "h")
    with pytest.raises(UnitError, match="mg/kg measures amount per weight, mg amount"):
        convert(1.0, "mg/kg", "mg")


@pytest.mark.parametrize(("salt_mg", "base_mg"), [(57.7, 50.0), (32.3, 28.0)])
def test_salt_to_base_agrees_with_labels(salt_mg, base_mg):
    # Labels print both: 57.7 mg of hydrochloride is 50 mg of ketamine, 32.3 mg is 28 mg of esketamine.
    assert salt_mg * BASE_PER_SALT == pytest.approx(base_mg, rel=1e-3)


def test_one_nmol_per_ml_of_ketamine_is_its_molar_mass_in_nanograms():
    assert molar_to_mass(1.0, "ketamine") == 237.73


@pytest.mark.parametrize(
    ("text", "value"), [("0.35", 0.35), (" 5 ", 5.0), (".5", 0.5), ("5.", 5.0), ("-2", -2.0), ("1e-3", 0.001)]
)
def test_numbers_are_read(text, value):
    assert parse_number(text) == value


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("0,35", r"a comma can mean 0\.35 or 35\. Write a decimal point"),
        ("1,000", r"a comma can mean 1\.000 or 1000\."),
        ("1,000,000", "write digits and at most one decimal point, no commas"),
        ("1.000,5", "write digits and at most one decimal point, no commas"),
        ("", "Dose is given as ''; it must be a finite number such as 0.35"),
        ("nan", "must be a finite number"),
        ("inf", "must be a finite number"),
        ("1e999", "must be finite"),
        ("five", "must be a finite number"),
        ("0x10", "must be a finite number"),
        ("1_000", "must be a finite number"),
    ],
)
def test_numbers_that_cannot_be_read_are_refused(text, sentence):
    with pytest.raises(UnitError, match=sentence):
        parse_number(text, "Dose")


@pytest.mark.parametrize(
    ("given", "kg"),
    [
        (70, 70.0),
        (70.5, 70.5),
        ("70", 70.0),
        ("70 kg", 70.0),
        ("70kg", 70.0),
        ("154 lb", 154 * 0.45359237),  # 69.85 kg
        ("154lbs", 69.85322498),
        ("154 pounds", 69.85322498),
        ("70000 g", None),
    ],
)
def test_weights_are_read_in_kg_or_pounds(given, kg):
    if kg is None:
        with pytest.raises(UnitError, match="g measures amount, kg weight"):
            parse_weight(given)
    else:
        assert parse_weight(given) == pytest.approx(kg, rel=1e-12)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ("70,5 kg", r"Weight is given as '70,5': a comma can mean 70\.5 or 705\."),
        ("heavy", r"write it as 70 \(kg\), '70 kg' or '154 lb'"),
        ("11 stone", "Unknown unit 'stone'"),
        (True, "Weight is given as True"),
    ],
)
def test_weights_that_cannot_be_read_are_refused(given, sentence):
    with pytest.raises(UnitError, match=sentence):
        parse_weight(given)


def test_a_weight_that_is_not_a_number_is_left_to_the_range_check():
    assert math.isnan(parse_weight(math.nan))
