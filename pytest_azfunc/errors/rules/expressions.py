"""Binding expressions: what is wrong with one as it is declared (ProjectError), and in a call (BindingError)."""

from __future__ import annotations

from typing import Final

from pytest_azfunc.errors.rules.rule import Rule, left_out

EXPRESSIONS: Final[dict[str, Rule]] = {
    "setting-name": left_out(
        "{name} is {text!r}, which the host cannot read: {reason}.",
        "write %NAME% for an app setting; a binding's property cannot have any other '%' in it.",
    ),
    "expression-name": Rule(
        "{name} is {text!r}, and the trigger gives no {missing!r}.",
        "the call fails {when}: No value for named parameter '{missing}'.",
        "name what the trigger gives.{suggestion} {known}",
    ),
    "expression-value": Rule(
        "{name} is {text!r}, of which the host can make nothing: {reason}.",
        "the call fails {when} ({kind}).",
        "correct it, or what the trigger gives to it. {known}",
    ),
}
