"""The signed photo page: for the residents of an order, for some days, and for nobody else."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from handlers import album
from models import tables as t
from models.limits import load_limits
from models.views import album_link
from tests.chat import Community, found


@pytest.fixture
def community(tmp_path: Path) -> Community:
    made = found(tmp_path)
    made.store.limits = load_limits(public_url="http://linli.example")
    phone = made.resident()
    phone.says("幸福小区3号楼电梯坏了")
    phone.says("[照片]")
    phone.says("1")
    with made.store.work(made.clock.now()) as work:
        work.conn.execute(update(t.photo).values(state="kept", file="a.jpg", width=4, height=3))
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "a.jpg").write_bytes(b"jpeg")
    return made


@pytest.fixture
def client(community: Community, tmp_path: Path) -> FlaskClient:
    app = Flask("album")
    app.register_blueprint(album.make_blueprint(community.store, community.clock, tmp_path / "photos"))
    return app.test_client()


def link(community: Community) -> str:
    """The path that the resident's phone opens."""
    with community.store.look(community.clock.now()) as work:
        return album_link(work, 1, 1).removeprefix("http://linli.example")


def test_the_timeline_and_the_finish_lead_to_the_photos(community: Community, client: FlaskClient) -> None:
    said = community.resident().says("1001")
    assert f"http://linli.example{link(community)}" in said
    page = client.get(link(community))
    assert page.status_code == 200
    assert "您发来的" in page.text
    assert page.headers["Cache-Control"] == "no-store"
    with client.get(f"{link(community)}/1.jpg") as photo:
        assert (photo.status_code, photo.mimetype, photo.data) == (200, "image/jpeg", b"jpeg")


@pytest.mark.parametrize(
    "spoil",
    [lambda path: path[:-1] + "x", lambda path: path.replace("/1.1.", "/1.2."), lambda path: "/album/x"],
)
def test_a_token_that_is_not_ours_shows_nothing(
    community: Community, client: FlaskClient, spoil: object
) -> None:
    path = spoil(link(community))  # type: ignore[operator]
    assert client.get(path).status_code == 404
    assert client.get(f"{path}/1.jpg").status_code == 404


def test_it_ends_after_some_days_and_when_the_person_leaves(
    community: Community, client: FlaskClient
) -> None:
    path = link(community)
    community.clock.forward(days=6)
    assert client.get(path).status_code == 200
    community.clock.forward(days=2)
    assert client.get(path).status_code == 404
    path = link(community)
    community.resident().says("[取消关注]")
    assert client.get(path).status_code == 404


def test_a_photo_of_another_order_is_not_there(client: FlaskClient, community: Community) -> None:
    assert client.get(f"{link(community)}/99.jpg").status_code == 404
