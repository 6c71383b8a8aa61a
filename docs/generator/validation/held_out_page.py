"""Every number foretold without its study, beside the plain regression, and the worst misses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from generator.validation import words
from generator.validation.bars import bars
from generator.validation.scores import SOURCES, Source, summary
from generator.validation.tables import Interval, Outcome, Tables, in_order, not_run
from reprieve.evidence.evidence import Evidence
from reprieve.evidence.records.study import Arm, Study
from reprieve.pictures import IntervalRow, Lane, Picture, interval_picture
from reprieve.pictures.intervals import share_ticks
from reprieve.relief.comparison import GROUPS
from reprieve.report.markdown_table import table

EVIDENCE = Evidence.packaged()

_LANES = (
    Lane("band", "80 % interval without the study"),
    Lane("inner", "with it"),
    Lane("placebo", "plain regression without it", offset=9.0),
)
_WORST = 12
_BASELINES: dict[Source, str] = {"plain": "the plain regression", "averages": "plain averages"}

_INTRO = """# Held-out prediction

Each study is predicted by the model fitted to all the others: its design, its size and what was given are known, what
it printed is not. The reported number of a study that size is foretold with everything that scatters, so that 80 % of
the printed numbers should lie inside the 80 % interval. The draws of the fit to everything are reweighted to the fit
without the study by Pareto-smoothed importance sampling; where that fails (k above 0.7) the model is fitted anew.

- *held out*: the model fitted without the study
- *fitted*: the model fitted with it, its own effects included; it shows what the model can describe, not foretell
- *plain*: a regression on log hours, days, condition, placebo and design, fitted without the study
{averages}
Shares are of patients, means are of baseline pain. The bars say what would have been good enough, and
were set before anything was scored.
"""
_AVERAGES = """- *averages*: what the other studies printed of the same role (ketamine or control) and kind of number,
  averaged; dose, day, condition and threshold are ignored
"""


def by_condition(outcomes: Sequence[Outcome]) -> dict[str, list[Outcome]]:
    """The numbers of each condition, most numbers first, each study in the order of its days."""
    found: dict[str, list[Outcome]] = {}
    for outcome in sorted(outcomes, key=lambda o: (o.study, o.kind != "share", o.role, o.arm, o.day)):
        found.setdefault(outcome.condition, []).append(outcome)
    return dict(sorted(found.items(), key=lambda item: (-len(item[1]), item[0])))


def pictures(tables: Tables) -> Iterator[str]:
    """Names of the pictures, one per condition."""
    for condition in by_condition(tables.held_out):
        yield f"held_out_{condition}.svg"


def picture(tables: Tables, name: str) -> Picture:
    """The picture of a condition, by its file's name."""
    condition = name.removeprefix("held_out_").removesuffix(".svg")
    mine = by_condition(tables.held_out)[condition]
    rows, heads = [], {"share": "Patients with relief, % of patients", "mean": "Mean pain, % of baseline"}
    for kind, head in heads.items():
        shown = [o for o in mine if o.kind == kind]
        for before, outcome in zip([None, *shown], shown, strict=False):
            is_new = before is None or before.study != outcome.study
            rows.append(_row(outcome, mine, label=is_new, head="" if before else head))
    top = 1.0 + 0.2 * any(max(o.seen, o.held_out.high, o.plain.high) > 1.005 for o in mine)
    return interval_picture(
        rows,
        _LANES,
        ends=(0.0, top),
        ticks=share_ticks(top),
        title=f"{_capital(words.condition_name(condition))}: what studies printed, and what was foretold",
        axis_label="% of patients, or of baseline pain",
        seen_label="printed",
        columns=(142.0, 338.0),
    )


def _row(outcome: Outcome, beside: Sequence[Outcome], *, label: bool, head: str) -> IntervalRow:
    parts = [words.arm(outcome, beside), words.day(outcome.day)]
    if outcome.kind == "share":
        parts.append(words.measure(outcome).removeprefix("relief ").removesuffix(" relief"))
    return IntervalRow(
        words.study_name(outcome.study) if label else "",
        ", ".join(parts),
        tuple((i.low, i.middle, i.high) for i in (outcome.held_out, outcome.fitted, outcome.plain)),
        seen=outcome.seen,
        head=head,
    )


def page(tables: Tables) -> str:
    """The page."""
    outcomes = tables.held_out
    if not outcomes:
        return f"{_intro(outcomes)}\n{not_run('held_out')}"
    refitted = sorted({words.study_name(o.study) for o in outcomes if o.refitted})
    anew = f"Fitted anew without: {words.listed(refitted)}." if refitted else "No study had to be fitted anew."
    parts = [
        _intro(outcomes),
        f"{words.counted(len(outcomes), 'number')} of {words.counted(len({o.study for o in outcomes}), 'study')}. "
        f"{anew}\n",
        "## The bars\n",
        table(("asked", "found", "verdict"), ((b.asked, b.found, b.verdict) for b in bars(tables))),
        "## Against the baselines\n",
        baselines(outcomes),
        "## By kind of number\n",
        table(("kind", "foretold by", "n", "mean absolute error", "inside 80 %", "mean width"), _by_kind(outcomes)),
        "## The worst misses\n",
        _worst(outcomes),
    ]
    for condition, mine in by_condition(outcomes).items():
        title = _capital(words.condition_name(condition))
        parts += [
            f"## {title}\n",
            _said(mine),
            f"![{title}: printed and foretold](held-out/held_out_{condition}.svg)\n",
        ]
    return "\n".join(parts)


