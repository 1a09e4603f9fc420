"""What is on disk, as frozen data: host.json, function.json, local.settings.json. Imports no user code."""

from pytest_azfunc.project.function import Binding, Function, RetryPolicy
from pytest_azfunc.project.function_app import Project
from pytest_azfunc.project.host_json import HostConfig

__all__ = ["Binding", "Function", "HostConfig", "Project", "RetryPolicy"]
