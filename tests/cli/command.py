"""The `tayberry` command as its users have it: a process with arguments, a folder and an environment.

In: what the tests type. Out: exit status and both outputs. What holds: a project of its own for every test, on no terminal;
every server that a test starts is gone when the test ends.
"""

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import textwrap
import time
import unittest
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

#: Variables of the environment and their values; `None` for one that must not be there.
type Changes = Mapping[str, str | None]

#: The smallest app worth serving.
HELLO = """
from tayberry import App

app = App()


@app.get("/")
def index() -> str:
    return "here"
"""


def command() -> str:
    """The binary to test: `$TAYBERRY`, else the one of this checkout that was built last."""
    if named := os.environ.get("TAYBERRY"):
        return named
    built = [path for path in (ROOT / "target/release/tayberry", ROOT / "target/debug/tayberry") if path.is_file()]
    if not built:
        raise RuntimeError("no tayberry is built; run scripts/build")
    return str(max(built, key=lambda path: path.stat().st_mtime))


TAYBERRY = command()

#: Builds that several tests begin with, by their sources.
BUILDS: dict[str, Path] = {}
SPACE = tempfile.TemporaryDirectory(prefix="tb-builds-")


class Said:
    """What a command that has ended did."""

    def __init__(self, status: int, out: str, err: str) -> None:
        self.status, self.out, self.err = status, out, err

    def __repr__(self) -> str:
        return f"[exit status {self.status}]\n{self.out}{self.err}"


class Running:
    """A command that serves. Its outputs go to a file, which can be read at any time."""

    def __init__(self, arguments: tuple[str, ...], folder: Path, environment: dict[str, str], log: Path) -> None:
        self.log_path = log
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                [TAYBERRY, *arguments], cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output
            )

    def log(self) -> str:
        """Everything it has said so far."""
        return self.log_path.read_text(encoding="utf-8", errors="replace")

    def until(self, holds: Callable[[], bool], seconds: float = 60, *, ends: bool = False) -> None:
        """Waits for something; fails with the log if it does not come, or if the command ends first."""
        end = time.monotonic() + seconds
        while not holds():
            if not ends and self.process.poll() is not None:
                if holds():
                    return
                raise AssertionError(f"the command ended with {self.process.returncode}:\n{self.log()}")
            if time.monotonic() > end:
                raise AssertionError(f"it did not come within {seconds} s:\n{self.log()}")
            time.sleep(0.02)

    def says(self, pattern: str, seconds: float = 60, *, times: int = 1, ends: bool = False) -> str:
        """Waits for the log to have a match of the pattern, or several; gives the last one's first group."""
        self.until(lambda: len(re.findall(pattern, self.log())) >= times, seconds, ends=ends)
        return str(re.findall(pattern, self.log())[-1])

    def address(self) -> str:
        """Where it serves, once it does."""
        return self.says(r"Serving \S+ on (http://\S+)")

    def ends(self, seconds: float = 60) -> int:
        """Its exit status."""
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"it did not end within {seconds} s:\n{self.log()}") from None

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Sends a signal; gives the exit status."""
        self.process.send_signal(number)
        return self.ends()


class Command(unittest.TestCase):
    """A test with a project folder."""

    maxDiff = None

    def setUp(self) -> None:
        # Short: the tests compare paths in messages.
        self.space = Path(self.enterContext(tempfile.TemporaryDirectory(prefix="tb-"))).resolve()
        self.folder = self.space / "project"
        self.folder.mkdir()
        self.servers = 0

    def write(self, name: str, text: str, *, newer: bool = False) -> Path:
        """Writes a file of the project; `newer` for one that must look newer than a moment ago."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text).lstrip("\n"), encoding="utf-8")
        if newer:
            later = time.time() + 2
            os.utime(path, (later, later))
        return path

    def built(self, text: str) -> None:
        """A project of one module that is built; the C compiler runs only for the first that has this text."""
        self.write("app.py", text)
        kept = BUILDS.get(text)
        if kept is None:
            self.done("build", "app.py")
            kept = BUILDS[text] = Path(SPACE.name, str(len(BUILDS)))
            shutil.copytree(self.folder / ".tayberry", kept)
        else:
            # A build may be moved; that it says "nothing changed" is tested elsewhere.
            shutil.copytree(kept, self.folder / ".tayberry")

    def environment(self, changes: Changes) -> dict[str, str]:
        """This process's environment without what would change the command's mind, and with the changes."""
        kept = {key: value for key, value in os.environ.items() if key not in {"CC", "CFLAGS", "PYTHONPATH", "NO_COLOR", "CLICOLOR_FORCE"}}
        for key, value in changes.items():
            if value is None:
                kept.pop(key, None)
            else:
                kept[key] = value
        return kept

    def tayberry(self, *arguments: str, folder: Path | None = None, under: Changes | None = None) -> Said:
        """Runs the command to its end, `under` an environment that differs by this; `None` takes a variable out."""
        done = subprocess.run(
            [TAYBERRY, *arguments],
            cwd=folder or self.folder,
            env=self.environment(under or {}),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=120,
        )
        return Said(done.returncode, done.stdout, done.stderr)

    def done(self, *arguments: str, folder: Path | None = None, under: Changes | None = None) -> Said:
        """As `tayberry`, which must exit with 0."""
        said = self.tayberry(*arguments, folder=folder, under=under)
        self.assertEqual(said.status, 0, said)
        return said

    def refused(self, status: int, *arguments: str, folder: Path | None = None, under: Changes | None = None) -> str:
        """As `tayberry`, which must exit with this status and say why on standard error, not with a panic."""
        said = self.tayberry(*arguments, folder=folder, under=under)
        self.assertEqual(said.status, status, said)
        self.assertNotIn("panicked", said.err)
        self.assertNotIn("RUST_BACKTRACE", said.err)
        self.assertTrue(said.err.strip(), said)
        return said.err

    @contextlib.contextmanager
    def serving(self, *arguments: str, folder: Path | None = None, under: Changes | None = None) -> Iterator[Running]:
        """A command that serves; killed at the end of the block if it still runs."""
        self.servers += 1
        running = Running(arguments, folder or self.folder, self.environment(under or {}), self.space / f"log{self.servers}")
        try:
            yield running
        finally:
            if running.process.poll() is None:
                running.process.terminate()
                try:
                    running.process.wait(20)
                except subprocess.TimeoutExpired:
                    running.process.kill()
                    running.process.wait()


def ask(address: str, path: str = "/") -> tuple[int, str]:
    """Status and body of a GET; a refused connection is an `OSError`."""
    try:
        with urllib.request.urlopen(address + path, timeout=20) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


@contextlib.contextmanager
def taken_port() -> Iterator[int]:
    """A port that somebody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def free_port() -> str:
    """A port that nobody listens on, for commands that need to know it beforehand."""
    with taken_port() as port:
        return str(port)


def processes_below(process: int) -> list[int]:
    """The processes that a process has started, and those that these have started."""
    found = []
    with contextlib.suppress(OSError):
        for task in Path(f"/proc/{process}/task").iterdir():
            for child in (task / "children").read_text().split():
                found += [int(child), *processes_below(int(child))]
    return found


def alive(process: int) -> bool:
    """Whether a process runs: one that has ended and is only waited for does not."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False
