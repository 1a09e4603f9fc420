"""What is wrong with a schedule that the host refuses, and what was probably meant; and what a valid one hides."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from datetime import timedelta

from pytest_azfunc.project.ncrontab import FIELDS, Field, NotCron, read_item
from pytest_azfunc.project.schedules import ConstantSchedule, CronSchedule, Schedule, ScheduleError, parse

GENERIC = "six fields: second minute hour day month weekday, or hh:mm:ss"
"""What to write where nobody can tell what was meant."""

_MACROS = {
    "@yearly": "0 0 0 1 1 *",
    "@annually": "0 0 0 1 1 *",
    "@monthly": "0 0 0 1 * *",
    "@weekly": "0 0 0 * * 0",
    "@daily": "0 0 0 * * *",
    "@midnight": "0 0 0 * * *",
    "@hourly": "0 0 * * * *",
}
_INT32_MAX = 2**31 - 1
_DURATION = re.compile(r"p?(?:(\d+)d(?:ays?)?)?t?(?:(\d+)h\w*)?(?:(\d+)m\w*)?(?:(\d+)s\w*)?", re.IGNORECASE | re.ASCII)


def advice(text: str) -> tuple[str, str]:
    """Of a schedule that the host refuses: what is wrong with it, and what to write, in quotes or as a rule."""
    reason, nearest = _advice(text)
    try:
        parse(nearest)
    except ScheduleError:
        return reason, GENERIC
    return reason, repr(nearest)


def refusal(error: ScheduleError, declared: str) -> dict[str, str]:
    """What an error says of a schedule that the host refuses.

    :param declared: the schedule as it is declared; the value of an app setting in it is shown nowhere.
    """
    if error.text != declared:
        whole = f"with its app settings, the schedule expression {declared!r} is not valid"
        return {"reason": whole, "why": "it is neither a cron expression nor a time span", "nearest": GENERIC}
    why, nearest = advice(declared)
    return {"reason": str(error).rstrip("."), "why": why, "nearest": nearest}


def _advice(text: str) -> tuple[str, str]:
    parts = text.split()
    if not parts:
        return "it is empty", ""
    if parts[0].startswith("@"):
        return f"there is no {parts[0]!r}, nor any other word for a schedule", _MACROS.get(parts[0].lower(), "")
    if len(parts) == 1 and (":" in text or _is_duration(parts[0])):
        return _about_span(parts[0])
    if re.search(r"[^\S ]", text):
        return "its fields must be separated by spaces, and nothing else", _mended(parts)[1]
    count = len(parts)
    if count == 7:
        return "it has seven fields, but there is none for a year", _mended(parts[:6])[1]
    if count not in (5, 6):
        counted = "one field" if count == 1 else f"{count} fields"
        padded = [*parts, *["*"] * (6 - count)] if count < 5 else []
        return f"it has {counted}, but needs six (second minute hour day month weekday)", _mended(padded)[1]
    return _mended(parts)


# --- fields


def _mended(parts: list[str]) -> tuple[str, str]:
    """The first thing that is wrong with the fields, and all of them as they were probably meant."""
    reasons, fields, guesses = [], [], 0
    if len(parts) not in (5, 6):
        return "", ""
    for part, field in zip(parts, FIELDS[-len(parts) :], strict=True):
        items = []
        for item in part.split(","):
            reason, mended = _mended_item(item, field)
            if reason:
                reasons.append(f"in the {field.name} field, {reason}")
                guesses += mended == "*" and item not in ("?", "L")
            if mended and not (reason and mended == "*" and "," in part):
                items.append(mended)
        fields.append(",".join(dict.fromkeys(items)) or "*")
    return next(iter(reasons), ""), " ".join(fields) if guesses < 2 else ""


def _mended_item(item: str, field: Field) -> tuple[str, str]:
    try:
        read_item(item, field)
        return "", item
    except NotCron:
        pass
    if not item:
        return "an item of the list is empty", ""
    if item == "?":
        return "'?' is not known", "*"
    span, slash, step = item.partition("/")
    if slash and re.fullmatch(r"\+?\d+", step) is None:
        return f"the step {step!r} is no whole number", span
    if slash and int(step) > field.high:
        return f"the step {step!r} is too large", f"{span}/{field.high}"
    first, dash, last = span.partition("-") if not span.startswith("-") else (span, "", "")
    found = [_mended_value(value, field) for value in ((first, last) if dash else (first,))]
    reason = next((reason for reason, _ in found if reason), f"{_short(item)} is not valid")
    low, high = found[0][1], found[-1][1]
    if dash and "*" in (low, high):
        return f"{_short(item)} is no range", low if high == "*" else high
    if dash and field.name == "weekday" and last == "7" and low.isdigit() and low != "0":
        return reason, f"{low}-6,0"
    mended = f"{low}-{high}" if dash else low
    return reason, f"{mended}{slash}{step}"


def _mended_value(text: str, field: Field) -> tuple[str, str]:
    """What is wrong with one value, and what was probably meant."""
    names = "" if field.name != "weekday" else " (0 is Sunday)"
    digits = re.fullmatch(r"([+-]?)(\d{1,400})", text, re.ASCII)
    if digits is not None:
        value = int(digits[2])
        if digits[1]:
            return f"{text!r} has a sign", str(min(max(value, field.low), field.high))
        if field.low <= value <= field.high:
            return "", text
        nearest = 0 if field.name == "weekday" else min(max(value, field.low), field.high)
        beyond = " and more than an int holds" if value > _INT32_MAX else ""
        return f"{_short(text)} is not in {field.low} to {field.high}{names}{beyond}", str(nearest)
    special = re.fullmatch(r"(\d*)(?:L|W|LW|#\d+)", text, re.IGNORECASE | re.ASCII)
    if special is not None:
        return "'L', 'W' and '#' are not known", special[1] or "*"
    try:
        read_item(text, field)
        return "", text
    except NotCron:
        pass
    if not field.names:
        return f"{_short(text)} is no number", "*"
    near = difflib.get_close_matches(text.lower(), [*field.names, *(name[:3] for name in field.names)], 1, 0.6)
    kind = "month" if field.name == "month" else "day of the week"
    return f"{_short(text)} is no {kind}", near[0].capitalize() if near else "*"


def _short(text: str) -> str:
    return repr(text if len(text) <= 40 else f"{text[:37]}...")


# --- time spans


def _is_duration(text: str) -> bool:
    match = _DURATION.fullmatch(text)
    return match is not None and any(match.groups())


def _about_span(text: str) -> tuple[str, str]:
    match = _DURATION.fullmatch(text)
    if match is not None:
        days, hours, minutes, seconds = (int(number or 0) for number in match.groups())
        reason = "a time span is written as hh:mm:ss"
    else:
        whole = re.fullmatch(r"\+?(?:(\d{1,6})[.:])??(\d{1,6}):(\d{1,6})(?::(\d{1,6}))?", text, re.ASCII)
        if whole is None:
            return "it is neither a time span (hh:mm:ss) nor six fields", ""
        days, hours, minutes, seconds = (int(number or 0) for number in whole.groups())
        signed = text.startswith("+")
        reason = "a time span has no '+'" if signed else "of a time span, hours go to 23, minutes and seconds to 59"
    try:
        return reason, ConstantSchedule(
            text, timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
        ).normalized
    except OverflowError:
        return reason, ""


# --- valid ones


def surprises(schedule: Schedule) -> Iterator[str]:
    """What a schedule means other than it seems, or does not do everywhere in Azure: a sentence for each."""
    if isinstance(schedule, ConstantSchedule):
        yield from _of_span(schedule)
    else:
        yield from _of_fields(schedule)


def _of_span(schedule: ConstantSchedule) -> Iterator[str]:
    days = schedule.interval.days
    text = schedule.text.strip()
    if schedule.is_endless:
        yield "a time span of zero or less is due again at once, for ever"
    elif days and "." not in text and text.count(":") != 3:
        amount = "one day" if days == 1 else f"{days} days"
        meant = re.fullmatch(r"(\d+):(\d\d?):(\d\d?)", text)
        hours = int(meant[1]) if meant else 0
        instead = f"{hours // 24}.{hours % 24:02}:{int(meant[2]):02}:{int(meant[3]):02}" if meant else "hh:mm:ss"
        rest = f" and {schedule.interval - timedelta(days=days)}" if schedule.interval.seconds else ""
        yield (
            f"it is a time span of {amount}{rest}: write {instead!r} for hours"
            if meant
            else (f"it is a time span of {amount}: one number is days")
        )
    if schedule.interval > timedelta():
        yield "time spans are refused on Consumption and Flex Consumption plans: write a cron expression"


def _of_fields(schedule: CronSchedule) -> Iterator[str]:
    parts = [part for part in schedule.text.split(" ") if part]
    if len(parts) == 5:
        more = "hosts before 2026 refuse it on the Consumption plan"
        yield f"it has five fields, of which the first is the minute; {more}: write '0 {' '.join(parts)}'"
    for part, field in zip(parts, FIELDS[-len(parts) :], strict=True):
        for item in part.split(","):
            low, dash, high = item.partition("/")[0].partition("-")
            if not dash:
                continue
            first, last = min(read_item(low, field)), min(read_item(high, field))
            if first > last:
                yield (
                    f"in the {field.name} field, {item!r} does not go round: it means {last}-{first}; write "
                    f"'{_range(first, field.high)},{_range(field.low, last)}'"
                )
    if len(schedule.days) < 31 and len(schedule.weekdays) < 7:
        yield "it is due only when the day of the month and the day of the week both fit, other than in Unix"


def _range(low: int, high: int) -> str:
    return str(low) if low == high else f"{low}-{high}"
