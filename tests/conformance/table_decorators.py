"""Apps of decorated functions: how they are found, named, bound and refused, and what their calls give."""

from __future__ import annotations

import enum
import inspect
from collections.abc import Iterator
from typing import Any

import azure.functions as func

from tests.conformance.apps import Call
from tests.conformance.decorator_apps import SCRIPT, App, usual_call
from tests.conformance.typed import as_json, http, raw, string

_HTTP = "req: func.HttpRequest"


def app(name: str, script: str, **more: Any) -> App:
    """An app with ``app = func.FunctionApp()`` before its script."""
    return App(name, "app = func.FunctionApp()\n" + script + "\n", **more)


# ---------------------------------------------------------------------------------------------- finding the app

_ROUTE = "@app.route()\ndef f(req): return 'f'\n"

_SCRIPT_FILE = [
    App("no script", None),
    App("empty script", "# bare\n"),
    App("script file by setting", "app = func.FunctionApp()\n" + _ROUTE, script_file="my_app.py", settings={"PYTHON_SCRIPT_FILE_NAME": "my_app.py"}),
    App("script file with a hyphen", "app = func.FunctionApp()\n" + _ROUTE, script_file="my-app.py", settings={"PYTHON_SCRIPT_FILE_NAME": "my-app.py"}),
    App("script file that begins with a digit", "app = func.FunctionApp()\n" + _ROUTE, script_file="1app.py", settings={"PYTHON_SCRIPT_FILE_NAME": "1app.py"}),
    App("script file by setting, absent", "app = func.FunctionApp()\n" + _ROUTE, settings={"PYTHON_SCRIPT_FILE_NAME": "other.py"}),
    App("script file by setting, no app in it", "x = 1\n", script_file="other.py", settings={"PYTHON_SCRIPT_FILE_NAME": "other.py"}),
    *(
        App(f"script file named {name!r}", "app = func.FunctionApp()\n" + _ROUTE, script_file=name or SCRIPT, settings={"PYTHON_SCRIPT_FILE_NAME": name})
        for name in ("", "app", "a/app.py", "a b.py", "a.b.py", "-app.py", "_app.py", ".py", "app.PY", "app.pyc", "é.py", "function_app.py", "__init__.py", "A-.py", "9.py")
    ),
    App("script file that is absent and no name of one", "app = func.FunctionApp()\n" + _ROUTE, settings={"PYTHON_SCRIPT_FILE_NAME": "a b.py"},
        differs={"index": "without the file, Azure loads the library for function.json, which does not look at the setting"}),
    App("script file in both places", "app = func.FunctionApp()\n" + _ROUTE, settings={"PYTHON_SCRIPT_FILE_NAME": "other.py"},
        files={"other.py": "import azure.functions as func\na = func.FunctionApp()\n@a.route()\ndef g(req): return 'g'\n"}),
]  # fmt: skip

_IMPORT = [
    App("syntax error", "# bare\ndef (\n"),
    App("import of what is not there", "import no_such_module\n"),
    App("import of a name that is not there", "from os import no_such_name\n"),
    App("import error of one's own", "raise ImportError('mine')\n"),
    App("import error of one's own with a dot", "raise ImportError('mine.')\n"),
    App("import error without a text", "raise ImportError\n"),
    App("module not found of one's own", "raise ModuleNotFoundError('mine', name='m')\n"),
    App("import error with two arguments", "class E(ImportError):\n    def __init__(self, a, b): super().__init__(a)\nraise E('a', 'b')\n", differs={"index": "Azure makes the exception anew, to add advice, which fails; a test gets the script's own"}),
    App("error at import", "raise RuntimeError('mine')\n"),
    App("error at import, unprintable", "class E(Exception):\n    def __str__(self): 1 / 0\nraise E\n"),
    App("assertion at import", "assert False, 'no'\n"),
    App("missing setting at import", "os.environ['NO_SUCH_SETTING']\n"),
    App("setting at import", "app = func.FunctionApp()\nNAME = os.environ['MY']\n@app.function_name(NAME)\n@app.route()\ndef f(req): return NAME\n", settings={"MY": "mine"}),
    App("sibling module", "import sibling\napp = func.FunctionApp()\n@app.route()\ndef f(req): return sibling.VALUE\n", files={"sibling.py": "VALUE = 'sibling'\n"}),
    App("sibling package", "from pack.inner import VALUE\napp = func.FunctionApp()\n@app.route()\ndef f(req): return VALUE\n",
        files={"pack/__init__.py": "", "pack/inner.py": "VALUE = __name__\n"}),
    App("sibling that fails", "import sibling\n", files={"sibling.py": "import no_such_module\n"}),
    App("circular import", "import sibling\n", files={"sibling.py": "from function_app import app\n"}),
    App("import from the package of function.json apps", "from __app__ import sibling\n", files={"sibling.py": ""}),
    App("relative import", "from . import sibling\n", files={"sibling.py": ""}),
    App("module's own name", "app = func.FunctionApp()\n@app.route()\ndef f(req): return f'{__name__} {__package__!r} {os.path.basename(__file__)}'\n"),
    App("working directory", "app = func.FunctionApp()\n@app.route()\ndef f(req): return str(os.path.isfile('host.json'))\n"),
    App("asyncio.run at import", "async def nothing(): ...\nasyncio.run(nothing())\napp = func.FunctionApp()\n"),
    App("exit at import", "sys.exit(3)\n"),
    App("exit in a sibling", "import sibling\n", files={"sibling.py": "import sys\nsys.exit(3)\n"}),
    *(App(f"{raised} at import", f"class Stop(BaseException): ...\nraise {raised}\n") for raised in (
        "Stop('mine')", "GeneratorExit", "asyncio.CancelledError", "BaseExceptionGroup('mine', [GeneratorExit()])", "ExceptionGroup('mine', [ValueError()])",
    )),
    App("imports itself", "import function_app\napp = func.FunctionApp()\n@app.route()\ndef f(req): return str(function_app is sys.modules[__name__])\n"),
]  # fmt: skip

_INSTANCES = [
    App("no app", "x = 1\n"),
    App("only a blueprint", "bp = func.Blueprint()\n@bp.route()\ndef f(req): ...\n"),
    App("app of any name", "anything = func.FunctionApp()\n@anything.route()\ndef f(req): return 'f'\n"),
    App("app of a private name", "_a = func.FunctionApp()\n@_a.route()\ndef f(req): return 'f'\n"),
    App("two apps", "a = func.FunctionApp()\nb = func.FunctionApp()\n"),
    App("two names of one app", "app = func.FunctionApp()\napplication = app\n@app.route()\ndef f(req): ...\n"),
    App("two apps, the first of a subclass", "class Mine(func.FunctionApp): ...\na = Mine()\nb = func.FunctionApp()\n"),
    App("an imported app beside one's own", "from other import app\nmine = func.FunctionApp()\n", files={"other.py": "import azure.functions as f\napp = f.FunctionApp()\n"}),
    App("an imported app", "from other import app\n", files={"other.py": "import azure.functions as f\napp = f.FunctionApp()\n@app.route()\ndef g(req): return 'g'\n"}),
    App("star import", "from other import *\n", files={"other.py": "import azure.functions as f\napp = f.FunctionApp()\n@app.route()\ndef g(req): return 'g'\n"}),
    App("apps in a list", "apps = [func.FunctionApp()]\n"),
    App("a deleted app", "a = func.FunctionApp()\nb = func.FunctionApp()\ndel b\n@a.route()\ndef f(req): return 'f'\n"),
    App("app in an if", "if True:\n    app = func.FunctionApp()\n@app.route()\ndef f(req): return 'f'\n"),
    App("app's class only", "app = func.FunctionApp\n"),
    App("app of a subclass", "class Mine(func.FunctionApp):\n    pass\napp = Mine()\n@app.route()\ndef f(req): return 'f'\n"),
    App("app made by a function", "def make(): return func.FunctionApp()\napp = make()\n@app.route()\ndef f(req): return 'f'\n"),
    App("app with a falsy subclass", "class Mine(func.FunctionApp):\n    def __bool__(self): return False\napp = Mine()\n@app.route()\ndef f(req): return 'f'\n"),
    App("two falsy apps", "class Mine(func.FunctionApp):\n    def __bool__(self): return False\na = Mine()\nb = Mine()\n@a.route()\ndef f(req): return 'f'\n@b.route()\ndef g(req): return 'g'\n"),
    App("module with a getattr", "app = func.FunctionApp()\n@app.route()\ndef f(req): return 'f'\ndef __getattr__(name): raise AttributeError(name)\n"),
    App("module with a dir", "app = func.FunctionApp()\n@app.route()\ndef f(req): return 'f'\ndef __dir__(): return ['f']\n"),
    App("an app without functions", "app = func.FunctionApp()\n"),
    App("get_functions asked before", "app = func.FunctionApp()\n@app.route()\ndef f(req): return 'f'\napp.get_functions()\n"),
    App("get_functions overridden", "class Mine(func.FunctionApp):\n    def get_functions(self): return []\napp = Mine()\n@app.route()\ndef f(req): return 'f'\n"),
    *(App(f"get_functions that makes {made}", f"class Mine(func.FunctionApp):\n    def get_functions(self): {made}\napp = Mine()\n") for made in (
        "return None", "return ()", "sys.exit(3)", "raise asyncio.CancelledError", "return [f for f in super().get_functions()]",
    )),
    App("get_functions fails", "class Mine(func.FunctionApp):\n    def get_functions(self): raise ValueError('mine')\napp = Mine()\n"),
    App("an app with a bad level", "app = func.FunctionApp(http_auth_level='nonsense')\n"),
]  # fmt: skip

