"""Forecasts beside the trials that a reader would name: long and short courses, course lengths, by mouth."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

import reprieve as rp
from generator import comparison_page
from generator.validation import words
from reprieve.errors import OutsideEvidence
from reprieve.evidence.evidence import Evidence
from reprieve.evidence.records.arm import Reported
from reprieve.evidence.records.study import Arm, Outcome, Study
from reprieve.pictures import IntervalRow, Lane, Picture, interval_picture
from reprieve.pictures.scale import Tick
from reprieve.regimen import Regimen
from reprieve.relief.arm import Asked, TrialArm, predict_arm
from reprieve.relief.comparison import GROUPS, Compared, Contrast, baseline_of, regimen_of, score
from reprieve.relief.felt_exposure import ABSORBED_SLOWLY
from reprieve.relief.population_course import PopulationCourse, Spread
from reprieve.relief.reported import without_drug
from reprieve.report.markdown_table import table
from reprieve.words import NBSP, percent, percent_span, plain, spoken

EVIDENCE = Evidence.packaged()
Floats = NDArray[np.float64]

PICTURE = "sigtermans2009.svg"
#: kg and points of whom nothing else is known: the weight of published doses, and usual pain of trials here.
_WEIGHT, _PAIN = 70.0, 7.0
_WEEKS = range(1, 13)
#: A single infusion of up to so many hours is short.
_SHORT_H = 2.0
_HORIZONS = ((2.0, "48 h"), (7.0, "week 1"), (14.0, "week 2"))
_MONTHS = ((30.0, "month 1"), (60.0, "month 2"), (84.0, "week 12"))
#: A p at or under this was told from chance.
_TOLD = 0.05
_ENDS = (0.1, 0.5, 0.9)
#: Words for times after the day of a session.
_LATER = re.compile(r"48 h|\bdays?\b|\bweeks?\b|\bmonths?\b")

_INTRO = """# Beside the trials

