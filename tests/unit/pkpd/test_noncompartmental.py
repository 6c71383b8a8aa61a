"""Non-compartmental analysis: a hand-worked example, Phoenix WinNonlin's results, exact curves, refusals.

Indometh (six subjects, 25 mg, Kwan 1976) and Theoph subject 1 are data sets that come with R. Results of Phoenix
WinNonlin for them are printed, to seven digits, in the validation report of the R package NonCompart
(github.com/asancpt/NonCompart-tests, 2018), whose authors compare them with their own.
"""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reprieve.errors import InputError
from reprieve.pkpd.compartments import CompartmentGraph, Edge
from reprieve.pkpd.dose import Dose
from reprieve.pkpd.noncompartmental import analyse, partial_auc
from reprieve.pkpd.observed_profile import observed_profile
from reprieve.pkpd.simulate import simulate
from reprieve.pkpd.terminal_phase import terminal_phase

INDOMETH_H = [0.25, 0.5, 0.75, 1, 1.25, 2, 3, 4, 5, 6, 8]
INDOMETH = {
    1: [1.50, 0.94, 0.78, 0.48, 0.37, 0.19, 0.12, 0.11, 0.08, 0.07, 0.05],
    2: [2.03, 1.63, 0.71, 0.70, 0.64, 0.36, 0.32, 0.20, 0.25, 0.12, 0.08],
    3: [2.72, 1.49, 1.16, 0.80, 0.80, 0.39, 0.22, 0.12, 0.11, 0.08, 0.08],
    4: [1.85, 1.39, 1.02, 0.89, 0.59, 0.40, 0.16, 0.11, 0.10, 0.07, 0.07],
    5: [2.05, 1.04, 0.81, 0.39, 0.30, 0.23, 0.13, 0.11, 0.08, 0.10, 0.06],
    6: [2.31, 1.44, 1.03, 0.84, 0.64, 0.42, 0.24, 0.17, 0.13, 0.10, 0.09],
}
# C0, λz, points, adjusted R², AUClast, AUCINF_obs, AUCINF_pred, % extrapolated, % back-extrapolated, CL, Vz,
# MRT, Vss (all observed), after a bolus, linear up, log down
PHOENIX_BOLUS = {
    1: (2.3936170, 0.1583205, 3, 0.9941335, 2.0098984, 2.3257135, 2.3272832, 13.5792780, 20.5542573,
        10.7493892, 67.8963898, 3.3650320, 36.1720388),
    2: (2.5281595, 0.3022800, 9, 0.9401933, 3.2028878, 3.4675431, 3.4501946, 7.6323571, 16.3658871,
        7.2097158, 23.8511160, 2.7125665, 19.5568334),
    3: (4.9653691, 0.4218926, 10, 0.8603043, 3.4743971, 3.6640188, 3.5691429, 5.1752381, 25.4552663,
        6.8231092, 16.1726192, 1.9164006, 13.0758105),
    4: (2.4622302, 0.4554455, 11, 0.8586943, 2.7483832, 2.9020789, 2.8185565, 5.2960545, 18.4484084,
        8.6145142, 18.9144805, 2.0578350, 17.7272490),
    5: (4.0408654, 0.2527478, 8, 0.8544516, 2.3983736, 2.6357645, 2.5945039, 9.0065258, 27.8259014,
        9.4849143, 37.5271908, 2.4985790, 23.6988080),
    6: (3.7056250, 0.3535205, 9, 0.8902329, 3.2908266, 3.5454087, 3.4499191, 7.1806138, 20.8230657,
        7.0513732, 19.9461495, 2.3543721, 16.6015562),
}  # fmt: skip
# λz, points, AUClast, AUMClast, AUCINF_obs, CL and MRT after an infusion of 0.25 h, linear up, log down
PHOENIX_INFUSION = {
    1: (0.1583205, 3, 1.7193653, 3.2965543, 2.0351804, 12.2839234, 3.7163591),
    2: (0.3022800, 9, 2.8891436, 6.4082620, 3.1537989, 7.9269481, 2.8558604),
    4: (0.4290762, 10, 2.4442459, 4.3990453, 2.6073871, 9.5881430, None),
}
THEOPH_H = [0, 0.25, 0.57, 1.12, 2.02, 3.82, 5.1, 7.03, 9.05, 12.12, 24.37]
THEOPH_1 = [0.74, 2.84, 6.57, 10.5, 9.66, 8.58, 8.36, 7.47, 6.89, 5.94, 3.28]