# ------------------------------------------------------------------------------------------- naming and decorating

_TIMER = "@app.schedule(schedule='0 * * * * *', arg_name='t')\n"

_NAMES = [
    app("name by decorator, above", "@app.function_name('Named')\n@app.route()\ndef f(req): return 'x'"),
    app("name by decorator, below", "@app.route()\n@app.function_name('Named')\ndef f(req): return 'x'"),
    app("name by decorator, with a route", "@app.function_name('Named')\n@app.route('r')\ndef f(req): return 'x'"),
    app("two names", "@app.function_name('A')\n@app.function_name('B')\n@app.route()\ndef f(req): return 'x'"),
    app("same name twice", "@app.route('a')\ndef f(req): ...\n@app.route('b')\ndef f(req): ..."),
    app("same name by decorator", "@app.function_name('f')\n@app.route('a')\ndef g(req): ...\n@app.route('b')\ndef f(req): ..."),
    app("names that differ in case", "@app.route('a')\ndef f(req): return 'f'\n@app.route('b')\ndef F(req): return 'F'", host_refuses={"f": "function-name-duplicate"}),
    app("private name", "@app.route()\ndef _f(req): return 'f'", host_refuses={"_f": "function-name"}),
    app("name of the host", "@app.route()\ndef host(req): return 'f'", host_refuses={"host": "function-name"}),
    app("name not ASCII", "@app.route()\ndef é(req): return 'f'", host_refuses={"é": "function-name"}),
    app("name with a blank", "@app.function_name('a b')\n@app.route()\ndef f(req): return 'f'", host_refuses={"a b": "function-name"}),
    app("name with a hyphen", "@app.function_name('a-b')\n@app.route()\ndef f(req): return 'f'"),
    app("empty name", "@app.function_name('')\n@app.route()\ndef f(req): return 'f'", host_refuses={"": "function-name"}),
    app("name is None", "@app.function_name(None)\n@app.route()\ndef f(req): return 'f'"),
    app("name is a number", "@app.function_name(5)\n@app.route()\ndef f(req): return 'f'"),
    app("name of 128 characters", "@app.function_name('a' * 128)\n@app.route()\ndef f(req): return 'f'"),
    app("name of 129 characters", "@app.function_name('a' * 129)\n@app.route()\ndef f(req): return 'f'", host_refuses={"a" * 129: "function-name"}),
    app("lambda", "app.route()(lambda req: 'f')", host_refuses={"<lambda>": "function-name"}),
    app("named lambda", "app.function_name('L')(app.route()(lambda req: 'f'))"),
    app("partial", "def f(req, x): return x\napp.route()(functools.partial(f, x='1'))"),
    app("named partial", "def f(req, x): return x\napp.function_name('P')(app.route()(functools.partial(f, x='1')))"),
    app("callable object", "class C:\n    def __call__(self, req): return 'c'\napp.route()(C())"),
    app("named callable object", "class C:\n    def __call__(self, req): return 'c'\napp.function_name('C')(app.route()(C()))"),
    app("a class", "@app.route()\nclass C:\n    def __init__(self, req): ..."),
    app("a builtin", "app.route()(len)"),
    app("a bound method", "class C:\n    def m(self, req): return 'm'\napp.route()(C().m)"),
    app("a static method", "class C:\n    @app.route()\n    @staticmethod\n    def m(req): return 'm'"),
    app("a class method", "class C:\n    @app.route()\n    @classmethod\n    def m(cls, req): return 'm'"),
    app("a single dispatch", "@app.route()\n@functools.singledispatch\ndef f(req): return 'f'"),
    app("a partial method", "import operator\nm = operator.methodcaller('upper')\nm.__name__ = 'm'\napp.route()(m)"),
    app("a named partial of its own", "def f(req, x): return x\np = functools.partial(f, x='1')\np.__name__ = 'p'\napp.route()(p)"),
    app("a callable object with a name", "class C:\n    __name__ = 'c'\n    def __call__(self, req): return 'c'\napp.route()(C())"),
    app("a static method outside", "class C:\n    @staticmethod\n    @app.route()\n    def m(req): return 'm'"),
    app("a method", "class C:\n    @app.route()\n    def m(self, req): return 'm'"),
    app("a nested function", "def outer():\n    @app.route()\n    def inner(req): return 'inner'\nouter()"),
    app("functions in a loop", "for n in 'abc':\n    @app.function_name(n)\n    @app.route(n)\n    def f(req, n=n): return n"),
    app("functions in a loop by closure", "def make(n):\n    @app.function_name(n)\n    @app.route(n)\n    def f(req): return n\nfor n in 'abc': make(n)"),
    app("no callable", "app.route()(5)"),
    app("None decorated", "app.route()(None)"),
    app("decorator without a call", "@app.route\ndef f(req): ..."),
    app("decorated and called", "@app.route()\ndef f(req): return 'f'\n@app.route('g')\ndef g(req): return f(req)"),
    app("decorated twice", "def f(req): return 'f'\napp.function_name('A')(app.route('a')(f))\napp.function_name('B')(app.route('b')(f))"),
    app("builder decorated later", "@app.route()\ndef f(req): return 'f'\n@app.route('g')\ndef g(req): return 'g'\napp.function_name('X')(f)"),
    app("builder of another app", "other = [func.FunctionApp()]\n@app.route()\n@other[0].queue_output(arg_name='q', queue_name='q', connection='C')\ndef f(req, q): ..."),
    app("two triggers", "@app.route()\n@app.timer_trigger(arg_name='t', schedule='0 * * * * *')\ndef f(req, t): ..."),
    app("two timers", _TIMER + _TIMER + "def f(t): ..."),
    app("no trigger", "@app.queue_output(arg_name='q', queue_name='q', connection='C')\ndef f(q): ..."),
    app("only a name", "@app.function_name('f')\ndef f(): ..."),
    app("a bad one hides all", "@app.route('g')\ndef g(req): return 'g'\n@app.route()\ndef f(req, x): ..."),
    app("order of bindings", "@app.route()\n@app.queue_output(arg_name='a', queue_name='a', connection='C')\n@app.queue_output(arg_name='b', queue_name='b', connection='C')\n@app.blob_input(arg_name='c', path='c/c', connection='C')\ndef f(req, a, b, c): return 'f'"),
    app("output above the trigger", "@app.queue_output(arg_name='a', queue_name='a', connection='C')\n@app.route()\ndef f(req, a): a.set('1'); return 'f'"),
    app("several functions", "@app.route('a')\ndef a(req): return 'a'\n@app.timer_trigger(arg_name='t', schedule='0 * * * * *')\ndef b(t): tell(t.past_due)\n@app.queue_trigger(arg_name='m', queue_name='q', connection='C')\ndef c(m): tell(m.get_body())"),
    app("functions without http", "@app.timer_trigger(arg_name='t', schedule='0 * * * * *')\ndef b(t): ..."),
    app("wraps below", "def deco(f):\n    @functools.wraps(f)\n    def inner(*a, **k): return f(*a, **k) + '!'\n    return inner\n@app.route()\n@deco\ndef f(req: func.HttpRequest) -> str: return 'f'"),
    app("wraps below an async", "def deco(f):\n    @functools.wraps(f)\n    async def inner(*a, **k): return await f(*a, **k) + '!'\n    return inner\n@app.route()\n@deco\nasync def f(req: func.HttpRequest) -> str: return 'f'"),
    app("sync wraps of an async", "def deco(f):\n    @functools.wraps(f)\n    def inner(*a, **k): return f(*a, **k)\n    return inner\n@app.route()\n@deco\nasync def f(req: func.HttpRequest) -> str: return 'f'"),
    app("wraps above", "def deco(f):\n    @functools.wraps(f)\n    def inner(*a, **k): return 'no'\n    return inner\n@deco\n@app.route()\ndef f(req): return 'f'"),
    app("no wraps below", "def deco(f):\n    def inner(*a, **k): return f(*a, **k)\n    return inner\n@app.route()\n@deco\ndef f(req): return 'f'"),
    app("wraps with another signature", "def deco(f):\n    @functools.wraps(f)\n    def inner(req): return f(req, 1)\n    return inner\n@app.route()\n@deco\ndef f(req, extra): return str(extra)"),
    app("signature set", "def f(*a, **k): return str(sorted(k))\nimport inspect\nf.__signature__ = inspect.Signature([inspect.Parameter('req', inspect.Parameter.KEYWORD_ONLY)])\napp.route()(f)"),
    app("lru_cache below", "@app.route()\n@functools.lru_cache\ndef f(req): return 'f'"),
    app("http_type", "@app.http_type('wsgi')\n@app.route()\ndef f(req): return 'f'"),
]  # fmt: skip

