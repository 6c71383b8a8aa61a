"""Whether two checkouts answer alike: every command that answers in JSON, field by field.

    python validation/same_answers.py OTHER_CHECKOUT [THIS_CHECKOUT]

Each question is asked of both with this Python, the package taken from the checkout's ``src``. Printed is each field
that differs, with both values, and how many answers are the same. Exits with 1 if any differs.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HERE = Path(__file__).parents[1]
#: What a version or a change of records alone may change.
NOT_COMPARED = {"version"}
#: Stands in the place of an answer where there is none.
REFUSED = "exit code"
#: Answers of a course that the protocols do not ask for.
OTHERS = (
    ("forecast", "--regimen", "racemic im 0.5 mg/kg", "--condition", "low_back", "--weight", "70", "--pain", "5"),
    ("forecast", "--regimen", "racemic oral 40 mg every 8 h x 30", "--interaction", "clarithromycin",
     "--condition", "neuropathic", "--weight", "154 lb", "--pain", "8", "--age", "75", "--sex", "male"),
    ("forecast", "--regimen", "racemic topical 30 mg every 8 h x 30", "--condition", "phn", "--weight", "60",
     "--pain", "6", "--threshold", "0.5"),
    ("concentration", "--regimen", "racemic iv 0.5 mg/kg over 40 min", "--weight", "70", "--times", "0.5,1,2"),
    ("claims",), ("durations",), ("faq",), ("routes",), ("models", "list"), ("models", "check"),
    ("models", "compare", "--regimen", "racemic iv 0.5 mg/kg over 40 min", "--weight", "70", "--age", "40"),
    ("evidence", "list"), ("evidence", "show", "sigtermans2009"), ("evidence", "table"), ("evidence", "search", "crps"),
    ("evidence", "forest"), ("evidence", "bubble", "--by", "hours"),
    ("trial", "predict", str(HERE / "examples" / "arms.yaml")),
)  # fmt: skip


def questions(checkout: Path) -> Iterator[tuple[str, ...]]:
    """The forecast of every named protocol, then one question to every other command."""
    listed = json.loads(ask(checkout, ("protocols",)))
    for protocol in listed["protocols"]:
        condition = protocol["condition"] or "neuropathic"
        yield (
            "forecast", "--protocol", protocol["id"], "--condition", condition,
            "--weight", "70", "--pain", "7.2", "--age", "45", "--sex", "female",
        )  # fmt: skip
    yield ("protocols",)
    yield from OTHERS


def ask(checkout: Path, question: tuple[str, ...]) -> str:
    """Standard output of one command of a checkout; what it says on stderr where it prints nothing."""
    environment = {**os.environ, "PYTHONPATH": str(checkout / "src"), "PYTHONWARNINGS": "ignore"}
    command = [sys.executable, "-m", "reprieve", *question, "--json"]
    found = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, cwd=checkout)
    return found.stdout or json.dumps({REFUSED: found.returncode, "said": found.stderr.strip()})


def differences(one: Any, other: Any, where: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Each field in which two answers differ, with both values."""
    if isinstance(one, dict) and isinstance(other, dict):
        for name in [*one, *(name for name in other if name not in one)]:
            if name not in NOT_COMPARED:
                yield from differences(one.get(name, "absent"), other.get(name, "absent"), f"{where}.{name}".strip("."))
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for i, (left, right) in enumerate(zip(one, other, strict=True)):
            yield from differences(left, right, f"{where}[{i}]")
    elif type(one) is not type(other) or one != other:
        yield where, one, other


def main(other: Path, this: Path) -> int:
    """Compare and print; 1 if any answer differs or a question has none."""
    same = differ = refused = 0
    for question in questions(other):
        theirs, ours = ask(other, question), ask(this, question)
        found = list(differences(json.loads(theirs), json.loads(ours)))
        exact = "same bytes" if theirs == ours else "other bytes"
        if REFUSED in json.loads(theirs) and REFUSED in json.loads(ours):
            refused += 1
            print(f"{'REFUSED':21}{' '.join(question)}: two refusals compare nothing; ask another question")
            continue
        same, differ = same + (not found), differ + bool(found)
        print(f"{'same' if not found else 'DIFFERS':8}{exact:13}{' '.join(question)}")
        for where, left, right in found:
            print(f"    {where}: {str(left)[:100]!r} -> {str(right)[:100]!r}")
    print(f"{same} answers are the same, {differ} differ, {refused} were refused by both.")
    return 1 if differ or refused else 0


if __name__ == "__main__":
    if len(sys.argv) not in {2, 3}:
        sys.exit(__doc__)
    sys.exit(main(Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve() if len(sys.argv) == 3 else HERE))
