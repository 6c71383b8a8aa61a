"""``reprieve evidence forest``, ``funnel`` and ``bubble``: placebo-controlled trials pooled, printed and drawn."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reprieve.cli.as_json import JSON, print_json
from reprieve.cli.exit_codes import EXIT_CODES
from reprieve.errors import FileError, InputError, OutsideEvidence

if TYPE_CHECKING:
    from reprieve.inference.moderators import Moderator
    from reprieve.inference.synthesis import Synthesis
    from reprieve.pictures import Picture


def _options(command: Callable[..., None]) -> Callable[..., None]:
    for option in (
        JSON,
        click.option("--verified-only", is_flag=True, help="Leave out numbers that were not seen in a source."),
        click.option("--out", type=click.Path(path_type=Path), metavar="FILE", help="Draw it: FILE.svg or FILE.html."),
        click.option("--condition", metavar="NAME", help="Only trials in this pain condition."),
        click.option(
            "--measure", metavar="ID", default=None,
            help="rd, rr, or: of responders; md, smd: of pain. rd if not given, md after the first day.",
        ),
        click.option(
            "--window", metavar="ID", default="day", show_default=True,
            help="Time after the last dose: day, week (1-7 d), month (1-4 wk) or quarter (5-12 wk).",
        ),
    ):  # fmt: skip
        command = option(command)
    return command


def _synthesis(window: str, measure: str | None, condition: str | None, verified_only: bool) -> Synthesis:
    from reprieve.answers.meta_analysis import controlled_trials  # noqa: PLC0415
    from reprieve.evidence.evidence import Evidence  # noqa: PLC0415

    return controlled_trials(Evidence.packaged(), window, measure, condition, verified_only=verified_only)


def _check_out(out: Path | None) -> None:
    if out is not None and out.suffix.lower() not in {".svg", ".html"}:
        raise InputError(f"The picture is to be written to {out.name!r}; name a file that ends in .svg or .html.")


def _write(picture: Picture, out: Path) -> None:
    try:
        if out.suffix.lower() == ".svg":
            picture.save(out)
        else:
            out.write_text(picture.page(), encoding="utf-8")
    except OSError as error:
        raise FileError(f"{out}: the picture cannot be written ({error.strerror}); name another file.") from None
    click.echo(f"Picture written to {out.resolve()}", err=True)


def _answer(draw: str, made: Synthesis, out: Path | None, as_json: bool) -> None:
    from reprieve.answers.meta_analysis import meta_analysis_answer  # noqa: PLC0415
    from reprieve.cli.forest_printout import print_forest, print_points  # noqa: PLC0415
    from reprieve.evidence.evidence import Evidence  # noqa: PLC0415
    from reprieve.report import study_pictures  # noqa: PLC0415

    pictures = {"forest": study_pictures.forest_of, "funnel": study_pictures.funnel_of}
    picture, answer = pictures[draw](made, Evidence.packaged().references), meta_analysis_answer(made)
    if as_json:
        print_json(answer.to_dict())
    elif draw == "forest":
        print_forest(answer, study_pictures.notes(made))
    else:
        print_points(answer, study_pictures.asymmetry_line(made))
    if out is not None:
        _write(picture, out)


def _regression_answer(made: Synthesis, by: Moderator, out: Path | None, as_json: bool) -> None:
    """The studies are shown in any case; without a regression the exit code says so."""
    from reprieve.answers.meta_analysis import meta_analysis_answer  # noqa: PLC0415
    from reprieve.cli.forest_printout import print_points  # noqa: PLC0415
    from reprieve.evidence.evidence import Evidence  # noqa: PLC0415
    from reprieve.report import study_pictures  # noqa: PLC0415

    picture, answer = study_pictures.bubble_of(made, Evidence.packaged().references, by), meta_analysis_answer(made, by)
    if as_json:
        print_json(answer.to_dict())
    else:
        print_points(answer, study_pictures.slope_line(made, by))
    if out is not None:
        _write(picture, out)
    if answer.meta_regression and answer.meta_regression.why_none is not None:
        raise click.exceptions.Exit(EXIT_CODES[OutsideEvidence])


@click.command()
@_options
def forest(
    window: str, measure: str | None, condition: str | None, out: Path | None, verified_only: bool, as_json: bool
) -> None:
    """Pool ketamine against placebo in one window of time after the last dose.

    Random effects with the Hartung-Knapp interval; one effect per study; what is left out is named with its reason.

    \b
    Examples:
      reprieve evidence forest
      reprieve evidence forest --window week --measure smd
      reprieve evidence forest --measure or --out forest.svg
    """
    _check_out(out)
    _answer("forest", _synthesis(window, measure, condition, verified_only), out, as_json)


@click.command()
@_options
def funnel(
    window: str, measure: str | None, condition: str | None, out: Path | None, verified_only: bool, as_json: bool
) -> None:
    """Effects against their standard errors, with Egger's test of asymmetry.

    \b
    Examples:
      reprieve evidence funnel
      reprieve evidence funnel --measure or --out funnel.html
    """
    _check_out(out)
    _answer("funnel", _synthesis(window, measure, condition, verified_only), out, as_json)


@click.command()
@click.option(
    "--by", metavar="NAME", default="hours", show_default=True,
    help="What effects are regressed on: hours (of infusion), dose (mg/kg) or condition.",
)  # fmt: skip
@_options
def bubble(
    by: str,
    window: str,
    measure: str | None,
    condition: str | None,
    out: Path | None,
    verified_only: bool,
    as_json: bool,
) -> None:
    """Effects against hours of infusion, dose or condition, with the meta-regression.

    Exit code 3 if the studies are too few or too alike for a regression; they are shown all the same.

    \b
    Examples:
      reprieve evidence bubble
      reprieve evidence bubble --by dose --measure or --out bubble.svg
    """
    _check_out(out)
    made = _synthesis(window, measure, condition, verified_only)
    from reprieve.inference.moderators import moderator  # noqa: PLC0415

    _regression_answer(made, moderator(by), out, as_json)
