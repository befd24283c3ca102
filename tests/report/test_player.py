"""The player as a browser shows it: it plays, scrubs, turns, and says which token it is at."""

import base64
import json

import numpy as np
import pytest

from biomechgpt.report.movement_page.movement_page import write_movement_page
from biomechgpt.report.movement_page.skeleton import motion
from tests.helpers.browser import DESKTOP, PHONE, faults

CANVAS = "document.querySelector('section:not([hidden]) .{name}')"
TIME = "document.querySelector('section:not([hidden]) .time').textContent"
SEVERAL_FRAMES = """new Promise((go) => { let left = 12;
    const tick = () => (left -= 1) ? requestAnimationFrame(tick) : go(); tick(); })"""


@pytest.fixture(scope="module")
def address(movement, tmp_path_factory):
    path = tmp_path_factory.mktemp("player") / "page.html"
    write_movement_page(movement, ["a", "b"], {"computed"}, path)
    return path.as_uri()


@pytest.fixture
def page(open_page, address):
    return open_page(address)


def picture(page, name: str) -> bytes:
    data = page.evaluate(f"{CANVAS.format(name=name)}.toDataURL()")
    return base64.b64decode(data.partition(",")[2])


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_opens_without_a_fault_or_a_request_and_fits(open_page, address, size, scheme):
    page = open_page(address, size, scheme)
    assert page.evaluate("document.documentElement.scrollWidth") == size[0]
    assert faults(page) == []
    assert [request.url for request in page.requests()] == [address]
    for name in ("scene", "tokens", "overview", "curves"):
        assert len(set(pixels(page, name))) > 3, name


def pixels(page, name: str) -> list[int]:
    """One number a pixel of a canvas."""
    return page.evaluate(f"""(() => {{ const canvas = {CANVAS.format(name=name)};
        const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
        return [...new Set(new Uint32Array(data.buffer))]; }})()""")


def test_plays_pauses_and_begins_again(page):
    assert page.evaluate(TIME) == "0.00 s · token 1 of 15: code " + str(code(page, 0))
    page.click(".player button")
    page.wait_for_function("Number(document.querySelector('.player [type=range]').value) > 3")
    page.click(".player button")
    still = page.evaluate(TIME)
    page.evaluate(SEVERAL_FRAMES)
    assert page.evaluate(TIME) == still


def code(page, token: int) -> int:
    motion = "JSON.parse(document.querySelector('section:not([hidden]) script').textContent)"
    return page.evaluate(f"{motion}.tokens[{token}]")


def test_without_repeat_it_stops_at_the_end(page):
    page.click(".player [type=checkbox]")
    page.evaluate("shown.seek(56)")
    page.evaluate("shown.play()")
    page.wait_for_function("document.querySelector('.player button').textContent === 'Play'")
    assert page.evaluate("document.querySelector('.player [type=range]').value") == "59"


@pytest.mark.parametrize("frame", [0, 3, 4, 31, 59])
def test_slider_shows_the_frame_and_its_token(page, frame):
    before = picture(page, "scene")
    page.evaluate(f"""(() => {{ const slider = document.querySelector('.player [type=range]');
        slider.value = {frame}; slider.dispatchEvent(new Event('input')); }})()""")
    token = frame // 4
    wanted = f"{frame / 30:.2f} s · token {token + 1} of 15: code {code(page, token)}"
    assert page.evaluate(TIME) == wanted
    said = page.evaluate("document.querySelector('.player [type=range]').ariaValueText")
    assert said == wanted.replace(" ·", ",")
    assert (picture(page, "scene") == before) == (frame == 0)


def test_a_click_on_a_token_or_on_the_line_of_time_goes_there(page):
    places = page.evaluate("""['tokens', 'overview', 'curves'].map((name) => {
        const line = document.querySelector(`.player .${name}`);
        line.scrollIntoView({ behavior: 'instant', block: 'center' });
        const box = line.getBoundingClientRect();
        return [box.x + box.width / 2, box.y + box.height / 2 + window.scrollY]; })""")
    (cell_x, cell_y), *lines = [(x, y - page.evaluate("window.scrollY")) for x, y in places]
    for x, y in lines:
        page.mouse.click(x + 1, y)
        assert page.evaluate(TIME).startswith("1.00 s · token 8 of 15")
        page.evaluate("shown.seek(0)")
    page.evaluate("shown.seek(30)")
    page.mouse.click(cell_x + 3 * 46, cell_y)  # a cell is 46 pixels wide
    assert "token 11 of 15" in page.evaluate(TIME)