_BLUEPRINTS = [
    app("blueprint", "bp = func.Blueprint()\n@bp.route()\ndef f(req): return 'f'\napp.register_functions(bp)"),
    app("blueprint by its other name", "bp = func.Blueprint()\n@bp.route()\ndef f(req): return 'f'\napp.register_blueprint(bp)"),
    app("blueprint registered too early", "bp = func.Blueprint()\napp.register_functions(bp)\n@bp.route()\ndef f(req): return 'f'"),
    app("blueprint registered twice", "bp = func.Blueprint()\n@bp.route()\ndef f(req): return 'f'\napp.register_functions(bp)\napp.register_functions(bp)"),
    app("blueprint never registered", "bp = func.Blueprint()\n@bp.route()\ndef f(req): return 'f'\n@app.route()\ndef g(req): return 'g'"),
    app("blueprint of a blueprint", "a = func.Blueprint()\nb = func.Blueprint()\n@b.route()\ndef f(req): return 'f'\na.register_functions(b)\napp.register_functions(a)"),
    app("app registered", "other = [func.FunctionApp()]\napp.register_functions(other[0])"),
    app("nonsense registered", "app.register_functions(5)"),
    app("two blueprints", "a = func.Blueprint()\nb = func.Blueprint()\n@a.route('x')\ndef f(req): return 'f'\n@b.route('y')\ndef g(req): return 'g'\napp.register_functions(a)\napp.register_functions(b)"),
    app("blueprints with the same function", "a = func.Blueprint()\nb = func.Blueprint()\n@a.route('x')\ndef f(req): return 'f'\n@b.route('y')\ndef f(req): return 'g'\napp.register_functions(a)\napp.register_functions(b)"),
    app("blueprint in a module", "from part import bp\napp.register_functions(bp)",
        files={"part.py": "import azure.functions as func\nbp = func.Blueprint()\n@bp.route()\ndef f(req, context): return str(context.function_directory).rsplit('/', 1)[-1]\n"}),
    app("blueprint in a package", "from parts.part import bp\napp.register_functions(bp)",
        files={"parts/__init__.py": "", "parts/part.py": "import azure.functions as func\nbp = func.Blueprint()\n@bp.route()\ndef f(req, context): return str(context.function_directory).rsplit('/', 1)[-1]\n"}),
    App("blueprint takes the app's level", "bp = func.Blueprint()\n@bp.route()\ndef f(req): return 'f'\napp = func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)\napp.register_functions(bp)\n"),
    App("blueprint with a level", "bp = func.Blueprint()\n@bp.route(auth_level='admin')\ndef f(req): return 'f'\napp = func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)\napp.register_functions(bp)\n"),
    App("blueprint with a default level", "bp = func.Blueprint(http_auth_level='admin')\napp = func.FunctionApp()\n"),
]  # fmt: skip

_ROUTES = [
    *(app(f"route({arguments})", f"@app.route({arguments})\ndef f(req): return 'f'") for arguments in (
        "", "route='x'", "'x/{id}'", "''", "'/'", "None", "'x', methods=['GET']", "methods=['get', 'Post']", "methods=[func.HttpMethod.GET, 'PUT']",
        "methods=[]", "methods=('GET',)", "methods={'GET'}", "methods='GET'", "methods=['NOPE']", "methods=['QUERY']", "methods=[None]", "methods=func.HttpMethod.GET",
        "auth_level='anonymous'", "auth_level='ANONYMOUS'", "auth_level='Function'", "auth_level=func.AuthLevel.ADMIN", "auth_level='system'", "auth_level=''",
        "auth_level=None", "trigger_extra_fields={'data_type': 'STRING', 'webHookType': 'w'}", "binding_extra_fields={'data_type': 'binary', 'some_thing': [1, None]}",
        "trigger_extra_fields={'name': 'x'}", "trigger_extra_fields={'dataType': 'stream'}", "trigger_extra_fields=5", "no_such='x'",
        "trigger_extra_fields={'datatype': 1, 'a_b_c': {'d_e': 1}, '_private': 1, 'Already': None}",
        "trigger_extra_fields={'route': 'y'}", "trigger_extra_fields={'type': 'timerTrigger'}", "binding_extra_fields={'direction': 'IN'}",
    )),
    *(app(f"route({arguments}) under host rules", f"@app.route({arguments})\ndef f(req): return 'f'", host_refuses={"f": rule}) for arguments, rule in (
        ("'admin'", "route-reserved"), ("'runtime/x'", "route-reserved"), ("'Administrators'", "route-reserved"),
        ("5", "binding-value"), ("route=['x']", "binding-value"), ("auth_level=5", "binding-value"),
    )),
    App("FunctionApp(http_auth_level=5)", "app = func.FunctionApp(http_auth_level=5)\n@app.route('a')\ndef f(req): return 'f'\n", host_refuses={"f": "binding-value"}),
    app("two functions on one route", "@app.route('x')\ndef a(req): return 'a'\n@app.route('X')\ndef b(req): return 'b'", host_refuses={"b": "route-conflict"}),
    app("two functions on one route, other methods", "@app.route('x', methods=['GET'])\ndef a(req): return 'a'\n@app.route('x', methods=['POST'])\ndef b(req): return 'b'"),
    app("named trigger", "@app.route(trigger_arg_name='r')\ndef f(r): return r.method"),
    app("named trigger, other parameter", "@app.route(trigger_arg_name='r')\ndef f(req): ..."),
    app("named output", "@app.route(binding_arg_name='res')\ndef f(req, res: func.Out[func.HttpResponse]): res.set(func.HttpResponse('x'))"),
    app("named output and a return", "@app.route(binding_arg_name='res')\ndef f(req, res): return 'x'"),
    app("trigger named $return", "@app.route(trigger_arg_name='$return')\ndef f(): ..."),
    app("output named as the trigger", "@app.route(binding_arg_name='req')\ndef f(req): ...", host_refuses={"f": "binding-name-duplicate"}),
    *(App(f"FunctionApp({arguments})", f"app = func.FunctionApp({arguments})\n@app.route('a')\ndef f(req): return 'f'\n@app.route('b', auth_level='admin')\ndef g(req): return 'g'\n") for arguments in (
        "func.AuthLevel.ANONYMOUS", "http_auth_level='ANONYMOUS'", "http_auth_level='anonymous'", "http_auth_level='Admin'", "http_auth_level=None", "http_auth_level=''",
        "auth_level='ANONYMOUS'", "'ADMIN'",
    )),
]  # fmt: skip

