"""What a failed check shows where an error of ours says all there is to say."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from _pytest._code.code import ReprFileLocation, TerminalRepr

from pytest_azfunc.plugin.colours import write_lines
from pytest_azfunc.reports.styled_line import StyledLine, whole

if TYPE_CHECKING:
    from _pytest._io import TerminalWriter

    from pytest_azfunc.errors import Location

_LABELLED = re.compile(r"  (\w+:) ")


class CheckFailure(TerminalRepr):
    """The text of an error.

    :ivar reprcrash: file, line and the first sentence: for pytest's summary, ``--tb=line``, and tools.
    """

    def __init__(self, text: str, place: Location) -> None:
        self.text = text
        self.reprcrash = ReprFileLocation(place.file, place.line or 1, text.partition("\n")[0])

    def toterminal(self, tw: TerminalWriter) -> None:
        """Write it: what is wrong in red, the names of the rows below in bold."""
        write_lines(tw, map(_styled, self.text.splitlines()))


def _styled(line: str) -> StyledLine:
    label = _LABELLED.match(line)
    if label is not None:
        return StyledLine(line).with_part(label.start(1), len(label[1]), "label")
    return whole(line, "problem") if line.strip() else StyledLine(line)
