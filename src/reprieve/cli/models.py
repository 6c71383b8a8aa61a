"""``reprieve models``: which population models there are, what they hold, whether they hold, how they differ.

Heavy modules are imported inside the commands, so that help does not wait for numbers.
"""

from __future__ import annotations

import click

from reprieve.cli.as_json import JSON, print_json
from reprieve.cli.values import NUMBER, TIMES, WEIGHT


@click.group()
def models() -> None:
    """Look at the published population models behind concentrations."""


@models.command("list")
@JSON
def list_models(as_json: bool) -> None:
    """List all population models, and say which of them run.

    \b
    Examples:
      reprieve models list
      reprieve models list --json
    """
    from reprieve.answers.model_list import model_list  # noqa: PLC0415
    from reprieve.cli.model_list_printout import print_models  # noqa: PLC0415
    from reprieve.evidence.evidence import Evidence  # noqa: PLC0415

    found = model_list(Evidence.packaged())
    if as_json:
        print_json(found.to_dict())
    else:
        print_models(found)


@models.command()
@click.argument("model_id", metavar="ID")
@JSON
def show(model_id: str, as_json: bool) -> None:
    """Show one population model: its source, people, parameters, and what it lacks.

    \b
    Example:
      reprieve models show simons2022_sket_otf_iv
    """
    from reprieve.answers.model import model_answer  # noqa: PLC0415
    from reprieve.cli.model_printout import print_model  # noqa: PLC0415
    from reprieve.evidence.evidence import Evidence  # noqa: PLC0415

    found = model_answer(Evidence.packaged(), model_id)
    if as_json:
        print_json(found.to_dict())
    else:
        print_model(found)


@models.command()
@click.argument("model_id", metavar="[ID]", required=False)
@click.option("--rows", "every_row", is_flag=True, help="Print every number also when all models are checked.")
@JSON
def check(model_id: str | None, every_row: bool, as_json: bool) -> None:
    """Run the models again and compare them with what was published.

    With an ID every number is printed, without one a line per check. 'published' was printed by the authors,
    'observed' was measured in people, 'computed' was simulated from the same parameters by other code. The exit
    code is 0 when all agree or are known not to, 1 otherwise.

    \b
    Examples:
      reprieve models check
      reprieve models check otto2021_fanta2015_sket_iv_venous
    """
    from reprieve.cli.progress import engine_at_work  # noqa: PLC0415

    with engine_at_work():
        from reprieve.answers.model_check import check_answer  # noqa: PLC0415
        from reprieve.evidence.evidence import Evidence  # noqa: PLC0415

        found = check_answer(Evidence.packaged(), model_id)
    if as_json:
        print_json(found.to_dict())
    else:
        from reprieve.cli.rerun_printout import print_reruns  # noqa: PLC0415

        print_reruns(found, every_row=every_row or model_id is not None)
    if not found.agrees:
        raise click.exceptions.Exit(1)


@models.command()
@click.option("--regimen", required=True, metavar="TEXT", help="Regimen, as 'racemic iv 0.5 mg/kg over 40 min'.")
@click.option("--weight", type=WEIGHT, required=True, metavar="KG", help="Body weight, kg; or as '154 lb'.")
@click.option("--age", type=NUMBER, metavar="YEARS", help="Age; a few models depend on it.")
@click.option("--times", type=TIMES, metavar="H,H,...", help="Hours after the start; after the last dose if not given.")
@click.option("--all", "with_all", is_flag=True, help="Include models that nobody should dose by.")
@JSON
def compare(
    regimen: str, weight: float, age: float | None, times: tuple[float, ...] | None, with_all: bool, as_json: bool
) -> None:
    """Compare what all models that cover a form and route predict.

    The differences are what is not known, and where the blood was drawn: do not read them as one model being wrong.

    \b
    Example:
      reprieve models compare --weight 70 --regimen "esketamine iv 0.5 mg/kg over 40 min"
    """
    from reprieve.cli.progress import engine_at_work  # noqa: PLC0415

    with engine_at_work():
        from reprieve.answers.model_comparison import comparison_answer  # noqa: PLC0415
        from reprieve.chart.patient import Patient  # noqa: PLC0415
        from reprieve.evidence.evidence import Evidence  # noqa: PLC0415

        found = comparison_answer(
            Evidence.packaged(), regimen, Patient(weight=weight, age=age), times=times, with_all=with_all
        )
    if as_json:
        print_json(found.to_dict())
    else:
        from reprieve.cli.comparison_printout import print_comparison  # noqa: PLC0415

        print_comparison(found)


@models.command()
@click.argument("model_id", metavar="ID")
@click.option(
    "--as", "language", type=click.Choice(["sbml", "mrgsolve", "nlmixr2"]), required=True, help="Language to write."
)
@click.option("--weight", type=WEIGHT, metavar="KG", help="Body weight; the model's reference weight if not given.")
def export(model_id: str, language: str, weight: float | None) -> None:
    """Write a model for another tool, so that you can check it there.

    \b
    Examples:
      reprieve models export kamp2020_meta_3cpt --as sbml > kamp2020.xml
      reprieve models export simons2022_sket_otf_iv --as mrgsolve > simons2022.cpp
    """
    from reprieve.export import export as written  # noqa: PLC0415

    click.echo(written(model_id.strip(), language, weight_kg=weight), nl=False)