_WEB_APPS = """
async def web(scope, receive, send):
    if scope['type'] == 'lifespan':
        while True:
            message = await receive()
            await send({'type': message['type'] + '.complete'})
            if message['type'] == 'lifespan.shutdown': return
    body = (await receive())['body']
    tell(scope['path'], scope['method'], scope['query_string'], scope['root_path'], sorted(scope['headers']), scope['scheme'], scope['client'], scope['server'])
    await send({'type': 'http.response.start', 'status': 201, 'headers': [(b'x-a', b'1'), (b'content-type', b'a/b'), (b'set-cookie', b'a=b')]})
    await send({'type': 'http.response.body', 'body': body, 'more_body': True})
    await send({'type': 'http.response.body', 'body': b'!'})
def wsgi(environ, start):
    tell(environ['PATH_INFO'], environ['SCRIPT_NAME'], environ['QUERY_STRING'], environ['REQUEST_METHOD'], environ['wsgi.url_scheme'], environ['SERVER_NAME'])
    start('201 Created', [('X-A', '1'), ('Content-Type', 'a/b; c=d')])
    return [environ['wsgi.input'].read(), b'!']
async def no_lifespan(scope, receive, send):
    assert scope['type'] == 'http'
async def fails(scope, receive, send):
    if scope['type'] == 'lifespan':
        await receive(); await send({'type': 'lifespan.startup.complete'}); await receive(); return
    raise ValueError('mine')
def wsgi_fails(environ, start): raise ValueError('mine')
def wsgi_500(environ, start):
    start('500 No', [])
    return [b'broken']
"""
_TWO_WEB_CALLS = [
    ("http_app_func", Call({"req": http("POST", "http://localhost:7071/api/a%20b?x=1&x=2", headers={"x-b": "2", "host": "localhost:7071"}, body=raw(b"body"))})),
    ("http_app_func", Call({"req": http("GET", "https://example.org/")})),
]  # fmt: skip

_WEB_APP_APPS = [
    *(
        App(f"web app {arguments}", f"{_WEB_APPS}\napp = func.{arguments}\n", calls=_TWO_WEB_CALLS)
        for arguments in (
            "AsgiFunctionApp(app=web)", "AsgiFunctionApp(web, func.AuthLevel.ANONYMOUS)", "AsgiFunctionApp(app=web, http_auth_level='ANONYMOUS')",
            "AsgiFunctionApp(app=no_lifespan)", "AsgiFunctionApp(app=fails)", "WsgiFunctionApp(app=wsgi)", "WsgiFunctionApp(app=wsgi, http_auth_level=func.AuthLevel.ADMIN)",
            "WsgiFunctionApp(app=wsgi_fails)", "WsgiFunctionApp(app=wsgi_500)", "WsgiFunctionApp(app=wsgi, http_auth_level='anonymous')", "AsgiFunctionApp()",
            "WsgiFunctionApp()", "AsgiFunctionApp(app=5)", "WsgiFunctionApp(app=None)",
        )
    ),
    *(
        App(f"web app named by {arguments}", f"{_WEB_APPS}\napp = func.{arguments}\n")
        for arguments in ("AsgiFunctionApp(app=web, function_name='named')", "WsgiFunctionApp(app=wsgi, function_name='named')")
    ),
    App("web app beside functions", f"{_WEB_APPS}\napp = func.AsgiFunctionApp(app=web)\n@app.function_name('t')\n@app.timer_trigger(arg_name='t', schedule='0 * * * * *')\ndef t(t): ...\n"),
    App("web app beside a route", f"{_WEB_APPS}\napp = func.WsgiFunctionApp(app=wsgi)\n@app.route('r')\ndef r(req): return 'r'\n"),
    App("ExternalHttpFunctionApp", "app = func.ExternalHttpFunctionApp()\n"),
    App("ExternalHttpFunctionApp of one's own", "class Mine(func.ExternalHttpFunctionApp):\n    def _add_http_app(self, handler):\n        @self.route('{*r}')\n        def mine(req): return 'mine'\napp = Mine()\napp._add_http_app(None)\n"),
    App("AsgiMiddleware by hand", f"{_WEB_APPS}\napp = func.FunctionApp()\n@app.route('{{*r}}')\nasync def f(req, context): return await func.AsgiMiddleware(web).handle_async(req, context)\n"),
    App("WsgiMiddleware by hand", f"{_WEB_APPS}\napp = func.FunctionApp()\n@app.route('{{*r}}')\ndef f(req, context): return func.WsgiMiddleware(wsgi).handle(req, context)\n"),
]  # fmt: skip

# ------------------------------------------------------------------------------------------------- every decorator


def _value(parameter: inspect.Parameter) -> str:
    """Some value of the parameter's type, as source."""
    text = str(parameter.annotation)
    for cls in (
        getattr(func, name, None) for name in ("AuthLevel", "Cardinality", "AccessRights", "BlobSource", "DataType")
    ):
        if isinstance(cls, type) and issubclass(cls, enum.Enum) and cls.__name__ in text:
            return repr(list(cls)[-1].name.lower())
    if "int" in text.lower() and "str" not in text:
        return "7"
    if "bool" in text:
        return "True"
    if "Enum" in text or "decorators" in text or "Mode" in text or "Strategy" in text:
        return "None"
    return f"'{parameter.name}-%SETTING%'"


def _every_decorator() -> Iterator[App]:
    """Each of the SDK's, with the arguments that it must have and with all that it may have."""
    for name, method in sorted(inspect.getmembers(func.FunctionApp, inspect.isfunction)):
        parameters = [p for p in inspect.signature(method).parameters.values() if p.name != "self"]
        if not name.endswith(("_trigger", "_trigger_v3", "_input", "_output", "_input_v3", "_output_v3", "_binding")):
            continue
        if name.startswith(("orchestration_", "entity_", "activity_", "durable_", "add_")):
            continue
        named = {
            "arg_name": "'x'",
            "context_name": "'x'",
            "type": "'someTrigger'" if name == "generic_trigger" else "'some'",
        }
        plain = [p for p in parameters if p.kind is not p.VAR_KEYWORD]
        needed = [p for p in plain if p.default is p.empty]
        has_rest = len(plain) < len(parameters)
        for how, chosen in (("with what it needs", needed), ("with everything", plain)):
            arguments = [f"{p.name}={named.get(p.name) or _value(p)}" for p in chosen]
            if how == "with everything" and has_rest:
                arguments.append("more_of_it={'a_b': [1, None, {'c_d': None}]}")
            own = f"@app.{name}({', '.join(arguments)})\n"
            trigger = "" if "trigger" in name else "@app.timer_trigger(arg_name='t', schedule='0 * * * * *')\n"
            first = "" if "trigger" in name else "t, "
            body = "x.set('text')" if "output" in name else "tell(x)"
            yield app(f"{name} {how}", f"{trigger}{own}def f({first}x): {body}")


