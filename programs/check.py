"""`app.py check`."""

from __future__ import annotations

from argparse import Namespace
from functools import partial

from bot.channels import wechat_oa
from bot.settings import Settings
from handlers import checkup
from models import migrate
from programs.parts import Linli


def run(chosen: Settings, args: Namespace) -> int:
    """Check configuration and connections, in plain words."""
    linli = Linli(chosen)
    findings = [
        *checkup.database(partial(migrate.behind, chosen.database_url)),
        *checkup.redis(linli.redis_url),
        *checkup.channels(linli.switchboard, chosen.emulated),
    ]
    print("\n".join(checkup.report(findings, wechat_oa.limits(chosen.wechat_kind))))
    return 0 if all(ok for ok, _ in findings) else 1
