"""The handlers of the page: pick a movement, watch it, ask about it."""

import html
from collections.abc import Iterator
from pathlib import Path

import gradio as gr
import pandas as pd

from biomechgpt.chat.answers import LONGEST_QUESTION, checked
from biomechgpt.chat.conversation import Reply, Turn, as_html
from biomechgpt.chat.movement_view import about_movement, as_motion, gait_details
from biomechgpt.chat.movements import movements_of
from biomechgpt.chat.opening import Opening
from biomechgpt.chat.route import NOT_ABOUT_MOVEMENT
from biomechgpt.chat.run_trials import ChatTrial
from biomechgpt.chat.sessions import Limits, Session, Sessions
from biomechgpt.errors import InputError
from biomechgpt.report.page.html_file import ASSETS

HERE = Path(__file__).parent
ENDINGS = [".mot", ".sto", ".csv", ".bvh", ".c3d"]
ALL = "all"
SPLIT_NAMES = {"train": "training set", "validation": "validation set", "test": "test set"}
WHEN_LOADED = (HERE / "stage.js").read_text(encoding="utf-8")
TABS = (HERE / "tabs.js").read_text(encoding="utf-8")
NO_MOVEMENT = (
    '<p class="about">No movement is shown: pick one, or bring a file of your own below.</p>'
)
WHEN_ANSWERED = (HERE / "conversation.js").read_text(encoding="utf-8")
PRIVATE = {"api_visibility": "private"}
QUIET = {"show_progress": "hidden", **PRIVATE}


def head() -> str:
    """The scripts in the head of the page: the player of the movement page."""
    scripts = (ASSETS / name for name in ("player_drawing.js", "player.js"))
    return "".join(f"<script>{path.read_text(encoding='utf-8')}</script>" for path in scripts)


def style() -> str:
    """The style of the page and of the player."""
    files = (ASSETS / "player.css", ASSETS / "gait_panel.css", HERE / "page.css")
    return "".join(path.read_text(encoding="utf-8") for path in files)


