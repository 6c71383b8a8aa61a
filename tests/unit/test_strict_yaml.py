"""YAML that would silently become something else is refused, with the line and the remedy."""

import pytest
import yaml

from reprieve import strict_yaml
from reprieve.errors import FileError

# What PyYAML's own safe loader makes of each: the reason it is refused here.
TRAPS = [
    ("no", False, "write true or false"),
    ("Yes", True, "write true or false"),
    ("on", True, "write true or false"),
    ("OFF", False, "write true or false"),
    ("n", "n", "write true or false"),
    ("12:30", 12 * 60 + 30, "quote times"),
    ("1:30.5", 60 + 30.5, "quote times"),
    ("012", 8 + 2, "leading zeros"),
    ("08", "08", "leading zeros"),
    ("0x1F", 16 + 15, "base ten"),
    ("1e-3", "1e-3", "with a point"),
    ("1e5", "1e5", "with a point"),
    ("1.5e3", "1.5e3", "sign the exponent"),
    ("1.e3", "1.e3", "sign the exponent"),
    (".5e3", ".5e3", "sign the exponent"),
    ("0,35", "0,35", "decimal point"),
    ("1,000.5", "1,000.5", "decimal point"),
    ("1_000", 1000, "underscores"),
    ("1_000.5", 1000.5, "underscores"),
    ("-.inf", float("-inf"), "finite"),
]


@pytest.mark.parametrize(("text", "elsewhere", "remedy"), TRAPS)
def test_a_value_that_changes_is_refused_with_its_line_and_remedy(text, elsewhere, remedy):
    assert yaml.safe_load(text) == elsewhere
    with pytest.raises(FileError, match=f"line 2: .*{remedy}"):
        strict_yaml.parse(f"first: 1\nvalue: {text}\n", name="a file")
    with pytest.raises(FileError, match=remedy):
        strict_yaml.parse(f"- {text}")


@pytest.mark.parametrize("text", [text for text, _, _ in TRAPS])
def test_the_same_value_in_quotes_is_text(text):
    assert strict_yaml.parse(f"value: '{text}'") == {"value": text}
    assert strict_yaml.parse(f'value: "{text}"') == {"value": text}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1.0e-3", 0.001),
        ("1.0e+5", 100000.0),
        ("0.35", 0.35),
        ("-7", -7),
        ("0", 0),
        ("true", True),
        ("null", None),
        ("2019-03-05", "2019-03-05"),
        ("kamp2020_meta_3cpt", "kamp2020_meta_3cpt"),
        ("0.11-0.17", "0.11-0.17"),
        ("none", "none"),
    ],
)
def test_plain_values_mean_what_they_look_like(text, value):
    assert strict_yaml.parse(f"value: {text}") == {"value": value}


def test_a_block_of_text_may_hold_a_trap():
    assert strict_yaml.parse("note: |\n  no\n") == {"note": "no\n"}


def test_a_repeated_key_is_refused_with_both_lines():
    assert yaml.safe_load("a: 1\na: 2") == {"a": 2}
    with pytest.raises(FileError, match=r"line 3: the key 'CL' is given twice \(also on line 1\)"):
        strict_yaml.parse("CL: 1\nV: 2\nCL: 3")
    with pytest.raises(FileError, match="'value' is given twice"):
        strict_yaml.parse("CL: {value: 1, value: 2}")


def test_a_key_may_be_n_but_not_on():
    assert strict_yaml.parse("n: 20\ny: 1") == {"n": 20, "y": 1}
    with pytest.raises(FileError, match="'on': write true or false"):
        strict_yaml.parse("on: 3")


def test_a_decimal_comma_inside_braces_is_noticed():
    assert yaml.safe_load("{dose: 1,5}") == {"dose": 1, 5: None}
    with pytest.raises(FileError, match="5 has no value; if a decimal comma was meant"):
        strict_yaml.parse("{dose: 1,5}")


def test_merge_keys_and_composite_keys_are_refused():
    with pytest.raises(FileError, match="merge keys"):
        strict_yaml.parse("base: &b {x: 1}\nother:\n  <<: *b\n  y: 2")
    with pytest.raises(FileError, match="a key must be plain text"):
        strict_yaml.parse("? [1, 2]\n: 3")


def test_a_file_that_is_not_yaml_says_where(tmp_path):
    path = tmp_path / "broken.yaml"
    path.write_text("a: 1\n  b: 2\n")
    with pytest.raises(FileError, match=r"broken.yaml cannot be read as YAML: line 2"):
        strict_yaml.load(path)


def test_files_that_cannot_be_opened(tmp_path):
    with pytest.raises(FileError, match=r"nowhere.yaml cannot be read: No such file"):
        strict_yaml.load(tmp_path / "nowhere.yaml")
    latin = tmp_path / "latin.yaml"
    latin.write_bytes("name: Grünenthal".encode("latin-1"))
    with pytest.raises(FileError, match="not UTF-8"):
        strict_yaml.load(latin)


def test_python_objects_are_never_made():
    with pytest.raises(FileError, match="python/name"):
        strict_yaml.parse("a: !!python/name:os.system")
