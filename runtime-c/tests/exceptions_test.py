"""Names, calls, exceptions, tracebacks and `with` of the C library against the interpreter's."""
import math
import os
import sys
import traceback

import values as v
from comparing import other_thread, outcome, run_all, same, test


@test
def names_are_looked_up_in_module_then_builtins():
    namespace = {"x": 1}
    assert v.global_get(namespace, "x") == 1 and v.global_get(namespace, "len") is len
    assert outcome(v.global_get, namespace, "nope") == ("NameError", "name 'nope' is not defined")
    try:
        v.global_get(namespace, "nope")
    except NameError as error:
        assert error.name == "nope"
    assert v.global_get({"__builtins__": {"only": 2}}, "only") == 2
    assert outcome(v.global_get, {"__builtins__": {}}, "len") == ("NameError", "name 'len' is not defined")
    v.global_delete(namespace, "x")
    assert namespace == {} and outcome(v.global_delete, namespace, "x") == ("NameError", "name 'x' is not defined")
    assert outcome(v.unbound, "x") == ("UnboundLocalError", "cannot access local variable 'x' where it is not associated with a value")
    assert v.import_({}, "os.path", ("join",), 0) is os.path and v.import_({}, "os.path", None, 0) is os
    assert v.import_from(os, "getcwd") is os.getcwd
    assert outcome(v.import_from, os, "nope")[0] == "ImportError"
    assert outcome(v.import_, {}, "no_such_module", None, 0) == ("ModuleNotFoundError", "No module named 'no_such_module'")
    seen = []
    replaced = {"__builtins__": {"__import__": lambda *args: seen.append(args) or 5}}
    assert v.import_(replaced, "m", ("n",), 0) == 5 and seen == [("m", replaced, None, ("n",), 0)]


@test
def calls_with_stars():
    def target(*args, **kwargs):
        return args, kwargs

    class Keys:
        def keys(self):
            return ["a"]

        def __getitem__(self, key):
            raise KeyError(1, 2)

    for function in (target, len, print, int):
        for args, a, b in (((1, 2), {}, {}), ([1], {"a": 1}, {"b": 2}), ((), {"a": 1}, {"a": 2}), (5, {}, {}), ((), 5, {}), ((), {}, None), ((), {1: 2}, {}), ((), Keys(), {}), ("ab", {}, {})):
            same(v.call_merged, lambda f, args, a, b: f(*args, **a, **b), function, args, a, b)


@test
def builtins_agree():
    class Odd:
        def __lt__(self, other):
            raise ValueError("lt")

        __gt__ = __lt__

    for a, b in ((1, 2), (2, 1), (1, 1.0), (1.0, 1), ("a", "b"), (1, "a"), (math.nan, 1), (Odd(), Odd())):
        got = [outcome(v.min_2, a, b), outcome(v.max_2, a, b)]
        assert got == [outcome(min, a, b), outcome(max, a, b)]
        same(v.divmod, divmod, a, b)
    for value in ([], "abc", {1: 2}, 5, None):
        same(v.len, len, value)
        same(v.hash, hash, value)
        same(v.any, any, value)
        same(v.all, all, value)
        same(v.round, round, value)
    same(v.round, round, 2.675, 2)
    same(v.round, round, 15, -1)
    same(v.sorted, lambda x, k, r: sorted(x, key=k, reverse=r), (3, 1, 2), None, False)
    same(v.sorted, lambda x, k, r: sorted(x, key=k, reverse=r), "hello", ord, True)
    same(v.isinstance, isinstance, 1, (int, str))
    same(v.isinstance, isinstance, 1, 5)


class Custom(Exception):
    pass


class NotAnException:
    def __new__(cls):
        return 5


class Liar(Exception):
    def __new__(cls):
        return 5


@test
def raising_follows_the_statement():
    def python(exception, *cause):
        if cause:
            raise exception from cause[0]
        raise exception

    def facts(function, *args):
        try:
            function(*args)
        except BaseException as error:
            return type(error), str(error), repr(error.__cause__), error.__suppress_context__
        return None

    for exception in (ValueError, ValueError("x"), Custom, 5, NotAnException, Liar, KeyError((1, 2)), StopIteration(3), KeyboardInterrupt):
        assert facts(v.raise_, exception) == facts(python, exception), exception
        for cause in (None, KeyError("k"), OSError, 7, Liar):
            assert facts(v.raise_, exception, cause) == facts(python, exception, cause), (exception, cause)
    assert outcome(v.reraise) == ("RuntimeError", "No active exception to reraise")


