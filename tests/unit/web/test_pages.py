"""What all pages have in common: the frame, the way in, problems, styles and scripts."""

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest
from fastapi import APIRouter, Request
from fastapi.testclient import TestClient
from starlette.responses import Response

from web.app import Area, application
from web.pages.area import PagesArea
from web.pages.rendering import Pages
from web.principal import Everybody, Reader
from web.problem import Problem

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


class Sample:
    def __init__(self, pages: Pages) -> None:
        self.router = APIRouter()
        self.router.add_api_route("/sample", self._sample)
        self._pages = pages

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        yield

    async def _sample(self, request: Request, who: Reader) -> Response:
        problem = Problem(404, "none", "<b>Gone</b>", "“<script>” is no request.")
        return self._pages.page(request, "pages/problem.html", who=who, problem=problem)


@pytest.fixture
def client() -> Iterator[TestClient]:
    pages = Pages()
    areas: list[Area] = [PagesArea(pages), Sample(pages)]
    app = application(Everybody("anna", "north"), areas, "1", pages.telling)
    with TestClient(app, follow_redirects=False) as client:
        yield client


def test_what_is_shown_is_escaped_and_kept_by_nobody(client: TestClient) -> None:
    answer = client.get("/sample")
    assert "&lt;b&gt;Gone&lt;/b&gt;" in answer.text
    assert "<script>”" not in answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert "north · </span>anna" in answer.text


def test_a_page_holds_no_script_or_style_of_its_own_and_nothing_from_elsewhere(
    client: TestClient,
) -> None:
    text = client.get("/sample").text
    assert not re.search(r"<style|style=|\son\w+=|javascript:", text)
    assert re.findall(r"<script(?! type=\"module\" src=\"/static/)", text) == []
    assert not re.search(r"(src|href)=\"(https?:)?//", text)


def test_what_a_page_refers_to_is_there_and_may_be_kept_for_good(client: TestClient) -> None:
    found = re.findall(r"(?:src|href)=\"(/static/[^\"]+)\"", client.get("/sample").text)
    assert len(found) >= 3
    for address in found:
        answer = client.get(address)
        assert answer.status_code == 200
        assert "immutable" in answer.headers["cache-control"]
        old = re.sub(r"/static/\w+/", "/static/0/", address)
        assert "immutable" not in client.get(old).headers["cache-control"]
    assert client.get("/static/0/pages/../rendering.py").status_code == 404


def test_the_start_leads_to_the_board(client: TestClient) -> None:
    answer = client.get("/")
    assert (answer.status_code, answer.headers["location"]) == (303, "/board")


def test_people_read_a_problem_as_a_page_and_programs_as_data(client: TestClient) -> None:
    people, programs = client.get("/nowhere", headers=BROWSER), client.get("/nowhere")
    assert (people.status_code, programs.status_code) == (404, 404)
    assert people.headers["content-type"].startswith("text/html")
    assert "<h1>Not Found</h1>" in people.text
    assert programs.headers["content-type"] == "application/problem+json"
