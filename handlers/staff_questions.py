"""What staff do from their group with questions of residents that no service item answers."""

from __future__ import annotations

from bot.language.staff_questions import AboutQuestion
from bot.message import Reply
from models import views
from models.actions.questions import AnswerUnanswered
from models.store import Work

LISTED = 8
NONE = "没有还没答的问题。居民问了机器人不知道的，会发到群里。"
UNKNOWN = "没有找到问题 Q{number}，或者已经去掉了。看还没答的请发：未答"
NEEDS_WORDS = "请把答复写在后面，比如：答 Q{number} 到居委会二楼，带身份证"
ALREADY = "Q{number} 已经这样答过了。要改，请把新的答复写在后面：答 Q{number} 内容"
TOO_LONG = (
    "Q{number} 的答复有 {count} 个字，最多 {most} 个，还没有发给居民。请写短一些再发：答 Q{number} 内容"
)
ANSWERED = (
    "Q{number} 已答复，发给了 {told} 位居民。以后有人问一样的，也会这样答，所以请不要写居民的姓名和电话；"
    "社区可以在工作台“问答”里把它做成事项。"
)
OPEN = "有 {count} 个问题还没答：\n{lines}\n答复请发：答 Q{number} 内容"


def answer(work: Work, asker: views.Staff, about: AboutQuestion) -> Reply:
    """Do what is said; the words for the group."""
    if about.number is None:
        found = views.unanswered_open(work, asker, most=LISTED)
        return Reply(_listed(found, views.unanswered_count(work, asker)))
    one = views.unanswered_by_number(work, asker, about.number)
    if one is None:
        return Reply(UNKNOWN.format(number=about.number))
    if not about.answers:
        return Reply(_shown(one))
    done = AnswerUnanswered(one.id, "worker", asker.worker_id, about.words).run(work)
    if done["ok"]:
        return Reply(ANSWERED.format(**done))
    known = {"needs_words": NEEDS_WORDS, "already": ALREADY}
    why = TOO_LONG if done.get("about") == "long" else known.get(done["why"], UNKNOWN)
    return Reply(why.format_map({**done, "number": one.number}))


def _listed(found: tuple[views.Unanswered, ...], count: int) -> str:
    if not found:
        return NONE
    lines = "\n".join(f"Q{one.number}（{one.asked} 次）“{one.words}”" for one in found)
    return OPEN.format(count=count, lines=lines, number=found[0].number)


def _shown(one: views.Unanswered) -> str:
    said = f"答复：“{one.answer}”\n要改" if one.answer else "还没有答复。要答"
    return f"【Q{one.number}】问过 {one.asked} 次：“{one.words}”\n{said}请发：答 Q{one.number} 内容"
