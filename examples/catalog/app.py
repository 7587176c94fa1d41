"""A catalogue of the world's airports: real data, several modules, and every sort of work a web service does.

`data/airports.csv` is read when the module is imported; data/LICENSE is its licence.
"""

from catalog.routes import airports, bookings, countries, places, stats
from tayberry import App

app = App(title="Airports", version="1")
app.include_router(airports.router)
app.include_router(places.router)
app.include_router(countries.router, prefix="/countries")
app.include_router(stats.router)
app.include_router(bookings.router, prefix="/bookings")


@app.get("/")
def index() -> dict[str, str]:
    return {"name": app.title, "data": "airportsdata", "try": "/airports/EGLL"}