_GENERIC = [
    app("generic trigger", "@app.generic_trigger(arg_name='x', type='customTrigger', some_thing=1, dataType='binary')\ndef f(x): tell(x)"),
    app("generic http trigger", "@app.generic_trigger(arg_name='x', type='httpTrigger')\n@app.generic_output_binding(arg_name='$return', type='http')\ndef f(x): return x.method"),
    app("generic http trigger with a route", "@app.generic_trigger(arg_name='x', type='httpTrigger', route='r', auth_level='ANONYMOUS', methods=['get'])\n@app.generic_output_binding(arg_name='$return', type='http')\ndef f(x): return x.method"),
    app("generic trigger of odd case", "@app.generic_trigger(arg_name='x', type='HttpTrigger')\n@app.generic_output_binding(arg_name='$return', type='HTTP')\ndef f(x): return 'x'"),
    app("generic trigger that is none", "@app.generic_trigger(arg_name='x', type='queue')\ndef f(x): ...", host_refuses={"f": "trigger-missing"}),
    app("generic timer", "@app.generic_trigger(arg_name='x', type='timerTrigger', schedule='%S%', run_on_startup=True)\ndef f(x: func.TimerRequest): tell(x.past_due)"),
    app("generic input", "@app.route()\n@app.generic_input_binding(arg_name='y', type='customIn', a_b='1')\ndef f(req, y): return y"),
    app("generic output", "@app.route()\n@app.generic_output_binding(arg_name='y', type='customOut', a_b='1')\ndef f(req, y): y.set({'a': 1}); return 'x'"),
    app("generic output returned", "@app.timer_trigger(arg_name='t', schedule='0 * * * * *')\n@app.generic_output_binding(arg_name='$return', type='customOut')\ndef f(t): return {'a': 1}"),
    app("implicit output of a generic input", "@app.timer_trigger(arg_name='t', schedule='0 * * * * *')\n@app.generic_input_binding(arg_name='y', type='customIn')\ndef f(t, y): return [1]"),
    app("implicit output, two of them", "@app.timer_trigger(arg_name='t', schedule='0 * * * * *')\n@app.generic_input_binding(arg_name='y', type='customIn')\n@app.table_output(arg_name='z', table_name='t', connection='C')\ndef f(t, y, z): z.set('z'); return 5"),
    app("implicit output of the trigger", "@app.generic_trigger(arg_name='x', type='customTrigger')\ndef f(x) -> int: return 5"),
    app("implicit output of the trigger and an http output", "@app.generic_trigger(arg_name='x', type='customTrigger')\n@app.generic_output_binding(arg_name='$return', type='http')\ndef f(x): return 'r'"),
    app("generic with nothing", "@app.generic_trigger()\ndef f(x): ..."),
    app("generic without a type", "@app.generic_trigger(arg_name='x')\ndef f(x): ..."),
    app("generic with a None", "@app.generic_trigger(arg_name='x', type='customTrigger', a=None, b={'c': None})\ndef f(x): tell(x)"),
    app("generic with what is no JSON", "@app.generic_trigger(arg_name='x', type='customTrigger', a=object())\ndef f(x): tell(x)"),
    app("generic with a set", "@app.generic_trigger(arg_name='x', type='customTrigger', a={1})\ndef f(x): tell(x)"),
    app("generic with an enum", "@app.generic_trigger(arg_name='x', type='customTrigger', a=func.AuthLevel.ADMIN, b=[func.Cardinality.MANY])\ndef f(x): tell(x)"),
    app("generic with a NaN", "@app.generic_trigger(arg_name='x', type='customTrigger', a=float('inf'))\ndef f(x): tell(x)"),
    *(app(f"data_type {value}", f"@app.queue_trigger(arg_name='x', queue_name='q', connection='C', data_type={value})\ndef f(x: func.QueueMessage): tell(x.get_body())") for value in (
        "None", "'string'", "'BINARY'", "'Stream'", "'undefined'", "func.DataType.BINARY", "0", "1", "'nope'", "''",
    )),
    *(app(f"generic data_type {value}", f"@app.generic_trigger(arg_name='x', type='customTrigger', data_type={value})\ndef f(x): tell(x)") for value in (
        "None", "'string'", "'BINARY'", "func.DataType.BINARY", "1", "'nope'",
    )),
    *(app(f"cardinality {value}", f"@app.event_hub_message_trigger(arg_name='x', event_hub_name='e', connection='C', cardinality={value})\ndef f(x): tell(x)") for value in (
        "None", "'one'", "'MANY'", "func.Cardinality.MANY", "'nope'",
    )),
    app("blob source", "@app.blob_trigger(arg_name='x', path='c/{name}', connection='C', source='EventGrid')\ndef f(x: func.InputStream): tell(x.read())"),
    app("blob source by enum", "@app.blob_trigger(arg_name='x', path='c/{name}', connection='C', source=func.BlobSource.LOGS_AND_CONTAINER_SCAN)\ndef f(x: func.InputStream): tell(x.read())"),
    *(app(f"binding named {name}", f"@app.queue_trigger(arg_name={name}, queue_name='q', connection='C')\ndef f(x): ...") for name in ("None", "5", "''")),
    app("two bindings of one name", "@app.queue_output(arg_name='q', queue_name='a', connection='C')\n@app.blob_output(arg_name='q', path='c/b', connection='C')\n@app.route()\ndef f(req, q): q.set('1'); return 'x'", host_refuses={"f": "binding-name-duplicate"}),
    app("two bindings of one name but for case", "@app.queue_output(arg_name='q', queue_name='a', connection='C')\n@app.queue_output(arg_name='Q', queue_name='a', connection='C')\n@app.route()\ndef f(req, q, Q): q.set('1'); return 'x'", host_refuses={"f": "binding-name-duplicate"}),
    app("binding name of two underscores", "@app.queue_output(arg_name='a__b', queue_name='a', connection='C')\n@app.route()\ndef f(req, a__b): return 'x'", host_refuses={"f": "binding-name"}),
    app("snake case binding name", "@app.queue_output(arg_name='a_b_c', queue_name='a', connection='C')\n@app.route()\ndef f(req, a_b_c): a_b_c.set('1'); return 'x'"),
    app("binding name of a leading underscore", "@app.queue_output(arg_name='_a', queue_name='a', connection='C')\n@app.route()\ndef f(req, _a): _a.set('1'); return 'x'"),
    app("input named $return", "@app.route(binding_arg_name='res')\n@app.blob_input(arg_name='$return', path='c/b', connection='C')\ndef f(req, res): ..."),
]  # fmt: skip

_MCP = [
    app("mcp_tool", "@app.mcp_tool()\ndef f(a: str, b: int = 1) -> str:\n    'What it does.'\n    return f'{a} {b}'"),
    app("mcp_tool, async", "@app.mcp_tool()\nasync def f(a: str) -> str: return a"),
    app("mcp_tool without arguments", "@app.mcp_tool()\ndef f(): return {'a': 1}"),
    app(
        "mcp_tool with metadata",
        "@app.mcp_tool(metadata='{\"a\": 1}', use_result_schema=True)\ndef f(a: typing.List[str], b: typing.Optional[int] = None, c: dict = {}): return [a, b]",
    ),
    app(
        "mcp_tool_property below",
        "@app.mcp_tool()\n@app.mcp_tool_property(arg_name='a', description='d', is_required=False, as_array=True)\ndef f(a): return a",
    ),
    app(
        "mcp_tool_property above",
        "@app.mcp_tool_property(arg_name='a', description='d')\n@app.mcp_tool()\ndef f(a): return a",
    ),
    app(
        "mcp_tool with an output",
        "@app.mcp_tool()\n@app.queue_output(arg_name='q', queue_name='q', connection='C')\ndef f(a: str, q: func.Out[str]): q.set(a); return 'x'",
    ),
    app(
        "mcp_tool with an input",
        "@app.mcp_tool()\n@app.blob_input(arg_name='b', path='c/b', connection='C')\ndef f(a: str, b: func.InputStream): return a + b.read().decode()",
    ),
    app(
        "mcp_tool with an output above",
        "@app.queue_output(arg_name='q', queue_name='q', connection='C')\n@app.mcp_tool()\ndef f(a: str, q: func.Out[str]): q.set(a); return 'x'",
    ),
    app(
        "mcp_tool with a context",
        "@app.mcp_tool()\ndef f(context: func.MCPToolContext, a: str): return str(sorted(context))",
    ),
    app(
        "mcp_tool with the invocation's context",
        "@app.mcp_tool()\ndef f(context: func.Context): return context.function_name",
    ),
    app("mcp_tool named", "@app.function_name('g')\n@app.mcp_tool()\ndef f(a): return a"),
    app("mcp_tool raising", "@app.mcp_tool()\ndef f(a): raise ValueError(a)"),
    app("mcp_tool over a trigger", "@app.mcp_tool()\n@app.route()\ndef f(req): return 'x'"),
    app(
        "mcp_tool of a dataclass",
        "import dataclasses\n@dataclasses.dataclass\nclass D:\n    n: int\n@app.mcp_tool(use_result_schema=True)\ndef f(a: str): return D(1)",
    ),
    app("mcp tool of two", "@app.mcp_tool()\ndef f(a): return a\n@app.mcp_tool()\ndef g(b): return b"),
]