def test_a_bolus_worked_by_hand():
    # 100 mg; 8, 4, 2 and 1 mg/L at 1, 2, 3 and 4 h: halves every hour.
    # λz = ln 2; C0 = 8·(8/4)^(1/1) = 16; V = 100/16 = 6.25 L.
    # AUClast = (16 - 1)/ln 2 = 21.640; tail 1/ln 2 = 1.443; AUCinf = 16/ln 2 = 23.083; extrapolated 1/16 = 6.25 %.
    # AUMCinf = 16/(ln 2)² = 33.302; MRT = 1/ln 2; CL = 100 ln 2/16 = 4.332; Vss = Vz = 6.25.
    found = analyse(observed_profile([1, 2, 3, 4], [8, 4, 2, 1], dose=100, route="bolus"))
    ln2 = math.log(2)
    assert found.start == pytest.approx(16, rel=1e-14)
    assert found.auc_last == pytest.approx(15 / ln2, rel=1e-14)
    assert found.observed.back_extrapolated_percent == pytest.approx(50, rel=1e-13)  # (16 - 8) / 16
    assert found.terminal.rate == pytest.approx(ln2, rel=1e-14)
    assert found.terminal.n_points == 4
    assert found.terminal.half_lives_spanned == pytest.approx(3, rel=1e-13)
    for to_infinity in (found.observed, found.predicted):
        assert to_infinity.auc == pytest.approx(16 / ln2, rel=1e-13)
        assert to_infinity.aumc == pytest.approx(16 / ln2**2, rel=1e-13)
        assert to_infinity.extrapolated_percent == pytest.approx(6.25, rel=1e-13)
        assert to_infinity.clearance == pytest.approx(100 * ln2 / 16, rel=1e-13)
        assert to_infinity.mean_residence_h == pytest.approx(1 / ln2, rel=1e-13)
        assert to_infinity.volume_terminal == pytest.approx(6.25, rel=1e-13)
        assert to_infinity.volume_steady_state == pytest.approx(6.25, rel=1e-13)


def test_an_oral_dose_worked_by_hand():
    # 0, 2, 6, 6, 3, 1.5, 0.75 at 0, 1, 2, 3, 4, 5, 6 h.
    # linear: (0+2)/2 + (2+6)/2 + (6+6)/2 = 1 + 4 + 6 = 11; log: (6-0.75)/ln 2 = 5.25/ln 2
    # AUMC linear: (0·0+1·2)/2 + (1·2+2·6)/2 + (2·6+3·6)/2 = 1 + 7 + 15 = 23;
    # log from 3 to 6 h: (3·6 - 6·0.75)/ln 2 + (6-0.75)/(ln 2)² = 13.5/ln 2 + 5.25/(ln 2)²
    ln2 = math.log(2)
    found = analyse(
        observed_profile(
            range(7), [0, 2, 6, 6, 3, 1.5, 0.75], dose=50, route="extravascular", below_limit="by position"
        )
    )
    assert found.auc_last == pytest.approx(11 + 5.25 / ln2, rel=1e-14)
    assert found.aumc_last == pytest.approx(23 + 13.5 / ln2 + 5.25 / ln2**2, rel=1e-14)
    assert (found.peak, found.peak_h) == (6, 2)  # the first of two equal peaks
    assert (found.terminal.n_points, found.terminal.start_h) == (4, 3)
    assert found.observed.auc == pytest.approx(11 + 6 / ln2, rel=1e-13)
    assert found.observed.volume_steady_state is None
    linear = observed_profile(
        range(7), [0, 2, 6, 6, 3, 1.5, 0.75], dose=50, route="extravascular", below_limit="zero", trapezoid="linear"
    )
    # 11 + (6+3)/2 + (3+1.5)/2 + (1.5+0.75)/2 = 11 + 4.5 + 2.25 + 1.125
    assert analyse(linear).auc_last == pytest.approx(18.875, rel=1e-14)


