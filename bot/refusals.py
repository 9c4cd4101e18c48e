"""Why a message was not told, or a callback not heard: small closed sets.

Nobody outside a channel reads a platform's error.
"""

from __future__ import annotations

from datetime import timedelta


class NotTold(Exception):
    """A message was not delivered. `retry`: the same sending may succeed later. `ours`: an operator must look.

    `detail` is the platform's code and trace id for the log; it carries no personal data.
    """

    retry = False
    ours = False

    def __init__(self, detail: str = "", after: timedelta | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.after = after

    @property
    def reason(self) -> str:
        """The refusal's name, as it is kept with the message and counted."""
        return type(self).__name__


class Busy(NotTold):
    """The platform is busy, slow or unreachable before it could have taken the message: wait and try again."""

    retry = True


class TooMany(NotTold):
    """A rate or a day's quota is used up: wait `after`, then try again."""

    retry = True


class Unsure(NotTold):
    """The connection broke after the message had left: it may have arrived. Never sent again by itself."""


class WindowClosed(NotTold):
    """The person has not written for too long, or has been sent all that one message allows: use another way."""


class NoSuchPerson(NotTold):
    """The person left, or never was here: stop writing to this address."""


class Refuses(NotTold):
    """The person or group refuses our messages: use another way, do not try this one again."""


class NoSuchGroup(NotTold):
    """The group's robot was removed or its address is wrong: the firm's administrator must mend it."""

    ours = True


class NotAllowed(NotTold):
    """This kind of account may not do that: use another way, and switch the feature off."""

    ours = True


class BadMessage(NotTold):
    """The platform refuses the content (a field, a length, a type): our data must be mended."""

    ours = True


class KeyRefused(NotTold):
    """Our credentials are refused although they were fetched anew: an operator must look; waiting messages wait."""

    retry = True
    ours = True


class NotHeard(Exception):
    """A callback that is not taken. Its text is for the log and never says which check failed."""


class NotGenuine(NotHeard):
    """The signature or the envelope does not verify. One answer for every cause (ASVS 11.2.5)."""


class TooLarge(NotHeard):
    """The body is over the limit."""


class Unreadable(NotHeard):
    """Genuine, but nothing that can be read: kept raw as poison and acknowledged."""

    def __init__(self, key: str, raw: bytes) -> None:
        super().__init__("unreadable")
        self.key = key
        self.raw = raw


class NoMedia(Exception):
    """A photo could not be had. `retry` as above; `not_photo` when what came is no photo we take."""

    def __init__(self, detail: str = "", *, retry: bool = False, not_photo: bool = False) -> None:
        super().__init__(detail)
        self.detail = detail
        self.retry = retry
        self.not_photo = not_photo
