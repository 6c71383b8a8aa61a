"""Every answer has a type: each field says what it is, and what is printed is what the type says."""

import json
import shlex
from pathlib import Path
from typing import get_args, get_type_hints

import msgspec
import pytest

from reprieve import cli
from reprieve.answers.field import Answer
from reprieve.answers.schemas import ANSWERS, answer_schema, answer_type

NAMES = sorted(ANSWERS)
ARMS = Path(__file__).parents[3] / "examples" / "arms.yaml"
#: How each answer is asked for; an answer that is not here fails the test of what is printed.
ASKED = {
    "claims": "claims",
    "concentration": "concentration --weight 70 --regimen 'racemic iv 0.5 mg/kg over 40 min' --times 0.5,1",
    "durations": "durations --condition crps",
    "faq": "faq how_long",
    "forecast": "forecast --condition crps --weight 70 --pain 7.2 --protocol sigtermans2009 --patients 100",
    "meta-analysis": "evidence bubble",
    "model-card": "model-card",
    "model": "models show domino1982_racemic_3cpt",
    "models": "models list",
    "models-check": "models check hijazi2003_icu_2cpt",
    "models-compare": "models compare --weight 70 --regimen 'racemic iv 0.5 mg/kg over 40 min'",
    "outcomes": "evidence table",
    "protocols": "protocols",
    "review": "evidence show michelet2018",
    "reviews": "evidence list --role review",
    "routes": "routes",
    "search": "evidence search crps",
    "studies": "evidence list --role all",
    "study": "evidence show sigtermans2009",
    "topics": "claims --topics",
    "trial": f"trial predict '{ARMS}'",
}


def parts(kind, found):
    """A type of answer and all types of answers in its fields."""
    if isinstance(kind, type) and issubclass(kind, Answer) and kind not in found:
        found.add(kind)
        for inner in get_type_hints(kind).values():
            parts(inner, found)
    for inner in get_args(kind):
        parts(inner, found)
    return found


@pytest.mark.parametrize("name", NAMES)
def test_every_field_says_what_it_is(name):
    for kind in parts(answer_type(name), set()):
        hints = get_type_hints(kind, include_extras=True)
        for field in msgspec.structs.fields(kind):
            said = [one.description for one in getattr(hints[field.name], "__metadata__", ()) if one.description]
            assert said, f"{kind.__name__}.{field.name}"
            assert said[0].endswith(".")
        assert kind.__doc__


@pytest.mark.parametrize("name", NAMES)
def test_what_is_printed_is_what_the_type_says(name, capsys):
    assert cli.run([*shlex.split(ASKED[name]), "--json"]) == 0
    printed = capsys.readouterr().out
    answer = msgspec.json.decode(printed, type=answer_type(name))
    assert answer.to_dict() == json.loads(printed)


@pytest.mark.parametrize("name", NAMES)
def test_the_schema_describes_every_field(name, capsys):
    assert cli.run(["schema", name]) == 0
    schema = json.loads(capsys.readouterr().out)
    assert schema == json.loads(json.dumps(answer_schema(name)))
    kind = schema["$defs"][answer_type(name).__name__]
    assert set(kind["properties"]) == {field.encode_name for field in msgspec.structs.fields(answer_type(name))}
    assert kind["additionalProperties"] is False


def test_an_unknown_answer_is_refused_with_the_known_ones(capsys):
    assert cli.run(["schema", "forcast"]) == 2
    assert "Did you mean 'forecast'?" in capsys.readouterr().err
    assert cli.run(["schema"]) == 0
    assert capsys.readouterr().out.split() == list(ANSWERS)
