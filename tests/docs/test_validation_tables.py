"""The tables of the validation in the repository are of the present evidence, and possible."""

import pytest
from generator.validation.tables import DATA, load

from reprieve.evidence.evidence import Evidence
from reprieve.inference.reports import reports

EVIDENCE = Evidence.packaged()

TABLES = load(DATA)  # fails where a column that a page needs is absent


@pytest.mark.parametrize("stage", TABLES.run)
def test_a_stage_was_run_with_the_present_evidence(stage):
    was = TABLES.run[stage]["evidence_fingerprint"]
    assert was == EVIDENCE.fitted_fingerprint, f"run `python validation/calibration.py {stage}`, then `make docs`"


def test_tables_and_their_run_are_kept_together():
    of_stage = {"held_out": TABLES.held_out, "sensitivity": TABLES.sensitivity, "ranks": TABLES.ranks}
    assert {stage for stage, rows in of_stage.items() if rows} == set(TABLES.run)


def test_what_was_printed_is_what_the_evidence_has():
    found, _ = reports(EVIDENCE.studies)
    printed = {(r.study.id, r.arm.id, r.kind, float(f"{r.day:.4g}"), float(f"{r.value:.4g}")) for r in found}
    tabled = {(o.study, o.arm, o.kind, o.day, o.seen) for o in TABLES.held_out}
    assert tabled <= printed


def test_intervals_are_in_order_and_possible():
    for outcome in TABLES.held_out:
        top = 1.0 if outcome.kind == "share" else 3.0
        normal = [i for i in (outcome.plain, outcome.averages) if i]
        intervals = [(outcome.held_out, 0.0), (outcome.fitted, 0.0)]
        # by the two baselines a mean is a normal without a floor
        intervals += [(i, -1.0 if outcome.kind == "mean" else 0.0) for i in normal]
        for interval, floor in intervals:
            assert floor <= interval.low <= interval.middle <= interval.high <= top, outcome
    for parameter in TABLES.parameters:
        for interval in (parameter.prior, parameter.posterior):
            assert interval.low <= interval.middle <= interval.high, parameter.name
    for variant in TABLES.sensitivity:
        assert variant.value.low <= variant.value.high, variant  # the middle of a forecast is a mean


def test_fractions_are_fractions():
    for outcome in TABLES.held_out:
        assert 0 <= outcome.seen <= (1 if outcome.kind == "share" else 2)
    for parameter in TABLES.parameters:
        assert parameter.narrower <= 1
        assert parameter.rhat >= 0.99
    for rank in TABLES.ranks:
        assert 0 <= rank.rank <= TABLES.run["ranks"]["ranks"]


def test_every_structure_is_scored_by_every_study():
    studies = {s.study for s in TABLES.structures}
    assert len(TABLES.structures) == len(studies) * len({s.structure for s in TABLES.structures})
