"""The three pictures of a forecast."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from reprieve.chart.patient import Patient
from reprieve.errors import OutsideEvidence, UnknownName
from reprieve.exposure.choice import Chosen
from reprieve.pictures import (
    ConcentrationSeries,
    Picture,
    Pictures,
    RateStep,
    concentration_picture,
    duration_picture,
    fan_picture,
)
from reprieve.regimen import Regimen
from reprieve.relief.follow_up import controlled_follow_up_days
from reprieve.relief.forecast import Forecast, PictureName
from reprieve.relief.trajectory import WORST_PAIN, Trajectory
from reprieve.words import percent

#: Hours after the last dose and days after it that the pictures show.
_WASHOUT_H = 24.0
_SHOWN_DAYS = 84.0
_WEEK = 7.0
_MOST_SESSIONS = 400


def forecast_pictures(made: Forecast) -> Pictures:
    """Concentration (where there is any), pain trajectory and distribution of relief duration."""
    return Pictures(draw(made) for name, draw in _DRAWN.items() if made.members or name != "concentration")


def forecast_picture(made: Forecast, name: PictureName) -> Picture:
    """One of them.

    Raises
    ------
    UnknownName
        There is no picture of this name.
    OutsideEvidence
        The concentration is asked for and nothing is known to reach the blood.
    """
    if name not in _DRAWN:
        raise UnknownName("picture", str(name), _DRAWN)
    if name == "concentration" and not made.members:
        raise OutsideEvidence("There is no concentration to draw: no measurable amount is known to reach the blood.")
    return _DRAWN[name](made)


def _concentration(trajectory: Trajectory, regimen: Regimen, patient: Patient, members: Sequence[Chosen]) -> Picture:
    shown = trajectory.hours <= trajectory.end_h + _WASHOUT_H
    low, middle, high = np.quantile(trajectory.concentration[:, shown], (0.1, 0.5, 0.9), axis=0)
    sites = "/".join(dict.fromkeys(one.model.sampling for one in members))
    label = f"{regimen.form if regimen.form != 'racemic' else 'racemic ketamine'} ({sites})"
    steps = [
        RateStep(event.time_h, event.time_h + event.duration_h, event.rate_mg_h)
        for event in regimen.events(patient.weight_kg)[:_MOST_SESSIONS]
    ]
    return concentration_picture(
        [ConcentrationSeries(label, trajectory.hours[shown], middle, low, high)],
        rate_steps=steps,
        title="Concentration in blood",
        subtitle=f"{', '.join(one.model.id for one in members)}; to {_WASHOUT_H:g} h after the last dose",
    )


def _pain(made: Forecast) -> Picture:
    trajectory, baseline, threshold = made.trajectory, made.course.baseline, made.threshold
    shown = trajectory.days <= _SHOWN_DAYS
    pain = np.minimum(baseline * trajectory.remaining[:, shown], WORST_PAIN)
    # The means are those of every population, as in the answer; virtual patients only show how people differ.
    mean, _ = made.course.everybody(trajectory.days[shown]).mean_pain()
    _, on_placebo = made.course.mean_pain()
    q10, q25, q75, q90 = np.quantile(pain, (0.1, 0.25, 0.75, 0.9), axis=0)
    spans = sorted((start, start + part.session_hours) for part in made.regimen.parts for start in part.starts_h)
    sessions = [
        ((start - trajectory.end_h) / 24.0, (stop - trajectory.end_h) / 24.0) for start, stop in spans[:_MOST_SESSIONS]
    ]
    return fan_picture(
        trajectory.days[shown],
        baseline * mean.mean(axis=0),
        q10,
        q90,
        q25=q25,
        q75=q75,
        placebo=np.full(int(shown.sum()), on_placebo[0]),
        baseline=baseline,
        threshold=(1.0 - threshold) * baseline,
        sessions=sessions,
        title="Pain during the course and after it",
        subtitle="Means over all populations; bands hold 80 % and 50 % of virtual patients",
        value_label="Pain, 0–10",
        day_label="Days after the end of the last dose",
        centre_label="this regimen, mean",
        placebo_label="placebo, mean",
        baseline_label="baseline",
        threshold_label=f"{percent(threshold)} below baseline",
    )


def _duration(made: Forecast) -> Picture:
    sustained, followed = made.sustained, controlled_follow_up_days(made.evidence)
    # Felt relief comes in whole weeks; the axis ends with the last week that somebody was followed for.
    end = _WEEK * min(followed // _WEEK, _SHOWN_DAYS // _WEEK)
    return duration_picture(
        sustained.duration.days,
        placebo=sustained.placebo.days,
        censor_day=end,
        end_day=end,
        title="How long felt relief lasts",
        subtitle=f"Weeks with {percent(sustained.threshold)} less pain or better on average, after the last dose",
        none_label="no felt relief in the first week",
        still_label="still relieved",
        active_label="this regimen",
        placebo_label="placebo",
        those_label="those with relief",
        share_label="Share of patients",
        day_label="Days after the end of the last dose",
    )


#: Name to what draws it, in the order of a page.
_DRAWN: Mapping[PictureName, Callable[[Forecast], Picture]] = {
    "concentration": lambda made: _concentration(made.trajectory, made.regimen, made.patient, made.members),
    "pain": _pain,
    "duration": _duration,
}
