"""No routes of Django's own."""

urlpatterns: list[object] = []
