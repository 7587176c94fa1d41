"""Drives the emitted decoders, handlers and encoders: values through, rejections with their places, nothing lost."""
import importlib.machinery
import importlib.util
import json
import sys
import traceback
from unittest import mock

import codec_driver
import codec_program as program

KINDS = {name: index for index, name in enumerate(
    "- missing json_invalid too_deep none_required bool_type bool_parsing int_type int_parsing float_type float_parsing string_type string_unicode bytes_type "
    "list_type set_type tuple_type tuple_length dict_type model_type extra_forbidden enum literal_error union".split())}
WORDS = {index: name for name, index in KINDS.items()} | {30: "value_error"}


class Loader:
    def create_module(self, spec):
        return program.create(spec.name, spec)

    def exec_module(self, module):
        program.exec(module)


spec = importlib.util.spec_from_loader("shop", Loader())
shop = importlib.util.module_from_spec(spec)
sys.modules["shop"] = shop
spec.loader.exec_module(shop)
HANDLERS = ["place", "search", "pet", "check", "nothing"]
passed = failed = 0
tests = []


def test(function):
    tests.append(function)
    return function


def document(text):
    """JSON with objects as tuples of pairs."""
    return json.loads(text, object_pairs_hook=tuple)


def drive(handler, **given):
    answer = codec_driver.drive(HANDLERS.index(handler), given)
    if isinstance(answer, bytes):
        return answer.decode()
    return [(WORDS[kind], loc) for kind, loc, _ in answer]


def place(text):
    return drive("place", order=("json", document(text)))


FULL = ('{"id":12345678901234567890123,"lines":[{"sku":"é\\"","qty":2,"price":9.25}],"paid":true,"note":"n","status":"old","size":"m",'
        '"counts":{"a":1,"ü":2},"pair":[1,2.5],"code":-2,"ids":[1,2],"next":{"id":2,"lines":[],"paid":false,"note":null,"status":"new","size":"s",'
        '"counts":{},"pair":null,"code":1,"ids":"x","next":null}}')


@test
def a_document_goes_through_unchanged():
    assert place(FULL) == FULL.replace('é\\"', 'é\\"'), place(FULL)


@test
def defaults_and_factories_fill_what_is_absent():
    assert place('{"id":1,"lines":[{"sku":"a","qty":1}]}') == (
        '{"id":1,"lines":[{"sku":"a","qty":1,"price":1.5}],"paid":false,"note":null,"status":"new","size":"s","counts":{},"pair":null,"code":1,"ids":0,"next":null}')


@test
def unknown_keys_are_passed_over_and_the_last_duplicate_counts():
    text = '{"id":1,"zz":[1],"lines":[],"id":2,"lines":[{"sku":"x","qty":3}],"note":"a","note":"b"}'
    answer = json.loads(place(text))
    assert (answer["id"], answer["lines"][0]["qty"], answer["note"]) == (2, 3, "b")


@test
def every_rejection_has_its_place_in_order():
    assert place('{"lines":[{"sku":1,"qty":"2"},{"qty":true,"price":"x"}],"paid":1,"note":5,"status":"lost","size":"xl","counts":{"a":"1"},"pair":[1],"code":5,"ids":1.5,"next":[]}') == [
        ("string_type", ["lines", 0, "sku"]), ("int_type", ["lines", 0, "qty"]), ("int_type", ["lines", 1, "qty"]), ("float_type", ["lines", 1, "price"]),
        ("missing", ["lines", 1, "sku"]), ("bool_type", ["paid"]), ("string_type", ["note"]), ("enum", ["status"]), ("literal_error", ["size"]), ("int_type", ["counts", "a"]),
        ("tuple_length", ["pair"]), ("literal_error", ["code"]), ("union", ["ids"]), ("model_type", ["next"]), ("missing", ["id"])]
    assert place("[]") == [("model_type", [])] and place('{"id":1,"lines":{}}') == [("list_type", ["lines"])]
    assert place('{"id":1,"lines":[],"status":3,"pair":[1,2,3]}') == [("enum", ["status"]), ("tuple_length", ["pair"])]


@test
def a_broken_document_stops_at_once():
    assert place('{"id":1,"lines":"<broken>","note":5}') == [("list_type", ["lines"])]
    assert place('{"note":"a","lines":[{"sku":"a","qty":1}],"zz":"<broken>","id":"no"}') == []


