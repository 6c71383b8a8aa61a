"""Where the uncertainty of a forecast comes from, as a block of its page: what is not known, clinics, people."""

from __future__ import annotations

from reprieve.answers.relief import UncertaintyAnswer
from reprieve.report.blocks import section, share, table
from reprieve.words import HORIZONS, Horizon, plain

_COLUMNS = (
    "After",
    "Chance of relief in the average clinic",
    "Beyond placebo",
    "Clinics differ by",
    "People’s pain differs by",
)
_WHAT = (
    "80 % intervals of what is not known (that of the difference holds how clinics differ too), and standard "
    "deviations of how clinics and people differ. More studies would narrow the first two columns, knowing one’s own "
    "clinic the third, and nothing but the patient’s own course the last. That the model itself may be wrong is in "
    "none of them."
)


def uncertainty_section(uncertainty: UncertaintyAnswer) -> str:
    """The uncertainty of an answer as a table."""
    heads = "".join(f'<th scope="col">{name}</th>' for name in _COLUMNS)
    rows = [_row(uncertainty, one) for one in HORIZONS]
    return section("Where the uncertainty comes from", table(heads, rows), f'<p class="note">{_WHAT}</p>')


def _row(uncertainty: UncertaintyAnswer, at: Horizon) -> str:
    chance, beyond = uncertainty.posterior.chance[at.id], uncertainty.difference_from_placebo[at.id]
    cells = (
        f"{share(chance.low)} to {share(chance.high)}",
        f"{_points(beyond.mean)} ({_points(beyond.low)} to {_points(beyond.high)})",
        share(uncertainty.setting.chance_sd[at.id]),
        f"{plain(uncertainty.population.pain_sd[at.id])} points",
    )
    numbers = "".join(f'<td class="number">{cell}</td>' for cell in cells)
    return f'<tr><th class="number" scope="row">{at.words}</th>{numbers}</tr>'


def _points(difference: float) -> str:
    """A difference of chances; it may be below zero."""
    sign = "−" if difference <= -0.005 else ""
    return f"{sign}{share(abs(difference))}"