What the forecast says of trials that a reader would name, beside what they found. The trials are in the fit, unless a
row says that it has no usable number, so this shows whether the model describes them; [held-out
prediction](held-out.md) leaves each out. Points are of 0 to 10. Medians and 80 % intervals; *helped* is the share of
people from whom the drug itself takes away at least a point of a pain of 7. Statuses: *seen* was read in the named
source, *derived* computed from seen numbers, *recalled* from memory and unverified. Studies whose results are withheld
are not here.
"""


class _Week(NamedTuple):
    """Pain on placebo less pain with the drug, points: by the trial, in a trial of its size, and on average."""

    week: int
    day: float
    printed: float | None
    p: Outcome | None
    in_trial: Spread
    on_average: Spread


def picture() -> Picture:
    """Sigtermans 2009 week by week."""
    found = _sigtermans()
    rows = [
        IntervalRow(
            f"week {one.week}", "", (_middled(one.in_trial), _middled(one.on_average)), seen=one.printed,
        )
        for one in found
    ]  # fmt: skip
    low, high = min(0.0, *(np.floor(one.in_trial[1]) for one in found)), max(np.ceil(one.in_trial[2]) for one in found)
    return interval_picture(
        rows,
        (Lane("band", "80 % interval of a trial of this size"), Lane("inner", "of the mean difference")),
        ends=(float(low), float(high)),
        ticks=[Tick(float(i), f"{i:g}".replace("-", "−")) for i in range(int(low), int(high) + 1)],
        title="100 h of esketamine in CRPS: pain on placebo less pain with the drug",
        axis_label="Points of 0 to 10",
        seen_label="printed",
        columns=(76.0, 80.0),
        markers=(0.0,),
    )


def _middled(spread: Spread) -> tuple[float, float, float]:
    middle, low, high = spread
    return low, middle, high


def page() -> str:
    """The page."""
    return "\n".join([
        _INTRO,
        "## 100 hours against placebo\n", *_long_course(),
        "## Course lengths\n", *_lengths(),
        "## Single short infusions\n", *_short(),
        "## By mouth, cheek or nose\n", *_by_mouth(),
        "## Where it is still wrong\n", *_wrong(),
    ])  # fmt: skip


@cache
def _course(condition: str, regimen: str) -> PopulationCourse:
    """The populations of a forecast; it needs no virtual patients, so few are drawn."""
    patient = rp.Patient(condition=condition, weight=_WEIGHT, pain=_PAIN)
    return rp.forecast(patient, regimen, virtual_patients=20).course


def _condition(study: Study, arm: Arm) -> str:
    return arm.condition or study.condition


def _linked(study: Study) -> str:
    link = EVIDENCE.reference(study.reference).link
    name = words.study_name(study.id)
    return f"[{name}]({link})" if link else name


def _first(study: Study) -> Arm:
    return next(arm for arm in study.arms if arm.role == "ketamine")


# 100 hours


@cache
def _sigtermans() -> tuple[_Week, ...]:
    study = EVIDENCE.study("sigtermans2009")
    arms = {arm.id: arm for arm in study.arms}
    ket, pla = arms["ket"], arms["pla"]
    before = baseline_of(study, ket)
    regimen = regimen_of(study, ket)
    assert before is not None
    assert regimen is not None
    length = Regimen.parse(regimen).last_dose_end_h / 24.0
    days = [7.0 * week - length for week in _WEEKS]
    reported = {arm.id: _reported(study, arm, regimen, days) for arm in (ket, pla)}
    in_trial = before.value * (reported["pla"] - reported["ket"])
    everybody = _course(study.condition, regimen).everybody(days)
    mean, _ = everybody.mean_pain()
    without, _ = without_drug(everybody).mean_pain()
    average = before.value * (without - mean)
    found = []
    for i, week in enumerate(_WEEKS):
        printed = [_printed(study, arm, week) for arm in (pla, ket)]
        both = None if None in printed else float(printed[0]) - float(printed[1])  # type: ignore[arg-type]
        spreads = (_spread(draws) for draws in (in_trial[i], average[:, i]))
        found.append(_Week(week, days[i], both, _p_of(study, week), *spreads))
    return tuple(found)


def _reported(study: Study, arm: Arm, regimen: str, days: Sequence[float]) -> Floats:
    asked = TrialArm(
        id=f"{study.id}:{arm.id}",
        condition=_condition(study, arm),
        role="ketamine" if arm.role == "ketamine" else "placebo",
        design="rct",
        n=arm.n or 1,
        regimen=regimen,
        predict=tuple(Asked("mean_pain_fraction", day) for day in days),
    )
    return np.asarray(predict_arm(asked).draws)


def _spread(draws: Floats) -> Spread:
    low, middle, high = map(float, np.quantile(draws, _ENDS))
    return middle, low, high


def _printed(study: Study, arm: Arm, week: int) -> float | None:
    mine = (o for o in study.outcomes if o.arm == arm.id and o.kind == "mean" and o.days_from_start == 7 * week)
    return next((outcome.value for outcome in mine), None)


def _p_of(study: Study, week: int) -> Outcome | None:
    of_week = (o for o in study.outcomes if o.kind == "p_between" and o.usable and o.days_from_start == 7 * week)
    return next(of_week, None)


def _long_course() -> Iterator[str]:
    study = EVIDENCE.study("sigtermans2009")
    before = baseline_of(study, _first(study))
    assert before is not None
    first, last = _sigtermans()[0], _sigtermans()[-1]
    yield (
        f"{_linked(study)}, {study.n_total} people: {study.headline} Points are of a baseline of {before.value:g} "
        f"({before.status}) in both arms; weeks count from the start of the infusion, as in the trial. *In a trial* "
        "is what trials of 30 and 30 would report; *on average* is the mean difference itself, over settings.\n"
    )
    yield f"![Pain on placebo less pain with the drug, week by week](beside-trials/{PICTURE})\n"
    rows = [
        (one.week, plain(one.day, 1), _found(one), _points(one.in_trial), _points(one.on_average))
        for one in _sigtermans()
    ]
    yield table(("week", "day after the end", "printed", "in a trial", "on average"), rows)
    yield (
        f"{_implied(study)}In week {first.week} the trial lies {_side(first)} the interval of a trial. In week "
        f"{last.week} the forecast on average is {_points(last.on_average)} points.\n"
    )


def _found(one: _Week) -> str | None:
    said = [] if one.printed is None else [f"{one.printed:.2f} points"]
    if one.p is not None:
        said.append(f"p {one.p.relation or '='} {one.p.value:g} ({one.p.status})")
    return ", ".join(said) or None


def _side(one: _Week) -> str:
    assert one.printed is not None
    _, low, high = one.in_trial
    return "above" if one.printed > high else "below" if one.printed < low else "inside"


def _implied(study: Study) -> str:
    """The difference that the last p stands for, if the errors of the means were those of week 1."""
    errors = [o.spread for o in study.outcomes if o.kind == "mean" and o.endpoint == "sustained" and o.spread]
    exact = [o for o in study.outcomes if o.kind == "p_between" and o.usable and not o.relation]
    if len(errors) != 2 or not exact:
        return ""
    error = float(np.hypot(*errors))

    def size(p: float) -> str:
        return f"{NormalDist().inv_cdf(1.0 - p / 2.0) * error:.1f} points"

    one = max(exact, key=lambda o: o.days_after_end or 0.0)
    said = f"With the standard errors of week 1, p {one.value:g} at {one.time} is a difference of {size(one.value)}"
    bound = [o for o in study.outcomes if o.kind == "p_between" and o.usable and o.relation == "<"]
    more = "".join(f", and p < {o.value:g} at {o.time} one of {size(o.value)} or more" for o in bound)
    return f"{said}{more} (derived; the standard errors of later weeks are not printed). "


def _points(spread: Spread) -> str:
    middle, low, high = (f"{v:.1f}".replace("-0.0", "0.0").replace("-", "−") for v in spread)
    return f"{middle}{NBSP}({low} to {high})"


# course lengths


def _compare_lengths() -> tuple[Study, ...]:
    """Studies that set two lengths of infusion beside each other in one condition."""

    def lengths(study: Study) -> set[float]:
        given = (arm for arm in study.arms if arm.role == "ketamine" and arm.regimen)
        return {arm.infusion_hours for arm in given if arm.infusion_hours}

    return tuple(s for s in EVIDENCE.studies if s.role == "evidence" and len(lengths(s)) > 1)


def _lengths() -> Iterator[str]:
    found = _compare_lengths()
    if len(found) == 1:
        yield "One study of the evidence compares lengths of infusion with each other.\n"
    for study in found:
        yield f"{_linked(study)}, {study.n_total} people: {study.headline}\n"
        arms = [arm for arm in study.arms if arm.role == "ketamine" and arm.regimen]
        rows = []
        for arm in arms:
            course = _course(_condition(study, arm), str(arm.regimen))
            helped = (_share(course.helped(day, 1.0)) for day, _ in _MONTHS)
            gained = course.days_gained
            rows.append((arm.id, f"`{arm.regimen}` ({arm.regimen_status})", *helped, _days(gained)))
        columns = ("arm", "regimen", *(f"helped at {name}" for _, name in _MONTHS), "days gained in 12 weeks")
        yield table(columns, rows)
        mine = [c for c in comparison_page.compared().contrasts if c.place.study.id == study.id]
        columns = (
            "arms",
            "day",
            "printed p of the difference",
            "status",
            "forecast difference in a trial, points of 7",
        )
        yield table(columns, map(_contrast, mine))
        yield _lengths_said(arms, mine)


def _contrast(row: Contrast) -> tuple[object, ...]:
    outcome = row.place.outcome
    spread = tuple(-_PAIN * v for v in (row.q50, row.q90, row.q10))
    return (
        f"{row.place.arm.id} against {outcome.versus}", plain(outcome.days_after_end or 0.0, 1),
        f"{outcome.relation or '='} {outcome.value:g}", outcome.status, _points((spread[0], spread[1], spread[2])),
    )  # fmt: skip


def _lengths_said(arms: Sequence[Arm], rows: Sequence[Contrast]) -> str:
    differ = [row for row in rows if row.place.outcome.relation == "<"]
    if not differ:
        return ""
    largest = max(-_PAIN * row.q50 for row in differ)
    return (
        "Above zero the first arm has less pain. Where the trial printed a difference, the median forecast "
        f"difference between {len(arms)} arms is {largest:.1f} points at most, which trials of this size would "
        "seldom find.\n"
        if largest < 1.0
        else "Above zero the first arm has less pain.\n"
    )


def _share(spread: Spread) -> str:
    mean, low, high = spread
    return f"{percent(mean)}{NBSP}({percent_span(low, high)})"


def _days(spread: Spread) -> str:
    mean, low, high = spread
    return f"{mean:.0f}{NBSP}({low:.0f} to {high:.0f})"


# single short infusions


def _randomised() -> Iterator[Study]:
    return (s for s in EVIDENCE.studies if s.role == "evidence" and s.design_class.startswith("rct"))


def _is_short(arm: Arm) -> bool:
    if arm.role != "ketamine" or not arm.regimen or arm.route not in {"iv", "im", "sc"}:
        return False
    regimen = Regimen.parse(arm.regimen)
    return regimen.last_dose_end_h <= _SHORT_H


def _later(study: Study, arms: Iterable[Arm]) -> list[Outcome]:
    names = {arm.id for arm in arms}
    return [o for o in study.outcomes if o.arm in names and (o.days_after_end or 0.0) >= 1.0]


def _speaks_of_later(said: Reported) -> bool:
    return said.what == "relief" or (said.what == "finding" and bool(_LATER.search(said.text)))


def _short() -> Iterator[str]:
    rows, silent = [], []
    for study in _randomised():
        arms = [arm for arm in study.arms if _is_short(arm)]
        if not arms:
            continue
        told = [said for arm in arms for said in arm.reported if _speaks_of_later(said)]
        numbers = _later(study, arms)
        if not numbers and not told:
            silent.append(study)
            continue
        arm = max(arms, key=lambda a: Regimen.parse(str(a.regimen)).total_mg(_WEIGHT))
        course = _course(_condition(study, arm), str(arm.regimen))
        rows.append((
            _linked(study), f"{spoken(_condition(study, arm))}, `{arm.regimen}`", study.headline,
            "; ".join(map(_number, numbers)) or None,
            "; ".join(dict.fromkeys(f"{said.text} ({said.status})" for said in told)) or None,
            *(_share(course.helped(day, 1.0)) for day, _ in _HORIZONS),
        ))  # fmt: skip
    yield (
        f"Randomised trials of one dose over {_SHORT_H:g} h or less into a vein or muscle that say something of the "
        "time after it; of several doses the largest is forecast.\n"
    )
    columns = ("study", "given", "found", "numbers a day or more later", "said of it", *(
        f"helped at {name}" for _, name in _HORIZONS
    ))  # fmt: skip
    yield table(columns, rows)
    if silent:
        yield f"Nothing of the time after the session is recorded of {words.listed([_linked(s) for s in silent])}.\n"


def _number(outcome: Outcome) -> str:
    value = f"{outcome.value:g}" if outcome.kind != "proportion" else percent(outcome.value)
    is_p = outcome.kind == "p_between"
    said = f"p {outcome.relation or '='} {value}" if is_p else f"{spoken(outcome.measure)} {value}"
    fitted = "" if outcome.usable else ", not usable"
    when = outcome.time or "end" if outcome.days_after_end is None else words.day(outcome.days_after_end)
    return f"{when}: {said} ({outcome.status}{fitted})"


# by mouth


def _by_mouth() -> Iterator[str]:
    yield (
        "Randomised trials by routes from which the drug is absorbed slowly. *Relief* is the chance of 30 % relief at "
        "the end, with the drug and without.\n"
    )
    by_place = {(r.place.study.id, id(r.place.outcome)): r for r in comparison_page.compared().compared}
    rows = []
    for study in _randomised():
        for arm in study.arms:
            if arm.role != "ketamine" or arm.route not in ABSORBED_SLOWLY:
                continue
            mine = [o for o in study.outcomes if o.arm == arm.id and o.usable and o.endpoint != "baseline"]
            beside = [_beside(by_place[study.id, id(o)]) for o in mine if (study.id, id(o)) in by_place]
            beside += [_number(o) for o in mine if (study.id, id(o)) not in by_place]
            beside += [_number(o) for o in _last_unusable(study, arm)]
            given = f"`{arm.regimen}`" if arm.regimen else f"{arm.route}; {arm.dose or 'dose not read'}"
            rows.append((
                _linked(study), f"{spoken(_condition(study, arm))}, {given}", study.headline,
                "; ".join(beside) or "none", *_at_the_end(study, arm),
            ))  # fmt: skip
    columns = (
        "study",
        "given",
        "found",
        "numbers, and the forecast of each that can be used",
        "helped at the end",
        "relief",
    )
    yield table(columns, rows)


def _last_unusable(study: Study, arm: Arm) -> list[Outcome]:
    """Of each measure that cannot be used the last number."""
    mine = [o for o in study.outcomes if o.arm == arm.id and not o.usable and o.endpoint != "baseline"]
    return list({o.measure: o for o in sorted(mine, key=lambda o: o.days_from_start or 0.0)}.values())


def _at_the_end(study: Study, arm: Arm) -> tuple[str, str]:
    if not arm.regimen:
        return f"not forecast: {arm.regimen_reason}", "–"
    try:
        course = _course(_condition(study, arm), arm.regimen)
    except OutsideEvidence as refused:
        return f"refused: {refused}", "–"
    with_drug, without = float(course.chances[:, 0].mean()), float(course.chances_without.mean())
    return _share(course.helped(0.0, 1.0)), f"{percent(with_drug)}, {percent(without)}"


def _beside(row: Compared) -> str:
    found = f"{percent(row.question.reported)}; forecast {percent(row.q50)} ({percent_span(row.q10, row.q90)})"
    outside = "" if row.inside else ", **outside**"
    day = words.day(row.question.asked.day)
    return f"{day}, {_measure(row)}: {found}{outside} ({row.place.outcome.status})"


# where it is wrong


def _measure(row: Compared) -> str:
    if row.question.group == "complete relief":
        return "complete relief"
    share = row.question.asked.threshold
    return "mean pain of baseline" if share is None else f"≥{NBSP}{percent(share)} relief"


def _more_relief(row: Compared) -> float:
    return row.error if row.question.group == "mean pain" else -row.error


def _beyond(row: Compared) -> float:
    return max(row.q10 - row.question.reported, row.question.reported - row.q90)


def _wrong() -> Iterator[str]:
    rows = [r for r in comparison_page.compared().compared if r.place.study.design_class.startswith("rct")]
    outside = sorted((r for r in rows if not r.inside), key=lambda r: -_beyond(r))
    yield (
        f"{len(outside)} of {len(rows)} numbers of randomised arms lie outside the 80 % interval, by which one in five "
        "may. Those furthest outside come first.\n"
    )
    columns = ("study", "arm", "day", "what", "printed", "forecast (80 %)", "relief", "status")
    yield table(columns, (
        (
            _linked(r.place.study), _given(r), plain(r.question.asked.day, 2), r.question.reading or _measure(r),
            percent(r.question.reported), f"{percent(r.q50)} ({percent_span(r.q10, r.q90)})",
            "more than forecast" if _more_relief(r) > 0 else "less than forecast", r.place.outcome.status,
        )
        for r in outside
    ))  # fmt: skip
    yield "Bias in randomised arms: relief reported less relief forecast, in hundredths of patients or of baseline.\n"
    yield table(("measure", "arms", "numbers", "inside 80 %", "bias", "mean absolute error"), _bias(rows))
    yield _worst_said(rows)
    yield from _differences()
    yield from _preferences()


def _differences() -> Iterator[str]:
    """Differences that trials told from chance and that the forecast would not."""
    found = [c for c in comparison_page.compared().contrasts if c.place.study.design_class.startswith("rct")]
    found = [c for c in found if c.place.outcome.value <= _TOLD and c.place.outcome.relation != ">"]
    missed = [c for c in found if -c.q90 < 0.0]
    yield (
        f"Of {len(found)} differences between randomised arms that were printed with p at or under {_TOLD:g}, the 80 % "
        f"interval of what a trial of that size reports holds 0 for {len(missed)}"
        f"{': the forecast has them smaller than the trials did, or the trials were lucky' if missed else ''}. "
        "Points of 7, above zero where the first arm has less pain.\n"
    )
    columns = ("study", "arms", "day", "printed p", "status", "forecast difference in a trial")
    yield table(columns, ((_linked(c.place.study), *_contrast(c)) for c in missed))


def _preferences() -> Iterator[str]:
    """Shares who preferred the drug to placebo, which cannot be scored, below the share that it helps."""
    for study in _randomised():
        for outcome in study.outcomes:
            arm = next(one for one in study.arms if one.id == outcome.arm)
            if outcome.counted != "preference" or outcome.kind != "proportion" or not arm.regimen:
                continue
            helped = _course(_condition(study, arm), arm.regimen).helped(0.0, 1.0)
            if outcome.value < helped[1]:
                yield (
                    f"In {_linked(study)} {outcome.events} of {outcome.denominator} "
                    f"({percent(outcome.value)}, {outcome.status}) told `{arm.regimen}` from placebo for the better; "
                    f"at its end the drug is forecast to help {_share(helped)}. The number counts a preference, so the "
                    "fit cannot use it.\n"
                )


def _given(row: Compared) -> str:
    arm = row.place.arm
    return f"`{arm.regimen}`" if arm.role == "ketamine" else arm.role.replace("_", " ")


def _bias(rows: Sequence[Compared]) -> Iterator[tuple[object, ...]]:
    for group in (*GROUPS, "all"):
        for role in ("ketamine", "placebo"):
            mine = [r for r in rows if group in {r.question.group, "all"} and _role(r) == role]
            got = score(mine)
            if got is not None:
                bias = 100.0 * float(np.mean([_more_relief(r) for r in mine]))
                error = f"{100 * got.mean_absolute_error:.0f}"
                yield group, role, got.n, f"{round(got.inside * got.n)}", _hundredths(bias), error


def _hundredths(value: float) -> str:
    return f"{round(value):+d}".replace("-", "−") if round(value) else "0"


def _role(row: Compared) -> str:
    return "ketamine" if row.place.arm.role == "ketamine" else "placebo"


def _worst_said(rows: Sequence[Compared]) -> str:
    later = [r for r in rows if r.place.arm.role == "ketamine" and r.question.asked.day > 1.0]
    if not later:
        return ""
    bias = 100.0 * float(np.mean([_more_relief(r) for r in later]))
    studies = words.listed(sorted({words.study_name(r.place.study.id) for r in later}))
    way = "more" if bias > 0 else "less"
    return (
        f"Later than a day there are {words.counted(len(later), 'number')} of ketamine arms ({studies}); they report "
        f"{abs(bias):.0f} hundredths {way} relief than is forecast, "
        f"{sum(r.inside for r in later)} of {len(later)} inside.\n"
    )
