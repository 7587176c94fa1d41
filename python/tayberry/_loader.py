"""Imports the modules of a build from its one shared library.

In: a build folder with the `manifest.json` that `tayberry build` wrote. Out: a finder on `sys.meta_path` that gives the
build's modules, each once. What holds: a module's `__file__` is its source's path, as programs expect; modules that the build does
not know are found in the usual ways; a build for another ABI, interpreter or processor is an ImportError that says what to type.
"""

from __future__ import annotations

import importlib.machinery
import importlib.util
import json
import os
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from types import ModuleType
from typing import Any

_ABI = 4

#: What names a processor's model, on x86 and on ARM.
_MODEL = [("vendor_id", "CPU implementer"), ("cpu family", "CPU architecture"), ("model", "CPU part")]


def install(build: str | os.PathLike[str], root: str | None = None) -> None:
    """Makes the modules of the build in the folder `build` importable, before those on `sys.path`.

    Their sources are in the folder `root`, which is the one that has the build's if it is not given.

    Raises OSError if there is no build, ValueError if its manifest cannot be read, ImportError if it is for another
    version of Tayberry, another interpreter or another processor.
    """
    # No `pathlib` here: a server starts quicker without it.
    folder = os.fspath(build)
    with open(os.path.join(folder, "manifest.json"), encoding="utf-8") as file:
        manifest = json.load(file)
    again = f"run `tayberry build {manifest['modules'][manifest['entry']]['path']}` again"
    if manifest["abi"] != _ABI:
        raise ImportError(f"it was made for ABI {manifest['abi']}, this Tayberry has ABI {_ABI}; {again}")
    if manifest["suffix"] not in importlib.machinery.EXTENSION_SUFFIXES:
        raise ImportError(f"it was made for another interpreter ({manifest['suffix']}); {again}")
    lacking = sorted(set(manifest.get("features", [])) - _features()) if manifest.get("features") else []
    if lacking:
        raise ImportError(f"it was made for another processor, this one lacks {', '.join(lacking)}; {again} on this machine")
    sys.meta_path.insert(0, BuildFinder(folder, manifest, root))


def _features() -> set[str]:
    """What all processors of this machine can do, as the build's manifest names it (see `processor.rs` of the command line)."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as file:
            text = file.read()
    except OSError:
        return set()
    found: set[str] | None = None
    for processor in text.split("\n\n"):
        fields: dict[str, str] = {}
        for line in processor.splitlines():
            name, _, value = line.partition(":")
            fields.setdefault(name.strip(), value.strip())
        flags = fields.get("flags", fields.get("Features"))
        if flags is None:
            continue
        model = [fields.get(ours, fields.get(arms, "")) for ours, arms in _MODEL]
        names = {*flags.split(), "-".join(model)}
        found = names if found is None else found & names
    return found or set()


class BuildFinder(MetaPathFinder):
    """Finds the modules that a manifest lists."""

    def __init__(self, folder: str, manifest: dict[str, Any], root: str | None) -> None:
        # The build stands beside the sources, wherever both have been moved since.
        self.root = os.path.dirname(os.path.realpath(folder)) if root is None else os.path.realpath(root)
        self.modules: dict[str, dict[str, Any]] = manifest["modules"]
        self.library = os.path.join(folder, manifest["library"])
        self.program_name: str = manifest["program"]
        self._program: Any = None
        #: Modules that have been made from the library.
        self.made: set[str] = set()

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        known = self.modules.get(fullname)
        if known is None:
            return None
        source = os.path.join(self.root, known["path"])
        if fullname in self.made and os.path.isfile(source):
            # What is compiled belongs to the one module that was made of it; a second one, after the first was taken
            # out of `sys.modules`, and a reloaded one are Python's own.
            folders = [os.path.dirname(source)] if known["is_package"] else None
            return importlib.util.spec_from_file_location(fullname, source, submodule_search_locations=folders)
        spec = importlib.machinery.ModuleSpec(fullname, BuildLoader(self, fullname, source), origin=source, is_package=known["is_package"])
        spec.has_location = True
        spec.cached = self.library
        if known["is_package"]:
            spec.submodule_search_locations = [os.path.dirname(source)]
        return spec

    def program(self) -> Any:
        """The library's own module, loaded once."""
        if self._program is None:
            loader = importlib.machinery.ExtensionFileLoader(self.program_name, self.library)
            spec = importlib.util.spec_from_file_location(self.program_name, self.library, loader=loader)
            assert spec is not None
            self._program = importlib.util.module_from_spec(spec)
            loader.exec_module(self._program)
        return self._program


class BuildLoader(importlib.machinery.SourceFileLoader):
    """Makes and runs a module of a build. All else about it, such as its source and the data files of its package, is as of a
    module that Python itself loads from that source."""

    def __init__(self, finder: BuildFinder, fullname: str, source: str) -> None:
        super().__init__(fullname, source)
        self.finder = finder

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        module: ModuleType = self.finder.program().create(spec.name, spec)
        self.finder.made.add(spec.name)
        return module

    def exec_module(self, module: ModuleType) -> None:
        self.finder.program().exec(module)