_EXTENSIONS = [
    app(
        "extension base imported",
        "import azurefunctions.extensions.base\n@app.route()\ndef f(req: func.HttpRequest): return 'f'",
    ),
    app(
        "extension base imported, one parameter too many",
        "import azurefunctions.extensions.base\n@app.route()\ndef f(req, x: int): return 'f'",
    ),
    app(
        "extension base imported, a list",
        "import azurefunctions.extensions.base\n@app.blob_trigger(arg_name='x', path='c/b', connection='C')\ndef f(x: typing.List[str]): ...",
    ),
    app(
        "extension base imported, optional",
        "import azurefunctions.extensions.base\n@app.blob_trigger(arg_name='x', path='c/b', connection='C')\ndef f(x: typing.Optional[bytes]): ...",
    ),
    app(
        "extension base imported, not annotated",
        "import azurefunctions.extensions.base\n@app.blob_trigger(arg_name='x', path='c/b', connection='C')\ndef f(x): tell(x.read())",
    ),
    app(
        "extension base imported, an output",
        "import azurefunctions.extensions.base\n@app.route()\n@app.queue_output(arg_name='q', queue_name='q', connection='C')\ndef f(req, q: func.Out[str]): q.set('1'); return 'x'",
    ),
]

# As the packages for SDK types do it. In our process the converter of the first app stays, so it goes by names only.
_CLIENTS = """\
import azurefunctions.extensions.base as base
class Client(base.SdkType):
    def get_sdk_type(self): ...
if base.get_binding_registry().get('blob') is None:
    class Converter(base.InConverter, binding='blob', trigger='blobTrigger'):
        @classmethod
        def check_input_type_annotation(cls, pytype): return issubclass(pytype, object) and pytype.__name__ == 'Client'
        @classmethod
        def decode(cls, data, *, trigger_metadata, pytype): ...
        @classmethod
        def has_implicit_output(cls): return False
class Settler(base.GrpcClientType):
    def get_client(self): ...
app = func.FunctionApp()
@app.route('fine')
def fine(req): return 'x'
"""
_ON_BLOB = "@app.blob_trigger(arg_name='b', path='c/{n}', connection='C')\n"
_ON_QUEUE = "@app.service_bus_queue_trigger(arg_name='b', queue_name='q', connection='C')\n"
_BLOB_INPUT = "@app.route()\n@app.blob_input(arg_name='b', path='c/b', connection='C')\n"

_SDK_TYPES = [
    *(App(f"SDK type: {function}", f"{_CLIENTS}{function}", calls=[], host_refuses={"f": "unsupported"}) for function in (
        f"{_ON_BLOB}def f(b: Client): ...", f"{_BLOB_INPUT}def f(req: func.HttpRequest, b: Client) -> str: return 'x'",
        f"{_ON_QUEUE}def f(b: func.ServiceBusMessage, settler: Settler): ...",
    )),
    *(App(f"SDK type, refused: {function}", f"{_CLIENTS}{function}") for function in (
        f"{_ON_BLOB}def f(b: Client, more): ...", f"{_ON_BLOB}def f(): ...", f"{_ON_BLOB}def f(b: typing.List[Client]): ...", f"{_ON_BLOB}def f(b: typing.Optional[Client]): ...",
        f"{_ON_BLOB}def f(b: typing.Tuple[Client, Client]): ...", f"{_ON_BLOB}def f(b: list[Client]): ...", f"{_ON_QUEUE}def f(b: Client): ...", f"{_ON_BLOB}def f(b: base.SdkType): ...",
        f"{_BLOB_INPUT}def f(req: int, b: Client): ...", f"{_BLOB_INPUT}def f(b: Client, req: int): ...", f"{_BLOB_INPUT}def f(req, b: Client) -> dict: ...",
        "@app.route()\n@app.blob_output(arg_name='b', path='c/b', connection='C')\ndef f(req, b: Client): ...",
        "@app.route()\n@app.blob_output(arg_name='b', path='c/b', connection='C')\ndef f(req, b: func.Out[Client]): ...",
        f"{_ON_QUEUE}def f(b: int, settler: Settler): ...", f"{_ON_QUEUE}def f(settler: Settler): ...", f"{_ON_QUEUE}def f(b, settler: Settler, more): ...",
    )),
]  # fmt: skip

_DURABLE = [
    # What Durable Functions makes of orchestrators and entities: a function with the one parameter, annotated or not.
    *(app(f"{kind} bound as {name}{annotation}", f"app.generic_trigger(arg_name='{name}', type='{kind}')(func_of_durable)\n".join(
        (f"def func_of_durable(context{annotation}): return 'x'\n", ""))) for kind in ("orchestrationTrigger", "entityTrigger")
      for name in ("context", "ctx") for annotation in ("", ": str", ": func.Context")),
    app("an orchestrator beside its context", "@app.generic_trigger(arg_name='x', type='orchestrationTrigger')\ndef f(x, context): ...", calls=[]),
]  # fmt: skip

_RETRIES = [
    app(f"retry({arguments})", f"@app.timer_trigger(arg_name='t', schedule='0 * * * * *')\n@app.retry({arguments})\ndef f(t): tell(t.past_due)")
    for arguments in (
        "strategy='fixed_delay', max_retry_count='3', delay_interval='00:00:05'", "strategy='fixed_delay', max_retry_count=3, delay_interval='23:59:59'",
        "strategy='fixed_delay', max_retry_count='-1', delay_interval='00:00:05'", "strategy='fixed_delay', max_retry_count='x', delay_interval='00:00:05'",
        "strategy='fixed_delay', max_retry_count='3'", "strategy='fixed_delay', max_retry_count='3', delay_interval='1.00:00:00'", "strategy='fixed_delay', max_retry_count='3', delay_interval='5'",
        "strategy='fixed_delay', max_retry_count='3', delay_interval='24:00:00'", "strategy='fixed_delay', max_retry_count='3', delay_interval=''",
        "strategy='fixed_delay', max_retry_count=None, delay_interval='00:00:05'", "strategy='fixed_delay', max_retry_count='3.0', delay_interval='00:00:05'",
        "strategy='fixed_delay', max_retry_count=3.7, delay_interval='0:0:1'", "strategy='fixed_delay', max_retry_count='%N%', delay_interval='00:00:05'",
        "strategy='exponential_backoff', max_retry_count='3', minimum_interval='00:00:01', maximum_interval='00:10:00'", "strategy='exponential_backoff', max_retry_count='3'",
        "strategy='exponential_backoff', max_retry_count='3', minimum_interval='00:00:01'", "strategy='exponential_backoff', max_retry_count='3', maximum_interval='00:00:01'",
        "strategy='exponential_backoff', max_retry_count='3', minimum_interval='x', maximum_interval='00:10:00'", "strategy='exponential_backoff', max_retry_count='3', delay_interval='00:00:05'",
        "strategy='fixed_delay', max_retry_count='3', delay_interval='00:00:05', minimum_interval='00:00:01'", "strategy='fixedDelay', max_retry_count='3', delay_interval='00:00:05'",
        "strategy='FIXED_DELAY', max_retry_count='3', delay_interval='00:00:05'", "strategy='nope', max_retry_count='3'", "strategy='', max_retry_count='3'", "strategy=None, max_retry_count='3'",
        "strategy='fixed_delay'", "", "strategy='fixed_delay', max_retry_count=99999999999, delay_interval='00:00:05'", "strategy='fixed_delay', max_retry_count='1', delay_interval='00:00:05', setting_extra_fields={'a_b': 1}",
        "strategy='fixed_delay', max_retry_count=' 3 ', delay_interval='00:00:05'",
    )
] + [
    app("retry with a minimum above the maximum", "@app.timer_trigger(arg_name='t', schedule='0 * * * * *')\n@app.retry(strategy='exponential_backoff', max_retry_count='3', minimum_interval='00:10:00', maximum_interval='00:00:01')\ndef f(t): ...", host_refuses={"f": "retry-value"}),
    app("retry above", "@app.retry(strategy='fixed_delay', max_retry_count='3', delay_interval='00:00:05')\n@app.timer_trigger(arg_name='t', schedule='0 * * * * *')\ndef f(t): ..."),
    app("two retries", "@app.retry(strategy='fixed_delay', max_retry_count='3', delay_interval='00:00:05')\n@app.retry(strategy='fixed_delay', max_retry_count='4', delay_interval='00:00:06')\n@app.timer_trigger(arg_name='t', schedule='0 * * * * *')\ndef f(t): ..."),
    app("retry without a trigger", "@app.retry(strategy='fixed_delay', max_retry_count='3', delay_interval='00:00:05')\ndef f(): ..."),
]  # fmt: skip

