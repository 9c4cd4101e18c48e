"""The envelope of callbacks that official accounts and WeCom share: signature, AES, padding, receive id.

Sources: WeChat docs, message encryption (service/guide/dev/push/encryption); WeCom docs 90968 and 101033.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import struct
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

from bot.refusals import NotGenuine

DIGITS = re.compile(r"[0-9]{1,12}")
BLOCK = 32  # the padding counts to 32 although AES works in blocks of 16
PREFIX = 16  # random bytes before the message
HEAD = PREFIX + 4  # and its length, four bytes in network order


def signature(*parts: str) -> str:
    """SHA-1 over the sorted parts, in hex: what the platforms prescribe. The token among the parts is secret."""
    joined = "".join(sorted(parts)).encode("utf-8", "replace")
    return hashlib.sha1(joined, usedforsecurity=False).hexdigest()


def same(ours: str, theirs: str) -> bool:
    """Compare two signatures in constant time, whatever characters the other one holds."""
    return hmac.compare_digest(ours.encode(), theirs.encode("utf-8", "replace"))


def read_key(encoding_aes_key: str) -> bytes:
    """The 32 bytes behind an EncodingAESKey of 43 characters.

    Raises ValueError with words for the operator.
    """
    try:
        key = b64decode(encoding_aes_key + "=", validate=True)
    except (Base64Error, ValueError):
        key = b""
    if len(encoding_aes_key) != 43 or len(key) != 32:
        raise ValueError(
            "aes_key must be the 43 letters and digits of EncodingAESKey: copy it again from the console"
        )
    return key


def pad(data: bytes) -> bytes:
    """PKCS#7 to a multiple of 32: between 1 and 32 bytes are added."""
    count = BLOCK - len(data) % BLOCK
    return data + bytes([count]) * count


def unpad(data: bytes) -> bytes:
    """Take the padding off, looking at each of its bytes. Raises ValueError when it is no padding."""
    count = data[-1] if data else 0
    if not 1 <= count <= BLOCK or len(data) % BLOCK or data[-count:] != bytes([count]) * count:
        raise ValueError("padding")
    return data[:-count]


def decrypt(key: bytes, data: bytes) -> bytes:
    """AES-256-CBC with the first half of the key as IV, padding checked and taken off. Raises ValueError."""
    machine = Cipher(AES(key), CBC(key[:16])).decryptor()
    return unpad(machine.update(data) + machine.finalize())


def encrypt(key: bytes, data: bytes) -> bytes:
    """The inverse of decrypt."""
    machine = Cipher(AES(key), CBC(key[:16])).encryptor()
    return machine.update(pad(data)) + machine.finalize()


@dataclass(frozen=True, slots=True)
class Opened:
    """What was in an envelope, and the key that opened it: the reply is sealed with the same one."""

    message: bytes
    key: bytes


@dataclass(frozen=True, slots=True)
class Sealed:
    """The four values of a sealed reply. `timestamp` is in epoch seconds."""

    encrypt: str
    signature: str
    timestamp: int
    nonce: str


class Envelope:
    """Opens and seals for one receiver.

    `keys` are EncodingAESKeys, the current one first, then the previous one while a change is under way.
    `receive_id` is the AppID or CorpID, and "" for a smart robot of one's own
    corporation (WeCom docs 101033).
    """

    def __init__(self, token: str, keys: Sequence[str], receive_id: str) -> None:
        if not token:
            raise ValueError("token is empty: copy it from the platform's callback settings")
        self._token = token
        self._keys = tuple(read_key(key) for key in keys if key)
        if not self._keys:
            raise ValueError("aes_key is empty: copy EncodingAESKey from the platform's callback settings")
        self._receive_id = receive_id.encode()

    @property
    def only_key(self) -> bytes | None:
        """The key when there is no other, so that a reply need not open its callback again."""
        return self._keys[0] if len(self._keys) == 1 else None

    def check_plain(self, query: Mapping[str, str]) -> None:
        """Check the `signature` of an address check that carries nothing encrypted. Raises NotGenuine."""
        ours = signature(self._token, query.get("timestamp", ""), query.get("nonce", ""))
        if not same(ours, query.get("signature", "")):
            raise NotGenuine("refused")

    def open(self, query: Mapping[str, str], encrypted: str) -> Opened:
        """Check `msg_signature` over `encrypted`, then decrypt. Raises one NotGenuine for every cause."""
        ours = signature(self._token, query.get("timestamp", ""), query.get("nonce", ""), encrypted)
        # The parts are joined without a separator: a timestamp of digits cannot lend characters to others.
        if DIGITS.fullmatch(query.get("timestamp", "")) and same(ours, query.get("msg_signature", "")):
            for key in self._keys:
                message = self._message(key, encrypted)
                if message is not None:
                    return Opened(message, key)
        raise NotGenuine("refused")

    def _message(self, key: bytes, encrypted: str) -> bytes | None:
        try:
            plain = decrypt(key, b64decode(encrypted, validate=True))
            (length,) = struct.unpack_from("!I", plain, PREFIX)
        except (ValueError, struct.error):
            return None
        end = HEAD + length
        fits = end <= len(plain) and hmac.compare_digest(plain[end:], self._receive_id)
        return plain[HEAD:end] if fits else None

    def seal(self, message: bytes, key: bytes, timestamp: int, nonce: str) -> Sealed:
        """Encrypt and sign a reply. `timestamp` is in epoch seconds."""
        head = secrets.token_bytes(PREFIX) + struct.pack("!I", len(message))
        encrypted = b64encode(encrypt(key, head + message + self._receive_id)).decode()
        return Sealed(encrypted, signature(self._token, str(timestamp), nonce, encrypted), timestamp, nonce)
