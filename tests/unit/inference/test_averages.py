"""Plain averages: those of made-up studies, computed by hand; the study that is left out has no say."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from reprieve.inference.averages import held_out, of_means, of_shares
from reprieve.inference.reports import Report

WORD, PRINTED = "responders, authors' word", "responders, share printed"


def report(study, value, *, n=30, role="ketamine", group=PRINTED, threshold=0.3):
    kind = "mean" if group == "mean pain" else "share"
    who = SimpleNamespace(id=study), SimpleNamespace(role=role)
    return Report(*who, kind, 7.0, value, n, threshold=threshold, group=group)


def pain(study, value, **more):
    return report(study, value, group="mean pain", threshold=0.0, **more)


@pytest.fixture
def made_up(few_studies):
    """Data of these reports, each counting fully or as said."""

    def data(*reports, counts=None):
        shares, means = (tuple(r for r in reports if r.kind == kind) for kind in ("share", "mean"))
        weights = np.ones(len(shares)) if counts is None else np.array(counts), np.ones(len(means)), np.empty(0)
        return replace(few_studies, shares=shares, means=means, contrasts=(), weights=weights)

    return data


def drawn(data, study, draws=40_000):
    return held_out(data, study, draws=draws, rng=np.random.default_rng(1))


def test_an_average_of_shares_and_its_scatter_are_those_by_hand():
    found = of_shares(np.array([0.2, 0.6]), np.array([30.0, 30.0]), np.ones(2))
    assert found.middle == pytest.approx(0.4)
    # squares 2 × 0.04 = 0.08, of which counting 2 × 1/2 × 0.24/30 = 0.008; the rest is of 2 × 1/2 × 29/30 variances
    assert found.variance == pytest.approx((0.08 - 0.008) / (29 / 30))
    # (1 × 0.2 + 3 × 0.6) / 4
    assert of_shares(np.array([0.2, 0.6]), np.array([30.0, 30.0]), np.array([1.0, 3.0])).middle == pytest.approx(0.5)


def test_shares_that_differ_by_less_than_counting_have_no_scatter():
    assert of_shares(np.array([0.45, 0.55]), np.array([20.0, 20.0]), np.ones(2)).variance == 0.0


def test_an_average_without_relief_is_moved_by_half_a_patient():
    assert of_shares(np.zeros(2), np.array([9.0, 10.0]), np.ones(2)).middle == pytest.approx(0.5 / 20)


def test_an_average_of_means_and_its_variance_are_those_by_hand():
    found = of_means(np.array([0.5, 0.8]), np.ones(2))
    assert (found.middle, found.variance) == (pytest.approx(0.65), pytest.approx(0.045))  # 2 × 0.15² / 1


@pytest.mark.statistical
def test_each_role_and_group_has_its_own_average(made_up):
    data = made_up(
        report("new", 0.99), report("new", 0.99, role="active_placebo"), report("new", 0.99, group=WORD),
        pain("new", 9.0), pain("new", 9.0, role="placebo"),
        report("a", 0.3), report("b", 0.5, threshold=0.5), report("a", 0.1, role="placebo"),
        report("b", 0.2, role="active_placebo"), report("a", 0.8, group=WORD), report("b", 0.8, group=WORD),
        pain("a", 0.5), pain("b", 0.7), pain("a", 0.9, role="placebo"), pain("b", 0.9, role="placebo"),
    )  # fmt: skip
    shares, means = drawn(data, "new")
    # Standard errors are under 0.5 / √40,000 = 0.0025; four are allowed. A threshold has no say: 0.3 and 0.5 make 0.4.
    np.testing.assert_allclose(shares.mean(axis=0), [0.4, 0.15, 0.8], atol=0.01)
    np.testing.assert_allclose(means.mean(axis=0), [0.6, 0.9], atol=0.01)
    np.testing.assert_allclose(means.std(axis=0), [0.02**0.5, 0.0], atol=0.01)
    # 0.8 twice has counting only: √(0.16 / 30)
    assert shares[:, 2].std() == pytest.approx((0.16 / 30) ** 0.5, rel=0.02)


@pytest.mark.statistical
def test_draws_scatter_as_studies_do_and_are_counts(made_up):
    data = made_up(report("new", 0.5, n=12), report("a", 0.2), report("b", 0.6))
    shares, means = drawn(data, "new")
    between = 0.072 / (29 / 30)
    assert shares.std() == pytest.approx((between * 11 / 12 + 0.24 / 12) ** 0.5, rel=0.02)
    np.testing.assert_allclose(shares * 12, np.round(shares * 12), atol=1e-9)
    assert (shares.shape, means.shape) == ((40_000, 1), (40_000, 0))


@pytest.mark.statistical
def test_patients_count_up_to_thirty_and_reports_as_weighted(made_up):
    data = made_up(report("new", 0.5), report("a", 0.2, n=300), report("b", 0.6, n=15), counts=[1.0, 0.5, 1.0])
    # 300 count as 30, half; 15 as half: equal weights
    assert drawn(data, "new")[0].mean() == pytest.approx(0.4, abs=0.01)


@pytest.mark.statistical
def test_without_the_group_the_role_speaks_and_without_the_role_everything(made_up):
    data = made_up(
        report("new", 0.5, group="complete relief"),
        report("a", 0.2), report("b", 0.6, group=WORD), report("a", 0.9, role="placebo"),
    )  # fmt: skip
    assert drawn(data, "new")[0].mean() == pytest.approx(0.4, abs=0.01)
    alone = made_up(report("new", 0.5, role="placebo"), report("a", 0.2), report("b", 0.6), pain("new", 0.5))
    shares, means = drawn(alone, "new")
    assert shares.mean() == pytest.approx(0.4, abs=0.01)
    assert np.isnan(means).all()


@pytest.mark.statistical
def test_a_single_study_has_the_scatter_of_the_wider_average(made_up):
    data = made_up(pain("new", 0.5), pain("a", 0.5), pain("b", 0.6, role="placebo"), pain("a", 0.7, role="placebo"))
    _, means = drawn(data, "new")
    # around 0.5; (0.5, 0.6, 0.7) have the variance 0.01
    assert means.mean() == pytest.approx(0.5, abs=0.01)
    assert means.std() == pytest.approx(0.1, rel=0.02)


def test_what_a_study_printed_does_not_change_its_own_prediction(few_studies):
    study = "lumanauw2019"
    changed = tuple(replace(r, value=1.0 - r.value) if r.study.id == study else r for r in few_studies.shares)
    other = replace(few_studies, shares=changed)
    np.testing.assert_array_equal(drawn(few_studies, study, 200)[0], drawn(other, study, 200)[0])
    assert not np.array_equal(drawn(few_studies, "jackson2010", 200)[0], drawn(other, "jackson2010", 200)[0])
