"""The sample neighbourhood."""

from __future__ import annotations

from models import sample, views
from models.store import Store
from tests.town import MONDAY_MORNING, TestTown


def test_planting_again_gives_the_same_town(town: TestTown) -> None:
    with town.store.work(MONDAY_MORNING) as work:
        assert sample.plant(work) == town.planted


def test_robot_keys_can_be_given(store: Store) -> None:
    with store.work(MONDAY_MORNING) as work:
        planted = sample.plant(work, {"anju": "key-of-anju"})
    assert planted.groups[0].robot_key == "key-of-anju"


def test_bots_and_groups_can_be_looked_up(town: TestTown) -> None:
    anju = town.planted.bots[0]
    assert town.see(views.bots)[0].config["aes_key"] == anju.aes_key
    assert len(anju.aes_key) == 43
    group = town.see(views.group_of, anju.id, "wrLinliAnju")
    assert (group.name, group.bound, group.speaks) == ("安居物业报修群", True, True)
    assert town.see(views.worker_of, anju.id, "LiHua").name == "李华"
    assert town.see(views.worker_of, anju.id, "ZhaoMin") is None


def test_buildings_are_found_by_scene_and_key(town: TestTown) -> None:
    building = town.see(views.building_by_scene, "bld:3")
    assert building.place == "幸福小区 3 号楼"
    assert town.see(views.buildings_by_key, "3") == (building,)
    assert town.see(views.building_by_scene, "bld:99") is None


def test_homes_are_found_with_and_without_unit(town: TestTown) -> None:
    assert len(town.see(views.find_home, building_key="3", room="602")) == 3
    (home,) = town.see(views.find_home, building_key="3", room="602", unit="2")
    assert home.door == "幸福小区 3 号楼 2 单元 602 室"
    assert town.see(views.find_home, building_key="3", room="999") == ()


def test_secrets_do_not_show_in_what_is_printed(town: TestTown) -> None:
    for secret in (town.planted.bots[0].aes_key, town.planted.groups[0].robot_key):
        assert secret not in repr(town.see(views.bots))
        assert secret not in repr(town.see(views.robots))
