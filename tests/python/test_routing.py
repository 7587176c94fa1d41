"""Collecting handlers with routers and apps, and flattening them."""

import unittest
from contextlib import asynccontextmanager, contextmanager

from tayberry import App, Limits, Query, Router
from tayberry._lifespan import running


def handler() -> None: ...


def paths(router: Router) -> list[str]:
    return [entry.path for entry in router.entries()]


class Collecting(unittest.TestCase):
    def test_a_decorator_gives_back_the_function_itself(self) -> None:
        app = App()
        for decorate in (app.get, app.post, app.put, app.patch, app.delete, app.head, app.options):
            self.assertIs(decorate("/x")(handler), handler)
        self.assertEqual(
            [entry.methods for entry in app.entries()],
            [("GET",), ("POST",), ("PUT",), ("PATCH",), ("DELETE",), ("HEAD",), ("OPTIONS",)],
        )

    def test_route_takes_several_methods_once_each_in_upper_case(self) -> None:
        app = App()
        app.route("/x", methods=["get", "POST", "GET"])(handler)
        self.assertEqual(next(app.entries()).methods, ("GET", "POST"))

    def test_prefixes_and_tags_add_up_from_the_outside(self) -> None:
        inner = Router(prefix="/inner", tags=["i"])
        inner.get("/{id}", tags=["h"])(handler)
        outer = Router(prefix="/outer", tags=["o"])
        outer.include_router(inner, prefix="/with", tags=["w", "i"])
        app = App(prefix="/api")
        app.include_router(outer, prefix="/v1")
        entry = next(app.entries())
        self.assertEqual(entry.path, "/api/v1/outer/with/inner/{id}")
        self.assertEqual(entry.tags, ("o", "w", "i", "h"))

    def test_a_router_may_be_included_twice_and_filled_later(self) -> None:
        router = Router()
        app = App()
        app.include_router(router, prefix="/a")
        app.include_router(router, prefix="/b")
        router.get("/x")(handler)
        self.assertEqual(paths(app), ["/a/x", "/b/x"])

    def test_an_empty_path_is_the_prefix_or_the_root(self) -> None:
        router = Router(prefix="/things")
        router.get("")(handler)
        app = App()
        app.get("")(handler)
        app.include_router(router)
        self.assertEqual(paths(app), ["/", "/things"])

    def test_order_of_registration_is_kept(self) -> None:
        app, router = App(), Router()
        app.get("/1")(handler)
        app.include_router(router)
        app.get("/3")(handler)
        router.get("/2")(handler)
        self.assertEqual(paths(app), ["/1", "/2", "/3"])


class Refusals(unittest.TestCase):
    def refused(self, error: type[Exception], text: str, make: object) -> None:
        with self.assertRaisesRegex(error, text):
            make()  # type: ignore[operator]

    def test_bad_paths_prefixes_methods_and_statuses_are_named(self) -> None:
        app = App()
        self.refused(ValueError, "'x' must start with '/'", lambda: app.get("x"))
        self.refused(ValueError, "prefix 'x'", lambda: Router(prefix="x"))
        self.refused(ValueError, "prefix '/x/'", lambda: app.include_router(Router(), prefix="/x/"))
        self.refused(ValueError, "'GE T'", lambda: app.route("/", methods=["GE T"]))
        self.refused(ValueError, "no methods", lambda: app.route("/", methods=[]))
        self.refused(TypeError, r"\['GET'\]", lambda: app.route("/", methods="GET"))
        self.refused(ValueError, "status_code=700", lambda: app.get("/", status_code=700))
        self.refused(ValueError, "trailing_slash='no'", lambda: App(trailing_slash="no"))  # type: ignore[arg-type]

    def test_a_handler_must_be_callable(self) -> None:
        self.refused(TypeError, "must be a function, not int", lambda: App().get("/")(3))  # type: ignore[type-var]

    def test_a_router_cannot_contain_itself(self) -> None:
        a, b = Router(), Router()
        a.include_router(b)
        self.refused(ValueError, "include itself", lambda: b.include_router(a))
        self.refused(ValueError, "include itself", lambda: a.include_router(a))

    def test_include_router_wants_a_router(self) -> None:
        self.refused(TypeError, "not function", lambda: App().include_router(handler))  # type: ignore[arg-type]

    def test_limits_are_not_negative(self) -> None:
        self.refused(ValueError, "max_body=-1", lambda: Limits(max_body=-1))
        self.refused(ValueError, "pool_threads", lambda: Limits(pool_threads=0))


