"""The least that Django asks for."""

SECRET_KEY = "benchmark"
DEBUG = False
ALLOWED_HOSTS = ["*"]
INSTALLED_APPS = ["django_bolt"]
ROOT_URLCONF = "urls"
LOGGING_CONFIG = None
USE_TZ = True
