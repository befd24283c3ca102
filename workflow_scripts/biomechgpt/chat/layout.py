"""The layout of the page, and which handler answers which click."""

import gradio as gr

from biomechgpt.chat.answers import LONGEST_QUESTION, NOT_A_DEVICE
from biomechgpt.chat.conversation import as_html
from biomechgpt.chat.page import (
    ALL,
    ENDINGS,
    PRIVATE,
    QUIET,
    TABS,
    WHEN_ANSWERED,
    WHEN_LOADED,
    Page,
)

SIMULATED = (
    "<b>Simulated data.</b> The model learnt from movements that were computed, not recorded: "
    "nothing here is evidence about people. "
)
PARTS = (
    '<div class="tabs" role="group" aria-label="Part of the page">'
    '<button type="button" data-part="movement">Movement</button>'
    '<button type="button" data-part="ask">Ask</button></div>'
)
EXAMPLES = (
    "How fast?", "Is it symmetric?", "Knee in swing?", "Is that normal?", "Why?", "How sure?", "Compare",
    "What can I ask?",
)  # fmt: skip
STAGE = {"html_template": '<div class="stage"></div>', "js_on_load": WHEN_LOADED}
FAST = {**QUIET, "concurrency_limit": 4}


def build(page: Page) -> gr.Blocks:
    """The page as Gradio serves it."""
    model = page.description
    with gr.Blocks(
        title="Ask about a movement", analytics_enabled=False, delete_cache=(60, 600)
    ) as blocks:
        banner = (SIMULATED if model.simulated else "") + NOT_A_DEVICE
        about = f'<p class="banner">{banner}</p><p class="about">Model {model.name}</p>'
        gr.HTML(f"<h1>Ask about a movement</h1>{about}")
        gr.HTML(PARTS, js_on_load=TABS)
        with gr.Row(equal_height=False):
            with gr.Column(scale=6, min_width=320, elem_id="watch"):
                pickers = _pickers(page)
            with gr.Column(scale=5, min_width=320, elem_id="talk"):
                _conversation(page, list(model.askable.values()))
        blocks.load(page.show_first, pickers["trial"], pickers["first"], **FAST)
        blocks.unload(page.leave)
    return blocks.queue(max_size=64, api_open=False, default_concurrency_limit=2)


def _pickers(page: Page) -> dict:
    """The left side: what picks a movement, and the movement itself."""
    values = page.filter_values()
    has_run = page.trials is not None
    with gr.Row(visible=has_run):
        boxes = [
            gr.Dropdown(values[column], value=ALL, label=label, min_width=110, elem_id=f"by-{label}")
            for column, label in (
                ("participant_id", "Participant"), ("activity", "Activity"), ("split", "Split"),
            )
        ]  # fmt: skip
    choices = page.choices(ALL, ALL, ALL)
    trial = gr.Dropdown(
        choices, value=page.first(), label="Movement", visible=has_run, elem_id="trial"
    )
    first = _movement("first")
    with gr.Accordion("Bring your own file", open=not has_run, elem_id="own"):
        own = gr.File(
            label="OpenSim .mot or .sto, .csv, .bvh, or .c3d with joint angles",
            file_types=ENDINGS, type="filepath", height=160, elem_id="file",
        )  # fmt: skip
    with gr.Accordion(
        "Compare with a second movement", open=False, visible=has_run, elem_id="more"
    ):
        other = gr.Dropdown(
            [("none", ""), *choices], value="", label="Second movement", elem_id="other"
        )
        second = _movement("second")
    for box in boxes:
        box.input(page.filter, [*boxes, trial], trial, **FAST)
    trial.change(page.show_first, trial, first, **FAST)
    other.change(page.show_second, other, second, **FAST)
    own.upload(page.read, own, [*first, own], concurrency_limit=2, **PRIVATE)
    return {"trial": trial, "first": first}


def _movement(name: str) -> list:
    about = gr.HTML("", elem_id=f"{name}-about", elem_classes="said")
    stage = gr.HTML(None, elem_id=name, elem_classes="shown", **STAGE)
    return [about, stage, gr.HTML("", elem_id=f"{name}-gait", elem_classes="gait")]


def _conversation(page: Page, trained: list[str]) -> None:
    """The right side: the conversation, and the line for the next question."""
    conversation = gr.HTML(as_html([]), elem_id="conversation", js_on_load=WHEN_ANSWERED)
    with gr.Row():
        labels = gr.Button("Show recorded labels", size="sm", elem_id="labels")
        clear = gr.Button("Clear", size="sm", elem_id="clear")
    with gr.Row(elem_id="chips"):
        examples = [gr.Button(text, size="sm") for text in EXAMPLES]
    picker = gr.Dropdown(
        trained, value=None, label="Questions that the model was trained on", elem_id="known"
    )
    question = gr.Textbox(
        label="Question", placeholder="How fast does this person walk?", max_length=LONGEST_QUESTION,
        submit_btn="Ask", elem_id="question",
    )  # fmt: skip
    picker.input(lambda text: text, picker, question, **FAST)
    answered = [conversation, question]
    question.submit(page.ask, question, answered, concurrency_limit=1, **QUIET)
    for example in examples:
        example.click(page.ask, example, answered, concurrency_limit=1, **QUIET)
    labels.click(page.reveal, None, conversation, **FAST)
    clear.click(page.clear, None, conversation, **FAST)
