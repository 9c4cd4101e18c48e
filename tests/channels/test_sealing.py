"""The envelope: known answers of both platforms in both directions, and everything that must be refused."""

from __future__ import annotations

import json
import struct
from base64 import b64decode, b64encode
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.sealing import Envelope, decrypt, encrypt, pad, read_key, signature, unpad
from bot.refusals import NotGenuine

DATA = Path(__file__).parents[1] / "data"
KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
OTHER_KEY = "ZYXWVUTSRQPONMLKJIHGFEDCBA9876543210zyxwvut"


def vectors() -> list[dict[str, Any]]:
    """Both files in one shape."""
    wechat = json.loads((DATA / "wechat_vectors.json").read_text(encoding="utf-8"))["aes_vectors"]
    wecom = json.loads((DATA / "wecom_vectors.json").read_text(encoding="utf-8"))["callback_vectors"]
    ours = [
        {**one, "receive_id": one["receiveid"], "random16_hex": one["random16"].encode().hex()}
        for one in wecom
    ]
    return wechat + ours


ALL = vectors()
SIGNED = [one for one in ALL if one.get("msg_signature")]


def query(vector: dict[str, Any], **change: str) -> dict[str, str]:
    return {name: vector[name] for name in ("timestamp", "nonce", "msg_signature")} | change


def envelope(vector: dict[str, Any]) -> Envelope:
    return Envelope(vector["token"], [vector["encoding_aes_key"]], vector["receive_id"])


def signed(token: str, encrypted: str) -> dict[str, str]:
    return {"timestamp": "1", "nonce": "n", "msg_signature": signature(token, "1", "n", encrypted)}


def packed(message: bytes, receive_id: str = "wx1", key: str = KEY, length: int | None = None) -> str:
    size = len(message) if length is None else length
    plain = b"p" * 16 + struct.pack("!I", size) + message + receive_id.encode()
    return b64encode(encrypt(read_key(key), plain)).decode()


@pytest.mark.parametrize("vector", SIGNED, ids=lambda v: v["id"])
def test_opens_what_the_platforms_published(vector: dict[str, Any]) -> None:
    opened = envelope(vector).open(query(vector), vector["encrypt"])
    assert opened.message.decode() == vector["plaintext"]


@pytest.mark.parametrize("vector", ALL, ids=lambda v: v["id"])
def test_encrypts_to_the_published_bytes(vector: dict[str, Any]) -> None:
    message = vector["plaintext"].encode()
    head = bytes.fromhex(vector["random16_hex"]) + struct.pack("!I", len(message))
    sealed = encrypt(read_key(vector["encoding_aes_key"]), head + message + vector["receive_id"].encode())
    assert b64encode(sealed).decode() == vector["encrypt"]


@pytest.mark.parametrize("vector", SIGNED, ids=lambda v: v["id"])
def test_signs_as_published(vector: dict[str, Any]) -> None:
    parts = (vector["token"], vector["timestamp"], vector["nonce"], vector["encrypt"])
    assert signature(*parts) == vector["msg_signature"]


def test_plain_signatures_of_the_address_check() -> None:
    data = json.loads((DATA / "wechat_vectors.json").read_text(encoding="utf-8"))
    for vector in data["signature_vectors"]:
        if "parts" in vector:
            assert signature(*vector["parts"]) == vector["sha1"]


def test_decrypts_published_media() -> None:
    data = json.loads((DATA / "wecom_vectors.json").read_text(encoding="utf-8"))
    for vector in data["media_vectors"]:
        key = read_key(vector["encoding_aes_key"])
        assert decrypt(key, b64decode(vector["ciphertext_b64"])) == b64decode(vector["plaintext_b64"])


@pytest.mark.parametrize("vector", SIGNED[:3], ids=lambda v: v["id"])
def test_every_flipped_bit_is_refused(vector: dict[str, Any]) -> None:
    ours, encrypted = envelope(vector), b64decode(vector["encrypt"])
    for place in range(len(encrypted)):
        for bit in range(8):
            flipped = bytearray(encrypted)
            flipped[place] ^= 1 << bit
            with pytest.raises(NotGenuine):
                ours.open(query(vector), b64encode(flipped).decode())


