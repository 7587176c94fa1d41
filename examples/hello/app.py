"""The smallest app: one handler, one typed path parameter."""

from tayberry import App

app = App(title="hello")


@app.get("/")
def index() -> str:
    return "Hello, world"


@app.get("/hello/{name}")
def hello(name: str, times: int = 1) -> dict[str, str]:
    return {"message": ", ".join([f"hello {name}" for _ in range(times)])}