@test
def texts_are_decoded_into_slots():
    text = lambda *items: ("text", [each.encode() for each in items])
    given = dict(limit=text("7"), ratio=text("2.5"), on=text("true"), names=text("a", "b"), status=text("old"), mixed=text("3"), size=text("3"))
    assert drive("search", **given) == '[7,2.5,true,["a","b"],"old",3,3]'
    given |= dict(mixed=text("x"), size=text("s"), limit=text("1", "2"), status=("object", None), names=("object", []), ratio=("object", 1), on=("object", False))
    assert drive("search", **given) == '[2,1.0,false,[],null,"x","s"]'
    given |= dict(limit=text("x"), status=text("gone"), size=text("xl"))
    assert drive("search", **given) == [("int_parsing", []), ("enum", []), ("literal_error", [])]


@test
def defaults_of_a_wrong_type_are_type_errors():
    given = dict(limit=("object", 1), ratio=("object", 1.0), on=("object", True), names=("object", 5), status=("object", None), mixed=("object", 0), size=("object", "s"))
    try:
        drive("search", **given)
    except TypeError as error:
        assert str(error) == "expected list[str], got int"
    else:
        raise AssertionError("accepted")


@test
def classes_are_told_apart_by_their_literal_field():
    pets = lambda text: drive("pet", pets=("json", document(text)))
    assert pets('[{"kind":"dog","good":true},{"lives":9,"kind":"cat"}]') == '["Dog","Cat"]'
    assert pets('[{"kind":"cow"},{"lives":9},5,{"kind":"cat","lives":"x"}]') == [("union", [0]), ("union", [1]), ("union", [2]), ("int_type", [3, "lives"])]


@test
def constructors_run_and_their_errors_are_rejections():
    check = lambda text: drive("check", it=("json", document(text)))
    assert check('{"n":5}') == "5" and check('{"n":-1}') == [("value_error", [])] and check('{"n":"1"}') == [("int_type", ["n"])]
    try:
        check('{"n":99}')
    except KeyError:
        pass
    else:
        raise AssertionError("no KeyError")


@test
def a_patched_constructor_is_called():
    def init(self, sku, qty, price=4.0):
        self.sku, self.qty, self.price = sku + "!", qty, price
    with mock.patch.object(shop.Line, "__init__", init):
        assert json.loads(place('{"id":1,"lines":[{"sku":"a","qty":1}]}'))["lines"] == [{"sku": "a!", "qty": 1, "price": 4.0}]
    assert json.loads(place('{"id":1,"lines":[{"sku":"a","qty":1}]}'))["lines"] == [{"sku": "a", "qty": 1, "price": 1.5}]


@test
def injected_objects_and_no_result():
    assert drive("nothing", request=("object", object())) == "null"
    try:
        drive("nothing", request=("object", None))
    except RuntimeError:
        pass
    else:
        raise AssertionError("no RuntimeError")


@test
def wrong_values_in_results_are_type_errors():
    def encode(**changes):
        order = dict(id=1, lines=[], counts={}) | changes
        return drive("place", order=("object", shop.Order(**order)))
    for changes, text in (({"lines": [1]}, "expected Line, got int"), ({"counts": {"a": "b"}}, "expected int, got str"), ({"counts": {1: 1}}, "expected str, got int"),
                          ({"note": 5}, "expected str | None, got int"), ({"pair": (1,)}, "expected tuple[int, float], got a tuple of 1"), ({"status": "new"}, "expected Status, got str")):
        try:
            encode(**changes)
        except TypeError as error:
            assert str(error) == text, error
        else:
            raise AssertionError(changes)
    class Sub(shop.Line):
        pass
    assert '"sku":"s"' in encode(lines=[Sub("s", 1)])
    order = shop.Order(1, [])
    order.next = order
    try:
        drive("place", order=("object", order))
    except ValueError as error:
        assert str(error) == "nested more than 1000 levels deep, or a circular reference", error
    else:
        raise AssertionError("no ValueError")


@test
def nothing_leaks():
    import gc
    def work():
        for _ in range(500):
            place(FULL)
            place('{"lines":[{"sku":"aaaaaaaaaa","qty":"2"},{"qty":1}],"counts":{"a":"1"},"note":"nnnnnnnnn","status":"lost"}')
            drive("pet", pets=("json", document('[{"kind":"dog","good":true},{"kind":"cat"}]')))
            drive("check", it=("json", document('{"n":-1}')))
    work()
    gc.collect()
    before = sys.getallocatedblocks()
    for _ in range(3):
        work()
        gc.collect()
    assert sys.getallocatedblocks() - before < 300, sys.getallocatedblocks() - before


for each in tests:
    try:
        each()
        passed += 1
    except BaseException:
        failed += 1
        print("FAILED", each.__name__)
        traceback.print_exc()
print(f"{passed} passed, {failed} failed")
sys.exit(failed > 0)
