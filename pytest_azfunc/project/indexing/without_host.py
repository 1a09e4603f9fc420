"""Indexing a decorator app while no host is open."""

from __future__ import annotations

from pytest_azfunc.process.app_modules import AppModules
from pytest_azfunc.process.surroundings import import_surroundings_for_once
from pytest_azfunc.project.app_script import Script
from pytest_azfunc.project.contents import Contents
from pytest_azfunc.project.indexing.indexer import Place, index
from pytest_azfunc.project.settings import FileSettings


def index_without_host(script: Script, settings: FileSettings) -> Contents:
    """Import the script and read its functions; the process is as before afterwards.

    :param settings: app settings, as they stand in the settings file; the environment goes over them.
    """
    modules = AppModules(script.root, script=script.module)
    return index(script, place_without_host(script, modules, settings)).contents


def place_without_host(script: Script, modules: AppModules, settings: FileSettings) -> Place:
    """What opens the surroundings for it.

    :param modules: the app's corner of ``sys.modules``.
    """
    return lambda: import_surroundings_for_once(script.root, modules, settings.harmless)
