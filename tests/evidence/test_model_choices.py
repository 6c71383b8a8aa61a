"""Which model answers: every form and route gets a model that runs, or a sentence why none can."""

import msgspec
import pytest

from reprieve.errors import EvidenceError, OutsideEvidence
from reprieve.evidence import read
from reprieve.evidence.build import between_subject
from reprieve.evidence.records.model_choice import ModelChoice
from reprieve.regimen.forms import FORMS
from reprieve.regimen.routes import ROUTES
from reprieve.relief.exposure import concentration
from reprieve.relief.patient import Patient

RULES = read.model_choice("adult").rules
#: Where a bioavailability and a peak time are published, or a model has the input itself.
ANSWERED = {
    "racemic": {"iv", "im", "intranasal", "oral", "oral-pr", "sublingual", "buccal", "rectal"},
    "esketamine": {"iv", "im", "intranasal", "oral", "sublingual", "buccal"},
    "arketamine": set(),
}


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("form", FORMS)
def test_a_form_and_route_runs_or_is_refused_in_a_sentence(form, route):
    def ask():
        return concentration(f"{form} {route} 25 mg", Patient(weight=70), times=[0.25, 1.0, 6.0])

    if route in ANSWERED[form]:
        values = ask().values
        assert values.shape[0] == 3
        assert (values[:, 0] > 0).all()
        assert values[:, 0].max() < 25 * 1000 / 11.6  # all of it in the smallest central volume of the models
    else:
        with pytest.raises(OutsideEvidence, match=r"^(No|Nothing|For) .{40,}\.$") as refused:
            ask()
        assert route in str(refused.value) or form in str(refused.value)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.form}-{'/'.join(rule.routes) or 'any'}")
def test_every_rule_names_models_and_parameters_that_exist(rule):
    model = read.population_model(rule.model)
    assert rule.form in FORMS
    assert rule.form in model.forms
    assert set(rule.routes) <= set(ROUTES)
    if rule.variability_from:
        lender = read.population_model(rule.variability_from)
        assert not between_subject(model)[0], "it has its own variability"
        assert set(rule.borrowed) <= set(model.parameters)
        assert set(rule.borrowed.values()) <= set(between_subject(lender)[0])
        for mine, theirs in rule.borrowed.items():
            # A volume lends to a volume, a clearance to a clearance.
            assert mine[0] == theirs[0] or {mine[0], theirs[0]} == {"Q", "C"}
    else:
        assert between_subject(model)[0], "nobody would differ"


def test_the_first_rule_that_fits_wins():
    adult = read.model_choice("adult")
    assert adult.rule_for("esketamine", "buccal") is RULES[1]
    assert adult.rule_for("esketamine", "oral") is RULES[2]
    assert adult.rule_for("arketamine", "iv") is None


@pytest.mark.parametrize("change", [{"variability_from": None}, {"borrowed": {}}])
def test_borrowing_by_halves_is_refused(change):
    plain = msgspec.to_builtins(read.model_choice("adult"))
    plain["rules"] = [dict(rule) for rule in plain["rules"]]
    plain["rules"][3] |= change
    with pytest.raises(EvidenceError, match="racemic iv borrows without saying what, or the reverse"):
        msgspec.convert(plain, ModelChoice).check()