class Binding(unittest.TestCase):
    def test_routes_carry_what_the_decorator_said(self) -> None:
        app = App()

        @app.post("/items/{item_id}", status_code=201, name="make")
        def create(item_id: int, q: str | None = None) -> int:
            return item_id

        (route,) = app.routes()
        self.assertEqual((route.methods, route.path, route.status, route.name), (("POST",), "/items/{item_id}", 201, "make"))
        self.assertEqual([(each.name, each.source) for each in route.params], [("item_id", "path"), ("q", "query")])
        self.assertIs(route.handler, create)

    def test_blocking_chooses_where_a_plain_function_runs(self) -> None:
        app = App()
        app.get("/a")(handler)
        app.get("/b", blocking=True)(handler)
        app.get("/c", blocking=False)(handler)
        self.assertEqual([route.runs for route in app.routes()], [None, "pool", "inline"])

    def test_an_async_handler_cannot_be_blocking(self) -> None:
        app = App()

        @app.get("/", blocking=True)
        async def slow() -> None: ...

        with self.assertRaisesRegex(TypeError, "slow.*blocking=True"):
            app.routes()

    def test_an_unknown_argument_of_a_marker_is_told_with_handler_and_place_when_the_app_starts(self) -> None:
        for marker in (Query(1, ge=1), Query(ge=1, le=5)):  # type: ignore[arg-type]
            app = App()

            @app.get("/")
            def page(number: int = marker) -> int:
                return number

            with self.assertRaisesRegex(TypeError, r"parameter `number` of page\(\): Query\(\) has no argument `ge`") as caught:
                app.routes()
            self.assertRegex(caught.exception.__notes__[0], rf"in module {__name__}, line \d+")

    def test_settings_have_every_limit_by_name(self) -> None:
        settings = App(debug=True, limits=Limits(max_body=5)).settings(access_log=True)
        self.assertEqual(
            set(settings),
            {"debug", "trailing_slash", "access_log", "max_body", "max_header", "max_uri", "header_timeout"}
            | {"keep_alive_timeout", "body_timeout", "write_timeout", "handler_timeout", "stop_timeout"}
            | {"pool_threads", "pool_queue"},
        )
        self.assertEqual((settings["debug"], settings["max_body"], settings["access_log"]), (True, 5, True))


class Lifespans(unittest.TestCase):
    def test_an_async_lifespan_keeps_its_loop_running(self) -> None:
        import asyncio
        import threading

        ticked = threading.Event()
        events = []

        @asynccontextmanager
        async def life(app: App):  # type: ignore[no-untyped-def]
            async def tick() -> None:
                await asyncio.sleep(0)
                ticked.set()

            task = asyncio.create_task(tick())
            app.state.ready = True
            events.append("in")
            yield
            await task
            events.append("out")

        app = App(lifespan=life)
        with running(app):
            self.assertTrue(app.state.ready)
            self.assertTrue(ticked.wait(5))
            self.assertEqual(events, ["in"])
        self.assertEqual(events, ["in", "out"])
        self.assertFalse([each for each in threading.enumerate() if each.name == "tayberry-lifespan"])

    def test_a_plain_context_manager_will_do(self) -> None:
        events = []

        @contextmanager
        def life(app: App):  # type: ignore[no-untyped-def]
            events.append("in")
            yield
            events.append("out")

        with running(App(lifespan=life)):
            pass
        self.assertEqual(events, ["in", "out"])

    def test_what_it_raises_comes_through_at_either_end(self) -> None:
        @asynccontextmanager
        async def early(app: App):  # type: ignore[no-untyped-def]
            raise LookupError("no database")
            yield

        @asynccontextmanager
        async def late(app: App):  # type: ignore[no-untyped-def]
            yield
            raise LookupError("still open")

        with self.assertRaisesRegex(LookupError, "no database"), running(App(lifespan=early)):
            self.fail("the lifespan was entered")
        with self.assertRaisesRegex(LookupError, "still open"), running(App(lifespan=late)):
            pass

    def test_the_body_fails_as_itself(self) -> None:
        @asynccontextmanager
        async def life(app: App):  # type: ignore[no-untyped-def]
            yield

        with self.assertRaises(ZeroDivisionError), running(App(lifespan=life)):
            1 / 0

    def test_a_bare_generator_is_told_what_it_lacks(self) -> None:
        async def life(app: App):  # type: ignore[no-untyped-def]
            yield

        with self.assertRaisesRegex(TypeError, "asynccontextmanager missing"), running(App(lifespan=life)):
            pass


if __name__ == "__main__":
    unittest.main()
