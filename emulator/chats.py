"""Messages as people see them on their phones."""

from dataclasses import asdict, dataclass, field

from emulator.clock import Clock
from emulator.store import Json, Store

ACCOUNT = "account"
NOTICE = "notice"
UNAVAILABLE = "该公众号暂时无法提供服务，请稍后再试"


def resident_chat(openid: str) -> str:
    """The chat of a resident with the account."""
    return f"resident/{openid}"


def group_chat(chatid: str) -> str:
    """A WeCom group's chat."""
    return f"group/{chatid}"


def single_chat(bot: str, userid: str) -> str:
    """A member's own chat with an AIBot."""
    return f"single/{bot}/{userid}"


def app_chat(app: str, userid: str) -> str:
    """A member's chat with a self-built app."""
    return f"app/{app}/{userid}"


@dataclass
class Message:
    """One message in a chat.

    sender: an openid or userid, "account", "bot", "robot" or "app"; "" for a grey notice.
    kind: text, image, voice, video, location, link, menu, news, template, markdown, card,
        mixed, file, music, miniprogrampage or notice; body holds what that kind needs.
    at: Unix seconds. via: which way it came (passive, custom, template, robot, …).
    quote: what is quoted, as a message of the platform carries it.
    """

    id: str
    chat: str
    sender: str
    kind: str
    at: int
    body: Json = field(default_factory=dict)
    via: str = ""
    quote: Json | None = None


class Chats:
    """All chats, in the order things were said."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def add(
        self,
        chat: str,
        sender: str,
        kind: str,
        body: Json,
        via: str = "",
        quote: Json | None = None,
    ) -> Message:
        """Write a message into a chat and return it."""
        key = f"m{self._store.count('message')}"
        message = Message(key, chat, sender, kind, self._clock.now(), body, via, quote)
        self.change(message)
        return message

    def notice(self, chat: str, text: str) -> Message:
        """Write a grey line, as the app itself does, into a chat."""
        return self.add(chat, "", NOTICE, {"text": text})

    def change(self, message: Message) -> None:
        """Write a message again, in its place."""
        self._store.put_message(message.id, message.chat, asdict(message))

    def find(self, key: str) -> Message | None:
        """A message by id."""
        body = self._store.message(key)
        return Message(**body) if body else None

    def of(self, chat: str) -> list[Message]:
        """A chat's messages, oldest first."""
        return [Message(**body) for body in self._store.messages(chat)]