@test
def handled_exceptions_nest():
    def fail(error):
        raise error

    def in_handler(error):
        assert sys.exception() is error and sys.exc_info()[1] is error
        return "handled"

    assert v.try_except(lambda: fail(ValueError("a")), ValueError, in_handler) == "handled"
    assert sys.exception() is None
    assert v.try_except(lambda: fail(ValueError("a")), (KeyError, ValueError), in_handler) == "handled"
    assert outcome(v.try_except, lambda: fail(ValueError("a")), KeyError, in_handler) == ("ValueError", "a")
    for bad in (5, (ValueError, 5), int):
        assert outcome(v.try_except, lambda: fail(ValueError("a")), bad, in_handler) == (
            "TypeError", "catching classes that do not inherit from BaseException is not allowed")
    # An exception raised in a handler has the handled one as context; a bare raise gives it back.
    first = ValueError("first")
    try:
        v.try_except(lambda: fail(first), ValueError, lambda error: v.raise_(KeyError("second")))
    except KeyError as error:
        assert error.__context__ is first
    try:
        v.try_except(lambda: fail(first), ValueError, lambda error: v.reraise())
    except ValueError as error:
        assert error is first
    try:
        raise OSError("outer")
    except OSError as outer:
        inner = ValueError("inner")

        def check(error):
            assert sys.exception() is inner and inner.__context__ is outer

        v.try_except(lambda: fail(inner), ValueError, check)
        assert sys.exception() is outer


def adopted(a, b=2):
    """Stands for a native function."""
    return a


@test
def tracebacks_have_the_functions_code_and_line():
    v.adopt(adopted)
    for _ in range(3):
        try:
            v.raise_(ValueError("x"))
        except ValueError as error:
            entry = error.__traceback__.tb_next
            assert entry.tb_frame.f_code is adopted.__code__ and entry.tb_lineno == 1234 and entry.tb_lasti == -1
            if os.environ.get("TB_TEST_BUILD") != "public":
                assert entry.tb_frame.f_lineno == 1234
            assert entry.tb_frame.f_globals is globals() and entry.tb_frame.f_locals == {} and entry.tb_frame.f_back is None
            text = "".join(traceback.format_exception(error))
            assert f'File "{__file__}", line 1234, in adopted' in text and "^" not in text.split("line 1234")[1]
            traceback.clear_frames(error.__traceback__)
    try:
        v.try_except(lambda: 1 / 0, ZeroDivisionError, lambda error: v.raise_(error))
    except ZeroDivisionError as error:
        lines = [entry.tb_lineno for entry in iter_traceback(error) if entry.tb_frame.f_code is adopted.__code__]
        assert lines == [79, 1234, 77], lines


def iter_traceback(error):
    entry = error.__traceback__
    while entry is not None:
        yield entry
        entry = entry.tb_next


@test
def with_statements():
    log = []

    class Manager:
        def __init__(self, suppress=False, fail=None):
            self.suppress, self.fail = suppress, fail

        def __enter__(self):
            log.append("enter")
            return self

        def __exit__(self, *args):
            log.append(args[:2])
            if self.fail:
                raise self.fail
            return self.suppress

    class NoExit:
        def __enter__(self):
            pass

    class NoEnter:
        def __exit__(self, *args):
            pass

    class Async:
        async def __aenter__(self):
            pass

        async def __aexit__(self, *args):
            pass

    class OnInstance:
        def __init__(self):
            self.__enter__ = self.__exit__ = lambda *args: None

    def python(manager, body):
        with manager as value:
            return body(value)
        return "suppressed"

    def fail(error):
        raise error

    for manager in (5, NoExit(), NoEnter(), OnInstance()) + (() if os.environ.get("TB_TEST_BUILD") == "public" else (Async(),)):
        same(v.with_, python, manager, bool)
    error = ValueError("x")
    for make in (Manager, lambda: Manager(True), lambda: Manager(False, KeyError("k"))):
        for body in (lambda m: 5, lambda m: fail(error)):
            log.clear()
            got, native = outcome(v.with_, make(), body), log[:]
            log.clear()
            assert (got, native) == (outcome(python, make(), body), log[:])
    try:
        v.with_(Manager(False, KeyError("k")), lambda m: fail(error))
    except KeyError as raised:
        assert raised.__context__ is error
    assert sys.exception() is None


@test
def tracebacks_of_racing_threads():
    def work():
        for _ in range(3000):
            try:
                v.raise_(ValueError("x"))
            except ValueError as error:
                assert error.__traceback__.tb_next.tb_lineno == 1234

    threads = [other_thread(work) for _ in range(4)]
    for thread in threads:
        thread.join()


run_all()
