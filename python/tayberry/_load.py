"""Finds the app that `module:attribute` names.

In: the text, and a build folder if the modules are to come from one. Out: the `App`. Whatever stands in the way is a
`LoadError` whose text says what is wrong and what to do; a failure inside the user's own code keeps its traceback,
shortened to the frames that are the user's.
"""

from __future__ import annotations

import importlib
import importlib.machinery
import sys
import traceback
import warnings
from types import ModuleType, TracebackType

from . import _loader
from .app import App


class LoadError(Exception):
    """An app that cannot be had. `by_user` is true when the user's code is at fault, false for the environment."""

    def __init__(self, message: str, *, by_user: bool = True) -> None:
        super().__init__(message)
        self.by_user = by_user


def load_app(spec: str, build: str | None = None, *, allow_gil: bool = True) -> App:
    """Imports the module and gives its app.

    `spec` is `package.module:attribute` (the attribute may be dotted; `app` without one). `build` is a folder that
    `tayberry build` wrote; without one the sources are interpreted. With `allow_gil` false, an extension that turns the
    interpreter's lock on is a `LoadError`.
    """
    name, colon, path = spec.partition(":")
    # A module's file may have any name (`my-app.py`), but a path is none.
    if (colon and not path) or not all(name.split(".")) or any(each.isspace() or each in "/\\" for each in name):
        raise LoadError(f"{spec!r} does not name an app: it must be module:attribute, such as app:app")
    if build is not None:
        _install(build)
    _refuse_hidden(name.partition(".")[0])
    module = _imported(name, allow_gil)
    return _attribute(module, path or "app")


def _install(build: str) -> None:
    try:
        _loader.install(build)
    except (OSError, ValueError, ImportError) as error:
        raise LoadError(f"the build in {build} cannot be used: {error}", by_user=False) from error


def _refuse_hidden(name: str) -> None:
    """Raises `LoadError` if a module of the app has the name of one that is loaded already, which it would never replace."""
    ours = {top for finder in sys.meta_path if isinstance(finder, _loader.BuildFinder) for top in finder.modules}
    for top in sorted(each for each in {name, *ours} if "." not in each):
        loaded = sys.modules.get(top)
        if loaded is not None and (top in sys.stdlib_module_names or top == __package__):
            spec = importlib.machinery.PathFinder.find_spec(top, sys.path[:1])
            if spec is not None and spec.origin != getattr(loaded, "__file__", None):
                raise LoadError(f"{spec.origin} has the name of a module that Tayberry has loaded itself ({top}); rename it")


def _imported(name: str, allow_gil: bool) -> ModuleType:
    had_gil = gil_enabled()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            module = importlib.import_module(name)
        except ModuleNotFoundError as error:
            if error.name is not None and (name == error.name or name.startswith(error.name + ".")):
                raise LoadError(_no_module(name, error.name)) from error
            raise LoadError(_failed(name, error)) from error
        except SystemExit as error:
            raise LoadError(f"importing {name} ended the program (exit status {error.code})") from error
        except Exception as error:
            raise LoadError(_failed(name, error)) from error
    about_gil = [each for each in caught if "global interpreter lock" in str(each.message)]
    for each in caught:
        if each not in about_gil or allow_gil:
            warnings.warn_explicit(each.message, each.category, each.filename, each.lineno)
    if gil_enabled() and not had_gil and not allow_gil:
        raise LoadError(_gil_message(name, [str(each.message) for each in about_gil]), by_user=False)
    return module


def gil_enabled() -> bool:
    """Whether the interpreter's global lock is on now."""
    return bool(getattr(sys, "_is_gil_enabled", lambda: True)())


def _gil_message(name: str, warned: list[str]) -> str:
    # "The global interpreter lock (GIL) has been enabled to load module 'x', which has not declared that it can run …"
    culprits = [text.split("'")[1] for text in warned if text.count("'") >= 2]
    who = f"the extension module {culprits[0]!r}" if culprits else f"an extension module that {name} imports"
    return (
        f"{who} turned the global interpreter lock on: it does not say that it can run without, "
        "so all threads would take turns.\n"
        "Use a version of it that supports free-threaded Python, or go on with the lock: --allow-gil"
    )


def _no_module(name: str, missing: str) -> str:
    places = ", ".join(each or "." for each in sys.path[:1])
    if missing != name:
        return f"there is no module {name!r}: {missing!r} is not found in {places}"
    return f"there is no module {name!r} in {places}; --app takes module:attribute, such as app:app"


def _failed(name: str, error: Exception) -> str:
    frames = _users_part(error.__traceback__)
    lines = traceback.format_exception(type(error), error, frames)
    return f"importing {name} failed{_circle(error, frames)}\n\n" + "".join(lines).rstrip()


def _circle(error: Exception, frames: TracebackType | None) -> str:
    """": a, b and a import each other", if a name is missing from a module whose own import is under way."""
    if not isinstance(error, ImportError) or isinstance(error, ModuleNotFoundError) or error.name is None:
        return ""
    under_way: list[str] = []
    while frames is not None:
        code, module = frames.tb_frame.f_code, frames.tb_frame.f_globals.get("__name__")
        if code.co_name == "<module>" and isinstance(module, str):
            under_way.append(module)
        frames = frames.tb_next
    if error.name not in under_way:
        return ""
    circle = under_way[under_way.index(error.name) :]
    return f": a circular import, {' → '.join([*circle, error.name])}"


def _users_part(frames: TracebackType | None) -> TracebackType | None:
    """The traceback from the first frame that is neither ours nor the import system's."""
    found = frames
    while found is not None:
        file = found.tb_frame.f_code.co_filename
        if file != __file__ and "importlib" not in file:
            return found
        found = found.tb_next
    return None


def _attribute(module: ModuleType, path: str) -> App:
    found: object = module
    for part in path.split("."):
        if not hasattr(found, part):
            raise LoadError(_no_attribute(module, path, part))
        found = getattr(found, part)
    if isinstance(found, App):
        return found
    what = f"a {type(found).__name__}"
    if callable(found) and not isinstance(found, type):
        what = "a function; bind the app that it makes to a name and give that"
    elif found is App:
        what = "the class App itself, not an app"
    raise LoadError(f"{module.__name__}:{path} is not an App: it is {what}{_apps(module)}")


def _no_attribute(module: ModuleType, path: str, part: str) -> str:
    message = f"{module.__name__!r} has no attribute {part!r}"
    if part != path:
        message += f" (looking for {path})"
    hint = _apps(module)
    if not hint:
        import difflib

        near = difflib.get_close_matches(part, [each for each in vars(module) if not each.startswith("_")], 1)
        hint = f"; did you mean {near[0]!r}?" if near else "; it holds no App at all"
    return message + hint


def _apps(module: ModuleType) -> str:
    names = [name for name, value in vars(module).items() if isinstance(value, App)]
    if not names:
        return ""
    return f"; its apps are {', '.join(f'{module.__name__}:{name}' for name in names)}"
