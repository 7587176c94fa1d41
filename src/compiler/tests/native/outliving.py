# interpreted: Last
"""Functions that are used after their module has gone, and objects that the end of the interpreter finds elsewhere."""

import atexit
import gc
import sys


def nested(x: int) -> int:
    def check(y: int) -> int:
        if y > 5:
            raise KeyError(y)
        return x + y

    return check(x)


def named() -> str:
    def inner() -> str:
        return sys._getframe(0).f_code.co_name

    return inner()


class Last:
    number: int

    def __init__(self, number: int) -> None:
        self.number = number

    def __del__(self) -> None:
        try:
            nested(self.number)
        except KeyError:
            pass


def orphaned() -> None:
    """Gives up the module, of which this function is all that is left."""
    for name in [each for each in sys.modules if each.endswith("outliving")]:
        del sys.modules[name]
    vars(sys.modules["__main__"]).clear()
    gc.collect()
    for number in (1, 1000):
        try:
            print(nested(number))
        except KeyError as error:
            print("KeyError", error)
    print(named(), sum(each * 2 for each in range(4)), (each for each in "a").__qualname__)


atexit.register(orphaned)
setattr(sys, "kept_by_sys", Last(10))
