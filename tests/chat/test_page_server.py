"""The server behind the page: what it loads, serves, takes and leaves behind."""

import html.parser
import os
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest
import requests

pytest.importorskip("gradio", reason="Gradio is not installed (make chat)")

from biomechgpt.chat.opening import Opening
from biomechgpt.chat.serve import start
from biomechgpt.chat.sessions import Limits
from tests.helpers.small_model import write_motion


class Linked(html.parser.HTMLParser):
    """What a page's markup loads by itself."""

    def __init__(self):
        super().__init__()
        self.loaded = []

    def handle_starttag(self, tag, attributes):
        of = dict(attributes)
        if tag in ("script", "link", "img", "iframe"):
            self.loaded.append(of.get("src") or of.get("href") or "")


def test_the_markup_loads_nothing_from_elsewhere(server):
    links = Linked()
    with urllib.request.urlopen(server.local_url) as answer:
        links.feed(answer.read().decode())
    own = server.local_url.rstrip("/")
    assert [
        link for link in links.loaded if link.startswith("http") and not link.startswith(own)
    ] == []


@pytest.mark.parametrize("path", ["/etc/passwd", "../../etc/passwd", "{config}"])
def test_no_file_of_this_computer_is_served(server, root, path):
    wanted = path.format(config=root / "config.yaml")
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{server.local_url}gradio_api/file={wanted}")
    assert refused.value.code in (403, 404)


def test_an_uploaded_name_stays_inside(server, tmp_path):
    outside = Path(server.uploads.name).parent / "evil.mot"
    files = {"files": ("../../evil.mot", b"text")}
    stored = requests.post(f"{server.local_url}gradio_api/upload", files=files).json()
    assert Path(stored[0]).resolve().is_relative_to(Path(server.uploads.name).resolve())
    assert not outside.exists()


def test_a_forged_path_is_neither_read_nor_deleted(server, tmp_path):
    victim = write_motion(tmp_path / "victim.mot", 4)
    events = requests.get(f"{server.local_url}config").json()["dependencies"]
    number = next(event["id"] for event in events if event["api_name"] == "read")
    forged = {"path": str(victim), "orig_name": "v.mot", "meta": {"_type": "gradio.FileData"}}
    body = {"data": [forged], "fn_index": number, "session_hash": "forger"}
    joined = requests.post(f"{server.local_url}gradio_api/queue/join", json=body)
    said = joined.text
    if joined.ok:
        url = f"{server.local_url}gradio_api/queue/data?session_hash=forger"
        said = requests.get(url, timeout=300).text
        assert '"success":false' in said
    assert "5.0 s" not in said
    assert victim.exists()
    assert "forger" not in [
        name for name, session in server.page.sessions.open.items() if session.movements["first"]
    ]


def test_the_script_serves_the_page_and_leaves_nothing_behind(root, run_model, tmp_path):
    command = [sys.executable, str(root / "workflow_scripts/chat.py"), "--model", str(run_model)]
    environment = os.environ | {"TMPDIR": str(tmp_path)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        line = next(line for line in process.stdout if line.startswith("Open "))
        assert requests.get(line.split()[1]).ok
        assert [path.name for path in tmp_path.glob("biomechgpt-chat-*")]
        process.terminate()
        process.communicate(timeout=300)
    assert list(tmp_path.glob("biomechgpt-chat-*")) == []


def test_more_than_loopback_is_warned_of(run_model, capsys):
    blocks = start(Opening(run_model, None), "0.0.0.0", None, Limits())
    blocks.close()
    blocks.uploads.cleanup()
    assert "WARNING: the page listens on 0.0.0.0" in capsys.readouterr().out
