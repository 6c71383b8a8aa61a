"""How far the calibrated relief model can be trusted: `python validation/calibration.py [held_out] [...]`.

Run by ``make validate``; hours on two cores. Writes tables to docs/validation/data, which ``make docs`` turns into
pages. Every stage stands alone:

- ``held_out``: all structures fitted, every study predicted without itself, beside the plain regression and plain
  averages; prior against posterior of every parameter
- ``sensitivity``: the fit without recalled numbers, without uncontrolled studies, without flagged studies
- ``ranks``: simulation-based calibration

Every chain is kept in build/validation as it ends: an interrupted run goes on where it stopped, and a changed model or
other evidence begins anew (kept.py).
"""

from __future__ import annotations

import csv
import os
import platform
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import kept
import numpy as np
import yaml
from msgspec.structs import asdict

from reprieve import Patient, protocol
from reprieve.evidence.evidence import Evidence
from reprieve.evidence.records.posterior import Diagnostics
from reprieve.evidence.regimens import regimen_of
from reprieve.exposure.choice import choose_models
from reprieve.exposure.inputs import exposure_inputs
from reprieve.inference import averages, plain_regression
from reprieve.inference.calibration import evidence_data, priors_of
from reprieve.inference.calibration_model import SHIPPED, STRUCTURES
from reprieve.inference.fit_data import CONDITIONS, FitData
from reprieve.inference.held_out import WORST_K, leave_out, reported, study_log_likelihood
from reprieve.inference.rank_calibration import RANKS, ranks, simulated_truth
from reprieve.inference.sampling import Chain, Draws, effective_size, flat, rhat, run_all, together
from reprieve.relief.felt_exposure import felt_curve
from reprieve.relief.population_course import PopulationCourse
from reprieve.relief.populations import draw_populations
from reprieve.relief.posterior import Posterior
from reprieve.relief.posterior import posterior as shipped_posterior

EVIDENCE = Evidence.packaged()
KEPT = kept.packaged(EVIDENCE.fitted_fingerprint)

_DATA = Path(__file__).parents[1] / "docs" / "validation" / "data"
_CHAINS, _WARMUP, _DRAWS = 2, 400, 800
#: Quicker than in the shipped fit; transitions that diverge are counted all the same.
_ACCEPT = 0.8
#: Draws for integrals over a study's effects; each costs 231 evaluations of the likelihood.
_SCORED = 500
_REPEATS = 24


def _write(name: str, rows: Iterable[Mapping[str, Any]]) -> None:
    found = list(rows)
    _DATA.mkdir(parents=True, exist_ok=True)
    with (_DATA / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, found[0].keys(), lineterminator="\n")
        writer.writeheader()
        for row in found:
            writer.writerow({k: f"{v:.4g}" if isinstance(v, (float, np.floating)) else v for k, v in row.items()})


def _note(stage: str, seconds: float, **more: Any) -> None:
    """Keep what was run, when and with which versions, in run.yaml."""
    path = _DATA / "run.yaml"
    noted = yaml.safe_load(path.read_text("utf-8")) if path.exists() else {}
    noted[stage] = {
        "command": f"python validation/calibration.py {stage}",
        "date": date.today().isoformat(),
        "evidence_fingerprint": EVIDENCE.fitted_fingerprint,
        "seconds": round(seconds),
        "reused": KEPT.reused,
        "cores": os.cpu_count(),
        "machine": platform.machine(),
        "versions": dict(kept.VERSIONS),
        **more,
    }
    path.write_text(yaml.safe_dump(noted, sort_keys=True), encoding="utf-8")


def _run(what: str, chains: Sequence[Chain]) -> list[tuple[Draws, int]]:
    """The results of chains in their order, those that are kept without running them."""

    def run(left: list[Chain], ended: Any) -> None:
        print(f"  {len(chains) - len(left)} of {len(chains)} are kept", flush=True)
        run_all(left, ended=ended, done=lambda n: print(f"  {what} {n} of {len(left)}", flush=True))

    return KEPT.each("chain", chains, run)


