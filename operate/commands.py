"""The operator's commands by name."""

from __future__ import annotations

from collections.abc import Mapping

from operate import alarms, backup, restore, rotation, setup, understand, users
from operate.command import Command

COMMANDS: Mapping[str, Command] = {
    "migrate": Command(setup.run_migrate, "bring the database's tables up to date"),
    "settings": Command(setup.run_settings, "show every setting and where it came from"),
    "backup": Command(backup.run, "put everything that must not be lost into one file", backup.arguments),
    "restore": Command(restore.run, "put a backup into an empty database", restore.arguments),
    "alarms": Command(alarms.run, "show what is wrong; choose the group that is told", alarms.arguments),
    "keys": Command(rotation.run, "show the keys, or change them", rotation.arguments),
    "understand": Command(
        understand.run, "show what is understood of lines of text, as JSON", understand.arguments
    ),
    "user": Command(
        users.run, "make the first administrator; reset a password, lock, unlock, list", users.arguments
    ),
}
