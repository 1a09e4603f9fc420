"""Prints what the code says of itself: fixtures, options, ini options, the mark, hooks, errors and their rules.

``python docs/reference_tables.py --write`` puts it into the pages, between ``<!-- name -->`` and ``<!-- end -->``.
``test_reference_tables.py`` fails when a page and the code have come apart.
"""

from __future__ import annotations

import importlib
import inspect
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent
from types import SimpleNamespace
from typing import Any

from pytest_azfunc import hookspecs, plugin
from pytest_azfunc.errors import exceptions
from pytest_azfunc.errors.rules import PARTS, Rule
from pytest_azfunc.plugin import fixtures

FOLDER = Path(__file__).parent
# Where a guide tells more of a fixture.
GUIDES = {
    "invoke": "[payloads](payloads.md) and [results](results.md)",
    "ainvoke": "[async functions](async.md)",
    "azfunc_clock": "[time and timers](time.md)",
    "azfunc_durable": "[orchestrations and entities](durable.md)",
    "azfunc_context": "[calling `main()` yourself](importing-and-patching.md#calling-main-yourself)",
    "azfunc_host": "[`Host`](#host)",
    "azfunc_http": "[HTTP through requests](http.md)",
    "azfunc_live_server": "[a real server](http.md#a-real-server-for-browsers)",
    "azfunc_logs": "[`LogCapture`](results.md#logs)",
    "azfunc_project": "[`Project`](#project)",
    "azfunc_settings": "[settings](settings.md)",
    "azfunc_trigger": "[payloads](payloads.md)",
}


def fixtures_section() -> str:
    """Each fixture: its type, and its docstring."""
    parts = []
    for name in sorted(plugin.FIXTURES, key=lambda name: (not name.endswith("invoke"), name)):
        fixture = getattr(fixtures, name)
        function = inspect.unwrap(getattr(fixture, "_get_wrapped_function", lambda found=fixture: found)())
        kind = function.__annotations__["return"]
        parts.append(f"### `{name}`\n\nIts type is `{kind}`.\n\n{markdown(inspect.getdoc(function) or '')}")
        if name in GUIDES:
            parts.append(f"See {GUIDES[name]}.")
    return "\n\n".join(parts)


class _Asked:
    """Stands for pytest where the plugin tells it of options and marks, and keeps what it is told."""

    def __init__(self) -> None:
        self.options: dict[str, dict[str, Any]] = {}
        self.ini: dict[str, tuple[Any, ...]] = {}
        self.lines: list[str] = []
        plugin.pytest_addoption(self)  # type: ignore[arg-type]
        plugin.pytest_configure(
            SimpleNamespace(  # type: ignore[arg-type]
                addinivalue_line=lambda name, line: self.lines.append(line),
                stash={},
                args=[],
                pluginmanager=None,
                getini=lambda name: [],
            )
        )

    def getgroup(self, *names: str) -> _Asked:
        return self

    def addoption(self, name: str, **properties: Any) -> None:
        self.options[name] = properties

    def addini(self, name: str, help: str, *more: Any, **properties: Any) -> None:
        self.ini[name] = (help, properties.get("default"))


def options_section() -> str:
    """The options of the command line."""
    rows = [
        (f"`{name}{'=' + cell(found['metavar']) if 'metavar' in found else ''}`", cell(found["help"]))
        for name, found in _Asked().options.items()
    ]
    return table(("Option", "Does"), rows)


def ini_section() -> str:
    """The ini options."""
    rows = [
        (f"`{name}`", cell(help), "" if default is None else f"`{str(default).lower()}`")
        for name, (help, default) in _Asked().ini.items()
    ]
    return table(("Option", "Does", "Default"), rows)


def mark_section() -> str:
    """The mark."""
    (line,) = _Asked().lines
    signature, _, text = line.partition(": ")
    return f"`@pytest.mark.{signature}`\n\n{inline(text[:1].upper() + text[1:])}"


def hooks_section() -> str:
    """The hooks."""
    parts = []
    for name, hook in vars(hookspecs).items():
        if name.startswith("pytest_azfunc_"):
            parts.append(f"### `{name}`\n\n`{name}{_signature(hook)}`\n\n{markdown(inspect.getdoc(hook) or '')}")
    return "\n\n".join(parts)


def _signature(function: Callable[..., Any]) -> str:
    return "(" + ", ".join(inspect.signature(function).parameters) + ")"


