"""Apps of decorated functions, made by hypothesis."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import strategies as st

from tests.conformance.decorator_apps import App
from tests.conformance.generated import USUAL_INPUTS, USUAL_OUTPUTS, parameter, seldom, usual_or_odd

# Binding type -> the decorator that makes it, with what it must have beside its argument's name.
_TRIGGERS = {
    "httpTrigger": "route(trigger_arg_name={name}, binding_arg_name='$return')",
    "timerTrigger": "timer_trigger(arg_name={name}, schedule='0 * * * * *')",
    "queueTrigger": "queue_trigger(arg_name={name}, queue_name='q', connection='C')",
    "blobTrigger": "blob_trigger(arg_name={name}, path='c/{{name}}', connection='C')",
    "eventGridTrigger": "event_grid_trigger(arg_name={name})",
    "eventHubTrigger": "event_hub_message_trigger(arg_name={name}, event_hub_name='e', connection='C')",
    "serviceBusTrigger": "service_bus_queue_trigger(arg_name={name}, queue_name='q', connection='C')",
    "cosmosDBTrigger": "cosmos_db_trigger(arg_name={name}, database_name='d', container_name='c', connection='C')",
    "kafkaTrigger": "kafka_trigger(arg_name={name}, topic='t', broker_list='b')",
    "warmupTrigger": "warm_up_trigger(arg_name={name})",
    "daprTopicTrigger": "dapr_topic_trigger(arg_name={name}, pub_sub_name='p', topic='t')",
    "mcpToolTrigger": "mcp_tool_trigger(arg_name={name}, tool_name='t')",
    "anyTrigger": "generic_trigger(arg_name={name}, type='anyTrigger', some_thing='1')",
}
_INPUTS = {
    "blob": "blob_input(arg_name={name}, path='c/b', connection='C')",
    "cosmosDB": "cosmos_db_input(arg_name={name}, database_name='d', container_name='c', connection='C')",
    "sql": "sql_input(arg_name={name}, command_text='c', connection_string_setting='C')",
    "table": "table_input(arg_name={name}, table_name='t', connection='C')",
    "any": "generic_input_binding(arg_name={name}, type='any', some_thing=1)",
}
_OUTPUTS = {
    "http": "generic_output_binding(arg_name={name}, type='http')",
    "queue": "queue_output(arg_name={name}, queue_name='q', connection='C')",
    "blob": "blob_output(arg_name={name}, path='c/b', connection='C')",
    "eventGrid": "event_grid_output(arg_name={name}, topic_endpoint_uri='u', topic_key_setting='k')",
    "eventHub": "event_hub_output(arg_name={name}, event_hub_name='e', connection='C')",
    "serviceBus": "service_bus_queue_output(arg_name={name}, queue_name='q', connection='C')",
    "cosmosDB": "cosmos_db_output(arg_name={name}, database_name='d', container_name='c', connection='C')",
    "sql": "sql_output(arg_name={name}, command_text='c', connection_string_setting='C')",
    "kafka": "kafka_output(arg_name={name}, topic='t', broker_list='b')",
    "table": "table_output(arg_name={name}, table_name='t', connection='C')",
    "any": "generic_output_binding(arg_name={name}, type='any')",
}
# The first ones are right, what comes after the None is not, or means something else than it looks like.
_ROUTE_ARGUMENTS = [
    "", "", "", "route='r{number}'", "route='r{number}/{{id?}}'", "methods=['GET']", "methods=['get', 'POST']", "auth_level='anonymous'",
    "auth_level=func.AuthLevel.ADMIN", "route='s{number}', methods=(func.HttpMethod.PUT,), auth_level='function'", "trigger_extra_fields={{'a_b': [1]}}",
    None, "trigger_extra_fields={{'dataType': 'string'}}", "methods='GET'", "auth_level='system'", "route=''",
]  # fmt: skip
_EXTRAS = [
    "", "", "", "data_type='binary'", "data_type=func.DataType.STRING", "data_type='Undefined'", "data_type=None",
    None, "data_type='nope'", "more={{'a_b': None, 'c': [None, 1]}}", "data_type=1",
]  # fmt: skip
_COUNTS = ["1", "'3'", "-1", None, "0", "'x'", "2.5"]
_SPANS = ["'00:00:05'", "'23:59:59'", "'0:1:2'", None, "'24:00:00'", "'5'", "''"]
_FUNCTION_NAMES = ["A{number}", "b{number}", "c_d{number}", "e-f{number}", None, "b", "b"]
_CONTEXTS = ["", "func.Context", "'func.Context'", None, "str", "typing.Optional[func.Context]"]
_APPS = ["func.FunctionApp()"] * 5 + [
    "func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)",
    "func.FunctionApp(http_auth_level='ADMIN')",
]
_SETTINGS = [
    "retry(strategy='fixed_delay', max_retry_count={count}, delay_interval={span})",
    "retry(strategy='exponential_backoff', max_retry_count={count}, minimum_interval={span}, maximum_interval={other})",
    "retry(strategy='exponential_backoff', max_retry_count={count})",
]
_VALUES = [
    "'text'", "b'bytes'", "None", "''", "5", "1.5", "True", "{'a': 1}", "['a', 'b']", "[1]", "[]", "('a',)", "object()", "'[1]'", "(c for c in 'ab')",
    "func.HttpResponse('x', status_code=201)", "func.QueueMessage(id='1', body='b')", "func.Document({'id': '1'})", "func.DocumentList([{'id': '1'}])", "func.SqlRow({'Id': 1})",
    "[func.Document({'id': '1'})]", "func.SqlRowList([func.SqlRow({'Id': 1})])", "io.BytesIO(b'stream')", "[func.QueueMessage(body='b')]", "asyncio.sleep(0)", "datetime.date(2024, 1, 2)",
    "func.EventGridOutputEvent(id='1', data={'a': 1}, subject='s', event_type='t', event_time=datetime.datetime(2024, 1, 2), data_version='1')", "[{'Id': 1}]", "1 / 0", "nan",
]  # fmt: skip
_FITTING = {
    "http": ["func.HttpResponse('r')", "'r'"],
    "queue": ["'text'", "func.QueueMessage(body='b')", "{'a': 1}"],
    "blob": ["'text'", "b'bytes'"],
    "eventGrid": _VALUES[26:27],
    "eventHub": ["'text'", "['a', 'b']"],
    "serviceBus": ["'text'", "b'bytes'"],
    "cosmosDB": ["func.Document({'id': '1'})", "func.DocumentList([{'id': '1'}])"],
    "sql": ["func.SqlRow({'Id': 1})", "func.SqlRowList([func.SqlRow({'Id': 1})])"],
}


class _Author:
    """Writes functions. One that makes no mistakes writes what Azure accepts, nearly always."""

    def __init__(self, draw: st.DrawFn, mistakes: bool) -> None:
        self.draw = draw
        self.mistakes = mistakes

    def one_of(self, texts: Sequence[str | None]) -> str:
        """One of the texts before the None, or of all."""
        right = list(texts[: texts.index(None)]) if None in texts else list(texts)
        if self.mistakes and self.draw(seldom(6)):
            right = list(texts)
        return self.draw(st.sampled_from([text for text in right if text is not None]))

    def annotation(self, usual: Sequence[str], *, out: bool = False) -> str:
        if self.mistakes and self.draw(seldom(5)):
            return self.draw(usual_or_odd(usual, out=out))
        text = self.draw(st.sampled_from(["", *usual]))
        return f"func.Out[{text}]" if out and text else text

    def value(self, kind: str) -> str:
        fitting = _FITTING.get(kind)
        if fitting is None or (self.mistakes and self.draw(seldom(3))):
            fitting = _VALUES
        return self.draw(st.sampled_from(fitting))

    def decorator(self, template: str, name: str, number: int) -> str:
        text = template.format(name=repr(name))
        extra = self.one_of(_ROUTE_ARGUMENTS if template.startswith("route(") else _EXTRAS).format(number=number)
        return f"{text[:-1]}, {extra})" if extra else text

    def function(self, number: int, owner: str) -> str:
        """The source of one decorated function."""
        draw = self.draw
        trigger = draw(st.sampled_from(list(_TRIGGERS)))
        name = draw(st.sampled_from(["x", "x", "req", "context"]))
        annotations = {name: self.annotation(USUAL_INPUTS.get(trigger, ("str", "")))}
        decorators = [self.decorator(_TRIGGERS[trigger], name, number)]
        body = [f"tell({name})"]
        for letter in "ab"[: draw(st.integers(0, 2))]:
            kind = draw(st.sampled_from(list(_INPUTS)))
            annotations[letter] = self.annotation(USUAL_INPUTS.get(kind, ("str", "")))
            decorators.append(self.decorator(_INPUTS[kind], letter, number))
            body.append(f"tell({letter})")
        for letter in ("p", "q_r")[: draw(st.integers(0, 2))]:
            kind = draw(st.sampled_from(list(_OUTPUTS)))
            annotations[letter] = self.annotation(USUAL_OUTPUTS.get(kind, ("str",)), out=True)
            decorators.append(self.decorator(_OUTPUTS[kind], letter, number))
            if draw(st.booleans()):
                body.append(f"{letter}.set({self.value(kind)})")
        returns, returned = "", ""
        if trigger == "httpTrigger":
            returns, returned = self.annotation(("func.HttpResponse", "str")), "http"
        elif draw(st.booleans()):
            returned = draw(st.sampled_from(list(_OUTPUTS)))
            decorators.append(_OUTPUTS[returned].format(name="'$return'"))
            returns = self.annotation(
                ["", *(text for text in USUAL_OUTPUTS.get(returned, ()) if text not in ("str", "bytes"))]
            )
        if returned or (self.mistakes and draw(seldom(4))):
            body.append(f"return {self.value(returned)}")
        lines = [f"@{owner}.{decorator}" for decorator in self._ordered([*decorators, *self._settings(number)])]
        start = "async def" if draw(seldom(4)) else "def"
        arrow = f" -> {returns}" if returns else ""
        function = draw(st.sampled_from("fgh")) if self.mistakes and draw(seldom(8)) else f"f{number}"
        head = f"{start} {function}({', '.join(self._parameters(annotations))}){arrow}:"
        return "\n".join([*lines, head, *(f"    {line}" for line in body)]) + "\n"

    def _ordered(self, decorators: Sequence[str]) -> list[str]:
        """Mostly the trigger on top, as people write it."""
        return list(self.draw(st.permutations(decorators))) if self.draw(seldom(3)) else list(decorators)

    def _settings(self, number: int) -> list[str]:
        settings = []
        if self.draw(seldom(5)):
            settings.append(f"function_name({self.one_of(_FUNCTION_NAMES).format(number=number)!r})")
        if self.draw(seldom(5)):
            template = self.draw(st.sampled_from(_SETTINGS))
            count, span, other = self.one_of(_COUNTS), self.one_of(_SPANS), self.one_of(_SPANS)
            settings.append(template.format(count=count, span=span, other=other))
        return settings

    def _parameters(self, annotations: dict[str, str]) -> list[str]:
        """One for each binding; from a careless author sometimes one too few, too many or misspelled."""
        parameters = [parameter(name, text, self.draw(seldom(20))) for name, text in annotations.items()]
        if "context" not in annotations and self.draw(st.booleans()):
            parameters.append(parameter("context", self.one_of(_CONTEXTS), False))
        parameters = self.draw(st.permutations(parameters))
        change = (
            self.draw(st.sampled_from(["drop", "add", "case", "stars"]))
            if self.mistakes and self.draw(seldom(8))
            else ""
        )
        if change == "drop":
            parameters = parameters[1:]
        elif change == "add":
            parameters = [*parameters, self.draw(st.sampled_from(["z", "z: str = ''", "ctx"]))]
        elif change == "case":
            parameters = [parameters[0][0].swapcase() + parameters[0][1:], *parameters[1:]]
        elif change == "stars":
            return [*(["*", *parameters] if parameters else ["*args"]), "**kwargs"]
        return ["*", *parameters] if parameters else parameters


@st.composite
def apps(draw: st.DrawFn) -> App:
    """One to three functions of an app, or of a blueprint of it."""
    author = _Author(draw, draw(st.booleans()))
    lines = [f"app = {draw(st.sampled_from(_APPS))}"]
    owner = "app"
    if draw(seldom(4)):
        owner = "bp"
        lines.append("bp = func.Blueprint()")
        if author.mistakes and draw(seldom(10)):
            lines.append("app.register_functions(bp)")
    lines += [
        author.function(number, draw(st.sampled_from([owner, "app"]))) for number in range(draw(st.integers(1, 3)))
    ]
    if owner == "bp":
        lines.append("app.register_functions(bp)")
    if author.mistakes and draw(seldom(10)):
        lines.append(
            draw(
                st.sampled_from(
                    ["other = app", "app2 = func.FunctionApp()", "del app", "import no_such_module", "1 / 0"]
                )
            )
        )
    return App("generated", _PRELUDE + "\n".join(lines) + "\n")


_PRELUDE = """\
import collections, decimal, enum
from azure.functions.warmup import WarmUpContext
nan, inf = float("nan"), float("inf")
"""
