"""The commands. Heavy modules are imported inside them, so that help does not wait for numbers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from reprieve.cli.as_json import print_json
from reprieve.cli.calibrate import calibrate
from reprieve.cli.claims import claims
from reprieve.cli.durations import durations
from reprieve.cli.evidence import evidence
from reprieve.cli.faq import faq
from reprieve.cli.given_file import text_of
from reprieve.cli.model_card import model_card
from reprieve.cli.models import models
from reprieve.cli.nca import nca
from reprieve.cli.routes import routes
from reprieve.cli.schema import schema
from reprieve.cli.simulate import simulate
from reprieve.cli.values import NUMBER, TIMES, WEIGHT, Whole
from reprieve.errors import InputError, MissingDatum
from reprieve.version import __version__

#: Virtual patients under which a second seed gives visibly other chances.
_ENOUGH = 1000
_CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


@click.group(context_settings=_CONTEXT)
@click.version_option(__version__, prog_name="reprieve")
def app() -> None:
    """How long will ketamine pain relief last, for this patient, on this protocol?

    A distribution with its evidence, for clinicians who can review it. Not for emergencies, not for pump
    control, not advice to a patient.

    \b
    Examples:
      reprieve forecast --protocol sigtermans2009 --condition crps --weight 70 --pain 7.2
      reprieve protocols
      reprieve concentration --weight 70 --regimen "racemic iv 0.5 mg/kg over 40 min" --times 0.5,1,2
    """


def _patient_options(command: Callable[..., None]) -> Callable[..., None]:
    for option in (
        click.option("--sex", type=click.Choice(["female", "male"]), help="Sex (not used by the present model)."),
        click.option("--age", type=NUMBER, metavar="YEARS", help="Age; marks extrapolation."),
        click.option("--pain", type=NUMBER, metavar="0-10", help="Usual pain before treatment, NRS 0 to 10."),
        click.option("--weight", type=WEIGHT, metavar="KG", help="Body weight, kg; or with a unit, as '154 lb'."),
    ):
        command = option(command)
    return command


def _regimen_text(regimen: str | None, protocol: str | None) -> Any:
    """The regimen given as text, or the protocol named; exactly one of them."""
    from reprieve.evidence.evidence import Evidence  # noqa: PLC0415
    from reprieve.evidence.records.protocol import Protocol  # noqa: PLC0415

    if regimen is None and protocol is None:
        raise MissingDatum("No regimen is given; give --regimen, or --protocol ('reprieve protocols' lists them).")
    if regimen is not None and protocol is not None:
        raise InputError("Both --regimen and --protocol are given; give one of them.")
    return regimen if protocol is None else Evidence.packaged().record(Protocol, protocol.strip().lower())


def _need(**given: object) -> None:
    """Say in one go which options are missing."""
    missing = [f"--{name}" for name, value in given.items() if value is None]
    if missing:
        raise MissingDatum(
            f"Not given: {', '.join(missing)}. Nothing is assumed about a patient; give "
            f"{'it' if len(missing) == 1 else 'them'} and ask again."
        )


@app.command()
@click.option("--condition", metavar="NAME", help="Pain condition: crps, neuropathic, fibromyalgia ... or a code.")
@click.option("--regimen", metavar="TEXT", help="Regimen, as 'racemic iv 0.35 mg/kg/h for 4 h every 24 h x 10'.")
@click.option("--protocol", metavar="ID", help="A named protocol instead of --regimen.")
@_patient_options
@click.option(
    "--threshold",
    type=NUMBER,
    metavar="0.1-0.9",
    default=0.3,
    show_default=True,
    help="Relief: share of pain that must be gone.",
)
@click.option(
    "--virtual-patients",
    "--patients",
    "patients",
    type=Whole(1, 40_000),
    metavar="N",
    default=2000,
    show_default=True,
    help="Virtual patients.",
)
@click.option(
    "--seed",
    type=Whole(0),
    metavar="N",
    default=1,
    show_default=True,
    help="Seed of the draws; the same seed gives the same bytes.",
)
@click.option(
    "--interaction",
    multiple=True,
    metavar="NAME",
    help="What may change exposure: a drug, food, genotype or organ impairment; 'NAME: GROUP' picks one, 'none' says "
    "there is none. Repeatable.",
)
@click.option(
    "--model", metavar="ID", help="One population model of exposure; an ensemble by form, route and age if not given."
)
@click.option("--json", "as_json", is_flag=True, help="Print the whole answer as JSON.")
@click.option("--report", type=click.Path(path_type=Path), metavar="FILE", help="Write a self-contained HTML report.")
def forecast(
    condition: str | None,
    regimen: str | None,
    protocol: str | None,
    weight: float | None,
    pain: float | None,
    age: float | None,
    sex: str | None,
    threshold: float,
    patients: int,
    seed: int,
    interaction: tuple[str, ...],
    model: str | None,
    as_json: bool,
    report: Path | None,
) -> None:
    """Forecast how long relief will last.

    \b
    Examples:
      reprieve forecast --condition crps --weight 70 --pain 7.2 --protocol sigtermans2009
      reprieve forecast --condition fibromyalgia --weight '154 lb' --pain 6 \\
          --regimen "racemic iv 0.5 mg/kg over 40 min" --report out.html
      reprieve forecast --condition crps --weight 70 --pain 7 --threshold 0.5 --json \\
          --regimen "racemic iv 0.35 mg/kg/h for 4 h every 24 h x 10"
    """
    from reprieve.cli.progress import engine_at_work  # noqa: PLC0415

    _need(condition=condition, weight=weight, pain=pain)
    with engine_at_work():
        from reprieve.chart.patient import Patient  # noqa: PLC0415
        from reprieve.relief.forecast import forecast as make_forecast  # noqa: PLC0415

        patient = Patient(
            age=age, weight=weight, sex=sex, condition=condition, pain=pain, interactions=interaction or None
        )
        asked = _regimen_text(regimen, protocol)
        made = make_forecast(patient, asked, seed=seed, virtual_patients=patients, threshold=threshold, model=model)
        written = made.report(report) if report else None
    if as_json:
        click.echo(made.to_json(), nl=False)
    else:
        from reprieve.cli.forecast_printout import print_forecast  # noqa: PLC0415

        print_forecast(made.answer)
    if patients < _ENOUGH:
        click.echo(
            f"With {patients} virtual patients the durations are rough; {_ENOUGH} or more are steadier.", err=True
        )
    if written:
        click.echo(f"Report written to {written.resolve()}", err=True)


@app.command()
@click.option("--regimen", metavar="TEXT", help="Regimen, as 'esketamine iv 20 mg over 20 min'.")
@click.option("--protocol", metavar="ID", help="A named protocol instead of --regimen.")
@click.option("--weight", type=WEIGHT, metavar="KG", help="Body weight, kg; or with a unit, as '154 lb'.")
@click.option("--times", type=TIMES, required=True, metavar="H,H,...", help="Hours after the start, as 0.5,1,2.")
@click.option(
    "--interaction",
    multiple=True,
    metavar="NAME",
    help="What may change exposure: a drug, food, genotype or organ impairment; 'NAME: GROUP' picks one, 'none' says "
    "there is none. Repeatable.",
)
@click.option("--model", metavar="ID", help="Population model; the leading one for form and route if not given.")
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
def concentration(
    regimen: str | None,
    protocol: str | None,
    weight: float | None,
    times: tuple[float, ...],
    interaction: tuple[str, ...],
    model: str | None,
    as_json: bool,
) -> None:
    """Concentrations of a typical patient over time.

    The answer names the model and where its blood was drawn: arterial and venous concentrations differ.

    \b
    Examples:
      reprieve concentration --weight 70 --regimen "racemic iv 0.5 mg/kg over 40 min" --times 0.5,0.667,1,2,4
      reprieve concentration --model otto2021_fanta2015_sket_iv_venous --weight 68 --json \\
          --regimen "esketamine iv 10 mg over 30 min" --times 0.5,1,2
    """
    from reprieve.cli.progress import engine_at_work  # noqa: PLC0415

    _need(weight=weight)
    with engine_at_work():
        from reprieve.answers.concentration import concentration_answer  # noqa: PLC0415
        from reprieve.chart.patient import Patient  # noqa: PLC0415
        from reprieve.evidence.records.protocol import Protocol  # noqa: PLC0415
        from reprieve.exposure.concentration import concentration as find_concentration  # noqa: PLC0415

        asked = _regimen_text(regimen, protocol)
        text = asked.regimen if isinstance(asked, Protocol) else asked
        patient = Patient(weight=weight, interactions=interaction or None)
        found = concentration_answer(find_concentration(patient, text, times=times, model=model))
    if as_json:
        print_json(found.to_dict())
    else:
        from reprieve.cli.concentration_printout import print_concentration  # noqa: PLC0415

        print_concentration(found)


@app.command()
@click.argument("protocol_id", required=False, metavar="[ID]")
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
def protocols(protocol_id: str | None, as_json: bool) -> None:
    """List named protocols, or show one with its source.

    \b
    Examples:
      reprieve protocols
      reprieve protocols schwartzman2009
    """
    from reprieve.answers.protocols import protocols_answer  # noqa: PLC0415
    from reprieve.evidence.evidence import Evidence  # noqa: PLC0415

    found = protocols_answer(Evidence.packaged(), protocol_id)
    if as_json:
        print_json(found.to_dict())
        return
    from reprieve.cli.protocol_printout import print_protocol, print_protocols  # noqa: PLC0415

    if protocol_id:
        print_protocol(found.protocols[0])
    else:
        print_protocols(found)


app.add_command(calibrate)
app.add_command(evidence)
app.add_command(claims)
app.add_command(durations)
app.add_command(faq)
app.add_command(model_card)
app.add_command(models)
app.add_command(nca)
app.add_command(routes)
app.add_command(schema)
app.add_command(simulate)


@app.group()
def trial() -> None:
    """Predict what trial arms report."""


@trial.command()
@click.argument("file", metavar="ARMS.yaml")
@click.option(
    "--seed",
    type=Whole(0),
    metavar="N",
    default=1,
    show_default=True,
    help="Seed of the draws; the same seed gives the same bytes.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
def predict(file: str, seed: int, as_json: bool) -> None:
    """Predict the outcomes of trial arms in a YAML file; - reads stdin.

    Each arm has id, condition, role (ketamine, placebo, active_placebo), design (rct, cohort), n, regimen,
    optional age, weight and pain, and predict: a list of measure (responder_fraction, mean_pain_fraction),
    day after the end of the last dose, and threshold.

    \b
    Example:
      reprieve trial predict examples/arms.yaml --json
    """
    from reprieve.cli.progress import engine_at_work  # noqa: PLC0415

    with engine_at_work():
        from reprieve import strict_yaml  # noqa: PLC0415
        from reprieve.answers.trial import trial_answer  # noqa: PLC0415

        text, name = text_of(file)
        found = trial_answer(strict_yaml.parse(text, name=name), seed=seed)
    if as_json:
        print_json(found.to_dict())
    else:
        from reprieve.cli.trial_printout import print_arms  # noqa: PLC0415

        print_arms(found)
    if all(arm.refused is not None for arm in found.arms):
        raise click.exceptions.Exit(3)


@app.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the completion script of a shell.

    \b
    Example:
      reprieve completion bash >> ~/.bashrc
    """
    from click.shell_completion import get_completion_class  # noqa: PLC0415

    found = get_completion_class(shell)
    if found is None:
        raise click.UsageError(f"No completion is known for {shell}.")
    click.echo(found(app, {}, "reprieve", "_REPRIEVE_COMPLETE").source())
