"""What happens on that day: residents, staff of three units, a clerk, and people who mean no good."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from sqlalchemy import select

from bot.clock import real_seconds
from models import tables as t
from tests.day.street import PATIENCE, Clerk, Colleague, Phone, Street, numbered, seconds_of
from tests.running.processes import until

PHONE = "13812345678"
RESIDENTS = ("欧阳静好", "司马青山", "上官雨桐", "诸葛文轩", "慕容晓月", "尉迟建国", "令狐秀兰", "东方一鸣")


@dataclass
class Day:
    """The people of the day. `private`: what no log may hold, by what it is."""

    street: Street
    private: dict[str, str] = field(default_factory=dict)
    orders: dict[str, int] = field(default_factory=dict)
    refusals: list[int] = field(default_factory=list)
    metrics: str = ""
    status: int = -1
    took: float = 0.0

    def __post_init__(self) -> None:
        street = self.street
        self.people = {name: street.person(name) for name in RESIDENTS}
        self.li = street.worker("LiHua", "anju", "wrLinliAnju")
        self.wang = street.worker("WangWei", "anju", "wrLinliAnju")
        self.zhao = street.worker("ZhaoMin", "yangguang", "wrLinliYangguang")
        self.sun = street.worker("SunLi", "heping", "wrLinliHeping")
        self.clerk = Clerk(street.base)

    def play(self) -> None:
        """From morning to evening."""
        started = real_seconds()
        for part in (
            self.morning, self.kitchen, self.lift, self.emergency, self.firm, self.nobody_claims,
            self.new_colleague, self.platform_down, self.mischief, self.console, self.leaves, self.evening,
        ):  # fmt: skip
            part()
        self.took = seconds_of(started)

    def who(self, number: int) -> Phone:
        """A resident."""
        return self.people[RESIDENTS[number]]

    # --- residents and staff --------------------------------------------------------------------------------

    def morning(self) -> None:
        """One scans the door's code, one types the address, one chooses not to say it."""
        assert "您扫的是幸福小区 3 号楼" in self.who(0).does("follow", scene="bld:3")
        assert "绑定好了：幸福小区 3 号楼 2 单元 602 室" in self.who(0).says("2单元602")
        assert "您住在哪里" in self.who(1).does("follow")
        assert "绑定好了：幸福小区 3 号楼 1 单元 501 室" in self.who(1).says("幸福小区3号楼1单元501")
        assert "您住在哪里" in self.who(2).does("follow")
        assert "先不绑定" in self.who(2).says("先跳过")
        assert "绑定好了" in self.bound(3, "阳光花园5号楼2单元1102")
        for number in (4, 5, 6, 7):
            assert self.who(number).does("follow")
            assert self.who(number).says("1")

    def bound(self, number: int, address: str) -> str:
        """Follow and say where one lives."""
        self.who(number).does("follow")
        return self.who(number).says(address)

    def kitchen(self) -> None:
        """Reported with a photo, claimed, asked, answered, progress, finished with a photo, rated."""
        who, li = self.who(0), self.li
        number = self.orders["kitchen"] = who.reports("厨房水管漏水", photo="pipe")
        assert f"尾号 {PHONE[-4:]}" in who.says(PHONE)
        assert "照片 1 张" in li.reads(f"【{number}】")
        assert "由您接单" in li.says(f"接 {number}")
        assert "李华 接单" in who.gets(f"（工单 {number}）已由")
        alone = li.alone(f"详情 {number}")
        assert "2 单元 602 室" in alone
        assert PHONE in alone
        assert "请在单聊里发" in li.says(f"详情 {number}")
        assert "已问住户" in li.says(f"问 {number} 几点在家？电话多少？")
        who.gets("几点在家？")
        assert "已转给师傅" in who.says(f"下午都在，我的电话是{PHONE}")
        assert "下午都在" in li.reads("住户回答")
        assert "已转给住户" in li.says(f"进度 {number} 配件下午到")
        who.gets("配件下午到")
        assert "已记下到场" in li.says(f"到场 {number}")
        assert "已办结" in li.says(f"完成 {number} 换了水管", photo="repaired")
        who.gets("处理结果：换了水管")
        assert "5 分" in who.says("很满意")
        assert "记下了" in who.says("师傅很耐心")

    def lift(self) -> None:
        """Two neighbours report the same lift; the second joins, and urges; it is not fixed at first."""
        number = self.orders["lift"] = self.who(1).reports("3号楼电梯坏了", photo="lift")
        assert "已经有人报过" in self.who(4).says("幸福小区3号楼的电梯不动了")
        assert f"加进工单 {number}" in self.who(4).says("是的")
        self.li.reads("现在共 2 户")
        assert "已经催了" in self.who(4).says(f"催 {number}")
        self.li.reads("住户催办")
        assert "由您接单" in self.wang.says(f"接{number}")
        assert "没有找到工单" in self.zhao.says(f"完成 {number} 修好了"), "another firm does not see it"
        assert "已办结" in self.wang.says(f"完成 {number} 修好了")
        self.who(1).gets("处理结果：修好了")
        assert "还有什么问题" in self.who(1).says(f"没修好 {number}")
        assert "已重新处理" in self.who(1).says("还是不动")
        self.li.reads("住户说没有修好")
        assert "已办结" in self.wang.says(f"完成 {number} 换了主板")
        self.who(4).gets("处理结果：换了主板")
        assert "1 分" in self.who(4).says("太差了")

    def emergency(self) -> None:
        """Somebody is trapped in a lift: told at once, place asked, the right firm comes."""
        said = self.who(2).says("有人被困在电梯里了！")
        assert "119" in said
        number = self.orders["emergency"] = numbered(said)
        assert "已通知值班人员" in self.who(2).says("阳光花园5号楼")
        assert "由您接单" in self.take(self.zhao, number)
        self.who(2).gets("赵敏 接单")
        assert "已办结" in self.zhao.says(f"完成 {number} 人已救出")

    def take(self, worker: Colleague, number: int) -> str:
        """Claim what the group shows."""
        worker.reads(f"{number}】")
        return worker.says(f"接 {number}")

    def firm(self) -> None:
        """A firm returns what is not its own; the community takes it."""
        number = self.orders["returned"] = self.who(3).reports("家里马桶堵了")
        assert "由您接单" in self.take(self.zhao, number)
        assert "由和平社区居委会接手" in self.zhao.says(f"退 {number} 要街道出面")
        assert "由您接单" in self.take(self.sun, number)
        self.who(3).gets("孙丽 接单")
        assert "已办结" in self.sun.says(f"完成 {number} 解释：已联系疏通公司")
        self.who(3).gets("已联系疏通公司")

    def nobody_claims(self) -> None:
        """After its time an order goes to whoever is on duty."""
        number = self.orders["unclaimed"] = self.who(5).reports("阳光花园6号楼路灯不亮", photo="lamp")
        self.zhao.reads(f"【{number}】")
        self.street.hours(2)
        self.zhao.reads("没有人接单，已派给 赵敏")
        self.who(5).gets("已安排阳光物业 赵敏 负责")
        assert "已经催了" in self.who(5).says(f"催 {number}")
        assert "已办结" in self.zhao.says(f"完成 {number} 换了灯泡")

    def new_colleague(self) -> None:
        """Unbound at the console: a stranger. With a word from the console: a colleague again."""
        self.signs_in()
        page = self.clerk.opens("/console/people")
        worker, binding = self.numbers(page)
        self.clerk.sends(f"/console/people/bindings/{binding}/end")
        assert "还没有绑定" in self.wang.says(f"接 {self.orders['lift']}")
        shown = self.clerk.sends(f"/console/people/workers/{worker}/word")
        word = re.findall(r"绑定 (\S+?)<", shown)[0]
        self.private["binding word"] = word
        assert "口令不对" in self.wang.alone("绑定 WRONGWORD")
        assert "绑定好了：安居物业 王伟" in self.wang.alone(f"绑定 {word}")
        assert "没有未办结" in self.wang.says("待办")

    def numbers(self, page: str) -> tuple[int, int]:
        """The ids of 王伟 and of his binding, as the database has them; the page must offer both."""
        with self.street.store.look(self.street.now) as work:
            a = t.worker_account.c
            row = work.conn.execute(select(a.worker_id, a.id).where(a.userid == "WangWei")).one()
        assert f"workers/{row.worker_id}/word" in page
        assert f"bindings/{row.id}/end" in page
        return row.worker_id, row.id

    # --- trouble --------------------------------------------------------------------------------------------

    def platform_down(self) -> None:
        """WeChat and WeCom answer nothing useful for a while: the outbox waits, then everything arrives."""
        for where in ("message/custom/send", "webhook/send"):
            self.street.emu("faults", where=where, what="errcode", errcode=-1, times=None)
        number = self.orders["patient"] = self.who(6).reports("幸福小区2号楼大门关不上")
        self.until_tried("new_order", number)
        self.street.http.delete(f"{self.street.phones}/emu/faults", timeout=20).raise_for_status()
        self.street.hours(0.1)
        self.li.reads(f"【{number}】")
        assert "由您接单" in self.li.says(f"接 {number}")
        self.who(6).gets("李华 接单")

    def until_tried(self, kind: str, number: int) -> None:
        """Wait until this message was tried in vain at least once."""

        def tried() -> bool:
            with self.street.store.look(self.street.now) as work:
                rows = work.conn.execute(select(t.outbox).where(t.outbox.c.kind == kind)).all()
            return any(row.facts["number"] == number and row.attempts for row in rows)

        until(tried, "a try in vain", PATIENCE)

    def mischief(self) -> None:
        """Forged, oversized and malformed callbacks; unknown numbers; a file that is no photo."""
        base, who = self.street.base, self.who(7)
        forged = {
            "signature": "0" * 40,
            "timestamp": "1",
            "nonce": "1",
            "msg_signature": "0" * 40,
            "openid": who.openid,
        }
        for path, body in (
            ("/callback/wechat", "<xml><FromUserName>x</FromUserName></xml>"),
            ("/callback/wechat", "x" * 70_000),
            ("/callback/wecom/anju", "{}"),
            ("/callback/wecom/nobody", "{}"),
        ):
            answer = self.street.http.post(f"{base}{path}", params=forged, data=body, timeout=20)
            self.refusals.append(answer.status_code)
        who.silently("raw", xml="<xml><FromUserName>")
        who.silently("event", event="never_heard_of", fields={"EventKey": PHONE})
        assert "没有" in who.says("查 9999") or "9999" in who.says("9999")
        assert "没有找到工单 9999" in self.li.says("接9999")
        assert "要报的是" in who.says("幸福小区1号楼门锁坏了")
        who.sends_file(b"this is no photo " * 50)
        number = self.orders["no photo"] = numbered(who.says("1"))
        assert "重新拍一张" in self.who(7).gets("没有保存")
        assert self.take(self.li, number)

    # --- the end --------------------------------------------------------------------------------------------

    def signs_in(self) -> None:
        """The clerk signs in with the password that was printed."""
        self.clerk.opens("/console/sign-in")
        assert "工单" in self.clerk.sends("/console/sign-in", login="admin", password=self.street.password)

    def console(self) -> None:
        """Every page, an order with its door, its photo."""
        stranger = Clerk(self.street.base)
        assert "密码" in stranger.opens(f"/console/orders/{self.orders['kitchen']}")
        number = self.orders["kitchen"]
        for path in (
            "/console/",
            "/console/items",
            "/console/people",
            "/console/codes",
            "/console/trouble",
            "/console/accounts",
        ):
            self.clerk.opens(path)
        page = self.clerk.opens(f"/console/orders/{number}")
        assert "602" not in page
        photos = re.findall(rf"/console/orders/{number}/photos/\d+\.jpg", page)
        assert photos
        self.clerk.opens(photos[0])
        assert "602" in self.clerk.sends(f"/console/orders/{number}/contact")
        self.metrics = self.street.http.get(f"{self.street.base}/metrics", timeout=20).text
        assert self.street.http.get(f"{self.street.base}/readyz", timeout=20).json()["ready"]

    def leaves(self) -> None:
        """One unfollows, with an order open: nothing more is sent there."""
        self.who(6).silently("unfollow")
        assert "已办结" in self.li.says(f"完成 {self.orders['patient']} 换了合页")

    def evening(self) -> None:
        """Wait until everything is said; collect what no log may hold."""

        def rest() -> bool:
            with self.street.store.look(self.street.now) as work:
                states = select(t.outbox.c.id).where(t.outbox.c.state.in_(("queued", "sending")))
                wanted = select(t.photo.c.id).where(t.photo.c.state == "wanted")
                return not [*work.conn.execute(states), *work.conn.execute(wanted)]

        until(rest, "rest", PATIENCE)
        self.private |= {f"openid of {one.name}": one.openid for one in self.people.values()}
        self.private |= {f"name of {one.name}": one.name for one in self.people.values()}
        self.private |= {"phone": PHONE, "console password": self.street.password, **self.street.secrets()}