def test_keyboard_turns_and_plays(page):
    page.focus(".player .scene")
    before = picture(page, "scene")
    page.keyboard.press("ArrowLeft")
    turned = picture(page, "scene")
    assert turned != before
    page.keyboard.press("ArrowRight")
    assert picture(page, "scene") == before
    page.keyboard.press("Space")
    assert page.evaluate("document.querySelector('.player button').textContent") == "Pause"
    page.keyboard.press("Space")
    assert page.evaluate("document.querySelector('.player button').textContent") == "Play"


def test_dragging_turns_the_view(page):
    before = picture(page, "scene")
    box = page.locator(".player .scene").bounding_box()
    page.mouse.move(box["x"] + 50, box["y"] + 50)
    page.mouse.down()
    page.mouse.move(box["x"] + 130, box["y"] + 50)
    page.mouse.up()
    assert picture(page, "scene") != before


def test_right_is_blue_and_left_is_orange_from_the_front(page):
    """From the front the right side of a person is on the left of the picture."""
    page.evaluate("""(() => { const view = document.querySelector('.player [aria-label=View]');
        view.value = 'from the front'; view.dispatchEvent(new Event('change')); })()""")
    middles = page.evaluate("""(() => { const canvas = document.querySelector('.player .scene');
        const { width, height } = canvas;
        const data = canvas.getContext('2d').getImageData(0, 0, width / 2, height).data;
        const sums = { blue: [0, 0], orange: [0, 0] };
        for (let i = 0; i < data.length; i += 4) {
          const [r, g, b] = [data[i], data[i + 1], data[i + 2]];
          if (r < 40 && g > 90 && g < 140 && b > 150) { sums.blue[0] += (i / 4) % (width / 2);
            sums.blue[1] += 1; }
          if (r > 190 && g > 70 && g < 120 && b < 40) { sums.orange[0] += (i / 4) % (width / 2);
            sums.orange[1] += 1; }
        }
        return [sums.blue[0] / sums.blue[1], sums.orange[0] / sums.orange[1]]; })()""")
    assert middles[0] < middles[1] - 10


def test_another_trial_takes_the_place_of_the_first(page):
    page.evaluate("""(() => { const picker = document.querySelector('#trial');
        picker.value = 1; picker.dispatchEvent(new Event('change')); })()""")
    assert page.evaluate("document.querySelectorAll('.player').length") == 1
    assert page.evaluate("document.querySelector('section:not([hidden]) h2').textContent") == "b"
    legend = page.evaluate("document.querySelector('.player .legend').textContent")
    assert "not recorded, drawn at rest" in legend


def test_joint_chosen_is_the_joint_read_out(page):
    page.evaluate("""(() => { const pick = document.querySelector('.player [aria-label="Joint angle"]');
        pick.value = 'lumbar bending'; pick.dispatchEvent(new Event('change')); shown.seek(30); })()""")
    data = json.loads(page.evaluate("document.querySelector('section script').textContent"))
    joint = next(joint for joint in data["joints"] if joint["name"] == "lumbar bending")
    values = [
        np.frombuffer(base64.b64decode(line["values"]), "<i2")[30] / 10 for line in joint["lines"]
    ]
    said = page.evaluate("document.querySelector('.player .reading').textContent")
    recorded, kept = (f"{value:.1f}°".replace("-", "\u2212") for value in values)
    assert said == f"{recorded} as simulated, {kept} as the tokens keep it"


def test_names_are_text_and_tokens_follow_the_frames_that_are_left(page):
    """60 frames a second: every second frame is carried, a token of 4 frames lasts two of them."""
    still = np.zeros((41, 34))
    movement = motion({"<img src=x onerror=alert(1)>": still}, 60, range(10), 4)
    page.evaluate(f"player(document.body, {json.dumps(movement)}).seek(20)")
    names = "document.querySelector('body > .player .names').textContent"
    assert page.evaluate(names) == "<img src=x onerror=alert(1)>"
    assert page.evaluate("document.querySelectorAll('img').length") == 0
    said = page.evaluate("document.querySelector('body > .player .time').textContent")
    assert said == "0.67 s · token 10 of 10: code 9"  # the last frame lies behind the last token


def test_motion_without_tokens_or_curves_is_shown_too(page):
    movement = motion({"alone": np.zeros((3, 34))}, 30)
    movement["joints"] = []
    page.evaluate(f"player(document.body, {json.dumps(movement)}).seek(2)")
    shown = "document.querySelector('body > .player .time').textContent"
    assert page.evaluate(shown) == "0.07 s"
    for absent in (".tokens", ".curves", "[aria-label='Joint angle']"):
        assert page.locator(f"body > .player {absent}").count() == 0
    assert faults(page) == []