# ----------------------------------------------------------------------------------------------------- signatures


_QUEUE_OUTPUT = "@app.queue_output(arg_name='q', queue_name='q', connection='C')\n"


def _signature(
    name: str, parameters: str, body: str = "return 'x'", above: str = "", returns: str = "", start: str = "def"
) -> App:
    arrow = f" -> {returns}" if returns else ""
    return app(
        name,
        f"T = typing.TypeVar('T')\nclass Mine(func.HttpRequest): ...\nclass Context: ...\n{above}@app.route()\n{start} f({parameters}){arrow}: {body}",
    )


_ANNOTATIONS = (
    "func.HttpRequest", "'func.HttpRequest'", "Mine", "func.HttpResponse", "func.QueueMessage", "str", "bytes", "int", "dict", "list", "object", "None", "bool",
    "typing.Any", "typing.Optional[func.HttpRequest]", "func.HttpRequest | None", "typing.Union[func.HttpRequest, str]", "list[func.HttpRequest]",
    "typing.List[func.HttpRequest]", "typing.List", "typing.Dict[str, int]", "typing.Annotated[func.HttpRequest, 1]", "typing.Annotated[str, 'x']", "typing.Literal['a']", "typing.Callable",
    "typing.Type[str]", "typing.NewType('N', str)", "T", "func.Out", "func.Out[func.HttpRequest]", "func.Out[str]", "'NoSuchName'", "'no such'", "5", "'5'", "...",
    "lambda: 1", "[]", "()", "typing.Generic", "typing.Protocol", "typing.Sequence[str]", "type", "enum_.Enum", "func", "func.Context", "typing.Final[str]", "typing.ClassVar[str]", "typing.NoReturn", "typing.Required[func.HttpRequest]", "typing.NotRequired[str]",
)  # fmt: skip

_OUT_ANNOTATIONS = (
    "func.Out[str]", "func.Out[bytes]", "func.Out", "func.Out[int]", "func.Out[func.QueueMessage]", "func.Out[typing.List[str]]", "func.Out[list[str]]",
    "func.Out[typing.List[func.QueueMessage]]", "func.Out[typing.Optional[str]]", "func.Out[str | None]", "func.Out['str']", "func.Out[typing.Any]", "str", "func.QueueMessage",
    "typing.List[str]", "typing.Optional[func.Out[str]]", "func.Out[func.Out[str]]", "'func.Out[str]'", "func.Out[T]", "typing.Any", "None", "Mine.Out", "func.Out[Mine]",
    "func.Out[None]", "func.Out[object]", "func.Out[dict]", "func.Out[func.Document]",
)  # fmt: skip

_RETURNS = (
    "func.HttpResponse", "str", "bytes", "int", "dict", "list", "None", "object", "bool", "typing.Any", "typing.Optional[str]", "str | None",
    "typing.Union[str, func.HttpResponse]", "'func.HttpResponse'", "type('R', (func.HttpResponse,), {})", "type('S', (str,), {})", "func.Out[str]", "func.Out", "typing.List[str]", "list[str]",
    "func.HttpRequest", "typing.NoReturn", "'NoSuchName'", "5", "typing.Awaitable[str]", "typing.Tuple[str, int]", "tuple", "typing.Literal['x']", "typing.Annotated[str, 1]", "typing.Dict",
)  # fmt: skip

_X = "arg_name='x'"
_INPUT_TYPES = {
    "queue_trigger": ("queue_name='q', connection='C'", ("func.QueueMessage", "str", "bytes", "typing.List[func.QueueMessage]", "int", "dict")),
    "timer_trigger": ("schedule='0 * * * * *'", ("func.TimerRequest", "str", "dict", "func.timer.TimerRequest")),
    "blob_trigger": ("path='c/{name}', connection='C'", ("func.InputStream", "bytes", "str", "io.BytesIO", "func.blob.InputStream")),
    "event_grid_trigger": ("", ("func.EventGridEvent", "str", "func.CloudEvent", "typing.List[func.EventGridEvent]")),
    "event_hub_message_trigger": ("event_hub_name='e', connection='C'", ("func.EventHubEvent", "typing.List[func.EventHubEvent]", "str", "list[func.EventHubEvent]")),
    "service_bus_queue_trigger": ("queue_name='q', connection='C'", ("func.ServiceBusMessage", "typing.List[func.ServiceBusMessage]", "str", "bytes")),
    "service_bus_topic_trigger": ("topic_name='t', subscription_name='s', connection='C'", ("func.ServiceBusMessage", "str")),
    "cosmos_db_trigger": ("database_name='d', container_name='c', connection='C'", ("func.DocumentList", "str", "typing.List[func.Document]", "list")),
    "kafka_trigger": ("topic='t', broker_list='b'", ("func.KafkaEvent", "typing.List[func.KafkaEvent]", "str")),
    "sql_trigger": ("table_name='t', connection_string_setting='C'", ("str", "func.SqlRowList", "")),
    "generic_trigger": ("type='customTrigger'", ("str", "bytes", "dict", "int", "object", "")),
    "warm_up_trigger": ("", ("func.WarmUpContext", "str", "")),
    "mcp_tool_trigger": ("tool_name='t'", ("str", "dict", "")),
    "connector_trigger": ("", ("str", "dict", "")),
    "assistant_skill_trigger": ("function_description='d'", ("str", "")),
    "dapr_topic_trigger": ("pub_sub_name='p', topic='t'", ("str", "")),
}  # fmt: skip