def _fit(data: FitData, structures: Mapping[str, tuple[str, Any]]) -> dict[str, tuple[Draws, Any]]:
    """Fits by name, each of a structure with weights: all their chains side by side."""
    chains = [
        Chain(data, priors_of(EVIDENCE, structure), structure, _WARMUP, _DRAWS, 100 + i, weights, accept=_ACCEPT)
        for structure, weights in structures.values()
        for i in range(_CHAINS)
    ]
    found = _run("chain", chains)
    groups = (found[i : i + _CHAINS] for i in range(0, len(found), _CHAINS))
    return {name: together(group) for name, group in zip(structures, groups, strict=True)}


def _thinned(found: Draws, n: int) -> Draws:
    rows = np.linspace(0, len(found["condition_effect"]) - 1, n).round().astype(int)
    return {name: values[rows] for name, values in found.items()}


def _ran(found: Draws, diagnostics: Diagnostics) -> dict[str, float]:
    """How a fit ran, with the size of its draws, (chains, draws, ...)."""
    chains, draws = next(iter(found.values())).shape[:2]
    rounded = {name: round(value, 3) for name, value in asdict(diagnostics).items()}
    return rounded | {"chains": chains, "draws": draws}


def held_out() -> None:
    """Score the structures, predict every study without itself, and compare priors with the posterior."""
    began, data = time.time(), evidence_data(EVIDENCE)
    fits = _fit(data, {name: (name, None) for name in STRUCTURES})
    scores, parts = [], {}
    for structure, (found, diagnostics) in fits.items():
        thin = _thinned(flat(found), _SCORED)
        made_of = (data, priors_of(EVIDENCE, structure), structure, thin)
        left = leave_out(KEPT.of("log_likelihood", made_of, partial(study_log_likelihood, *made_of)))
        parts[structure] = (thin, left)
        scores += [
            {"structure": structure, "study": study, "elpd": elpd, "pareto_k": k}
            for study, elpd, k in zip(data.studies, left.elpd, left.k, strict=True)
        ]
        print(f"{structure}: elpd {left.elpd.sum():.1f}, {int((left.k > WORST_K).sum())} with k > {WORST_K}")
        print(f"  {diagnostics}", flush=True)
    _write("structures", scores)
    found = fits[SHIPPED][0]
    _write("parameters", _parameters(data, found))
    _predict(data, *parts[SHIPPED], flat(found))
    fitted = {name: _ran(*fit) for name, fit in fits.items()}
    _note("held_out", time.time() - began, structures=list(STRUCTURES), fits=fitted)


def _refits(data: FitData, studies: list[str], start: Draws) -> dict[str, Draws]:
    priors = priors_of(EVIDENCE)
    middle = {name: values.mean(axis=0) for name, values in start.items()}
    chains = [
        Chain(data, priors, SHIPPED, 300, 500, 500 + i, data.weights_without(study), start=middle, accept=_ACCEPT)
        for i, study in enumerate(studies)
    ]
    found = _run("refit", chains)
    return {study: draws for study, (draws, _) in zip(studies, found, strict=True)}


