"""``reprieve calibrate``: fit the relief model to the studies anew."""

from __future__ import annotations

import os
import time
from importlib.util import find_spec
from pathlib import Path

import click

from reprieve.cli.values import Whole
from reprieve.errors import FileError, InputError


@click.command()
@click.option("--seed", type=Whole(0), metavar="N", default=1, show_default=True, help="Seed of the sampler.")
@click.option(
    "--draws",
    type=Whole(100, 100_000),
    metavar="N",
    default=1500,
    show_default=True,
    help="Draws of each of four chains, after the warm-up.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Folder for draws.npz and posterior.yaml; those that forecasts read if not given.",
)
def calibrate(seed: int, draws: int, out: Path | None) -> None:
    """Fit the relief model to the studies and write the posterior that forecasts read.

    Run it after the evidence, the priors or an exposure model changed: until then forecasts refuse the old posterior
    as one of other evidence. It needs the extra "research" and takes some five minutes on two cores. Nothing is
    written unless the sampler converged.

    \b
    Examples:
      reprieve calibrate
      reprieve calibrate --seed 2 --out trial-run
    """
    missing = [name for name in ("jax", "numpyro", "arviz_stats") if find_spec(name) is None]
    if missing:
        raise InputError(
            f"Calibration needs {', '.join(missing)}, which is not installed. Install the extra: "
            f"pip install 'reprieve[research]'. Forecasts do not need it."
        )
    folder = _folder(out)

    from reprieve.evidence.evidence import Evidence  # noqa: PLC0415
    from reprieve.inference.calibration import calibrate as fit  # noqa: PLC0415

    began = time.monotonic()
    found = fit(Evidence.packaged(), folder, seed=seed, draws=draws, say=lambda text: click.echo(text, err=True))
    click.echo(
        f"R-hat {found.rhat_max:.3f}, effective sizes {found.ess_bulk_min:.0f} (bulk) and {found.ess_tail_min:.0f} "
        f"(tail), {found.divergences} divergent transitions; {(time.monotonic() - began) / 60:.0f} min."
    )
    click.echo(f"Written: {folder / 'draws.npz'} and {folder / 'posterior.yaml'}")


def _folder(out: Path | None) -> Path:
    """The folder to write to, tried before the minutes are spent."""
    from reprieve.evidence.evidence import Evidence  # noqa: PLC0415

    folder = out or Evidence.packaged().posterior_folder
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FileError(f"The folder {folder} cannot be made: {error.strerror}. Choose another with --out.") from None
    if not os.access(folder, os.W_OK):
        raise FileError(f"The folder {folder} cannot be written to. Choose another with --out.")
    return folder.resolve()
