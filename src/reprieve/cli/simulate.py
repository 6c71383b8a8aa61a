"""``reprieve simulate``: a population of subjects who differ, written to a file while it is simulated."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reprieve.cli.as_json import JSON, print_json
from reprieve.cli.given_file import content_of
from reprieve.cli.simulate_data import simulate_data
from reprieve.cli.values import TIMES, WEIGHT, Whole
from reprieve.errors import InputError, MissingDatum
from reprieve.units import parse_number

if TYPE_CHECKING:
    from reprieve.exposure.population.simulation import Population

_SHARES = (0.05, 0.5, 0.95)


class _WeightRange(click.ParamType[tuple[float, float]]):
    name = "range"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[float, float]:
        if isinstance(value, tuple):
            return value
        low, colon, high = str(value).partition(":")
        if not colon:
            raise InputError(f"Weights are given as {value!r}; write the lowest and the highest in kg, as 50:100.")
        return parse_number(low, "The lowest weight"), parse_number(high, "The highest weight")


@click.command()
@click.option("--regimen", metavar="TEXT", help="Regimen, as 'racemic iv 0.5 mg/kg over 40 min'.")
@click.option(
    "--data", metavar="FILE", help="Doses and times of subjects of your own, in NONMEM's format; - reads stdin."
)
@click.option(
    "--model", metavar="ID", help="Population model; chosen by form and route if not given, except for --data."
)
@click.option("--subjects", type=Whole(1, 100_000_000), metavar="N", help="How many subjects.")
@click.option("--times", type=TIMES, metavar="H,H,...", help="Hours after the start, as 0.5,1,2.")
@click.option("--weight", type=WEIGHT, metavar="KG", help="Weight of everybody, kg; or with a unit, as '154 lb'.")
@click.option("--weights", type=_WeightRange(), metavar="KG:KG", help="Spread subjects evenly over a range of weight.")
@click.option(
    "--covariates", metavar="CSV",
    help="File with a column for each covariate (weight, age ...), - reads stdin; its rows are taken in turn.",
)  # fmt: skip
@click.option("--analyte", "analytes", multiple=True, metavar="NAME", help="Only this one; may be given again.")
@click.option(
    "--occasions/--no-occasions", default=True, show_default=True,
    help="Let parameters vary from session to session, where the model says how.",
)  # fmt: skip
@click.option("--residual", is_flag=True, help="Add the residual error of a measurement.")
@click.option(
    "--cmt", "compartments", multiple=True, metavar="N=NAME",
    help="With --data: what a number in CMT means, a route for doses (1=iv) or an analyte for looks (2=s_ketamine); 0 "
    "stands for a missing one. Repeatable.",
)  # fmt: skip
@click.option("--draws", type=Whole(1, 100_000), metavar="N", help="With --data: draw N subjects like each.")
@click.option("--ignore", "ignored", multiple=True, metavar="COLUMN", help="With --data: do not read it. Repeatable.")
@click.option("--seed", type=Whole(0), metavar="N", default=1, show_default=True, help="Seed of everything drawn.")
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE", help="FILE.parquet or FILE.csv.")
@click.option("--force", is_flag=True, help="Replace a file that is there.")
@JSON
def simulate(
    regimen: str | None,
    data: str | None,
    model: str | None,
    subjects: int | None,
    times: tuple[float, ...] | None,
    weight: float | None,
    weights: tuple[float, float] | None,
    covariates: str | None,
    analytes: tuple[str, ...],
    occasions: bool,
    residual: bool,
    compartments: tuple[str, ...],
    draws: int | None,
    ignored: tuple[str, ...],
    seed: int,
    out: Path | None,
    force: bool,
    as_json: bool,
) -> None:
    """Simulate subjects who differ as a published model says, and keep them in a file.

    One row for each subject and time; without --out only quantiles are printed. The same seed gives the same subjects,
    whatever their number. A file that is not finished is removed; one that is there is kept unless you say --force.

    With --data the subjects, doses and times are those of a table in NONMEM's format (ID TIME AMT RATE DUR EVID MDV
    CMT II ADDL SS DV; h, mg of base, mg/h, ng/mL; WT in kg, AGE in years), and every look of theirs is predicted: as
    is typical for their covariates, or with --draws. Rows are printed as CSV where there is no --out.

    \b
    Examples:
      reprieve simulate --regimen "racemic iv 0.5 mg/kg over 40 min" --subjects 1000 --weights 50:100 \\
          --times 0.5,1,2,4,8 --out people.csv
      reprieve simulate --model otto2021_fanta2015_sket_iv_venous --regimen "esketamine iv 20 mg over 20 min" \\
          --weight 70 --subjects 10000 --times 0.5,1,2 --residual --seed 7
      reprieve simulate --data examples/events.csv --model otto2021_fanta2015_sket_iv_venous --cmt 2=s_ketamine
    """
    apart = {
        "--subjects": subjects, "--times": times, "--weight": weight, "--weights": weights, "--covariates": covariates,
        "--residual": residual, "--no-occasions": not occasions,
    }  # fmt: skip
    with_data = {"--cmt": compartments, "--draws": draws, "--ignore": ignored}
    if data is not None:
        _refuse_beside("--data", {"--regimen": regimen, **apart})
        simulate_data(
            data, model=model, compartments=compartments, analytes=analytes, draws=draws, seed=seed, ignored=ignored,
            out=out, force=force, as_json=as_json,
        )  # fmt: skip
        return
    if regimen is None:
        raise MissingDatum("No doses are given; give --regimen, or --data for a table of your own.")
    _refuse_beside("--regimen", with_data)
    if subjects is None or times is None:
        missing = " and ".join(name for name in ("--subjects", "--times") if apart[name] is None)
        raise MissingDatum(f"Not given: {missing}. A regimen is simulated in so many subjects, at so many hours.")
    from reprieve.exposure.population.simulation import simulate_population  # noqa: PLC0415
    from reprieve.exposure.population.subjects import read_covariates  # noqa: PLC0415
    from reprieve.exposure.population.table import quantiles_of, write_table  # noqa: PLC0415

    if weight is not None and weights is not None:
        raise InputError("Both --weight and --weights are given; give one of them.")
    population = simulate_population(
        regimen,
        times=times,
        subjects=subjects,
        model=model.strip() if model else None,
        weight=weights if weights is not None else weight,
        covariates=read_covariates(*content_of(covariates)) if covariates else None,
        seed=seed,
        occasions=occasions,
        residual=residual,
        analytes=analytes or None,
    )
    with _progress(subjects) as done:
        seen = write_table(population, out, force=force, done=done) if out else quantiles_of(population, done=done)
    middle = seen.at(_SHARES)
    if as_json:
        print_json(_summary(population, out, middle))
    else:
        _print(population, out, middle)


def _refuse_beside(option: str, others: Mapping[str, object]) -> None:
    """Refuse options that mean nothing beside another."""
    given = [name for name, value in others.items() if value is not None and value is not False and value != ()]
    if given:
        raise InputError(f"Both {option} and {' and '.join(given)} are given; give one of them.")


@contextmanager
def _progress(subjects: int) -> Iterator[Callable[[int], None]]:
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import (  # noqa: PLC0415
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (TextColumn("Simulating"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with (
        _stopped_between_chunks() as stop_if_asked,
        Progress(*columns, console=console, transient=True, disable=not sys.stderr.isatty()) as bar,
    ):
        task = bar.add_task("subjects", total=subjects)

        def done(finished: int) -> None:
            stop_if_asked()
            bar.update(task, completed=finished)

        yield done


@contextmanager
def _stopped_between_chunks() -> Iterator[Callable[[], None]]:
    """Ctrl-C is kept until a chunk is done: raised inside the compiler or its callbacks it would be swallowed there."""
    asked: list[int] = []

    def stop_if_asked() -> None:
        if asked:
            raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, lambda number, _: asked.append(number))
    try:
        yield stop_if_asked
    finally:
        signal.signal(signal.SIGINT, before)


def _summary(population: Population, out: Path | None, found: Any) -> dict[str, Any]:
    named = [
        {
            "time_h": float(time),
            **{
                name: {f"q{round(100 * share):02d}": float(f"{found[s, t, a]:.3g}") for s, share in enumerate(_SHARES)}
                for a, name in enumerate(population.analytes)
            },
        }
        for t, time in enumerate(population.times_h)
    ]
    return {"file": str(out) if out else None, **population.provenance(), "unit": "ng/mL", "quantiles": named}


def _print(population: Population, out: Path | None, found: Any) -> None:
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    terminal = Console(highlight=False)
    table = Table(box=None, pad_edge=False, header_style="bold", title_justify="left")
    table.add_column("h", justify="right")
    for name in population.analytes:
        table.add_column(f"{name.replace('_', '-')}, ng/mL", justify="right")
    for t, time in enumerate(population.times_h):
        cells = [
            f"{found[1, t, a]:.3g} ({found[0, t, a]:.3g} to {found[2, t, a]:.3g})"
            for a in range(len(population.analytes))
        ]
        table.add_row(f"{time:g}", *cells)
    terminal.print(
        f"{population.subjects:,} subjects by {population.chosen.model.id}: median (5 % to 95 %)", markup=False
    )
    terminal.print(table)
    terminal.print(f"Model: {population.chosen.reason}", markup=False)
    terminal.print(f"Between sessions: {_between_sessions(population)}", markup=False)
    if population.note:
        terminal.print(population.note, style="yellow", markup=False)
    if out:
        terminal.print(f"Written to {out}", markup=False)


def _between_sessions(population: Population) -> str:
    if population.chosen.model.between_occasion is None:
        return "the model publishes no variability"
    return "parameters vary" if population.occasions else "variability left out, as asked"