def _intro(outcomes: Sequence[Outcome]) -> str:
    return _INTRO.format(averages=_AVERAGES if summary(outcomes, "averages") else "")


def _by_kind(outcomes: Sequence[Outcome]) -> Iterator[tuple[object, ...]]:
    kinds = in_order((*(k for k in GROUPS if any(o.read_as == k for o in outcomes)), "all"))
    for kind in kinds:
        mine = [o for o in outcomes if kind in {o.read_as, "all"}]
        for source, name in SOURCES.items():
            found = summary(mine, source)
            if found:
                coverage = f"{found.inside} ({100 * found.coverage:.0f} %)"
                yield (kind, name, found.n, f"{found.error:.3f}", coverage, f"{found.width:.2f}")


def baselines(outcomes: Sequence[Outcome]) -> str:
    """Whether the model predicts better than what knows less, over all and how often."""
    ours = summary(outcomes, "held_out")
    assert ours is not None
    lines = []
    for source, name in _BASELINES.items():
        theirs = summary(outcomes, source)
        if theirs is None:
            continue
        nearer = sum(_error(o, "held_out") < _error(o, source) for o in outcomes)
        word = "smaller" if ours.error < theirs.error else "not smaller"
        lines.append(
            f"- Against {name} the mean absolute error over all numbers is {word}: {ours.error:.3f} and "
            f"{theirs.error:.3f}; the model is nearer in {nearer} of {len(outcomes)}, and its intervals are "
            f"{ours.width:.2f} wide, those {theirs.width:.2f}, with {ours.inside} and {theirs.inside} inside.\n"
        )
    return "".join(lines)


def _error(outcome: Outcome, source: Source) -> float:
    return abs(float(getattr(outcome, source).middle) - outcome.seen)


def _said(mine: Sequence[Outcome]) -> str:
    ours, plain, averages = (summary(mine, source) for source in ("held_out", "plain", "averages"))
    assert ours is not None
    assert plain is not None
    by_averages = f", of plain averages {averages.error:.2f}" if averages else ""
    return (
        f"{words.counted(ours.n, 'number')}, {ours.inside} inside the 80 % interval without the study; mean absolute "
        f"error {ours.error:.2f}, of the plain regression {plain.error:.2f}{by_averages}.\n"
    )


def _worst(outcomes: Sequence[Outcome]) -> str:
    beyond = sorted((o for o in outcomes if not o.held_out.holds(o.seen)), key=_miss)[:_WORST]
    if not beyond:
        return "Every number lies inside its interval.\n"
    rows = [
        (
            words.study_name(o.study), f"{words.arm(o, outcomes)}, {words.day(o.day)}, {words.measure(o)}",
            f"{o.seen:.2f}", _middle(o.held_out), _middle(o.plain), sentence(o),
        )
        for o in beyond
    ]  # fmt: skip
    columns = ("study", "what", "printed", "foretold (80 %)", "plain (80 %)", "the study")
    outside = sum(not o.held_out.holds(o.seen) for o in outcomes)
    return (
        f"{outside} of {len(outcomes)} numbers lie outside; here those that lie furthest from their interval.\n\n"
        + table(columns, rows)
    )


def _miss(outcome: Outcome) -> tuple[float, str, float]:
    return (-outcome.held_out.beyond(outcome.seen), outcome.study, outcome.day)


def _middle(interval: Interval) -> str:
    return f"{interval.middle:.2f} ({words.span(interval)})"


def sentence(outcome: Outcome) -> str:
    """What the study was, from its record; no reason is guessed."""
    more_relief = (outcome.seen > outcome.held_out.high) == (outcome.kind == "share")
    said = f"{'More' if more_relief else 'Less'} relief than foretold."
    if outcome.study not in EVIDENCE.study_ids:
        return said
    study = EVIDENCE.study(outcome.study)
    given = next(a for a in study.arms if a.id == outcome.arm)
    facts = [f"{_capital(words.DESIGNS[study.design_class])} of {study.n_total}, {study.blinding}"]
    facts.append(f"{_given(given)}, {outcome.n} in this number")
    facts += _doubts(outcome, study)
    return f"{'. '.join(facts)}. {said}"


def _given(given: Arm) -> str:
    printed = given.dose if given.dose and not given.dose.startswith("as above") else None
    dose = printed or given.regimen or given.role.replace("_", " ")
    with_ = f", with {words.listed(given.cotreatment)}" if given.cotreatment else ""
    return f"{_capital(dose)}{with_}"


def _doubts(outcome: Outcome, study: Study) -> Iterator[str]:
    if not outcome.verified:
        yield "The number is recalled, not seen"
    if study.flags:
        yield f"Flagged: {words.listed([f'`{flag}`' for flag in study.flags])}"
    if study.risk_of_bias == "high":
        yield "High risk of bias"


def _capital(content: str) -> str:
    return content[:1].upper() + content[1:]
