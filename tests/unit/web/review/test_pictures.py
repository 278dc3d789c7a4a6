"""Slow documents keep nobody else waiting: bounded, drawn once for all, failures kept."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.testclient import TestClient

from connectors.object_store import DocumentRefused
from connectors.page_pictures import Drawn, NotDrawn, Picture
from connectors.settings import Documents
from operators.upload import Document
from web.problem import Problem
from web.review import drawing
from web.review.drawing import Drawing
from web.review.pictures import Pictures
from web.review.shown import shown

DOCUMENT = Document("inbox/1", "application/pdf", "ab")
DRAWN = Drawn(b"png", 10, 20, 3)


class Workers:
    """Draw when they may."""

    def __init__(self, may: bool = True) -> None:
        self.drawn: list[int] = []
        self.may = Event()
        self.came: Any = DRAWN
        if may:
            self.may.set()

    def run(self, tasks: Sequence[Picture]) -> list[Any]:
        assert self.may.wait(30)
        self.drawn += [each.number for each in tasks]
        return [self.came for _ in tasks]

    def close(self) -> None:
        self.may.set()


class Shelf:
    def __init__(self) -> None:
        self.refused: Exception | None = None

    def get(self, document: Document, limit: int) -> bytes:
        if self.refused is not None:
            raise self.refused
        return document.uri.encode()


class Scene:
    def __init__(self, folder: Path, may: bool = True) -> None:
        self.pictures = Pictures(Documents(url=str(folder)))
        self.workers, self.shelf = Workers(may), Shelf()
        self.pictures._workers = self.workers  # type: ignore[assignment]  # it does the same
        self.pictures._store = self.shelf  # type: ignore[assignment]  # it does the same

    async def problem(self, document: Document = DOCUMENT, number: int = 1) -> Problem:
        with pytest.raises(Problem) as raised:
            await self.pictures.page(document, number)
        return raised.value


def test_a_page_that_many_ask_for_is_drawn_once(tmp_path: Path) -> None:
    async def many() -> None:
        scene = Scene(tmp_path, may=False)
        asked = [asyncio.create_task(scene.pictures.page(DOCUMENT, 1)) for _ in range(200)]
        await asyncio.sleep(0)
        # Whoever goes away ends nothing for the others.
        asked[0].cancel()
        scene.workers.may.set()
        assert await asyncio.gather(*asked[1:]) == [DRAWN] * 199
        assert await scene.pictures.page(DOCUMENT, 1) == DRAWN
        assert scene.workers.drawn == [1]
        scene.pictures.close()

    asyncio.run(many())


def test_documents_that_hang_leave_the_threads_of_others_alone(tmp_path: Path) -> None:
    async def hanging() -> None:
        scene = Scene(tmp_path, may=False)
        asked = [asyncio.create_task(scene.pictures.page(DOCUMENT, n)) for n in range(1, 200)]
        # As many as the default executor has threads, on any machine.
        others = (asyncio.to_thread(int) for _ in range(32))
        await asyncio.wait_for(asyncio.gather(*others), 30)
        refused = [each for each in asked if each.done()]
        for each in refused:
            problem = each.exception()
            assert isinstance(problem, Problem)
            assert (problem.status, problem.kind) == (503, "drawing-busy")
            assert "Retry-After" in problem.headers()
        scene.workers.may.set()
        assert len(refused) == 199 - 43
        await asyncio.gather(*asked, return_exceptions=True)
        assert await scene.pictures.page(DOCUMENT, 199) == DRAWN
        scene.pictures.close()

    asyncio.run(hanging())


def test_what_cannot_be_drawn_is_not_tried_again_for_a_minute(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def failing() -> None:
        now = [0.0]
        monkeypatch.setattr(
            "web.review.pictures.Drawing",
            lambda threads, waiting: Drawing(threads, waiting, lambda: now[0]),
        )
        scene = Scene(tmp_path)
        scene.workers.came = NotDrawn("it hangs")
        assert (await scene.problem()).kind == "not-shown"
        assert (await scene.problem()).kind == "not-shown"
        assert scene.workers.drawn == [1]
        # Another document, though somebody has given it the same hash.
        scene.workers.came = DRAWN
        assert await scene.pictures.page(Document("inbox/2", "", "ab"), 1) == DRAWN
        now[0] = drawing._FAILED_FOR
        assert await scene.pictures.page(DOCUMENT, 1) == DRAWN
        scene.pictures.close()

    asyncio.run(failing())


def test_a_page_is_shown_again_only_to_who_may_still_see_it(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    may_see = [True]
    app = FastAPI()

    @app.get("/page/{number}")
    async def page(number: int, request: Request) -> Response:
        if not may_see[0]:
            raise HTTPException(401)
        return await shown(scene.pictures, DOCUMENT, number, request)

    with TestClient(app) as client:
        first = client.get("/page/1")
        assert (first.status_code, first.content) == (200, b"png")
        assert first.headers["cache-control"] == "private, no-cache"
        assert (first.headers["page-count"], first.headers["page-size"]) == ("3", "10.00 20.00")
        tag = first.headers["etag"]
        for given in (tag, tag.removeprefix("W/"), f'"other", {tag}'):
            again = client.get("/page/1", headers={"If-None-Match": given})
            assert (again.status_code, again.content) == (304, b"")
            assert again.headers["etag"] == tag
        for path, given in (("/page/2", tag), ("/page/1", '"other"'), ("/page/1", "")):
            assert client.get(path, headers={"If-None-Match": given}).status_code == 200
        may_see[0] = False
        assert client.get("/page/1", headers={"If-None-Match": tag}).status_code == 401
    scene.pictures.close()


def test_a_store_that_is_away_is_asked_again(tmp_path: Path) -> None:
    async def away() -> None:
        from connectors.object_store import StoreAway

        scene = Scene(tmp_path)
        scene.shelf.refused = StoreAway("the document store does not answer")
        assert (await scene.problem()).status == 503
        scene.shelf.refused = None
        assert await scene.pictures.page(DOCUMENT, 1) == DRAWN
        scene.shelf.refused = DocumentRefused("document_missing", "it is not there")
        assert (await scene.problem(number=2)).status == 422
        scene.pictures.close()

    asyncio.run(away())
