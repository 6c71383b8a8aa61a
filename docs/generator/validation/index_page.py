"""The first page: what was asked, what was found, by which run, and how it differs between kinds of numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from generator.validation import words
from generator.validation.bars import bars, placebo, short_infusion_said
from generator.validation.scores import summary
from generator.validation.tables import Interval, Outcome, Tables, not_run
from reprieve.evidence.evidence import Evidence
from reprieve.relief.comparison import GROUPS
from reprieve.report.markdown_table import table
from reprieve.words import plain

EVIDENCE = Evidence.packaged()

#: Days after the last dose until which relief is acute.
_ACUTE = 1.0

_INTRO = """# How far the calibrated model can be trusted

Forecasts rest on [one relief model](../explanation/relief-model.md), fitted to published studies. These pages ask
whether it predicts studies that it has not seen, whether its intervals are as wide as they should be, what the studies
taught and what they did not, and whether the fit itself is right.

- [Held-out prediction](held-out.md): every study predicted without itself, beside a plain regression and plain averages
- [Beside the trials](beside-trials.md): the trials that a reader would name, and where the forecast is still wrong
- [Structures](structures.md): the model of record and the mechanism, and how well each predicts
- [Parameters before and after](parameters.md): what the studies taught, and what rests on belief
- [Without some of the evidence](sensitivity.md): without recalled numbers, uncontrolled or flagged studies
- [Ranks in simulated studies](ranks.md): whether the inference finds what made the data
"""


def page(tables: Tables) -> str:
    """The page."""
    parts = [_INTRO, "## The bars\n", _in_short(tables), *_bars(tables)]
    if tables.sensitivity:
        lines = "".join(f"- {line}\n" for line in short_infusion_said(tables.sensitivity))
        parts += [
            "What a single infusion of 40 min adds to the chance of 30 % relief in neuropathic pain, mean and 80 % "
            "interval over populations; the model cannot say that the drug does harm, so an interval that begins under "
            "half a point holds 0:\n",
            lines,
        ]
    if tables.held_out:
        parts += ["## By kind of number, design and time\n", _splits(tables.held_out)]
        parts += ["## Placebo arms\n", _placebo(tables.held_out)]
    return "\n".join((*parts, "## The run\n", _run(tables)))


def _in_short(tables: Tables) -> str:
    found = bars(tables)
    met = sum(bar.verdict == "met" for bar in found)
    run = [bar for bar in found if bar.verdict != "not run"]
    if not run:
        return "Nothing has been run yet.\n"
    missed = len(run) - met
    said = f"{met} of {len(found)} bars are met, {missed} {'is' if missed == 1 else 'are'} missed"
    return said + (f", {len(found) - len(run)} not run.\n" if len(run) < len(found) else ".\n")


def _bars(tables: Tables) -> Iterator[str]:
    yield table(("asked", "found", "verdict"), ((b.asked, b.found, b.verdict) for b in bars(tables)))
    apart = [o for o in tables.held_out if o.read_as in {"responders, authors' word", "complete relief"}]
    if apart:
        yield (
            "Response in the authors' own words and complete relief are shown apart, without a bar: what was counted "
            "is not said in a number. Their errors are in the first rows below.\n"
        )


_Group = tuple[str, Callable[[Outcome], bool]]


def _groups(outcomes: Sequence[Outcome]) -> Iterator[tuple[str, Sequence[_Group]]]:
    conditions = sorted({o.condition for o in outcomes}, key=lambda c: (-sum(o.condition == c for o in outcomes), c))
    yield "all", [("", lambda _: True)]
    yield "kind", [(kind, lambda o, kind=kind: o.read_as == kind) for kind in GROUPS]
    yield (
        "design",
        [
            ("randomised trials", words.is_randomised),
            ("cohorts and case series", lambda o: not words.is_randomised(o)),
        ],
    )
    yield "arm", [("ketamine", lambda o: o.role == "ketamine"), ("placebo", lambda o: o.role != "ketamine")]
    yield (
        "condition",
        [(words.condition_name(name), lambda o, name=name: o.condition == name) for name in conditions],
    )
    yield "number", [("seen in a source", lambda o: o.verified), ("recalled", lambda o: not o.verified)]
    yield (
        "time",
        [
            ("acute, to day 1", lambda o: o.day <= _ACUTE),
            ("later", lambda o: o.day > _ACUTE),
        ],
    )


def _splits(outcomes: Sequence[Outcome]) -> str:
    rows = []
    for by, groups in _groups(outcomes):
        label = by
        for name, belongs in groups:
            mine = [o for o in outcomes if belongs(o)]
            found = summary(mine, "held_out")
            if found is None:
                continue
            shares, means = ([o for o in mine if o.kind == kind] for kind in ("share", "mean"))
            coverage = f"{found.inside} ({100 * found.coverage:.0f} %)"
            rows.append((label, name, found.n, coverage, f"{found.width:.2f}", _errors(shares), _errors(means)))
            label = " "
    averages = ", then those of plain averages" if summary(outcomes, "averages") else ""
    columns = ("by", "which", "n", "inside 80 %", "mean width", "error of shares", "error of means")
    return (
        "Of fits without the study. Errors are mean absolute errors of medians, of shares of patients and of mean pain "
        f"as a fraction of baseline, the plain regression's after the stroke{averages}. Few numbers are few: of ten, "
        "80 % intervals hold six to ten in 97 % of runs.\n\n" + table(columns, rows)
    )


def _errors(mine: Sequence[Outcome]) -> str | None:
    found = [summary(mine, source) for source in ("held_out", "plain", "averages")]
    return " / ".join(f"{each.error:.2f}" for each in found if each) or None


def _placebo(outcomes: Sequence[Outcome]) -> str:
    mine = placebo(outcomes)
    if not mine:
        return "No placebo arm printed a number that is in the fit.\n"
    rows = [
        (
            words.study_name(o.study), f"{words.arm(o, outcomes)}, {words.day(o.day)}, {words.measure(o)}", o.n,
            f"{o.seen:.2f}",
            *(_beside(i, o.seen) for i in (o.held_out, o.fitted)),
        )
        for o in mine
    ]  # fmt: skip
    columns = ("study", "what", "n", "printed", "without the study", "with it")
    return "Medians and 80 % intervals. One in five should lie outside.\n\n" + table(columns, rows)


def _beside(foretold: Interval, seen: float) -> str:
    outside = "" if foretold.holds(seen) else ", outside"
    return f"{foretold.middle:.2f} ({words.span(foretold)}){outside}"


def _run(tables: Tables) -> str:
    if not tables.run:
        return not_run("held_out")
    rows = [
        (
            stage, f"`{ran['command']}`", ran["date"], f"`{ran['evidence_fingerprint']}`",
            f"{plain(ran['seconds'] / 3600, 1)} h on {words.counted(ran['cores'], 'core')}{_reused(ran)}",
            ", ".join(f"{name} {number}" for name, number in ran["versions"].items()),
        )
        for stage, ran in tables.run.items()
    ]  # fmt: skip
    now = EVIDENCE.fitted_fingerprint
    stale = [stage for stage, ran in tables.run.items() if ran["evidence_fingerprint"] != now]
    said = (
        f"The evidence has changed since {words.listed(stale)} ran; its fingerprint is now `{now}`."
        if stale
        else f"The evidence that is fitted has the fingerprint `{now}` today as well."
    )
    columns = ("stage", "command", "date", "evidence", "took", "versions")
    return (
        f"{table(columns, rows)}\n{said} `make validate` runs all stages, and goes on where "
        "it was interrupted; `make docs` makes these pages.\n"
    )


def _reused(ran: Mapping[str, Any]) -> str:
    """What a stage did not have to do, since an interrupted run or an earlier stage had done it."""
    return f", with {words.counted(ran['reused'], 'result')} from before" if ran.get("reused") else ""