@pytest.mark.parametrize("name", ["timestamp", "nonce", "msg_signature"])
def test_every_changed_part_is_refused(name: str) -> None:
    vector = SIGNED[0]
    for change in ("", "0", vector[name] + "0", vector[name].swapcase() + " ", "信", "\ud800"):
        with pytest.raises(NotGenuine):
            envelope(vector).open(query(vector, **{name: change}), vector["encrypt"])


def test_a_character_lent_from_one_part_to_the_next_is_refused() -> None:
    """The signature joins its parts without a separator."""
    ours = Envelope("zz", [KEY], "wx1")
    encrypted = packed(b"hello")
    parts = {"timestamp": "1", "nonce": "2n", "msg_signature": signature("zz", "1", "2n", encrypted)}
    assert ours.open(parts, encrypted).message == b"hello"
    with pytest.raises(NotGenuine):
        ours.open(parts | {"timestamp": "12n", "nonce": ""}, encrypted)


@pytest.mark.parametrize(
    "encrypted",
    [
        "",
        "!!!!",
        "AAAA",
        packed(b"hello", receive_id="wx2"),
        packed(b"hello", receive_id=""),
        packed(b"hello", length=4),
        packed(b"hello", length=6),
        packed(b"hello", length=2**32 - 1),
        packed(b"hello", key=OTHER_KEY),
        b64encode(encrypt(read_key(KEY), b"short")).decode(),
        packed(b"hello") + "\n",
    ],
)
def test_signed_rubbish_is_refused_with_one_answer(encrypted: str) -> None:
    with pytest.raises(NotGenuine, match=r"^refused$"):
        Envelope("token", [KEY], "wx1").open(signed("token", encrypted), encrypted)


def test_a_flipped_bit_under_a_good_signature_is_refused_like_all_else() -> None:
    """Whoever knows the token finds no oracle: a message that came out garbled, or the one refusal."""
    raw = b64decode(packed(b"hello"))
    for place in range(len(raw)):
        flipped = bytearray(raw)
        flipped[place] ^= 1
        encrypted = b64encode(flipped).decode()
        with suppress(NotGenuine):
            Envelope("token", [KEY], "wx1").open(signed("token", encrypted), encrypted)


def test_the_previous_key_still_opens_and_is_told() -> None:
    ours = Envelope("token", [OTHER_KEY, KEY], "wx1")
    encrypted = packed(b"hello")
    opened = ours.open(signed("token", encrypted), encrypted)
    assert (opened.message, opened.key) == (b"hello", read_key(KEY))
    assert ours.only_key is None


@given(st.binary(max_size=300), st.integers(0, 2**31), st.text("abc0123456789", max_size=10))
def test_what_is_sealed_opens(message: bytes, at: int, nonce: str) -> None:
    ours = Envelope("token", [KEY, OTHER_KEY], "wx1")
    for key in (read_key(KEY), read_key(OTHER_KEY)):
        sealed = ours.seal(message, key, at, nonce)
        asked = {"timestamp": str(at), "nonce": nonce, "msg_signature": sealed.signature}
        assert ours.open(asked, sealed.encrypt).message == message


def test_two_seals_of_one_message_differ() -> None:
    ours = Envelope("token", [KEY], "")
    assert ours.only_key is not None
    assert len({ours.seal(b"m", ours.only_key, 1, "n").encrypt for _ in range(5)}) == 5


@given(st.binary(max_size=100))
def test_padding_comes_off_again(data: bytes) -> None:
    assert unpad(pad(data)) == data
    assert 1 <= len(pad(data)) - len(data) <= 32


@pytest.mark.parametrize("data", [b"", b"\0" * 32, b"\x21" * 64, b"\x02" * 31, b"a" * 30 + b"\x01\x02"])
def test_bad_padding_is_seen(data: bytes) -> None:
    with pytest.raises(ValueError, match="padding"):
        unpad(data)


@pytest.mark.parametrize("key", ["", "short", KEY + "A", "钥" * 43, "!" * 43])
def test_a_bad_key_is_explained(key: str) -> None:
    with pytest.raises(ValueError, match="aes_key"):
        Envelope("token", [key], "")


def test_an_empty_token_is_explained() -> None:
    with pytest.raises(ValueError, match="token is empty"):
        Envelope("", [KEY], "")
