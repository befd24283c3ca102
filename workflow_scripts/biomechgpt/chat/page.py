"""The page to ask a trial on: pick a movement, watch it, ask about it."""

import html
from collections.abc import Iterator
from pathlib import Path

import gradio as gr
import pandas as pd

from biomechgpt.chat.answers import LONGEST_QUESTION, checked
from biomechgpt.chat.conversation import Reply, Turn, as_html
from biomechgpt.chat.movement import about_movement, as_motion
from biomechgpt.chat.opening import Opening
from biomechgpt.chat.run import ChatTrial, askable
from biomechgpt.chat.sessions import Limits, Session, Sessions
from biomechgpt.errors import InputError

HERE = Path(__file__).parent
PLAYER = HERE.parent / "report/assets"
ENDINGS = [".mot", ".sto", ".csv", ".bvh", ".c3d"]
ALL = "all"
SIDES = {"train": "training side", "validation": "validation", "test": "test"}
WHEN_LOADED = (HERE / "stage.js").read_text(encoding="utf-8")
WHEN_ANSWERED = (HERE / "conversation.js").read_text(encoding="utf-8")
PRIVATE = {"api_visibility": "private"}
QUIET = {"show_progress": "hidden", **PRIVATE}


def head() -> str:
    """What the page needs in its head: the player of the movements page."""
    scripts = (PLAYER / name for name in ("player_drawing.js", "player.js"))
    return "".join(f"<script>{path.read_text(encoding='utf-8')}</script>" for path in scripts)


def style() -> str:
    """The style of the page and of the player."""
    files = (PLAYER / "player.css", HERE / "page.css")
    return "".join(path.read_text(encoding="utf-8") for path in files)


class Page:
    """The handlers of one server's page; what belongs to one visitor is in `sessions`."""

    def __init__(self, opening: Opening, limits: Limits):
        self.opening, self.sessions = opening, Sessions(limits)
        self.described = opening.described
        self.trials = None if opening.run is None else opening.run.trials

    def session(self, request: gr.Request) -> Session:
        """The visitor's own state."""
        return self.sessions.get(request.session_hash)

    def choices(self, participant: str, activity: str, split: str) -> list[tuple[str, str]]:
        """The trials that pass the filters, as the picker shows them."""
        if self.trials is None:
            return []
        table = self.trials
        for column, wanted in (("participant_id", participant), ("activity", activity)):
            table = table if wanted in (None, ALL) else table[table[column] == wanted]
        table = table if split in (None, ALL) else table[table["split"] == split]
        return [
            (f"{row.trial_id} · {SIDES.get(row.split, row.split)}", row.trial_id)
            for row in table.itertuples()
        ]

    def first(self) -> str | None:
        """The trial that is shown at the start: one that the model was not trained on."""
        if self.trials is None:
            return None
        tested = self.trials[self.trials["split"] == "test"]
        return (tested if len(tested) else self.trials)["trial_id"].iloc[0]

    def filter(self, participant: str, activity: str, split: str, picked: str):
        """The choices of the picker after a filter has changed."""
        found = self.choices(participant, activity, split)
        kept = picked if picked in [name for _, name in found] else None
        return gr.update(choices=found, value=kept or (found[0][1] if found else None))

    def show_first(self, name: str | None, request: gr.Request):
        """Show a trial of the run; what is said about it, and its motion."""
        return self._show("first", name, request)

    def show_second(self, name: str | None, request: gr.Request):
        """Show a trial beside the first, or none."""
        return self._show("second", name, request)

    def _show(self, place: str, name: str | None, request: gr.Request):
        try:
            trial = None if not name else self.opening.trial(name)
            self.session(request).movements[place] = trial
            return self._shown(trial)
        except InputError as problem:
            return _problem(str(problem)), None

    def read(self, path: str | None, request: gr.Request):
        """Read a dropped file as the first movement, and delete it."""
        if path is None:
            return gr.skip(), gr.skip(), None
        try:
            session = self.session(request)
            self.sessions.count_file(session)
            own = self.opening.chat().read_file(path, Path(path).name)
        except InputError as problem:
            return _problem(str(problem)), gr.skip(), None
        finally:
            Path(path).unlink(missing_ok=True)
        problems = "".join(_problem(line) for line in own.problems)
        if own.trial is None:
            name = html.escape(Path(path).name)
            refused = f"<p><b>{name} cannot be used.</b></p>{problems}"
            return refused + self._about(session.movements["first"]), gr.skip(), None
        session.movements["first"] = own.trial
        about, motion = self._shown(own.trial)
        return about + problems, motion, None

    def _about(self, trial: ChatTrial | None) -> str:
        return "" if trial is None else about_movement(trial, self.described)

    def _shown(self, trial: ChatTrial | None):
        if trial is None:
            return "", None
        tokens = self.opening.chat().tokens(trial) if trial.tokens is None else trial.tokens
        return self._about(trial), as_motion(trial, tokens, self.described)

    def ask(self, question: str, request: gr.Request) -> Iterator[tuple[str, str]]:
        """The conversation as it grows, and the emptied line of the question."""
        turn = Turn(question.strip()[:LONGEST_QUESTION], [])
        try:
            session = self.session(request)
        except InputError as problem:
            turn.replies = [Reply("", "", problem=str(problem))]
            yield as_html([turn]), question
            return
        movements = [trial for trial in session.movements.values() if trial is not None]
        turn.replies = [self._reply(trial) for trial in movements]
        session.turns = [*session.turns, turn][-self.sessions.limits.kept_turns :]
        try:
            checked(question)
            self.sessions.count_question(session)
            if not movements:
                raise InputError("There is no movement to ask about: pick one or bring a file.")
        except InputError as problem:
            turn.replies = [Reply("", "", problem=str(problem))]
            yield as_html(session.turns), question
            return
        yield as_html(session.turns), ""
        for reply, trial in zip(turn.replies, movements, strict=True):
            try:
                for said in self.opening.chat().stream(trial, question):
                    if isinstance(said, str):
                        reply.text = said
                    else:
                        reply.answer = said
                    yield as_html(session.turns), ""
            except InputError as problem:  # such as a base model that is not here
                reply.problem = str(problem)
                yield as_html(session.turns), ""

    def _reply(self, trial: ChatTrial) -> Reply:
        known = list(askable(self.described).values())
        return Reply(trial.name, trial.split, dict(trial.recorded), known)

    def reveal(self, request: gr.Request) -> str:
        """Show the recorded labels of all that was asked so far."""
        turns = self.session(request).turns
        for turn in turns:
            turn.shown_labels = True
        return as_html(turns)

    def clear(self, request: gr.Request) -> str:
        """Begin the conversation anew."""
        self.session(request).turns = []
        return as_html([])

    def leave(self, request: gr.Request) -> None:
        """Forget a visitor who has closed the page."""
        self.sessions.end(request.session_hash)

    def filters(self) -> dict[str, list[str]]:
        """What can be chosen in each filter."""
        table = self.trials if self.trials is not None else pd.DataFrame()
        return {
            column: [ALL, *sorted(filter(None, table.get(column, pd.Series(dtype=str)).unique()))]
            for column in ("participant_id", "activity", "split")
        }


def _problem(text: str) -> str:
    return f'<p class="problem">{html.escape(text)}</p>'
