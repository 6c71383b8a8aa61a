"""Speed and memory, from the stored results of the benchmarks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from reprieve.report.markdown_table import table

_RESULTS = Path(__file__).resolve().parents[2] / "benchmarks" / "results"
_REGIMENS = {"A": "100-h stepped infusion", "B": "ten daily 4-h infusions"}


def _read(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((_RESULTS / name).read_text(encoding="utf-8"))
    return found


def _machine(given: dict[str, Any]) -> str:
    versions = ", ".join(f"{name} {version}" for name, version in given["versions"].items())
    return (
        f"{given['processor']}, {given['cores']} cores, Python {given['python']}; {versions}. Measured "
        f"{given['measured']}, load average {given['load_average'][0]} before.{_shared(given)}"
    )


def _shared(given: dict[str, Any]) -> str:
    if "cores_given" not in given:
        return ""
    before, after = given["cores_given"]
    return (
        f" The machine is shared: threads on all {given['cores']} cores did the work of {before:.1f} cores before and "
        f"of {after:.1f} after."
    )


def page() -> str:
    """The whole page."""
    engine, scaling, shell = _read("engine.json"), _read("scaling.json"), _read("shell.json")
    parts = ["# Speed and memory", "## The engine", (
        "1,000 virtual patients, 200 observation times over 84 days; ketamine in three compartments, norketamine in "
        "two, and the slow state. Milliseconds per 1,000 patients, medians of one interleaved run; *ratio* is how "
        "many times as long as the engine on all cores. SciPy and libroadrunner ran in one process each. Errors are "
        "the worst, against SciPy's DOP853 at rtol 1e-10. `make bench` repeats it."
    )]  # fmt: skip
    for regimen, words in _REGIMENS.items():
        rows = [
            (
                row["engine"], f"{row['median_ms_per_1000']:,.1f}", f"{row['times_as_long_as_reprieve']:,.0f}",
                *(f"{row['worst_relative_error'][name]:.0e}" for name in ("ketamine", "norketamine", "U")),
                f"{row['repeats']} of {row['subjects_run']}",
            )
            for row in engine["rows"] if row["regimen"] == regimen
        ]  # fmt: skip
        heading = ("engine", "ms", "ratio", "error, ketamine", "error, norketamine", "error, U", "runs of patients")
        parts += [f"### {words}", table(heading, rows)]
        parts.append(f"Peak memory of a process that runs it: {engine['peak_memory_mb'][regimen]:.0f} MB.")
    heading = ("command", "seconds, median", "peak memory, MB", "runs")
    parts += [
        _machine(engine["machine"]),
        *_scaling(scaling),
        "## At a shell",
        table(heading, _shell(shell)),
        _machine(shell["machine"]),
        *_populations(_read("population.json")),
    ]
    return "\n\n".join(parts)


def _scaling(found: dict[str, Any]) -> list[str]:
    three, fourteen = found["compartments"]
    most_run = max(row["libroadrunner"]["patients_run"] for row in found["patients"])
    repeats = found["patients"][0]
    return [
        "## How the cost grows",
        f"### With patients\n\nThe same two regimens; libroadrunner (rtol 1e-6, one process) runs at most {most_run} "
        "patients in a turn and is scaled in proportion beyond, because it takes them one by one. Medians of "
        f"{repeats['reprieve']['repeats']} runs of the engine on all cores and of "
        f"{repeats['libroadrunner']['repeats']} of libroadrunner.",
        table(
            ("regimen", "patients", "engine, ms", "libroadrunner, ms", "ratio"),
            (
                (
                    _REGIMENS[row["regimen"]], f"{row['patients']:,}", f"{row['reprieve']['median_ms']:,.1f}",
                    f"{row['libroadrunner']['scaled_ms']:,.1f}", f"{row['ratio']:,.3g}",
                )
                for row in found["patients"]
            ),
        ),
        f"In chunks of {found['large'][0]['chunk']:,}, drawing up the model included (ten daily infusions):",
        table(
            ("patients", "ms", "µs per patient", "runs"),
            (
                (f"{r['patients']:,}", f"{r['median_ms']:,.0f}", f"{r['us_per_patient']:.1f}", str(r["repeats"]))
                for r in found["large"]
            ),
        ),
        "### With compartments\n\n1,000 patients, two 40-min infusions, 200 times. The larger model has equal rates "
        "in a chain, therefore no modes, and goes by matrix exponential: it costs "
        f"{fourteen['median_ms'] / three['median_ms']:.1f} times the smaller one.",
        table(
            ("model", "compartments", "outputs", "ms", "runs"),
            (
                (
                    f"`{r['model']}`", str(r["compartments"]), str(r["outputs"]), f"{r['median_ms']:.1f}",
                    str(r["repeats"]),
                )
                for r in (three, fourteen)
            ),
        ),
        "### With doses\n\n100 patients, three compartments, infusions 8 h apart, one look at the end.",
        table(
            ("doses", "ms", "added per dose, µs", "runs"),
            (
                (
                    f"{r['doses']:,}", f"{r['median_ms']:.2f}",
                    f"{r['added_us_per_dose']:.1f}" if "added_us_per_dose" in r else "", str(r["repeats"]),
                )
                for r in found["doses"]
            ),
        ),
        _machine(found["machine"]),
    ]  # fmt: skip


def _populations(found: dict[str, Any]) -> list[str]:
    rows = [
        (
            row["case"], f"{row['subjects']:,}", f"{row['seconds']:.1f}", f"{row['microseconds_per_subject']:.0f}",
            f"{row['peak_memory_mb']:.0f}", f"{row['file_mb']:.1f}",
        )
        for row in found["rows"]
    ]  # fmt: skip
    heading = ("model", "people", "seconds", "µs each", "peak memory, MB", "Parquet, MB")
    says = (
        f"`reprieve simulate` with {found['rows'][0]['times']} times, from start to exit, once each. Memory is bounded "
        f"by the chunks; time per person includes starting the program. Where a duration differs between people (the "
        f"film: its zero-order inputs vary between occasions) each person is a run of the engine."
    )
    return ["## Populations", says, table(heading, rows), _machine(found["machine"])]


def _shell(found: dict[str, Any]) -> list[tuple[str, ...]]:
    return [
        (f"{name}: `{row['command']}`", f"{row['median_s']:.2f}", f"{row['peak_memory_mb']:.0f}", str(row["repeats"]))
        for name, row in found["rows"].items()
    ]
