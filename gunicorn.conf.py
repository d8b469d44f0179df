"""gunicorn's own settings, and the start-up check. The command line and GUNICORN_CMD_ARGS go before these."""

import sys

from registry.config import Settings
from registry.http.safety import complaints

worker_class = "gthread"
workers = 1
threads = 8
# Loaded once and forked: half the time to be back, and the tables are in memory once.
preload_app = True
timeout = 60
graceful_timeout = 30
keepalive = 15
# A photo of a label comes from a village's network, headers come at once.
limit_request_line = 4094
limit_request_fields = 60
accesslog = None
errorlog = "-"


def on_starting(server):
    """Refuse to serve what is unsafe, in words, before the first worker is forked."""
    found = complaints(Settings.from_env(), workers=server.cfg.workers)
    for complaint in found:
        sys.stderr.write(f"{complaint}\n")
    if found:
        sys.exit(3)
