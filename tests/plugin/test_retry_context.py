"""What a function is told of its retry policy: whose policy counts, and what a test may say over it."""

from __future__ import annotations

from tests.function_app import FunctionApp, Session, passed

SCRIPT = """
    import logging

    def main(msg, context):
        retry = context.retry_context
        logging.info("%s of %s", retry.retry_count, retry.max_retry_count)
        assert repr(retry.rpc_exception) == "RpcException(message='', stack_trace='', source='')"
"""
FIXED = {"strategy": "fixedDelay", "maxRetryCount": 4, "delayInterval": "00:00:10"}
FOR_EVER = {"maxRetryCount": -1, "minimumInterval": "00:00:01", "maximumInterval": "00:01:00"}


def test_the_first_attempt(app: FunctionApp, session: Session) -> None:
    app.function("Fixed", SCRIPT, retry=FIXED)
    app.function("Backoff", SCRIPT, retry={**FOR_EVER, "maxRetryCount": 2})
    app.function("ForEver", SCRIPT, retry=FOR_EVER)
    app.function("Once", SCRIPT, retry={**FIXED, "maxRetryCount": 0})
    app.function("Text", SCRIPT, retry={**FIXED, "maxRetryCount": "3"})
    app.function("Plain", SCRIPT)

    result = session.test(
        """
        import asyncio

        import pytest

        @pytest.mark.parametrize(
            ("function", "said"),
            [("Fixed", "0 of 4"), ("Backoff", "0 of 2"), ("ForEver", "0 of -1"), ("Once", "0 of 0"), ("Text", "0 of 3"), ("Plain", "0 of 0")],
        )
        def test_told(function, said, invoke, ainvoke, azfunc_context):
            retry = azfunc_context(function).retry_context
            assert f"{retry.retry_count} of {retry.max_retry_count}" == said
            for context in (None, azfunc_context(function), azfunc_context(), azfunc_context(invocation_id="7")):
                assert invoke(function, context=context).logs.messages == [said]

            async def awaited():
                return await ainvoke(function)

            assert asyncio.run(awaited()).logs.messages == [said]
            assert invoke(function, context=azfunc_context(invocation_id="7")).context.invocation_id == "7"

        def test_what_a_test_says_counts(invoke, azfunc_context):
            def told(**said):
                return invoke("Fixed", context=azfunc_context(**said)).logs.messages
            assert told(function="Fixed", retry_count=2) == ["2 of 4"]
            assert told(function="Fixed", retry_count=2, max_retry_count=9) == ["2 of 9"]
            assert told(function="fixed", max_retry_count=0) == ["0 of 0"]
            assert told(function="Fixed", max_retry_count=-1) == ["0 of -1"]
            assert told(retry_count=1) == ["1 of 0"]
            assert told(max_retry_count=3) == ["0 of 3"]

        @pytest.mark.parametrize("value", [-2, True, 1.0, "4", 2**31])
        def test_no_maximum(value, azfunc_context):
            with pytest.raises(Exception, match=r"max_retry_count is .*, but must be a whole number from 0 to 2147483647, -1"):
                azfunc_context("Fixed", max_retry_count=value)
        """
    )

    passed(result, 12)


def test_the_policy_of_host_json_is_for_functions_without_one(app: FunctionApp, session: Session) -> None:
    app.write({"host.json": {"version": "2.0", "retry": {**FIXED, "maxRetryCount": 7}}})
    app.function("Own", SCRIPT, retry=FIXED)
    app.function("Hosts", SCRIPT)

    result = session.test(
        """
        def test_told(invoke, azfunc_context):
            assert invoke("Own").logs.messages == ["0 of 4"]
            assert invoke("Hosts").logs.messages == ["0 of 7"]
            assert azfunc_context("Hosts", retry_count=1).retry_context.max_retry_count == 7
            assert azfunc_context().retry_context.max_retry_count == 0
        """
    )

    passed(result, 1)


def test_the_policy_of_a_decorator(app: FunctionApp, session: Session) -> None:
    app.write(
        {
            "host.json": {"version": "2.0", "retry": {**FIXED, "maxRetryCount": 7}},
            "function_app.py": """
                import azure.functions as func

                app = func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)

                def told(context):
                    return f"{context.retry_context.retry_count} of {context.retry_context.max_retry_count}"

                @app.route("again")
                @app.retry(strategy="fixed_delay", max_retry_count="3", delay_interval="00:00:10")
                def again(req: func.HttpRequest, context: func.Context) -> str:
                    return told(context)

                @app.route("forever")
                @app.retry(strategy="exponential_backoff", max_retry_count="-1", minimum_interval="00:00:01", maximum_interval="00:00:10")
                def forever(req: func.HttpRequest, context: func.Context) -> str:
                    return told(context)

                @app.route("plain")
                def plain(req: func.HttpRequest, context: func.Context) -> str:
                    return told(context)
                """,
        }
    )

    result = session.test(
        """
        def test_told(invoke, azfunc_http, azfunc_context):
            for name, said in {"again": "0 of 3", "forever": "0 of -1", "plain": "0 of 7"}.items():
                assert invoke(name).text == azfunc_http.get(f"/api/{name}").text == said
                assert f"0 of {azfunc_context(name).retry_context.max_retry_count}" == said
        """
    )

    passed(result, 1)
