"""The public names of the package, from their signatures and docstrings."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator

import reprieve
from reprieve import engine
from reprieve.exposure.population.simulation import Chunk, Population
from reprieve.relief.arm import ArmPrediction
from reprieve.relief.distribution import Duration
from reprieve.relief.sustained import Sustained

#: What the public names return: not made by hand, so not public names themselves.
RETURNED = (Sustained, Duration, ArmPrediction, Population, Chunk)
#: Made by functions, never called.
_NOT_CALLED = ("Concentration", "Forecast", "ForecastAnswer", "Picture", "Pictures", "Protocol")
_SECTION = re.compile(r"^(Parameters|Attributes|Returns|Raises|Notes|References)\n-+\n", re.MULTILINE)


def page() -> str:
    """The page."""
    parts = [
        "# Python\n\n`import reprieve as rp`. Names may be added, not renamed. Inside the package: hours, mg of base, "
        "litres, kg, ng/mL; days for relief.\n"
    ]
    for name in reprieve.__all__:
        if name == "__version__":
            parts.append("## `__version__`\n\nThe version, which every answer carries.\n")
        else:
            thing = getattr(reprieve, name)
            is_error = inspect.isclass(thing) and issubclass(thing, Exception)
            parts.append(_described(thing, f"rp.{name}", called=name not in _NOT_CALLED and not is_error))
    parts.append("# What they return\n")
    parts += [_described(kind, kind.__name__, called=False) for kind in RETURNED]
    parts.append("# The engine\n\n" + _prose(engine.__doc__))
    parts += [_described(getattr(engine, name), f"engine.{name}", called=True) for name in engine.__all__]
    return "\n".join(parts)


def _described(thing: Callable[..., object], name: str, *, called: bool) -> str:
    how = f"```text\n{name}{_signature(thing)}\n```\n\n" if called else ""
    parts = [f"## `{name}`\n\n{how}{_prose(thing.__doc__)}"]
    if inspect.isclass(thing):
        parts += [_member(name, label, member) for label, member in _members(thing)]
    return "\n".join(parts)


def _members(kind: type) -> Iterator[tuple[str, object]]:
    for label, member in vars(kind).items():
        plain = member.__func__ if isinstance(member, classmethod) else member
        documented = inspect.getdoc(plain) and (inspect.isfunction(plain) or _is_property(plain))
        if not label.startswith("_") and documented:
            yield label, plain


def _is_property(member: object) -> bool:
    return isinstance(member, property) or type(member).__name__ == "cached_property"


def _member(owner: str, label: str, member: object) -> str:
    called = "" if _is_property(member) else _signature(member).replace("(self, ", "(").replace("(self)", "()")
    called = called.replace("(cls, ", "(")
    return f"### `{owner}.{label}{called}`\n\n{_prose(inspect.getdoc(member))}"


def _signature(thing: object) -> str:
    signature = str(inspect.signature(thing))  # type: ignore[arg-type]
    return re.sub(r"'([^']*)'", r"\1", signature) if "->" in signature or ":" in signature else signature


def _prose(doc: str | None) -> str:
    """A docstring as Markdown: section titles in bold, their entries as a list, roles as code."""
    text = re.sub(r":\w+:`~?([^`]+)`", r"`\1`", inspect.cleandoc(doc or "")).replace("``", "`")
    first, *sections = _SECTION.split(text)
    parts = [first.strip()]
    for title, body in zip(sections[::2], sections[1::2], strict=True):
        parts.append(f"**{title}**\n\n{_entries(body, title)}")
    return "\n\n".join(parts) + "\n"


def _entries(body: str, title: str) -> str:
    if title in {"Notes", "References"}:
        return body.strip()
    lines: list[str] = []
    for line in body.strip().splitlines():
        if line.startswith("    ") and lines:
            lines[-1] += (
                ": " if " : " not in lines[-1] and title == "Raises" and ":" not in lines[-1] else " "
            ) + line.strip()
        elif line.strip():
            lines.append(line.strip())
    return "\n".join(f"- {_entry(line)}" for line in lines)


def _entry(line: str) -> str:
    name, colon, text = line.partition(" : ")
    return f"`{name.strip('`')}`: {text}" if colon else line
