"""Serve the page to this computer, or to others if `host` says so."""

import os
import signal
import tempfile

# Gradio reads these when it is imported. Nothing is reported to anybody.
os.environ |= {"GRADIO_ANALYTICS_ENABLED": "False", "HF_HUB_DISABLE_TELEMETRY": "1"}

import gradio as gr

from biomechgpt.chat.layout import build
from biomechgpt.chat.opening import Opening
from biomechgpt.chat.page import Page, head, style
from biomechgpt.chat.sessions import Limits

LOOPBACK = ("127.0.0.1", "localhost", "::1")
LARGEST_FILE = "25mb"
FONTS = ("system-ui", "-apple-system", "Segoe UI", "Roboto", "sans-serif")
OPEN_TO_OTHERS = (
    "WARNING: the page listens on {host}: anyone who reaches this computer over the network can ask the "
    "model, see the movements of the run and upload files. There is no password and no encryption."
)


def start(opening: Opening, host: str, port: int | None, limits: Limits) -> gr.Blocks:
    """Serve the page in the background, until `close()` of the result is called.

    Uploaded files lie in a folder of this server until they have been read, a moment later.
    """
    if host not in LOOPBACK:
        print(OPEN_TO_OTHERS.format(host=host), flush=True)
    uploads = tempfile.TemporaryDirectory(prefix="biomechgpt-chat-")
    os.environ["GRADIO_TEMP_DIR"] = uploads.name
    theme = gr.themes.Base(font=FONTS, font_mono=("ui-monospace", "monospace"))
    page = Page(opening, limits)
    blocks = build(page)
    blocks.uploads, blocks.page = uploads, page  # the folder is removed with the server
    blocks.launch(
        server_name=host, server_port=port, prevent_thread_lock=True, quiet=True, share=False,
        ssr_mode=False, enable_monitoring=False, run_history=False, footer_links=[], pwa=False,
        mcp_server=False, max_file_size=LARGEST_FILE, theme=theme, css=style(), head=head(),
    )  # fmt: skip
    return blocks


def serve(opening: Opening, host: str, port: int | None, limits: Limits) -> None:
    """Serve the page until it is interrupted or told to end."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # which removes the uploads, too
    blocks = start(opening, host, port, limits)
    print(f"Open {blocks.local_url} in a browser. Ctrl-C ends the page.", flush=True)
    with blocks.uploads:
        blocks.block_thread()