def errors_section() -> str:
    """The classes of errors and warnings."""
    rows = []
    for name, kind in vars(exceptions).items():
        if isinstance(kind, type) and issubclass(kind, (exceptions.AzfuncError, Warning)):
            text = " ".join((inspect.getdoc(kind) or "").split("\n\n")[0].split())
            bases = ", ".join(f"`{base.__name__}`" for base in kind.__bases__)
            rows.append((f"`{name}`", bases, inline(text)))
    return table(("Class", "Is a", "Means"), rows)


def rules_section() -> str:
    """Every rule, in the parts in which the code has them."""
    parts = []
    for rules, module in zip(PARTS, _modules(), strict=True):
        title = (module.__doc__ or "").strip().split("\n")[0]
        rows = [(f"`{rule}`", *map(cell, sentences(found))) for rule, found in rules.items()]
        name = module.__name__.rpartition(".")[2].replace("_", " ").capitalize()
        parts.append(f"## {name}\n\n{inline(title)}\n\n{table(('Rule', 'What is wrong', 'Remedy'), rows)}")
    return "\n\n".join(parts)


def _modules() -> Iterator[Any]:
    """The modules of the parts, in their order."""
    package = "pytest_azfunc.errors.rules"
    names = [path.stem for path in Path(importlib.import_module(package).__file__ or "").parent.glob("*.py")]
    modules = [importlib.import_module(f"{package}.{name}") for name in names if name not in ("__init__", "rule")]
    for rules in PARTS:
        yield next(module for module in modules if any(value is rules for value in vars(module).values()))


def sentences(rule: Rule) -> tuple[str, str]:
    """What is wrong and what to do, without what may be added to them."""
    problem, remedy = (re.sub(r" ?\{(suggestion|hint|known)\}", "", text) for text in (rule.problem, rule.remedy))
    return problem, remedy


def cell(text: str) -> str:
    """A text of the code in a cell of a table: nothing in it is Markdown; names of values are in italics."""
    escaped = re.sub(r"([\\`*_<|\[\]])", r"\\\1", " ".join(text.split()))
    return re.sub(r"(?<!\{)\{([a-z\\_]+)(?:[!:]\w+)?\}", r"*\1*", escaped).replace("{{", "{").replace("}}", "}")


def inline(text: str) -> str:
    """A docstring's sentence in Markdown."""
    text = re.sub(r":\w+:`~?(?:\w+\.)*(\w+)`", r"`\1`", text)
    return text.replace("``", "`")


def markdown(text: str) -> str:
    """A docstring in Markdown: literals, Sphinx fields as a list, the example as a block."""
    text, _, example = text.partition("::\n\n")
    fields = re.sub(r"^:param (\w+): ", r"- *\1*: ", text, flags=re.MULTILINE)
    fields = re.sub(r"^:returns: ", "- Returns ", fields, flags=re.MULTILINE)
    fields = re.sub(r"^:raises (\w+): ", r"- Raises `\1`: ", fields, flags=re.MULTILINE)
    result = inline(re.sub(r"^    (?=\S)", "  ", fields, flags=re.MULTILINE))
    return f"{result}:\n\n```py\n{dedent(example).strip()}\n```" if example else result


def table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    """A table in Markdown."""
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


PAGES: dict[str, dict[str, Callable[[], str]]] = {
    "reference.md": {
        "fixtures": fixtures_section,
        "options": options_section,
        "ini": ini_section,
        "mark": mark_section,
        "hooks": hooks_section,
    },
    "errors.md": {"errors": errors_section},
    "rules.md": {"rules": rules_section},
}


def filled(page: str) -> str:
    """A page with its sections as the code has them now."""
    text = (FOLDER / page).read_text(encoding="utf-8")
    for name, section in PAGES[page].items():
        found = re.search(rf"(<!-- {name} -->\n\n).*?(<!-- end -->)", text, re.DOTALL)
        assert found is not None, f"{page} has no <!-- {name} --> and <!-- end -->"
        text = f"{text[: found.end(1)]}{section()}\n\n{text[found.start(2) :]}"
    return text


if __name__ == "__main__":
    for page in PAGES:
        if "--write" in sys.argv:
            (FOLDER / page).write_text(filled(page), encoding="utf-8")
        else:
            sys.stdout.write("\n\n".join(section() for section in PAGES[page].values()) + "\n")
