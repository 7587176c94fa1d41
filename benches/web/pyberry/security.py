"""PyBerry's settings for a run that measures: no log, no database, no added headers."""

ALLOWED_HOSTS = ["localhost", "127.0.0.1"]
CORS_ENABLED = False
LOGGING_ENABLED = False
STDOUT_LOGGING_ENABLED = False
SECURITY_HEADERS_ENABLED = False
MAX_BODY_SIZE = 1048576
RATE_LIMIT_ENABLED = False
LIBSQL_URL = None