@pytest.mark.parametrize("subject", PHOENIX_BOLUS)
def test_phoenix_after_a_bolus(subject):
    found = analyse(observed_profile(INDOMETH_H, INDOMETH[subject], dose=25, route="bolus"))
    got = (
        found.start, found.terminal.rate, found.terminal.n_points, found.terminal.adjusted_r_squared, found.auc_last,
        found.observed.auc, found.predicted.auc, found.observed.extrapolated_percent,
        found.observed.back_extrapolated_percent, found.observed.clearance,
        found.observed.volume_terminal, found.observed.mean_residence_h, found.observed.volume_steady_state,
    )  # fmt: skip
    assert got == pytest.approx(PHOENIX_BOLUS[subject], abs=1e-7, rel=1e-8)


@pytest.mark.parametrize("subject", PHOENIX_INFUSION)
def test_phoenix_after_an_infusion(subject):
    profile = observed_profile(INDOMETH_H, INDOMETH[subject], dose=25, route="infusion", duration_h=0.25)
    found = analyse(profile)
    *expected, mean_residence = PHOENIX_INFUSION[subject]
    got = [
        found.terminal.rate, found.terminal.n_points, found.auc_last, found.aumc_last, found.observed.auc,
        found.observed.clearance,
    ]  # fmt: skip
    assert got == pytest.approx(expected, abs=1e-7, rel=1e-8)
    if mean_residence is not None:
        assert found.observed.mean_residence_h == pytest.approx(mean_residence, abs=1e-7)


def test_phoenix_extravascular():
    # Theoph 1, 320 mg: linear 148.92305 (31.248917 % extrapolated, λz 0.04845700 on the last 3), log down 147.23475;
    # AUC 0-12 h and 0-24 h, linear: 91.7355220 and 147.6945866
    linear = observed_profile(THEOPH_H, THEOPH_1, dose=320, route="extravascular", trapezoid="linear")
    found = analyse(linear)
    assert found.auc_last == pytest.approx(148.92305, abs=1e-8)
    assert found.aumc_last == pytest.approx(1459.0711035, abs=1e-7)
    assert found.terminal.rate == pytest.approx(0.0484569969657749, rel=1e-10)
    assert found.observed.extrapolated_percent == pytest.approx(31.2489169404534, rel=1e-10)
    assert found.predicted.auc == pytest.approx(216.614955803818, rel=1e-10)
    assert found.observed.clearance == pytest.approx(1.47729626669981, rel=1e-10)
    assert found.observed.volume_terminal == pytest.approx(30.4867482345887, rel=1e-10)
    assert found.observed.mean_residence_h == pytest.approx(20.8000305256292, rel=1e-10)
    assert partial_auc(linear, 0, 12) == pytest.approx(91.7355220, abs=1e-6)
    assert partial_auc(linear, 0, 24) == pytest.approx(147.6945866, abs=1e-6)
    down = observed_profile(THEOPH_H, THEOPH_1, dose=320, route="extravascular")
    assert analyse(down).auc_last == pytest.approx(147.23475, abs=5e-6)
    assert analyse(down).aumc_last == pytest.approx(1499.129085, abs=5e-6)
    assert partial_auc(down, 0, 12.12) == pytest.approx(92.36544, abs=5e-6)


