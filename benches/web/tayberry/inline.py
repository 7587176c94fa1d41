"""The same service for the interpreter: handlers run inline on the I/O thread (`blocking=False`)."""

import app as service
from tayberry import App

app = App(title="benchmark, inline")
for path, handler in [
    ("/plaintext", service.plaintext),
    ("/items/{number}", service.read_item),
    ("/search", service.search),
    ("/report/{first}", service.report),
]:
    app.get(path, blocking=False)(handler)
app.post("/orders", blocking=False)(service.order)
app.get("/yield/{number}")(service.suspend)
app.get("/timer/{number}")(service.wait)
