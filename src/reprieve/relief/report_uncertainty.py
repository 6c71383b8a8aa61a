"""Where the uncertainty of a forecast comes from, as a block of its page: what is not known, clinics, people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reprieve.relief.report_blocks import section, share
from reprieve.words import HORIZONS, plain

_COLUMNS = ("After", "Chance in the average clinic", "Beyond placebo", "Clinics differ by", "People’s pain differs by")
_WHAT = (
    "80 % intervals of what is not known (that of the difference holds how clinics differ too), and standard "
    "deviations of how clinics and people differ. More studies would narrow the first two columns, knowing one’s own "
    "clinic the third, and nothing but the patient’s own course the last. That the model itself may be wrong is in "
    "none of them."
)


def uncertainty_section(uncertainty: Mapping[str, Any]) -> str:
    """The ``uncertainty`` of an answer as a table, or nothing where the answer has none."""
    rows = "".join(_row(uncertainty, one.id, one.words) for one in HORIZONS)
    if not rows:
        return ""
    heads = "".join(f'<th scope="col">{name}</th>' for name in _COLUMNS)
    return section(
        "Where the uncertainty comes from",
        f'<div class="scroll"><table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>',
        f'<p class="note">{_WHAT}</p>',
    )


def _row(uncertainty: Mapping[str, Any], key: str, words: str) -> str:
    posterior, beyond, clinics, people = (
        _part(uncertainty, *path).get(key)
        for path in (
            ("posterior", "chance"), ("difference_from_placebo",), ("setting", "chance_sd"), ("population", "pain_sd"),
        )
    )  # fmt: skip
    if not posterior:
        return ""
    known = f"{share(posterior['low'])} to {share(posterior['high'])}"
    more = f"{_points(beyond['mean'])} ({_points(beyond['low'])} to {_points(beyond['high'])})" if beyond else "–"
    cells = (
        known,
        more,
        "–" if clinics is None else share(clinics),
        "–" if people is None else f"{plain(float(people))} points",
    )
    numbers = "".join(f'<td class="number">{cell}</td>' for cell in cells)
    return f'<tr><th class="number" scope="row">{words}</th>{numbers}</tr>'


def _part(whole: Mapping[str, Any], *names: str) -> Mapping[str, Any]:
    for name in names:
        found = whole.get(name)
        whole = found if isinstance(found, Mapping) else {}
    return whole


def _points(difference: float) -> str:
    """A difference of chances; it may be below zero."""
    sign = "−" if difference <= -0.005 else ""
    return f"{sign}{share(abs(difference))}"
