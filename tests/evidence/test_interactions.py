"""Effects on exposure: published ratios, and no ratio ever leaves the form and route it was measured in."""

import copy
import itertools

import msgspec
import pytest

from reprieve import strict_yaml
from reprieve.errors import EvidenceError, RegimenError, UnknownName
from reprieve.evidence.evidence import Evidence
from reprieve.evidence.interactions import exposure_effects, interaction_id, why_not_combined
from reprieve.evidence.records.interaction import Interaction
from reprieve.regimen.forms import FORMS
from reprieve.regimen.routes import ROUTES

EVIDENCE = Evidence.packaged()

FOLDER = EVIDENCE.folder / "interactions"
RECORDS = [EVIDENCE.record(Interaction, record_id) for record_id in EVIDENCE.ids(Interaction)]


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.id)
def test_sources_resolve(record):
    for key in record.citations():
        assert EVIDENCE.reference(key)


@pytest.mark.parametrize(
    ("name", "form", "route", "ratios"),
    [
        ("ticlopidine", "esketamine", "oral", [2.4]),
        ("itraconazole", "esketamine", "oral", [1.0]),
        ("clarithromycin", "esketamine", "oral", [2.6]),
        ("grapefruit juice", "esketamine", "oral", [3.0]),
        ("St John's wort", "esketamine", "oral", [0.42]),
        ("rifampicin", "esketamine", "oral", [0.14]),
        ("rifampicin", "esketamine", "iv", [0.86, 0.9]),
        ("ticlopidine", "esketamine", "intranasal", [1.29]),
        ("clarithromycin", "esketamine", "intranasal", [1.04]),
        ("rifampicin", "esketamine", "intranasal", [0.72]),
        ("oxymetazoline", "esketamine", "intranasal", [1.0]),
        ("mometasone", "esketamine", "intranasal", [1.0]),
        # Clearance 68.1 L/h of *1/*1 over 40.6 and over 21.6
        ("CYP2B6*6", "racemic", "sc", [68.1 / 40.6, 68.1 / 21.6]),
        ("CYP2B6*6", "racemic", "oral", [1.0]),
        # 109 over 97 L/h
        ("age over 60", "esketamine", "iv", [109 / 97]),
    ],
)
def test_published_ratio(name, form, route, ratios):
    found = exposure_effects(EVIDENCE, [name], form, route)
    assert [effect.auc.value for effect in found] == pytest.approx(ratios, rel=5e-4)
    assert all(effect.source in EVIDENCE.references for effect in found)


def test_ranges_and_other_ratios():
    (juice,) = exposure_effects(EVIDENCE, ["grapefruit"], "esketamine", "oral")
    assert (juice.auc.low, juice.auc.high, juice.cmax.value) == (2.4, 3.6, 2.1)
    assert juice.metabolite_ratio.value == pytest.approx(1 - 0.57)
    (kidney,) = exposure_effects(EVIDENCE, ["renal impairment"], "esketamine", "intranasal")
    assert (kidney.auc.value, kidney.auc.low, kidney.auc.high, kidney.n) == (None, 1.13, 1.36, 32)
    assert "1.13 to 1.36 times" in kidney.sentence


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.id)
def test_what_was_not_measured_is_unknown_and_never_one(record):
    measured = {(row.form, row.route) for row in record.effects}
    for form, route in itertools.product(FORMS, ROUTES):
        found = exposure_effects(EVIDENCE, [record.name], form, route)
        assert found
        if (form, route) in measured:
            assert all(effect.finding != "unknown" and effect.source for effect in found)
            continue
        (effect,) = found
        assert effect.finding == "unknown"
        ratios = (effect.auc, effect.cmax, effect.metabolite_auc, effect.metabolite_ratio, effect.source, effect.status)
        assert ratios == (None,) * 6
        assert "a ratio of another form or route does not carry over" in effect.sentence
        assert not effect.verified


def test_the_same_drug_by_mouth_and_by_nose():
    # 2.4 by mouth, 1.29 by nose, nothing by vein or muscle
    found = [
        exposure_effects(EVIDENCE, ["ticlopidine"], "esketamine", route)[0] for route in ("oral", "nasal", "iv", "im")
    ]
    assert [effect.finding for effect in found] == ["known ratio", "known ratio", "unknown", "unknown"]
    assert found[0].auc.value == 2.4
    assert found[1].auc.value == 1.29
    assert found[2].sentence.startswith("ticlopidine: its effect on esketamine iv is unknown; it was studied with")


def test_racemic_is_not_esketamine():
    (effect,) = exposure_effects(EVIDENCE, ["clarithromycin"], "racemic", "oral")
    assert effect.finding == "unknown"


def test_sources_that_disagree_are_both_there():
    chronic = exposure_effects(EVIDENCE, ["CYP2B6 *6"], "racemic", "sc")
    (once,) = exposure_effects(EVIDENCE, ["CYP2B6 *6"], "racemic", "oral")
    assert {effect.finding for effect in chronic} == {"known ratio"}
    assert [effect.group for effect in chronic] == ["*1/*6", "*6/*6"]
    assert once.finding == "no effect shown"
    assert (chronic[0].source, once.source) == ("Li2015", "Rao2016")
    for effect in (*chronic, once):
        assert "Rao 2016 no difference" in effect.sentence


