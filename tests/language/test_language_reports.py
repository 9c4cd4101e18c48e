"""What a report is about: category, urgency, thing, place, and whether a sentence opens one."""

import pytest

from bot.language.reports import (
    CATEGORIES,
    fault_object,
    opens_report,
    public_part,
    suggest_category,
    urgency,
)

REPORTS = {
    "utilities": [
        "水龙头漏水", "12弄8号602室厨房下水道堵了", "马桶一直流水", "停电了，整栋楼都没电", "自来水是黄的",
        "水从天花板往下流",
        "插座没电", "热水器不出水", "下水管返臭味", "保修一下我家的灯", "露水了，水管", "电线冒火花了",
        "水漂金山了，水管爆掉了"],
    "lift": [
        "电梯坏了", "店梯坏了", "電梯壞了", "升降机坏了", "电梯门关不上", "3号楼1101，电梯按钮按不亮了",
        "电梯异响", "我被困在电梯里"],
    "cleaning": [
        "垃圾没人清", "楼道里老鼠窜来窜去", "楼下烧烤店油烟太大", "化粪池堵了往外冒", "地上有狗屎", "厕所臭"],
    "noise": ["半夜楼上还在装修，吵得睡不着", "广场舞音响太响了", "楼上养的狗天天叫", "晚上打麻将吵", "施工扰民"],
    "parking": ["车位被占", "外来车辆太多", "道闸坏了", "充电桩坏", "有辆黑色车子堵在消防通道上"],
    "fire_safety": [
        "灭火器没压力", "有人在楼道里给电瓶车充电，拉的飞线", "走廊里堆满了纸板箱", "着火了", "烟感报警器乱响"],
    "gas": ["煤气灶点不着", "燃气灶打不着火", "煤气味道大得不得了", "燃气表没电"],
    "housing": ["墙面开裂", "墙皮脱落", "屋顶渗水", "空调外机要掉下来了", "外墙掉砖", "楼上漏水到我家天花板"],
    "public_facilities": ["路灯不亮", "滑滑梯裂开了一条口子", "窨井盖不见了", "楼道灯坏", "长椅断", "健身器材坏"],
    "security": ["门禁卡刷不开", "高空抛物", "有小偷", "单元门关不拢，锁舌没了", "自行车被偷", "有人打人"],
    "greening": ["树枝太长挡光", "草坪里的草老长了没人剪", "大树倒了", "树上有虫"],
    "pets": ["狗不牵绳", "流浪猫多", "被狗咬了", "有人养鸡"],
    "help": ["老人摔倒起不来", "有人昏倒", "孩子走丢了", "胸口痛喘不上气", "我不想活了"],
}  # fmt: skip


@pytest.mark.parametrize(("category", "text"), [(c, t) for c, texts in REPORTS.items() for t in texts])
def test_category(category: str, text: str) -> None:
    suggestion = suggest_category(text)
    assert suggestion is not None
    assert suggestion.category == category


@pytest.mark.parametrize("text", ["", "你好", "我要报修", "坏了", "3号楼602", "谢谢", "1024", "三楼"])
def test_nothing_to_go_by(text: str) -> None:
    assert suggest_category(text) is None


def test_two_categories_alike_are_not_sure() -> None:
    suggestion = suggest_category("电梯和路灯")
    assert suggestion is not None
    assert not suggestion.sure


def test_one_category_is_sure() -> None:
    suggestion = suggest_category("电梯坏了")
    assert suggestion is not None
    assert suggestion.sure


def test_every_category_but_other_is_tried_here() -> None:
    assert set(REPORTS) | {"other"} == set(CATEGORIES)


@pytest.mark.parametrize(
    "text",
    [
        "水管爆裂", "水淹了厨房", "全家停水", "没水了", "停电了，整栋楼都没电", "自来水是黄的", "污水倒灌",
        "电梯不动了", "电梯坏了", "店梯坏了",
     "化粪池堵了往外冒", "车堵住消防通道", "飞线充电", "外墙掉砖", "空调外机要掉下来了", "井盖没了", "路面塌陷",
     "高空抛物", "有人撬门",
     "大树倒了", "树枝断了挂在电线上", "被狗咬了", "着火了", "煤气味", "老人晕倒了", "广告牌松了要掉",
     "窨井盖不见了", "很急，漏水",
     "救护车进不来", "有人跟踪"],
)  # fmt: skip
def test_urgent(text: str) -> None:
    assert urgency(text) == "urgent"


@pytest.mark.parametrize(
    "text",
    [
        "", "水龙头漏水", "马桶堵了", "灯泡烧坏", "垃圾没人清", "楼上太吵", "车位被占", "灭火器没压力",
        "煤气灶点不着", "墙面开裂", "路灯不亮",
     "门禁坏", "草没修", "狗不牵绳", "插座没电", "燃气表没电", "我要报修", "电梯按钮按不亮了",
     "走廊里堆满了纸板箱，万一着火怎么逃",
     "漏水，不急", "油烟太大", "滑梯坏", "有蟑螂", "你好", "信箱坏", "长椅断", "下水管返臭味", "丢东西",
     "热水器没热水", "没地方停车"],
)  # fmt: skip
def test_not_urgent(text: str) -> None:
    assert urgency(text) == "normal"


