"""Which ranges of extension bundles Azure's host starts with: the newest published version in the range decides."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_azfunc.project.extension_bundle import OFFICIAL, ExtensionBundle, bundle_error

FIRST_IS_NEWEST = "1.8.1 (the newest of {range})"

# A range -> the version that is too old for the host; empty where it starts.
RANGES = {
    "[4.*, 5.0.0)": "",
    "[4.0.0, 5.0.0)": "",
    "[3.*, 4.0.0)": "",
    "[3.3.0, 4.0.0)": "",
    "[2.*, 3.0.0)": "",
    "[2.6.1, 3.0.0)": "",
    "[1.*, 3.0.0)": "",
    "[1.*, )": "",
    "4.*": "",
    "1.*": "",
    "[4.*]": "",
    "[2.8.2]": "",
    "[2.*, 2.8.2]": "",
    "[4.*,5.0.0-preview)": "",
    "[1.*, 2.0.0)": FIRST_IS_NEWEST,
    "[1.0.0, 2.0.0)": FIRST_IS_NEWEST,
    "( , 2.0)": FIRST_IS_NEWEST,
    "[1.1.0, 1.2.0]": "1.2.0 (the newest of {range})",
    "[1.1.0]": "1.1.0 (the newest of {range})",
    "[2.*, 2.8.2)": "{range}",
    "[2.0.0, 2.5.0]": "{range}",
    "[2.6.1]": "{range}",
}


@pytest.mark.parametrize("version", RANGES)
def test_ranges(version: str) -> None:
    error = bundle_error(ExtensionBundle(version=version), None)

    expected = RANGES[version].format(range=version)
    assert (error.details["version"] if error else "") == expected


@pytest.mark.parametrize("version", ["", " ", "latest", "[4.*, 5.0.0", "4.*, 5.0.0)", "[]", "(4.0.0)", "[,]", "[a, b)"])
def test_what_is_no_range(version: str) -> None:
    error = bundle_error(ExtensionBundle(version=version), None)

    assert error is not None
    assert (error.rule, error.details["name"]) == ("bundle-value", "version")


def test_the_name() -> None:
    old = "[1.*, 2.0.0)"
    nameless, other, spelled = (
        bundle_error(ExtensionBundle(name, old), None) for name in (" ", "My.Own.Bundle", OFFICIAL.upper())
    )

    assert nameless is not None
    assert (nameless.rule, nameless.details["name"]) == ("bundle-value", "id")
    assert other is None
    assert spelled is not None
    assert spelled.rule == "bundle-too-old"


@given(st.text(alphabet="[](),.*0123456789 -x", max_size=20))
def test_any_text_is_a_range_or_none(version: str) -> None:
    error = bundle_error(ExtensionBundle(version=version), None)

    assert error is None or error.rule in ("bundle-value", "bundle-too-old")


_NUMBERS = st.tuples(*[st.integers(0, 9)] * 3)


@given(_NUMBERS, _NUMBERS, st.sampled_from("])"))
def test_only_the_upper_end_decides(lower: tuple[int, ...], upper: tuple[int, ...], closing: str) -> None:
    shown = [".".join(map(str, version)) for version in (lower, upper)]

    error = bundle_error(ExtensionBundle(version=f"[{shown[0]}, {shown[1]}{closing}"), None)

    assert (error is None) == (upper > (2, 8, 2) or (upper == (2, 8, 2) and closing == "]"))
