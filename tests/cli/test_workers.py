"""`tayberry run --workers N`: the workers share a port, are started again when they die, and never outlive their supervisor."""

import os
import signal
import threading
import time
import unittest

from command import Command, Running, alive, ask, processes_below

APP = """
import os
import time

from tayberry import App

app = App()


@app.get("/")
def worker() -> int:
    return os.getpid()


@app.get("/slow")
def slow() -> int:
    time.sleep(1.0)
    return os.getpid()
"""


class Workers(Command):
    def setUp(self) -> None:
        super().setUp()
        self.built(APP)

    def workers(self, running: Running) -> set[int]:
        return set(processes_below(running.process.pid))

    def answering(self, address: str) -> set[int]:
        """The workers that answer; none while there is nobody to connect to."""
        try:
            return {int(ask(address)[1]) for _ in range(30)}
        except OSError:
            return set()

    def all_gone(self, processes: set[int]) -> None:
        end = time.monotonic() + 10
        while any(alive(each) for each in processes):
            self.assertLess(time.monotonic(), end, "a worker outlived its supervisor")
            time.sleep(0.05)

    def test_two_workers_share_the_port(self) -> None:
        with self.serving("run", "--workers", "2", "--port", "0") as running:
            address = running.address()
            self.assertIn("2 workers", running.log())
            workers = self.workers(running)
            self.assertEqual(len(workers), 2)
            running.until(lambda: self.answering(address) == workers)
            self.assertEqual(running.log().count("Serving"), 1)

    def test_a_worker_that_is_killed_is_started_again(self) -> None:
        with self.serving("run", "--workers", "2", "--port", "0") as running:
            address = running.address()
            victim = int(ask(address)[1])
            os.kill(victim, signal.SIGKILL)
            running.says(r"worker \d ended \(signal: 9 \(SIGKILL\)\); starting another in 0\.1 s")
            running.until(lambda: len(self.workers(running)) == 2 and victim not in self.workers(running))
            others = self.workers(running)
            running.until(lambda: self.answering(address) == others)

    def test_workers_that_keep_dying_are_started_ever_more_rarely(self) -> None:
        with self.serving("run", "--workers", "2", "--port", "0") as running:
            address = running.address()
            for pause in ("0.1", "0.2", "0.4"):
                running.until(lambda: self.answering(address) == self.workers(running))
                for each in self.workers(running):
                    os.kill(each, signal.SIGKILL)
                running.says(rf"starting another in {pause} s", times=2)
                running.until(lambda: len(self.workers(running)) == 2)

    def test_a_signal_stops_all_of_them(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            with self.subTest(number), self.serving("run", "--workers", "3", "--port", "0") as running:
                running.address()
                workers = self.workers(running)
                self.assertEqual(len(workers), 3)
                self.assertEqual(running.stop(number), 0, running.log())
                self.all_gone(workers)

    def test_requests_under_way_are_answered_before_a_worker_stops(self) -> None:
        with self.serving("run", "--workers", "2", "--port", "0") as running:
            address = running.address()
            answers: list[tuple[int, str]] = []
            asking = [threading.Thread(target=lambda: answers.append(ask(address, "/slow"))) for _ in range(4)]
            for each in asking:
                each.start()
            time.sleep(0.4)
            self.assertEqual(running.stop(), 0, running.log())
            for each in asking:
                each.join(20)
            self.assertEqual([status for status, _ in answers], [200] * 4)

    def test_a_supervisor_that_is_killed_leaves_no_orphans(self) -> None:
        with self.serving("run", "--workers", "2", "--port", "0") as running:
            running.address()
            workers = self.workers(running)
            self.assertEqual(len(workers), 2)
            running.process.kill()
            running.ends()
            self.all_gone(workers)

    def test_workers_that_cannot_start_end_it_all(self) -> None:
        self.write("app.py", APP + "\n\nraise RuntimeError('not today')\n")
        begun = time.monotonic()
        said = self.refused(1, "run", "--workers", "2", "--port", "0")
        self.assertIn("RuntimeError: not today", said)
        self.assertEqual(said.count("RuntimeError: not today"), 1)
        self.assertLess(time.monotonic() - begun, 60)

    def test_a_signal_during_the_start_leaves_nothing(self) -> None:
        self.write("app.py", "import time\n\ntime.sleep(1.5)\n" + APP)
        self.done("build", "app.py")
        with self.serving("run", "--workers", "2", "--port", "0") as running:
            running.until(lambda: bool(self.workers(running)))
            workers = self.workers(running)
            running.stop()
            self.all_gone(workers)


if __name__ == "__main__":
    unittest.main()