def _predict(data: FitData, thin: Draws, left: Any, fitted: Draws) -> None:
    priors = priors_of(EVIDENCE)
    again = _refits(data, [s for s, k in zip(data.studies, left.k, strict=True) if k > WORST_K], fitted)
    rng, of_averages = np.random.default_rng(1), np.random.default_rng(5)
    repeats = 8
    several = {name: np.repeat(values, repeats, axis=0) for name, values in thin.items()}
    new = reported(data, priors, SHIPPED, several, seed=2, fresh=True)
    own = reported(data, priors, SHIPPED, _thinned(fitted, 2000), seed=3, fresh=False)
    rows = []
    for position, study in enumerate(data.studies):
        weight = np.repeat(left.weights[:, position], repeats) / repeats
        draws = new
        if study in again:
            draws = reported(
                data, priors, SHIPPED, {n: np.repeat(v, repeats, axis=0) for n, v in again[study].items()},
                seed=4, fresh=True,
            )  # fmt: skip
            weight = np.full(len(draws[0]), 1.0 / len(draws[0]))
        chosen = rng.choice(len(weight), 4000, p=weight / weight.sum())
        plain = plain_regression.held_out(data, study, draws=4000, rng=rng)
        average = averages.held_out(data, study, draws=4000, rng=of_averages)
        for kind, name in ((0, "share"), (1, "mean")):
            mine = [i for i, r in enumerate(data.reports_of(kind)) if r.study.id == study]
            for column, i in enumerate(mine):
                report = data.reports_of(kind)[i]
                row: dict[str, Any] = {
                    "study": study, "arm": report.arm.id, "condition": report.arm.condition or report.study.condition,
                    "role": report.arm.role, "design": report.study.design_class, "kind": name, "read_as": report.group,
                    "day": report.day, "threshold": report.threshold if kind == 0 else "", "n": report.n,
                    "verified": report.verified, "flagged": bool(report.study.flags),
                    "regimen": report.arm.regimen or "", "seen": report.value,
                }  # fmt: skip
                for label, values in (
                    ("held_out", draws[kind][chosen, i]), ("fitted", own[kind][:, i]),
                    ("plain", plain[kind][:, column]), ("averages", average[kind][:, column]),
                ):  # fmt: skip
                    for q, value in zip((10, 50, 90), np.quantile(values, (0.1, 0.5, 0.9)), strict=True):
                        row[f"{label}_q{q}"] = float(value)
                row |= {"pareto_k": float(left.k[position]), "refitted": study in again}
                rows.append(row)
    _write("held_out", rows)
    _summary(rows)


def _summary(rows: list[dict[str, Any]]) -> None:
    for group in sorted({row["read_as"] for row in rows}):
        mine = [row for row in rows if row["read_as"] == group]
        for label in ("held_out", "fitted", "plain", "averages"):
            error = np.mean([abs(r[f"{label}_q50"] - r["seen"]) for r in mine])
            inside = np.mean([r[f"{label}_q10"] - 1e-9 <= r["seen"] <= r[f"{label}_q90"] + 1e-9 for r in mine])
            width = np.mean([r[f"{label}_q90"] - r[f"{label}_q10"] for r in mine])
            print(f"{group:28s} {label:9s} n {len(mine):3d} error {error:.3f} inside {inside:.2f} width {width:.2f}")


def _parameters(data: FitData, found: Draws) -> Iterable[dict[str, Any]]:
    priors = priors_of(EVIDENCE)
    before = simulated_truth(data, priors, SHIPPED, 20_000, seed=9)
    after = flat(found)
    for name in priors.parameters:
        yield _parameter(name, priors.parameters[name].unit, before[name], after[name], found[name])
    seen = {int(c) for c in data.condition[data.drug]}
    for i, condition in enumerate(CONDITIONS):
        row = _parameter(
            f"condition_effect {condition}", "fraction", before["condition_effect"][:, i],
            after["condition_effect"][:, i], found["condition_effect"][..., i],
        )  # fmt: skip
        yield row | {"informed": i in seen}


def _parameter(name: str, unit: str, before: Any, after: Any, chains: Any) -> dict[str, Any]:
    row: dict[str, Any] = {"parameter": name, "unit": unit}
    for label, values in (("prior", before), ("posterior", after)):
        for q, value in zip((10, 50, 90), np.quantile(values, (0.1, 0.5, 0.9)), strict=True):
            row[f"{label}_q{q}"] = float(value)
    narrow = (row["posterior_q90"] - row["posterior_q10"]) / (row["prior_q90"] - row["prior_q10"])
    return row | {
        "narrower": 1.0 - narrow,
        "rhat": rhat(chains),
        "ess_bulk": effective_size(chains, "bulk"),
        "ess_tail": effective_size(chains, "tail"),
        "informed": True,
    }


