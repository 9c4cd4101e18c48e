"""The worker of one queue."""

from __future__ import annotations

from argparse import Namespace
from pkgutil import resolve_name

from bot import redis_client
from bot.settings import Settings
from operate.command import option, takes
from workers import hands, jobs
from workers.outbox import TELLERS

arguments = takes(option("queue", choices=jobs.ALL_QUEUES))

# Only who plays what was left over loads the dialogs and the language.
PARTS = dict.fromkeys(jobs.ALL_QUEUES, "programs.parts:Linli") | {"talk": "programs.talk:Talking"}


def run(chosen: Settings, args: Namespace) -> int:
    """Be the RQ worker of one queue."""
    linli = resolve_name(PARTS[args.queue])(chosen, pool=TELLERS + 2, redis=True)
    linli.start_logging()
    linli.heed_redis()
    hands.equip(linli.hands)
    jobs.work(args.queue, redis_client.connect_worker(linli.redis_url))
    return 0
