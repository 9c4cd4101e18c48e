"""The callback crypto of both platforms, written from their documents only.

Sources: WeChat docs "消息加解密说明" (service/guide/dev/push/encryption) and
WeCom docs "加解密方案说明" (path/90968): AES-256-CBC, IV = first 16 bytes of the key,
PKCS#7 to a multiple of 32, plaintext = random(16) + length(4, network order) + message + receive id.
"""

import base64
import binascii
import hashlib
import hmac
import secrets
import struct
from dataclasses import dataclass

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

BLOCK = 32
RANDOM_BYTES = 16
HEAD = RANDOM_BYTES + 4


class NotGenuine(Exception):
    """The text was not sealed with this key and receive id, or its signature is wrong."""


def sha1_of(*parts: str) -> str:
    """The platforms' signature: SHA-1, in hex, of the parts sorted and joined."""
    return hashlib.sha1("".join(sorted(parts)).encode()).hexdigest()


def decode_key(encoding_aes_key: str) -> bytes:
    """The 32 bytes behind a 43-character EncodingAESKey; raises ValueError when it is none."""
    try:
        key = base64.b64decode(encoding_aes_key + "=")
    except binascii.Error as error:
        raise ValueError("EncodingAESKey must be 43 letters and digits") from error
    if len(key) != BLOCK:
        raise ValueError("EncodingAESKey must be 43 letters and digits")
    return key


def encrypt(key: bytes, data: bytes) -> bytes:
    """AES-256-CBC with PKCS#7 to 32; also how WeCom encrypts media of an AIBot."""
    pad = BLOCK - len(data) % BLOCK
    box = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    return box.update(data + bytes([pad]) * pad) + box.finalize()


def decrypt(key: bytes, data: bytes) -> bytes:
    """The reverse of encrypt; raises NotGenuine for bytes that cannot be its work."""
    if not data or len(data) % BLOCK:
        raise NotGenuine("length of the ciphertext is not a multiple of 32")
    box = Cipher(algorithms.AES(key), modes.CBC(key[:16])).decryptor()
    plain = box.update(data) + box.finalize()
    pad = plain[-1]
    if not 1 <= pad <= BLOCK or plain[-pad:] != bytes([pad]) * pad:
        raise NotGenuine("padding is wrong: another EncodingAESKey was used")
    return plain[:-pad]


@dataclass(frozen=True)
class Seal:
    """Seals and opens callback bodies.

    token, aes_key: as set in the platform's console (aes_key is the EncodingAESKey).
    receive_id: appid for an official account, empty for a corp's own AIBot.
    """

    token: str
    aes_key: str
    receive_id: str

    def close(self, message: bytes, random: bytes | None = None) -> str:
        """Encrypt a message to base64; random (16 bytes) is given only by tests."""
        head = random or secrets.token_hex(RANDOM_BYTES // 2).encode()
        plain = head + struct.pack("!I", len(message)) + message + self.receive_id.encode()
        return base64.b64encode(encrypt(decode_key(self.aes_key), plain)).decode()

    def open(self, encrypted: str) -> bytes:
        """Decrypt base64 to the message; raises NotGenuine, also for another receive id."""
        try:
            data = base64.b64decode(encrypted, validate=True)
        except (binascii.Error, ValueError) as error:
            raise NotGenuine("the encrypted text is not base64") from error
        plain = decrypt(decode_key(self.aes_key), data)
        if len(plain) < HEAD:
            raise NotGenuine("the decrypted text is too short")
        size = struct.unpack("!I", plain[RANDOM_BYTES:HEAD])[0]
        message, receive_id = plain[HEAD : HEAD + size], plain[HEAD + size :]
        if len(message) != size or receive_id != self.receive_id.encode():
            raise NotGenuine("the receive id (appid) inside is another one")
        return message

    def sign(self, timestamp: str, nonce: str, *encrypted: str) -> str:
        """`signature` without an encrypted part, `msg_signature` with it."""
        return sha1_of(self.token, timestamp, nonce, *encrypted)

    def check(self, signature: str, timestamp: str, nonce: str, encrypted: str) -> None:
        """Raise NotGenuine unless signature is the msg_signature of the other three."""
        if not hmac.compare_digest(self.sign(timestamp, nonce, encrypted).encode(), signature.encode()):
            raise NotGenuine("the signature is wrong")
