"""The nearest studies: the trial of the same question comes first, and the order has a reason."""

from reprieve.evidence.evidence import Evidence
from reprieve.regimen import Regimen
from reprieve.relief.nearest_studies import nearest_studies

EVIDENCE = Evidence.packaged()

STUDIES = EVIDENCE.studies


def nearest(condition, text, **options):
    return nearest_studies(STUDIES, condition, Regimen.parse(text), **options)


def test_the_trial_of_the_very_question_comes_first():
    first = nearest("crps", "esketamine iv 5 mg/h for 24 h then 14 mg/h for 24 h then 22.2 mg/h for 52.8 h")[0]
    assert first.study.id == "sigtermans2009"
    assert first.distance == 0.0
    assert first.why == "same condition, same route, 101 h of infusion against 101 h here"
    assert nearest("crps", "racemic iv 0.35 mg/kg/h for 4 h every 24 h x 10")[0].study.id == "schwartzman2009"
    assert nearest("cancer", "racemic oral 0.5 mg/kg every 8 h for 16 d")[0].study.condition == "cancer"


def test_nearer_comes_first_and_each_study_once():
    found = nearest("phn", "racemic iv 0.2 mg/kg/h for 1 h", most=20)
    distances = [near.distance for near in found]
    assert distances == sorted(distances)
    assert len({near.study.id for near in found}) == len(found) == 20


def test_only_arms_given_ketamine_count():
    assert {near.arm.role for near in nearest("crps", "racemic iv 0.2 mg/kg/h for 1 h", most=100)} == {"ketamine"}


def test_most_is_a_limit():
    assert len(nearest("crps", "racemic iv 0.2 mg/kg/h for 1 h", most=3)) == 3
    assert len(nearest("crps", "racemic iv 0.2 mg/kg/h for 1 h")) == 5


def test_the_order_does_not_depend_on_the_order_of_reading():
    regimen = Regimen.parse("racemic iv 0.2 mg/kg/h for 1 h")
    forward = nearest_studies(STUDIES, "mixed", regimen)
    backward = nearest_studies(STUDIES[::-1], "mixed", regimen)
    assert [near.study.id for near in forward] == [near.study.id for near in backward]