def test_a_dense_noise_free_bolus_and_infusion_give_the_models_clearance_and_volume():
    # CL = 84 L/h; V1 = 25, V2 = 56, V3 = 157 L, so Vss = 238 L
    graph = CompartmentGraph(("1", "2", "3"), (Edge(0), Edge(0, 1), Edge(1, 0), Edge(0, 2), Edge(2, 0)))
    matrix = graph.rate_matrix([[84 / 25, 161 / 25, 161 / 56, 79 / 25, 79 / 157]])
    readout = np.array([[1 / 25, 0, 0]])
    times = np.unique(np.concatenate([np.geomspace(1e-4, 0.5, 300), 0.5 + np.geomspace(1e-4, 40, 500)]))
    for dose, route in ((Dose(0, 0, 100), "bolus"), (Dose(0, 0, 100, 0.5), "infusion")):
        curve = simulate(matrix, readout, [dose], times).values[0, :, 0]
        found = analyse(observed_profile(times, curve, dose=100, route=route, duration_h=dose.duration_h))
        assert found.observed.clearance == pytest.approx(84, rel=1e-3)
        assert found.observed.volume_steady_state == pytest.approx(238, rel=1e-3)
        slowest = -np.linalg.eigvals(matrix[0]).real.max()
        # the rule prefers long lines, which reach back a little into the phase before: up to 1 % too steep here
        assert slowest < found.terminal.rate < 1.01 * slowest


@given(
    wait=st.lists(st.floats(0.05, 5), min_size=4, max_size=12),
    logs=st.lists(st.floats(-3, 3), min_size=12, max_size=12),
    factor=st.floats(0.01, 100),
    cut=st.floats(0.01, 0.99),
)
@settings(deadline=None)
def test_areas_scale_with_concentrations_and_partial_areas_add_up(wait, logs, factor, cut):
    times, values = np.cumsum(wait), np.exp(logs[: len(wait)])
    profile = observed_profile(times, values, dose=10, route="extravascular")
    found = analyse(profile)
    scaled = analyse(observed_profile(times, values * factor, dose=10, route="extravascular"))
    assert scaled.auc_last == pytest.approx(factor * found.auc_last, rel=1e-9)
    assert scaled.aumc_last == pytest.approx(factor * found.aumc_last, rel=1e-9)
    end = times[-1]
    parts = partial_auc(profile, 0, cut * end) + partial_auc(profile, cut * end, end)
    assert parts == pytest.approx(found.auc_last, rel=1e-9)
    if found.terminal:
        later, far = end + found.terminal.half_life_h * np.array([1, 60])
        beyond = partial_auc(profile, 0, later) + partial_auc(profile, later, far)
        assert beyond == pytest.approx(found.observed.auc, rel=1e-9)


def test_samples_below_quantification_need_a_rule_and_follow_it():
    times, values = [0, 1, 2, 3, 4, 5, 6, 7], [0, 0.04, 8, 0.03, 4, 2, 1, 0]
    given = {"dose": 10, "route": "extravascular", "quantification_limit": 0.05}
    with pytest.raises(InputError, match=r"4 of 8 samples are zero or below quantification \(first at 0 h\); say"):
        observed_profile(times, values, **given)
    zero = observed_profile(times, values, **given, below_limit="zero")
    assert zero.concentrations.tolist() == [0, 0, 8, 0, 4, 2, 1, 0]
    by_position = observed_profile(times, values, **given, below_limit="by position")
    assert by_position.times.tolist() == [0, 1, 2, 4, 5, 6]
    assert by_position.concentrations.tolist() == [0, 0, 8, 4, 2, 1]
    dropped = observed_profile(times, values, **given, below_limit="drop")
    assert dropped.times.tolist() == [0, 2, 4, 5, 6]  # time 0 is added again, from 0
    # zero: 0 + 4 + 4 + 2 + (4-1)/ln 2 to the last above zero, and 0.5 more to the zero at 7 h
    found = analyse(zero)
    assert found.auc_last == pytest.approx(10 + 3 / math.log(2), rel=1e-13)
    assert found.auc_all == pytest.approx(10.5 + 3 / math.log(2), rel=1e-13)
    assert (found.last, found.last_h) == (1, 6)


