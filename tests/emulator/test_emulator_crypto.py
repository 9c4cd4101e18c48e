"""The emulator's own crypto against every recorded vector, in both directions."""

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from emulator.crypto import NotGenuine, Seal, decode_key, decrypt, encrypt, sha1_of

DATA = Path(__file__).parent.parent / "data"
WECHAT = json.loads((DATA / "wechat_vectors.json").read_text(encoding="utf-8"))
WECOM = json.loads((DATA / "wecom_vectors.json").read_text(encoding="utf-8"))


def _normal(vector: dict[str, Any]) -> dict[str, Any]:
    """The two files name the receive id and the random prefix differently."""
    random = vector.get("random16_hex")
    return {
        **vector,
        "receive_id": vector.get("receive_id", vector.get("receiveid")),
        "random": bytes.fromhex(random) if random else vector["random16"].encode(),
    }


VECTORS = [_normal(one) for one in WECHAT["aes_vectors"] + WECOM["callback_vectors"]]
BY_ID = {one["id"]: one for one in VECTORS}
SIGNED = [one for one in VECTORS if one.get("msg_signature")]


def seal_of(vector: dict[str, Any]) -> Seal:
    return Seal(vector.get("token") or "", vector["encoding_aes_key"], vector["receive_id"])


def receive(vector: dict[str, Any]) -> bytes:
    seal = seal_of(vector)
    seal.check(vector["msg_signature"], vector["timestamp"], vector["nonce"], vector["encrypt"])
    return seal.open(vector["encrypt"])


@pytest.mark.parametrize("vector", VECTORS, ids=lambda one: one["id"])
def test_opens(vector: dict[str, Any]) -> None:
    assert seal_of(vector).open(vector["encrypt"]) == vector["plaintext"].encode()


@pytest.mark.parametrize("vector", VECTORS, ids=lambda one: one["id"])
def test_closes_byte_for_byte(vector: dict[str, Any]) -> None:
    sealed = seal_of(vector).close(vector["plaintext"].encode(), vector["random"])
    assert sealed == vector["encrypt"]


@pytest.mark.parametrize("vector", SIGNED, ids=lambda one: one["id"])
def test_signs(vector: dict[str, Any]) -> None:
    seal = seal_of(vector)
    signature = seal.sign(vector["timestamp"], vector["nonce"], vector["encrypt"])
    assert signature == vector["msg_signature"]
    seal.check(signature, vector["timestamp"], vector["nonce"], vector["encrypt"])
    if "url_signature" in vector:
        assert seal.sign(vector["timestamp"], vector["nonce"]) == vector["url_signature"]


@pytest.mark.parametrize("vector", WECHAT["signature_vectors"], ids=lambda one: one["id"])
def test_plain_signature(vector: dict[str, Any]) -> None:
    assert sha1_of(*vector["parts"]) == vector["sha1"]


@pytest.mark.parametrize("case", WECHAT["negative_cases"], ids=lambda one: one["id"])
def test_refuses(case: dict[str, Any]) -> None:
    vector = {**BY_ID[case["base"]], **case["change"]}
    with pytest.raises(NotGenuine):
        receive(vector)


@pytest.mark.parametrize("vector", WECOM["media_vectors"], ids=lambda one: one["id"])
def test_media(vector: dict[str, Any]) -> None:
    key = decode_key(vector["encoding_aes_key"])
    plain = base64.b64decode(vector["plaintext_b64"])
    sealed = base64.b64decode(vector["ciphertext_b64"])
    assert hashlib.sha256(plain).hexdigest() == vector["plaintext_sha256"]
    assert encrypt(key, plain) == sealed
    assert decrypt(key, sealed) == plain


def test_another_receive_id_is_refused() -> None:
    vector = BY_ID["oa-tencent-sample-decrypt"]
    other = Seal(vector["token"], vector["encoding_aes_key"], "wx0000000000000000")
    with pytest.raises(NotGenuine, match="receive id"):
        other.open(vector["encrypt"])


@pytest.mark.parametrize("sealed", ["", "not base64!", "AAAA", base64.b64encode(b"x" * 64).decode()])
def test_garbage_is_refused(sealed: str) -> None:
    vector = BY_ID["oa-tencent-sample-decrypt"]
    with pytest.raises(NotGenuine):
        seal_of(vector).open(sealed)


def test_a_bad_key_says_what_to_change() -> None:
    with pytest.raises(ValueError, match="43 letters"):
        decode_key("short")