@pytest.mark.parametrize(
    ("text", "thing"),
    [
        ("电梯坏了", "电梯"), ("升降机坏了", "电梯"), ("店梯坏了", "电梯"), ("路灯不亮", "路灯"),
        ("走廊灯坏了", "楼道灯"),
        ("声控灯不灵", "楼道灯"), ("水管爆了", "水管"), ("水龙头漏水", "水龙头"), ("水笼头坏了", "水龙头"),
        ("地漏堵住了", "下水道"),
        ("马桶堵了", "马桶"), ("没电了", "电"), ("8号楼怎么突然断电了", "电"), ("水是浑的", "自来水"),
        ("煤气灶点不着", "燃气"),
        ("门禁卡刷不开", "门禁"), ("单元门关不上", "门禁"), ("道闸坏了", "道闸"), ("车位被占", "车位"),
        ("井盖没了", "井盖"),
        ("阴沟盖子没了", "井盖"), ("灭火器过期", "灭火器"), ("垃圾桶太满", "垃圾"), ("滑滑梯裂了", "健身器材"),
        ("树枝断了", "树"),
        ("空调外机响", "空调"), ("外墙掉砖", "外墙"), ("小花园晚上路灯都灭了", "路灯"), ("3号楼电梯", "电梯"),
        ("我要报修", None), ("", None), ("你好", None),
    ],
)  # fmt: skip
def test_fault_object(text: str, thing: str | None) -> None:
    assert fault_object(text) == thing


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("电梯坏了", "电梯"), ("店梯坏了", "电梯"), ("走廊里堆满了纸板箱", "楼道"), ("楼梯间很脏", "楼道"),
        ("7号楼2楼走廊", "楼道"),
        ("大门的锁坏了", "大门"), ("单元门关不上", "大门"), ("南门口", "大门"), ("地库灯不亮", "车库"),
        ("车库积水", "车库"),
        ("停车场", "车库"), ("小花园没人管", "花园"), ("花坛", "花园"), ("草坪", "花园"), ("路灯不亮", "道路"),
        ("井盖没了", "道路"),
        ("天台漏水", "屋顶"), ("外墙掉砖", "外墙"), ("垃圾桶太满", "垃圾房"), ("篮球场旁边", "活动场地"),
        ("健身器材坏", "活动场地"),
        ("消防栓坏了", "消防设施"), ("围墙倒了", "围墙"), ("快递柜坏", "快递柜"), ("水泵房", "水泵房"),
        ("楼道", "楼道"),
        ("消防通道被堵", "消防设施"), ("我家马桶堵了", None), ("", None), ("3号楼602", None), ("水龙头漏水", None),
    ],
)  # fmt: skip
def test_public_part(text: str, part: str | None) -> None:
    assert public_part(text) == part


@pytest.mark.parametrize(
    "text",
    [
        "我要报修", "报修", "报修，马桶堵了", "保修一下我家的灯", "电梯坏了", "店梯坏了", "3号楼602水龙头漏水",
        "停电了", "楼上太吵",
     "路灯坏了一个，篮球场旁边", "垃圾桶太满", "车位被一辆白色面包车占了", "有老鼠！楼道里老鼠窜来窜去",
     "燃气灶打不着火", "投诉楼下油烟",
     "有人在楼道里给电瓶车充电，拉的飞线", "狗不牵绳", "树枝太长挡光", "墙皮脱落了", "外墙掉砖", "着火了",
     "老人摔倒起不来",
     "门禁卡刷不开，我进不去了", "整栋楼停电了，8号", "4号的水不干净，像泥浆", "反映一下广场舞音响太响",
     "我要投诉", "叫人来修", "电梯里困了个老太太",
     "麻烦叫师傅来一趟，空调外机要掉下来了", "高空抛物"],
)  # fmt: skip
def test_opens_a_report(text: str) -> None:
    assert opens_report(text)


@pytest.mark.parametrize(
    "text",
    [
        "", "你好", "谢谢", "早上好", "明天中午订两份红烧肉", "今天的菜单发我看看", "体温36.8",
        "电梯大战这个电影好看吗", "我家的电梯房真好",
     "楼上邻居人很好", "手机没电了", "昨晚没睡好", "敬老卡在哪办", "我们楼想装电梯，要多少人同意",
     "外墙掉砖了，修的钱从哪里出",
     "物业不作为向哪里投诉", "旧床垫不要了叫谁来拉", "煤气皮管老化了，给换吗",
     "隔壁天天吵架，居委能不能出面劝劝", "宽带坏了找谁",
     "违章停车罚款怎么交", "报修进度", "我报的修怎么还没人来", "昨天报的电梯几时来修", "不用修了",
     "自己修好了，取消", "很满意", "师傅修得很快很好",
     "电瓶车在哪里充电", "小狗要不要办证", "保修期过了吗，手机", "菜太咸不好吃", "小区门口新开了家理发店",
     "物业费多少", "上门送饭"],
)  # fmt: skip
def test_does_not_open_a_report(text: str) -> None:
    assert not opens_report(text)