_SIGNATURES = [
    *(_signature(f"request annotated {annotation}", f"req: {annotation}", above="import enum as enum_\n") for annotation in _ANNOTATIONS),
    *(
        _signature(f"output annotated {annotation}", f"req, q: {annotation}", "q.set('1'); return 'x'", _QUEUE_OUTPUT)
        for annotation in _OUT_ANNOTATIONS
    ),
    *(_signature(f"returns {annotation}", "req", returns=annotation) for annotation in _RETURNS),
    *(
        app(f"{name} annotated {annotation or 'not at all'}", f"@app.{name}({', '.join(filter(None, [_X, arguments]))})\ndef f(x{': ' + annotation if annotation else ''}): tell(x)")
        for name, (arguments, annotations) in _INPUT_TYPES.items()
        for annotation in annotations
    ),
    _signature("future annotations", "req: 'func.HttpRequest'"),
    App("future import", "# bare\nfrom __future__ import annotations\nimport azure.functions as func\napp = func.FunctionApp()\n@app.route()\ndef f(req: func.HttpRequest) -> func.HttpResponse: return func.HttpResponse('x')\n"),
    App("future import, a name that is not there", "# bare\nfrom __future__ import annotations\nimport azure.functions as func\napp = func.FunctionApp()\n@app.route()\ndef f(req: NoSuch) -> str: return 'x'\n"),
    App("future import, under TYPE_CHECKING", "# bare\nfrom __future__ import annotations\nimport typing\nimport azure.functions as f\nif typing.TYPE_CHECKING:\n    from azure.functions import HttpRequest\napp = f.FunctionApp()\n@app.route()\ndef g(req: HttpRequest): return 'x'\n"),
    app("a type alias", "type Request = func.HttpRequest\n@app.route()\ndef f(req: Request): return 'f'"),
    app("an old type alias", "Request: typing.TypeAlias = func.HttpRequest\n@app.route()\ndef f(req: Request): return 'f'"),
    app("a type parameter", "@app.route()\ndef f[T](req: T): return 'f'"),
    app("a bound type parameter, unused", "@app.route()\ndef f[T: str](req: func.HttpRequest) -> str: return 'f'"),
    app("annotations set", "def f(req): return 'f'\nf.__annotations__ = {'req': func.QueueMessage}\napp.route()(f)"),
    app("annotation of a name that is there later", "@app.route()\ndef f(req: 'Later'): return 'f'\nclass Later(func.HttpRequest): ..."),
    app("annotation of what a function knows only", "def make():\n    class Local(func.HttpRequest): ...\n    @app.route()\n    def f(req: 'Local'): return 'f'\nmake()"),
    _signature("no parameter", ""),
    _signature("one too many", "req, x"),
    _signature("two too many", "req, x, y"),
    _signature("one with a default", "req, x=1"),
    _signature("args", "req, *args"),
    _signature("kwargs", "req, **kwargs"),
    _signature("args and kwargs", "*args, **kwargs"),
    _signature("keyword-only", "*, req"),
    _signature("positional-only", "req, /"),
    _signature("request with a default", "req=None"),
    _signature("another case", "Req"),
    _signature("misspelled", "request"),
    app("output without a parameter", "@app.route()\n@app.queue_output(arg_name='q', queue_name='q', connection='C')\ndef f(req): return 'x'"),
    app("two outputs without a parameter", "@app.route()\n@app.queue_output(arg_name='q', queue_name='q', connection='C')\n@app.blob_output(arg_name='b', path='c/b', connection='C')\ndef f(req): return 'x'"),
    app("output without a parameter, parameter without an output", "@app.route()\n@app.queue_output(arg_name='q', queue_name='q', connection='C')\ndef f(req, p): return 'x'"),
    *(
        _signature(f"context{annotation}", f"req, context{annotation}", "return f'{type(context).__name__} {context.function_name} {context.invocation_id}'")
        for annotation in ("", ": func.Context", ": Context", ": 'func.Context'", ": str", ": typing.Optional[func.Context]", ": typing.Any", ": dict", "=None", ": func.Context = None", ": None")
    ),
    _signature("context first", "context, req", "return context.function_name"),
    _signature("context of another name", "req, ctx: func.Context"),
    _signature("context in another case", "req, Context"),
    app("a binding called context", "@app.route(trigger_arg_name='context')\ndef f(context): return context.method"),
    app("an output called context", "@app.route()\n@app.queue_output(arg_name='context', queue_name='q', connection='C')\ndef f(req, context: func.Out[str]): context.set('1'); return 'x'"),
    _signature("async", "req: func.HttpRequest", "await asyncio.sleep(0); return 'x'", start="async def"),
    _signature("async generator", "req", "yield 'x'", start="async def"),
    _signature("generator", "req", "yield 'x'"),
    _signature("returns a coroutine", "req", "return asyncio.sleep(0, 'x')"),
    _signature("raises", "req", "raise ValueError('mine')"),
    _signature("raises in async", "req", "raise ValueError('mine')", start="async def"),
    _signature("raises StopIteration", "req", "raise StopIteration('mine')"),
    _signature("raises StopIteration in async", "req", "raise StopIteration('mine')", start="async def"),
    _signature("raises ImportError", "req", "import no_such_module"),
    _signature("raises what cannot be printed", "req", "raise type('E', (Exception,), {'__str__': lambda self: 1 / 0})()"),
    *(_signature(f"returns the value {value}", "req", f"return {value}") for value in (
        "None", "'x'", "''", "b'x'", "5", "0", "{}", "[]", "()", "('x', 404)", "func.HttpResponse('x', status_code=404)", "func.HttpResponse", "(c for c in 'ab')", "True", "req", "object()",
        "type('S', (str,), {})('x')", "func.HttpResponse('x', headers={'Set-Cookie': 'a=b; Path=/'})",
    )),
    *(
        app(f"no return binding, {start}{arrow} returns {value}", f"@app.timer_trigger(arg_name='t', schedule='0 * * * * *')\n{start} f(t){arrow}: return {value}")
        for value, arrow, start in (("None", "", "def"), ("5", "", "def"), ("0", "", "def"), ("'x'", " -> str", "def"), ("None", " -> None", "def"), ("None", " -> int", "async def"), ("1", " -> typing.Optional[int]", "def"))
    ),
    *(
        app(f"out set to {value} as {annotation}", f"@app.queue_output(arg_name='q', queue_name='q', connection='C')\n@app.route()\ndef f(req, q{annotation}): q.set({value}); return 'x'")
        for annotation in ("", ": func.Out[str]", ": func.Out[bytes]")
        for value in ("None", "'a'", "b'a'", "5", "{'a': 1}", "['a', 'b']", "func.QueueMessage(body='b')", "object()", "1.5")
    ),
    app("out read back", "@app.queue_output(arg_name='q', queue_name='q', connection='C')\n@app.route()\ndef f(req, q: func.Out[str]): q.set('a'); return str(q.get())"),
    app("out never set", "@app.queue_output(arg_name='q', queue_name='q', connection='C')\n@app.route()\ndef f(req, q: func.Out[str]): return 'x'"),
    app("out set and raised", "@app.queue_output(arg_name='q', queue_name='q', connection='C')\n@app.route()\ndef f(req, q: func.Out[str]): q.set('a'); raise ValueError('mine')"),
    app("two outs, the second fails", "@app.queue_output(arg_name='q', queue_name='q', connection='C')\n@app.queue_output(arg_name='p', queue_name='q', connection='C')\n@app.route()\ndef f(req, q, p): q.set('a'); p.set(5); return 'x'"),
    app("logs", "log = logging.getLogger('mine')\n@app.route()\ndef f(req): logging.info('root'); log.warning('mine %s', 1); logging.debug('no'); print('printed'); return 'x'"),
    app("state between calls", "N = []\n@app.route()\ndef f(req): N.append(1); return str(len(N))", calls=[("f", usual_call({"req": "httpTrigger"}))] * 3),
    app("state between functions", "N = []\n@app.route('a')\ndef f(req): N.append(1); return str(len(N))\n@app.route('b')\ndef g(req): N.append(1); return str(len(N))"),
    app("input beside the trigger", "@app.route()\n@app.blob_input(arg_name='b', path='c/b', connection='C')\n@app.cosmos_db_input(arg_name='d', database_name='d', container_name='c', connection='C')\ndef f(req, b: func.InputStream, d: func.DocumentList): tell(b.read(), d[0]['id']); return 'x'"),
    app("an input that does not come", "@app.route()\n@app.blob_input(arg_name='b', path='c/b', connection='C')\ndef f(req, b): return 'x'", calls=[("f", Call({"req": http()})), ("f", Call({"req": http(), "b": None})), ("f", Call({"req": http(), "b": string("s"), "z": string("z")}))]),
    app("an input with a default that does not come", "@app.route()\n@app.blob_input(arg_name='b', path='c/b', connection='C')\ndef f(req, b='default'): return b", calls=[("f", Call({"req": http()}))]),
    app("wrong kind of data", "@app.route()\ndef f(req): return 'x'", calls=[("f", Call({"req": string("s")})), ("f", Call({"req": as_json({})})), ("f", Call({"req": None}))]),
    app("what an Out is", "@app.queue_output(arg_name='q', queue_name='q', connection='C')\n@app.route()\ndef f(req, q): return f'{type(q).__name__} {isinstance(q, func.Out)} {q.get()}'"),
    app("context's contents", "@app.route()\ndef f(req, context): tell(context.trace_context.trace_parent, context.retry_context.retry_count, isinstance(context, func.Context), os.path.basename(context.function_directory)); return 'x'"),
]  # fmt: skip

CASES: list[App] = [
    *_SCRIPT_FILE,
    *_IMPORT,
    *_INSTANCES,
    *_NAMES,
    *_BLUEPRINTS,
    *_ROUTES,
    *_WEB_APP_APPS,
    *_every_decorator(),
    *_GENERIC,
    *_MCP,
    *_EXTENSIONS,
    *_SDK_TYPES,
    *_DURABLE,
    *_RETRIES,
    *_SIGNATURES,
]
_NAMES_OF_CASES = [case.name for case in CASES]
assert len(set(_NAMES_OF_CASES)) == len(CASES), [
    name for name in set(_NAMES_OF_CASES) if _NAMES_OF_CASES.count(name) > 1
]
