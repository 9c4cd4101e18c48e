"""How gunicorn serves the web, under `run` and as a service: gunicorn -c deploy/gunicorn.conf.py <the application>.

gthread, because a turn mostly waits for the database (gunicorn docs: Design, "AsyncIO and Threaded Workers").
"""

from __future__ import annotations

import sys

from bot.settings import SettingsRefused, load

try:
    _settings = load()
except SettingsRefused as refused:
    sys.exit(str(refused))

_host = f"[{_settings.host}]" if ":" in _settings.host else _settings.host

bind = f"{_host}:{_settings.port or 8000}"
worker_class = "gthread"
workers = _settings.web_processes
threads = _settings.web_threads
# Shorter than the supervisor's patience of 10 s, so that callbacks under way are answered before KILL.
graceful_timeout = 8
timeout = 30
# Against slow leaks; the jitter keeps all processes from leaving at once.
max_requests = 20_000
max_requests_jitter = 2_000
# Addresses hold signatures and openids, which never reach a log.
accesslog = None
control_socket_disable = True
