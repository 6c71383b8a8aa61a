"""Which model answers: every form and route gets a model that runs, or a sentence why none can."""

import msgspec
import pytest

from reprieve.chart.patient import Patient
from reprieve.errors import EvidenceError, OutsideEvidence
from reprieve.evidence.evidence import Evidence
from reprieve.evidence.records.model_choice import ModelChoice
from reprieve.evidence.records.population_model import PopulationModel
from reprieve.exposure.build import between_subject
from reprieve.exposure.concentration import concentration
from reprieve.regimen.forms import FORMS
from reprieve.regimen.routes import ROUTES

EVIDENCE = Evidence.packaged()

RULES = EVIDENCE.record(ModelChoice, "exposure").rules
#: Where a bioavailability and a peak time are published or stood in for, or a model has the input itself.
ANSWERED = {
    "racemic": {"iv", "im", "sc", "intranasal", "oral", "oral-pr", "sublingual", "buccal", "rectal"},
    "esketamine": {"iv", "im", "sc", "intranasal", "oral", "sublingual", "buccal"},
    "arketamine": set(),
}


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("form", FORMS)
def test_a_form_and_route_runs_or_is_refused_in_a_sentence(form, route):
    def ask():
        return concentration(Patient(weight=70), f"{form} {route} 25 mg", times=[0.25, 1.0, 6.0])

    if route in ANSWERED[form]:
        values = ask().values
        assert values.shape[0] == 3
        assert (values[:, 0] > 0).all()
        assert values[:, 0].max() < 25 * 1000 / 11.6  # all of it in the smallest central volume of the models
    else:
        with pytest.raises(OutsideEvidence, match=r"^(No|Nothing|For) .{40,}\.$") as refused:
            ask()
        assert route in str(refused.value) or form in str(refused.value)


MEMBERS = [(rule, member) for rule in RULES for member in rule.members]


@pytest.mark.parametrize(
    ("rule", "member"), MEMBERS, ids=[f"{r.form}-{'/'.join(r.routes) or 'any'}-{m.model}" for r, m in MEMBERS]
)
def test_every_rule_names_models_and_parameters_that_exist(rule, member):
    model = EVIDENCE.record(PopulationModel, member.model)
    assert rule.form in FORMS
    # The racemate may be followed as its halves by a model of esketamine; nothing else crosses forms.
    assert rule.form in model.forms or (rule.form == "racemic" and "esketamine" in model.forms)
    assert set(rule.routes) <= set(ROUTES)
    assert model.never_for_dosing is None
    if member.variability_from:
        lender = EVIDENCE.record(PopulationModel, member.variability_from)
        assert not between_subject(model)[0], "it has its own variability"
        assert set(member.borrowed) <= set(model.parameters)
        assert set(member.borrowed.values()) <= set(between_subject(lender)[0])
        for mine, theirs in member.borrowed.items():
            # A volume lends to a volume, a clearance to a clearance.
            assert mine[0] == theirs[0] or {mine[0], theirs[0]} == {"Q", "C"}
    else:
        assert between_subject(model)[0], "nobody would differ"


def test_the_first_rule_that_fits_wins():
    choice = EVIDENCE.record(ModelChoice, "exposure")
    models = [member.model for member in choice.rule_for("esketamine", "buccal").members]
    assert models == ["simons2022_sket_otf_iv"]
    assert choice.rule_for("esketamine", "oral").members[0].model == "perezruixo2021_esketamine_nasal_po_iv"
    assert choice.rule_for("arketamine", "iv") is None


@pytest.mark.parametrize(
    ("age", "first"), [(17.99, "herd2007_children"), (18, "kamp2020_meta_3cpt"), (None, "kamp2020_meta_3cpt")]
)
def test_children_get_the_childrens_models_and_an_unknown_age_never_does(age, first):
    assert EVIDENCE.record(ModelChoice, "exposure").rule_for("racemic", "iv", age).members[0].model == first


@pytest.mark.parametrize("change", [{"variability_from": None}, {"borrowed": {}}])
def test_borrowing_by_halves_is_refused(change):
    plain = msgspec.to_builtins(EVIDENCE.record(ModelChoice, "exposure"))
    rule = next(r for r in plain["rules"] if r["form"] == "racemic" and not r.get("under_age"))
    rule["members"] = [dict(member) for member in rule["members"]]
    rule["members"][0] |= change
    with pytest.raises(EvidenceError, match="racemic iv: kamp2020_meta_3cpt borrows without saying what"):
        msgspec.convert(plain, ModelChoice).check()


@pytest.mark.parametrize(("members", "sentence"), [([], "has no model"), ("twice", "names a model twice")])
def test_an_ensemble_of_none_or_of_one_twice_is_refused(members, sentence):
    plain = msgspec.to_builtins(EVIDENCE.record(ModelChoice, "exposure"))
    first = plain["rules"][0]
    first["members"] = [first["members"][0]] * 2 if members == "twice" else members
    with pytest.raises(EvidenceError, match=sentence):
        msgspec.convert(plain, ModelChoice).check()
