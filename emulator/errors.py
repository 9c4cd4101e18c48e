"""Error codes of both platforms, and how an API call refuses with one."""

from collections.abc import Mapping

ERRORS: dict[int, str] = {
    -1: "system error",
    40001: "invalid credential, access_token is invalid or not latest",
    40003: "invalid openid",
    40004: "invalid media type",
    40006: "invalid media size",
    40007: "invalid media_id",
    40008: "invalid message type",
    40009: "invalid image size",
    40013: "invalid appid",
    40014: "invalid access_token",
    40016: "invalid button size",
    40017: "invalid button type",
    40018: "invalid button name size",
    40019: "invalid button key size",
    40020: "invalid button url size",
    40023: "invalid sub button size",
    40025: "invalid sub button name size",
    40026: "invalid sub button key size",
    40032: "invalid userid list size",
    40033: "invalid charset. please check your request, if include \\uxxxx will create fail!",
    40035: "invalid parameter",
    40037: "invalid template_id",
    40053: "invalid action info",
    40056: "invalid agentid",
    40058: "missing a required field",
    40125: "invalid appsecret",
    40200: "invalid account type",
    41001: "access_token missing",
    41002: "corpid missing",
    41004: "appsecret missing",
    41005: "media data missing",
    41006: "media_id missing",
    41011: "agentid missing",
    42001: "access_token expired",
    42014: "invalid task_id",
    42022: "code has been used",
    42045: "template_card.card_action invalid",
    43002: "require POST method",
    43004: "require subscribe",
    43012: "callback url is not set",
    44001: "empty media data",
    44002: "empty post data",
    44004: "empty content",
    45002: "content size out of limit",
    45008: "article size out of limit",
    45009: "reach max api daily quota limit",
    45015: "response out of time limit or subscription is canceled",
    45047: "out of response count limit",
    45072: "invalid command",
    45080: "no message with this user in 30 seconds",
    45081: "already typing",
    45098: "msgmenu list size is out of limit",
    46003: "menu no exist",
    47001: "data format error",
    47003: "argument invalid!",
    48001: "api unauthorized",
    48006: "forbid to clear quota because of reaching the limit",
    81013: "user & party & tag all invalid",
    82001: "all of user, party and tag are empty",
    82002: "invalid party list size",
    82003: "invalid tag list size",
    93000: "invalid webhook url",
    93004: "robot is disabled",
    301002: "not allow operate another agent with this accesstoken",
    301019: "media file md5 mismatch",
    846604: "response_code expired",
    846605: "invalid response_code",
}


class Refused(Exception):
    """The platform answers a call with an error code, inside HTTP 200.

    code: one of ERRORS. detail: added to the message, such as a field's name.
    more: what the answer holds besides, such as invaliduser.
    """

    def __init__(self, code: int, detail: str = "", more: Mapping[str, object] | None = None) -> None:
        super().__init__(code, detail)
        self.code = code
        self.detail = detail
        self.more = more or {}

    def body(self, rid: str) -> dict[str, object]:
        """The JSON the platform answers with; rid is the request id Tencent's support asks for."""
        words = ERRORS.get(self.code, "error")
        detail = f" {self.detail}" if self.detail else ""
        return {"errcode": self.code, "errmsg": f"{words}{detail} rid: {rid}", **self.more}
