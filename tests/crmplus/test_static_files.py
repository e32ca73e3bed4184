from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from crmplus.static_files import StaticFilesMiddleware, StaticFilesStorage

FIRST = "import { second } from './second.js';\nsecond();\n"
SECOND = "export function second() {}\n"


def elsewhere(request: HttpRequest) -> HttpResponse:
    return HttpResponse("a page")


@pytest.fixture
def middleware(tmp_path: Path, settings: Any) -> StaticFilesMiddleware:
    (tmp_path / "app.js").write_text("0123456789", encoding="ascii")
    settings.STATIC_ROOT = str(tmp_path)
    return StaticFilesMiddleware(elsewhere)


def test_a_file_comes_whole(
    middleware: StaticFilesMiddleware, rf: RequestFactory
) -> None:
    answer = middleware(rf.get("/static/app.js"))

    assert (answer.status_code, answer.content) == (200, b"0123456789")
    assert answer["content-type"] == 'text/javascript; charset="utf-8"'
    assert not answer.streaming


def test_part_of_a_file(middleware: StaticFilesMiddleware, rf: RequestFactory) -> None:
    answer = middleware(rf.get("/static/app.js", headers={"range": "bytes=2-4"}))

    assert (answer.status_code, answer.content) == (206, b"234")
    assert answer["content-range"] == "bytes 2-4/10"


def test_a_file_that_the_browser_has(
    middleware: StaticFilesMiddleware, rf: RequestFactory
) -> None:
    etag = middleware(rf.get("/static/app.js"))["etag"]

    answer = middleware(rf.get("/static/app.js", headers={"if-none-match": etag}))

    assert (answer.status_code, answer.content) == (304, b"")


def test_head_tells_the_length(
    middleware: StaticFilesMiddleware, rf: RequestFactory
) -> None:
    answer = middleware(rf.head("/static/app.js"))

    assert (answer["content-length"], answer.content) == ("10", b"")


def test_everything_else_goes_on(
    middleware: StaticFilesMiddleware, rf: RequestFactory
) -> None:
    assert middleware(rf.get("/static/missing.js")).content == b"a page"


def test_a_module_imports_others_by_their_hashed_names(
    tmp_path: Path, settings: Any
) -> None:
    for name, text in (("first.js", FIRST), ("second.js", SECOND)):
        (tmp_path / name).write_text(text, encoding="ascii")
    storage = StaticFilesStorage(location=tmp_path, base_url="/static/")

    list(
        storage.post_process(
            {name: (storage, name) for name in ("first.js", "second.js")}
        )
    )

    second = storage.stored_name("second.js")
    assert second != "second.js"
    with storage.open(storage.stored_name("first.js")) as file:
        assert f'from "{Path(second).name}";'.replace(
            '"', ""
        ) in file.read().decode().replace('"', "").replace("./", "")


def test_all_static_files_can_be_collected(tmp_path: Path, settings: Any) -> None:
    settings.STATIC_ROOT = str(tmp_path)
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "crmplus.static_files.StaticFilesStorage"},
    }

    call_command("collectstatic", interactive=False, verbosity=0)

    assert (tmp_path / "staticfiles.json").exists()
    assert list(tmp_path.glob("vendor/tabler.*.css.gz"))