def sensitivity() -> None:
    """Fit without some of the evidence, and what a forecast then says."""
    began, data = time.time(), evidence_data(EVIDENCE)
    variants = {
        "all": None,
        "without recalled numbers": data.weights_where(lambda r: r.verified),
        "without uncontrolled studies": data.weights_where(lambda r: r.study.design_class.startswith("rct")),
        "without flagged studies": data.weights_where(lambda r: not r.study.flags),
    }
    fits = _fit(data, {name: (SHIPPED, weights) for name, weights in variants.items()})
    rows = []
    for name, (found, diagnostics) in fits.items():
        weights = variants[name] or data.weights
        used = int(sum((w > 0).sum() for w in weights))
        studies = len({r.study.id for k in range(3) for r, w in zip(data.reports_of(k), weights[k], strict=True) if w})
        print(f"{name}: {used} numbers of {studies} studies, {diagnostics}", flush=True)
        joined = flat(found)
        counted = {"variant": name, "numbers": used, "studies": studies}
        for parameter in priors_of(EVIDENCE).parameters:
            q = np.quantile(joined[parameter], (0.1, 0.5, 0.9))
            rows.append(counted | {"what": parameter, "q10": q[0], "q50": q[1], "q90": q[2]})
        for what, q in _forecasts(joined):
            rows.append(counted | {"what": what, "q10": q[0], "q50": q[1], "q90": q[2]})
    _write("sensitivity", rows)
    _note("sensitivity", time.time() - began, chains=_CHAINS, draws=_DRAWS)


#: Questions whose answers are compared: label, condition, protocol or regimen.
_ASKED = (
    ("100 h in CRPS", "crps", protocol("sigtermans2009").regimen),
    ("4 h a day for 10 days in CRPS", "crps", "racemic iv 0.35 mg/kg/h for 4 h every 24 h x 10"),
    ("40 min in neuropathic pain", "neuropathic", "racemic iv 0.5 mg/kg over 40 min"),
)


def _forecasts(found: Draws) -> Iterable[tuple[str, Any]]:
    """What the drug adds to the chance of relief of 30 %, by day: mean and 80 % interval of the populations."""
    posterior = Posterior(shipped_posterior(EVIDENCE).calibration, found, found["condition_effect"], CONDITIONS)
    for label, condition, asked in _ASKED:
        regimen, patient = regimen_of(asked), Patient(weight=70, condition=condition, pain=7)
        members = choose_models(EVIDENCE, regimen.form, regimen.route, None)
        inputs = exposure_inputs(EVIDENCE, regimen, patient, members)
        course = PopulationCourse(draw_populations(posterior, condition), felt_curve(inputs), 0.3, 7.0)
        for day in (2.0, 14.0, 28.0, 84.0):
            mean, low, high = course.difference(day)
            yield f"{label}, day {day:g}", (low, mean, high)


def rank_study() -> None:
    """Simulation-based calibration."""
    began, data = time.time(), evidence_data(EVIDENCE)
    found = ranks(
        data, priors_of(EVIDENCE), SHIPPED, repeats=_REPEATS, seed=77, warmup=250, draws=300,
        run=lambda chains: _run("repeat", chains),
    )  # fmt: skip
    _write(
        "ranks",
        ({"parameter": name, "repeat": i, "rank": int(r)} for name, each in found.items() for i, r in enumerate(each)),
    )
    _note("ranks", time.time() - began, repeats=_REPEATS, ranks=RANKS)


_STAGES = {"held_out": held_out, "sensitivity": sensitivity, "ranks": rank_study}


def main(asked: list[str]) -> None:
    """Run the stages asked for, or all."""
    unknown = [name for name in asked if name not in _STAGES]
    if unknown:
        sys.exit(f"There is no stage {unknown[0]!r}; there are {', '.join(_STAGES)}.")
    for name in asked or _STAGES:
        print(name, flush=True)
        KEPT.reused = 0
        with kept.timed(name):
            _STAGES[name]()


if __name__ == "__main__":
    main(sys.argv[1:])
