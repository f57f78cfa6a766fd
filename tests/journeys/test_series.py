"""What the city measured, looked at closely; and in the pages of others."""

import http.server
import threading
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from tests.journeys import observed

pytestmark = pytest.mark.journey

# More of the picture has the colour of the line than the line would be long, straight across half of it.
LINE_IS_DRAWN = """canvas => {
    const {data, width, height} = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    let coloured = 0;
    for (let at = 0; at < width * height * 4; at += 4) coloured += data[at + 3] > 0 && data[at + 2] - data[at] > 60;
    return coloured > width / 2;
}"""


def test_ana_looks_closely_at_a_series(page: Any, say: Callable[..., str], picture: Callable[[Any, str], None]) -> None:
    """Ana opens what the city measures, a domain, a station and its dust. The picture can be looked at closely: "less
    time" asks for a finer stretch, "earlier" for the one before. The policy of the page refuses nothing of it.
    """
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto("/observations/")
    picture(page, "observations")
    page.locator("main a[href='/observations/domains/air/']").first.click()
    page.locator("main tbody a", has_text="Piața Libertății").first.click()
    page.locator("main tbody th a").first.click()
    plot = page.locator(".series-plot .uplot canvas")
    expect(plot).to_be_visible()
    expect(page.locator(".series-chart svg.chart-svg")).to_have_count(0)
    page.wait_for_function(LINE_IS_DRAWN, arg=plot.element_handle())
    picture(page, "series")
    box = page.locator(".series-chart")
    reaches = [_reach(box.get_attribute("data-start"), box.get_attribute("data-end"))]
    for words in ("Show less time", "Earlier"):
        with page.expect_response(lambda answer: "/chart?" in answer.url) as answered:
            page.get_by_role("button", name=say(words), exact=True).click()
        assert answered.value.ok
        reaches.append(_asked(answered.value.url))
    assert reaches[1] == pytest.approx(reaches[0] / 2, rel=0.01)
    assert reaches[2] == pytest.approx(reaches[1], rel=0.01)
    expect(plot).to_be_visible()


def test_ana_looks_at_the_same_series_without_scripts(new_browser: Callable[..., Any], say: Callable[..., str]) -> None:
    """On an old phone the server has drawn the picture; its numbers are a table, and the time is chosen by a link."""
    page = new_browser(java_script_enabled=False, viewport={"width": 320, "height": 640})
    page.goto(_address())
    expect(page.locator(".series-chart svg.chart-svg:visible").first).to_be_visible()
    page.locator("figure summary", has_text=say("See the table")).first.click()
    expect(page.locator("figure table").first).to_be_visible()
    page.locator("main a[href='?range=month']").click()
    assert "range=month" in page.url
    expect(page.locator(".series-chart svg.chart-svg:visible").first).to_be_visible()
    page.get_by_role("link", name=say("Older observations")).click()
    expect(page.locator("section", has=page.locator("#observations")).locator("tbody tr").first).to_be_visible()


def test_a_dashboard_stands_in_the_page_of_somebody_else_and_no_other_page_does(
    browser: Any, site: str, neighbour: Callable[[str], str]
) -> None:
    """A newspaper shows the air of today in its own page. What is not meant for that stays outside."""
    context = browser.new_context(locale="ro-RO")
    said: list[str] = []
    context.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page = context.new_page()
    page.goto(neighbour(f"{site}/dashboards/{observed.DASHBOARD}/embed/"))
    frame = page.frame_locator("iframe")
    expect(frame.get_by_role("heading", level=1)).to_be_visible()
    expect(frame.locator("main .panel, main svg").first).to_be_visible()
    assert said == []
    page.goto(neighbour(f"{site}/dashboards/{observed.DASHBOARD}/"))
    expect(frame.get_by_role("heading", level=1)).to_have_count(0)
    assert "frame-ancestors" in " ".join(said) or "X-Frame-Options" in " ".join(said)
    context.close()


@pytest.fixture
def neighbour() -> Iterator[Callable[[str], str]]:
    """The address of a page of another origin that shows an address in a frame."""

    class Newspaper(http.server.BaseHTTPRequestHandler):
        shown = ""

        def do_GET(self) -> None:
            self.send_response(200 if self.path == "/" else 204)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(f'<!doctype html><title>Ziar</title><iframe src="{self.shown}"></iframe>'.encode())

        def log_message(self, *_words: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Newspaper)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def showing(address: str) -> str:
        Newspaper.shown = address
        return f"http://127.0.0.1:{server.server_port}/"

    yield showing
    server.shutdown()
    server.server_close()


def _address() -> str:
    from rivulus.observations.models import Datastream

    return f"/observations/series/{Datastream.objects.get(code=observed.SERIES).pk}/"


def _asked(url: str) -> float:
    query = parse_qs(urlsplit(url).query)
    return _reach(query["start"][0], query["end"][0])


def _reach(start: str, end: str) -> float:
    return float(end) - float(start)