def test_no_terminal_phase_is_a_result_with_a_reason():
    short = analyse(observed_profile([1, 2, 3], [1, 4, 2], dose=10, route="extravascular"))
    assert (short.terminal, short.observed, short.predicted) == (None, None, None)
    assert short.reason == "A terminal phase needs 3 samples above zero after the highest one; there are 1."
    assert short.auc_last == pytest.approx(0.5 + 2.5 + 2 / math.log(2), rel=1e-13)
    infused = terminal_phase(observed_profile([1, 2, 3, 4], [9, 3, 2, 1], dose=10, route="infusion", duration_h=2.5))
    assert infused == (
        None,
        "A terminal phase needs 3 samples above zero after the highest one and the end of the infusion; there are 2.",
    )
    rising = analyse(observed_profile([1, 2, 3, 4], [5, 1, 2, 3], dose=10, route="extravascular"))
    assert rising.reason == "Concentrations do not fall after the highest one; there is no terminal phase."
    level = analyse(observed_profile([1, 2, 3, 4], [5, 2, 2, 2], dose=10, route="extravascular"))
    assert level.terminal is None
    bolus = analyse(observed_profile([1, 2, 3], [4, 2, 1], dose=10, route="bolus"))
    assert bolus.terminal.n_points == 3  # after a bolus the highest sample belongs to the fall
    with pytest.raises(InputError, match=r"to 9 h was asked and the last concentration above zero is at 3 h\. A term"):
        partial_auc(observed_profile([1, 2, 3], [1, 4, 2], dose=10, route="extravascular"), 0, 9)


def test_a_bolus_that_does_not_fall_at_first_starts_from_its_first_sample():
    found = analyse(observed_profile([0.5, 1, 2, 3, 4], [5, 6, 4, 2, 1], dose=10, route="bolus"))
    assert found.start == 5


@pytest.mark.parametrize(
    ("times", "values", "more", "message"),
    [
        ([1, 1, 2], [3, 2, 1], {}, "Two samples are at 1 h; average them or leave one out"),
        ([1, 3, 2], [3, 2, 1], {}, "A sample at 2 h follows one at 3 h; sort the samples by time"),
        ([-1, 1, 2], [0, 2, 1], {}, "at -1 h precedes the dose at 0 h"),
        ([1, 2, 3], [3, -2, 1], {}, "concentration at 2 h is -2; it must not be negative"),
        ([1, 2, 3], [3, math.nan, 1], {}, "concentration at 2 h is missing or infinite; leave the sample out"),
        ([1, math.nan, 3], [3, 2, 1], {}, "sampling time is missing"),
        ([1, 2, 3], [3, 2], {}, "3 times and 2 concentrations; give one concentration per time"),
        ([], [], {}, "0 times and 0 concentrations"),
        ([1, 2, 3], [3, 2, 1], {"dose": 0}, "dose is 0; it must be a finite number above zero"),
        ([1, 2, 3], [3, 2, 1], {"route": "oral"}, "route is 'oral'; it must be one of 'extravascular', 'bolus'"),
        ([1, 2, 3], [3, 2, 1], {"route": "infusion"}, "infusion lasts 0 h; say its duration"),
        ([1, 2, 3], [3, 2, 1], {"duration_h": 1}, "duration of 1 h was given with route 'bolus'; only an infusion"),
        ([1, 2, 3], [0, 0, 0], {"below_limit": "zero"}, "nothing to analyse"),
        ([0, 2, 3], [0, 2, 1], {"below_limit": "zero"}, "at time 0 of a bolus is zero, so it was taken before"),
        ([1, 2, 3], [3, 2, 0], {"below_limit": "half"}, "below_limit is 'half'; it must be one of 'zero', 'drop'"),
        ([1, 2, 3], [3, 2, 1], {"quantification_limit": -1}, "limit is -1; it must be zero or above"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused(times, values, more, message):
    with pytest.raises(InputError, match=message):
        observed_profile(times, values, **({"dose": 10, "route": "bolus"} | more))


def test_areas_that_run_backwards_are_refused():
    profile = observed_profile([1, 2, 3], [4, 2, 1], dose=10, route="bolus")
    with pytest.raises(InputError, match="from 3 to 2 h was asked; give two finite times from 0 h on"):
        partial_auc(profile, 3, 2)