class Page:
    """The handlers of a server's page; the state of each visitor is in `sessions`."""

    def __init__(self, opening: Opening, limits: Limits):
        self.opening, self.sessions = opening, Sessions(limits)
        self.description = opening.description
        self.trials = None if opening.run is None else opening.run.trials

    def session(self, request: gr.Request) -> Session:
        """The state of the visitor."""
        return self.sessions.get(request.session_hash)

    def choices(self, participant: str, activity: str, split: str) -> list[tuple[str, str]]:
        """Name and id of the trials that pass the filters."""
        if self.trials is None:
            return []
        table = self.trials
        filters = {"participant_id": participant, "activity": activity, "split": split}
        for column, value in filters.items():
            table = table if value in (None, ALL) else table[table[column] == value]
        return [
            (f"{row.trial_id} · {SPLIT_NAMES.get(row.split, row.split)}", row.trial_id)
            for row in table.itertuples()
        ]

    def first(self) -> str | None:
        """The trial shown at the start, which the model was not trained on if there is such a trial."""
        if self.trials is None:
            return None
        test_trials = self.trials[self.trials["split"] == "test"]
        return (test_trials if len(test_trials) else self.trials)["trial_id"].iloc[0]

    def filter(self, participant: str, activity: str, split: str, picked: str):
        """The choices of the picker after a filter has changed; what was picked stays if it can."""
        choices = self.choices(participant, activity, split)
        trial_ids = [trial_id for _, trial_id in choices]
        value = picked if picked in trial_ids else next(iter(trial_ids), None)
        return gr.update(choices=choices, value=value)

    def show_first(self, name: str | None, request: gr.Request):
        """Show a trial of the run: the line about it, the data of its player, its gait."""
        return self._show("first", name, request)

    def show_second(self, name: str | None, request: gr.Request):
        """Show a second trial beside the first, or none."""
        return self._show("second", name, request)

    def _show(self, place: str, name: str | None, request: gr.Request):
        try:
            trial = None if not name else self.opening.trial(name)
            self.session(request).movements[place] = trial
            return self._shown(trial) if trial or place == "second" else (NO_MOVEMENT, None, "")
        except InputError as problem:
            return _problem(str(problem)), None, ""

    def read(self, path: str | None, request: gr.Request):
        """Read an uploaded file as the first movement, and delete it."""
        if path is None:
            return gr.skip(), gr.skip(), gr.skip(), None
        try:
            session = self.session(request)
            self.sessions.count_file(session)
            own = self.opening.chat().read_file(path, Path(path).name)
        except InputError as problem:
            return _problem(str(problem)), gr.skip(), gr.skip(), None
        finally:
            Path(path).unlink(missing_ok=True)
        problems = "".join(_problem(line) for line in own.problems)
        if own.trial is None:
            name = html.escape(Path(path).name)
            refused = f"<p><b>{name} cannot be used.</b></p>{problems}"
            return refused + self._about(session.movements["first"]), gr.skip(), gr.skip(), None
        session.movements["first"] = own.trial
        about, motion, gait = self._shown(own.trial)
        return about + problems, motion, gait, None

    def _about(self, trial: ChatTrial | None) -> str:
        return "" if trial is None else about_movement(trial, self.description)

    def _shown(self, trial: ChatTrial | None):
        if trial is None:
            return "", None, ""
        codes = self.opening.chat().codes(trial) if trial.tokens is None else trial.tokens
        motion = as_motion(trial, codes, self.description)
        return self._about(trial), motion, gait_details(trial, self.description)

    def ask(self, question: str, request: gr.Request) -> Iterator[tuple[str, str]]:
        """The conversation as it grows, and what is left in the line of the question."""
        turn = Turn(question.strip()[:LONGEST_QUESTION], [Reply("", "")])
        turns = [turn]
        try:
            session = self.session(request)
            turns = session.turns = [*session.turns, turn][-self.sessions.limits.kept_turns :]
            checked(question)
            self.sessions.count_question(session)
            yield as_html(turns), ""
            for _ in self._answer_all(turn, session):
                yield as_html(session.turns), ""
        except InputError as problem:  # such as a base model that is not here
            turn.replies = [Reply("", "", problem=str(problem))]
            yield as_html(turns), question

    def _answer_all(self, turn: Turn, session: Session) -> Iterator[None]:
        """Write the answers about all movements that the question is put to."""
        movements = [trial for trial in session.movements.values() if trial is not None]
        if not movements:
            raise InputError("There is no movement to ask about: pick one or bring a file.")
        chat = self.opening.chat()
        route = chat.router.route(turn.question, session.before)
        targets = movements_of(route, movements)
        if route.intent not in NOT_ABOUT_MOVEMENT:
            session.before = route
        turn.replies = [self._reply(trial, other) for trial, other in targets]
        for reply, (trial, other) in zip(turn.replies, targets, strict=True):
            for piece in chat.stream(trial, turn.question, route, other):
                if isinstance(piece, str):
                    reply.text = piece
                else:
                    reply.answer = piece
                yield

    def _reply(self, trial: ChatTrial, other: ChatTrial | None) -> Reply:
        questions = list(self.description.askable.values())
        name = trial.name if other is None else f"{trial.name} and {other.name}"
        return Reply(name, trial.split, dict(trial.recorded), questions)

    def reveal(self, request: gr.Request) -> str:
        """Show the recorded labels of all questions so far."""
        turns = self.session(request).turns
        for turn in turns:
            turn.shown_labels = True
        return as_html(turns)

    def clear(self, request: gr.Request) -> str:
        """Empty the conversation."""
        session = self.session(request)
        session.turns, session.before = [], None
        return as_html([])

    def leave(self, request: gr.Request) -> None:
        """Forget a visitor who has closed the page."""
        self.sessions.end(request.session_hash)

    def filter_values(self) -> dict[str, list[str]]:
        """The values of each filter."""
        table = self.trials if self.trials is not None else pd.DataFrame()
        return {
            column: [ALL, *sorted(filter(None, table.get(column, pd.Series(dtype=str)).unique()))]
            for column in ("participant_id", "activity", "split")
        }


def _problem(text: str) -> str:
    return f'<p class="problem">{html.escape(text)}</p>'
