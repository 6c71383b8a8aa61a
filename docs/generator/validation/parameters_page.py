"""What the trials taught: each parameter before and after the fit."""

from __future__ import annotations

from collections.abc import Sequence

from generator.validation import words
from generator.validation.tables import Interval, Parameter, Tables, not_run
from reprieve.evidence.evidence import Evidence
from reprieve.evidence.records.calibration import CalibrationPriors
from reprieve.pictures import IntervalRow, Lane, Picture, interval_picture
from reprieve.pictures.scale import Tick
from reprieve.relief.posterior import PARAMETERS
from reprieve.report.markdown_table import table

EVIDENCE = Evidence.packaged()

PICTURE = "parameters.svg"
#: A parameter is informed if its 80 % interval shrank by at least this share.
_LEARNT = 0.2
#: Beyond these a sampler is not believed (Vehtari and others 2021).
_RHAT, _ESS = 1.01, 400.0
_CONDITION = "condition_effect "
_LANES = (Lane("wash", "prior, 80 % interval", offset=-4.5), Lane("bar", "posterior", offset=4.5))

_INTRO = """# Parameters before and after

Medians with 80 % intervals, before any trial was looked at and after the fit. *Narrower* is how much of the width of
the prior's interval the trials took away; what they leave as wide as it was rests on the prior alone. Meanings and
priors with their reasons: [the calibrated relief model](../reference/posterior.md). The fit also holds [what is known
from elsewhere](../reference/posterior.md#known-from-elsewhere), so part of what is narrower comes from there.
"""


def picture(tables: Tables) -> Picture:
    """Prior and posterior, each parameter on the scale of its prior's interval."""
    rows = []
    for part, head in ((_is_population, "Of everybody"), (_is_condition, "What the drug adds, by condition")):
        for position, p in enumerate(filter(part, tables.parameters)):
            rows.append(
                IntervalRow(
                    _short(p.name), _width(p), (_scaled(p.prior, p), _scaled(p.posterior, p)),
                    head="" if position else head,
                )
            )  # fmt: skip
    return interval_picture(
        rows,
        _LANES,
        ends=(-1.0, 2.0),
        ticks=(Tick(0.0, "lower end"), Tick(1.0, "upper end")),
        title="Prior and posterior of every parameter",
        subtitle="Each on the scale of its own prior: its 80 % interval goes from the lower to the upper end.",
        axis_label="80 % interval of the prior",
        columns=(196.0, 310.0),
    )


def _is_condition(parameter: Parameter) -> bool:
    return parameter.name.startswith(_CONDITION)


def _is_population(parameter: Parameter) -> bool:
    return not _is_condition(parameter)


def _scaled(interval: Interval, by: Parameter) -> tuple[float, float, float]:
    low, middle, high = ((v - by.prior.low) / by.prior.width for v in (interval.low, interval.middle, interval.high))
    return low, middle, high


def _short(name: str) -> str:
    return name.removeprefix(_CONDITION).replace("_", " ") if name.startswith(_CONDITION) else name


def page(tables: Tables) -> str:
    """The page."""
    found = tables.parameters
    if not found:
        return f"{_INTRO}\n{not_run('held_out')}"
    columns = ("parameter", "unit", "prior", "posterior", "narrower", "R-hat", "effective size, bulk and tail")
    parts = [
        _INTRO,
        f"![Prior and posterior of every parameter](parameters/{PICTURE})\n",
        _sampler(found),
        "## Of everybody\n",
        table(columns, map(_row, filter(_is_population, found))),
        "## Of conditions\n",
        "How far what the drug adds at the end (`added_level`) lies from that of all conditions, in standard "
        "deviations between conditions.\n",
        table(columns, map(_row, filter(_is_condition, found))),
        "## What the trials do not tell\n",
        _uninformed(found),
    ]
    return "\n".join(parts)


def _row(parameter: Parameter) -> tuple[object, ...]:
    p = parameter
    unit = "–" if p.unit == "fraction" else p.unit
    sizes = f"{p.ess_bulk:.0f} and {p.ess_tail:.0f}"
    narrower = f"{100 * p.narrower:.0f} %".replace("-", "−")
    return f"`{_short(p.name)}`", unit, words.three(p.prior), words.three(p.posterior), narrower, f"{p.rhat:.3f}", sizes


def _sampler(found: Sequence[Parameter]) -> str:
    rhat, ess = max(p.rhat for p in found), min(min(p.ess_bulk, p.ess_tail) for p in found)
    said = f"The worst R-hat is {rhat:.3f} and the smallest effective size {ess:.0f}"
    bad = [f"`{_short(p.name)}`" for p in found if p.rhat > _RHAT or min(p.ess_bulk, p.ess_tail) < _ESS]
    limits = f"R-hat at most {_RHAT:g} and effective sizes of {_ESS:.0f} or more"
    if not bad:
        return f"{said}: {limits} are asked for, and all parameters have them.\n"
    return (
        f"{said}. {limits} are asked for; {words.listed(bad)} {'do' if len(bad) > 1 else 'does'} not have them in this "
        "run, which is shorter than the fit that ships.\n"
    )


def uninformed(found: Sequence[Parameter]) -> tuple[Parameter, ...]:
    """The parameters that the trials left about as wide as they were."""
    return tuple(p for p in found if p.narrower < _LEARNT or not p.informed)


def _uninformed(found: Sequence[Parameter]) -> str:
    silent = uninformed(found)
    if not silent:
        return f"Every interval is narrower by {100 * _LEARNT:.0f} % or more.\n"
    return (
        f"{len(silent)} of {len(found)} intervals are narrower by less than {100 * _LEARNT:.0f} %, or are of a "
        "condition without a ketamine arm in the fit. A forecast that hangs on one of them hangs on what was "
        "believed before.\n\n" + "".join(f"- {line}\n" for line in map(_sentence, silent))
    )


def _sentence(parameter: Parameter) -> str:
    p = parameter
    if _is_condition(p):
        condition = words.condition_name(p.name.removeprefix(_CONDITION))
        if not p.informed:
            return f"`{_short(p.name)}`: no arm of the fit gave ketamine in {condition}; it is taken as any condition."
        return f"`{_short(p.name)}`: the studies in {condition} say little of how it differs from others ({_width(p)})."
    priors = EVIDENCE.record(CalibrationPriors, "reported_relief").parameters
    rest = f" What is believed is {priors[p.name].status}: {priors[p.name].reason}." if p.name in priors else ""
    meaning = PARAMETERS[p.name].meaning if p.name in PARAMETERS else "no longer in the model"
    return f"`{p.name}` ({meaning}): the trials hardly move its width ({_width(p)}).{rest}"


def _width(parameter: Parameter) -> str:
    change = 100 * parameter.narrower
    return f"{change:.0f} % narrower" if change >= 0 else f"{-change:.0f} % wider"