def test_recalled_numbers_are_called_unverified():
    (nasal,) = exposure_effects(EVIDENCE, ["rifampicin"], "esketamine", "intranasal")
    assert not nasal.verified
    assert "recalled, unverified" in nasal.sentence
    (oral,) = exposure_effects(EVIDENCE, ["rifampicin"], "esketamine", "oral")
    assert oral.verified


def test_a_direction_without_a_number():
    (liver,) = exposure_effects(EVIDENCE, ["hepatic impairment"], "esketamine", "intranasal")
    assert (liver.finding, liver.auc, liver.verified) == ("direction only", None, False)
    assert "higher, by how much was not read (2.03 times is recalled, unverified)" in liver.sentence


def test_known_ratios_are_not_multiplied():
    both = exposure_effects(EVIDENCE, ["grapefruit", "rifampicin"], "esketamine", "oral")
    assert len(both) == 2
    assert why_not_combined(both).startswith("grapefruit juice and rifampicin each change exposure; no study gave them")
    assert why_not_combined(exposure_effects(EVIDENCE, ["grapefruit", "itraconazole"], "esketamine", "oral")) is None
    assert (
        why_not_combined(exposure_effects(EVIDENCE, ["rifampicin"], "esketamine", "iv")) is None
    )  # two studies, one drug


@pytest.mark.parametrize(
    ("spoken", "record_id"),
    [
        ("grapefruit", "grapefruit_juice"), ("Grapefruit Juice", "grapefruit_juice"),
        ("St John's wort", "st_johns_wort"), ("st. john’s wort", "st_johns_wort"), ("Hypericum", "st_johns_wort"),
        ("rifampin", "rifampicin"), ("cyp2b6*6", "cyp2b6_6"), ("CYP2B6 *6/*6", "cyp2b6_6"), ("elderly", "age_over_60"),
    ],
)  # fmt: skip
def test_synonyms(spoken, record_id):
    assert interaction_id(EVIDENCE, spoken) == record_id


def test_a_repeat_counts_once_and_nothing_is_nothing():
    assert len(exposure_effects(EVIDENCE, ["rifampin", "rifampicin"], "S-ketamine", "po")) == 1
    assert exposure_effects(EVIDENCE, [], "esketamine", "oral") == ()


def test_unknown_names():
    with pytest.raises(UnknownName, match=r"'clarithromicin'\. Did you mean 'clarithromycin'"):
        exposure_effects(EVIDENCE, ["clarithromicin"], "esketamine", "oral")
    with pytest.raises(UnknownName, match="Unknown route 'orall'"):
        exposure_effects(EVIDENCE, ["rifampicin"], "esketamine", "orall")
    with pytest.raises(RegimenError, match="'ketamine' alone is ambiguous"):
        exposure_effects(EVIDENCE, ["rifampicin"], "ketamine", "oral")


@pytest.mark.parametrize(
    ("record_id", "where", "value", "sentence"),
    [
        ("ticlopidine", ("effects", 0, "route"), "all", "names the route 'all'; known are iv"),
        ("ticlopidine", ("effects", 0, "form"), "ketamine", "names the form 'ketamine'"),
        ("ticlopidine", ("effects", 0, "auc"), None, "shows known ratio and has no auc"),
        ("ticlopidine", ("effects", 0, "auc", "value"), -2.4, "must be greater than zero"),
        ("ticlopidine", ("effects", 0, "shown"), "no effect shown", "its auc is not from 0.8 to 1.25"),
        ("ticlopidine", ("effects", 0, "direction"), "higher", "a direction is given when only that is shown"),
        ("ticlopidine", ("effects",), [], "at least one kind and one effect"),
        ("ticlopidine", ("disagreement",), "none", "say in disagreement what may explain it"),
        ("cyp2b6_6", ("disagreement",), None, "say in disagreement what may explain it"),
        ("cyp2b6_6", ("effects", 1, "group"), "*1/*6", "two of its rows have the same form"),
        ("cyp2b6_6", ("effects", 1, "auc", "note"), None, "is derived; the note"),
        ("grapefruit_juice", ("effects", 0, "auc", "low"), 4.0, "runs from 4 to 3.6"),
        ("grapefruit_juice", ("effects", 0, "auc", "value"), 4.0, "is 4, outside its range 2.4 to 3.6"),
        ("hepatic_impairment", ("effects", 0, "auc", "status"), "seen", "shows a direction only and its ratio is seen"),
    ],
)
def test_a_planted_fault_is_refused_with_a_sentence(record_id, where, value, sentence):
    data = copy.deepcopy(strict_yaml.load(FOLDER / f"{record_id}.yaml"))
    place = data
    for step in where[:-1]:
        place = place[step]
    place[where[-1]] = value
    with pytest.raises(EvidenceError, match=f"^{record_id}: .*{sentence}"):
        msgspec.convert(data, Interaction, strict=True).check()
