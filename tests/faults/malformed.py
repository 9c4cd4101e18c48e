"""What arrives and cannot be read: 21 bodies of callbacks and 7 jobs in Redis."""

from __future__ import annotations

from collections.abc import Mapping

# Genuine envelopes with something in them that is no message of ours.
INSIDE = (
    "<xml><FromUserName>",
    "no xml at all",
    "<xml><MsgType>text</MsgType></xml>",
    "<xml></xml>",
    "<xml/>",
    "{}",
    "\u0000",
    "<xml><FromUserName>o</FromUserName><CreateTime>1</CreateTime></xml>",
    "<xml><FromUserName>o</FromUserName><CreateTime>soon</CreateTime><MsgType>text</MsgType></xml>",
    "<xml><MsgType>text</MsgType><MsgType>image</MsgType></xml>",
    '<!DOCTYPE x [<!ENTITY a "b">]><xml><Content>&a;</Content></xml>',
    '<!DOCTYPE x SYSTEM "file:///etc/passwd"><xml/>',
    "<xml>" + "<a>" * 500 + "</a>" * 500 + "</xml>",
    "<xml><Content>\x01\x02</Content></xml>",
)
# Bodies that no platform has sealed.
OUTSIDE = (
    b"",
    b"<xml>",
    b"\xff\xfe\x00",
    b"<xml><Encrypt></Encrypt></xml>",
    b"<xml><Encrypt>AAAA</Encrypt></xml>",
    b'{"encrypt": "AAAA"}',
    b"<xml><Encrypt>" + b"A" * 1000 + b"</Encrypt></xml>",
)
# Fields of a job as nobody of ours writes them.
JOBS: Mapping[str, Mapping[str, str | bytes]] = {
    "status": {"status": "half-done"},
    "created_at": {"created_at": "yesterday"},
    "timeout": {"timeout": "soon"},
    "result_ttl": {"result_ttl": "long"},
    "origin": {"origin": b"\xff\xfe"},
    "data": {"data": b"\x80\x04no json"},
    "retries": {"retries_left": "many"},
}
