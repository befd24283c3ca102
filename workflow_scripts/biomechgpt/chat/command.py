"""The command line: answer questions on the terminal, or serve the page."""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from biomechgpt.chat.answers import Answer, Number, as_json, checked, standing_warnings
from biomechgpt.chat.movements import movements_of
from biomechgpt.chat.route import NOT_ABOUT_MOVEMENT
from biomechgpt.chat.run_trials import ChatTrial
from biomechgpt.chat.sensitivity import Sensitivity
from biomechgpt.errors import InputError
from biomechgpt.language_model.description import DESCRIPTION_FILE
from biomechgpt.questions.calibration import OptionEstimate

if TYPE_CHECKING:
    from biomechgpt.chat.asking import Chat

BAR = 24  # characters of a probability of 1
NO_GRADIO = "The page needs Gradio, which is not installed here: use `make chat`."


def run(options: argparse.Namespace) -> int:
    """Do what the options of `workflow_scripts/chat.py` say; exit code 1 where a file cannot be used."""
    model = options.model or first_model(Path("results"))
    if not options.question:
        return _serve_page(model, options)
    # Imported late, since the page is to be there before torch is loaded.
    from biomechgpt.chat.asking import open_chat

    chat = open_chat(model, options.run)
    if not options.trial and not options.file:
        raise InputError("There is no movement to ask about: name one with --trial or --file.")
    if options.video and len(options.trial) + len(options.file) > 1:
        raise InputError("--video names the video of a single movement: ask about one at a time.")
    trials = list(_trials(chat, options))
    usable = [trial for trial in trials if trial is not None]
    if options.video:
        usable = [chat.with_video(trial, options.video) for trial in usable]
    problems = len(trials) - len(usable)
    if usable:
        problems += _ask_all(chat, usable, options)
        if not options.json:
            print("\n".join(standing_warnings(chat.description.simulated)))
    return int(problems > 0)


def _ask_all(chat: "Chat", trials: Sequence[ChatTrial], options: argparse.Namespace) -> int:
    """Ask one question after another, each may refer to the one before; how many could not be asked."""
    before, problems = None, 0
    for question in options.question:
        try:
            route = chat.router.route(checked(question), before)
            for trial, other in movements_of(route, trials):
                *_, answer = chat.stream(trial, question, route, other)
                _print(answer, trial.recorded.get(answer.task), options)
        except InputError as problem:
            print(f"{question}: {problem}", flush=True, file=sys.stderr)
            problems += 1
            continue
        before = before if route.intent in NOT_ABOUT_MOVEMENT else route
    return problems


def _print(answer: Answer, label: str | None, options: argparse.Namespace) -> None:
    if options.json:
        fields = as_json(answer) | ({"recorded": label} if options.recorded else {})
        print(json.dumps(fields, ensure_ascii=False))
        return
    print("\n".join(lines_of(answer)))
    if options.recorded and answer.task is not None:
        print(f"  recorded label: {label or 'none'}")


def first_model(results: Path) -> Path:
    """The first model in `results`, a published one if possible; InputError where there is none."""
    for kind in ("published", "models"):
        files = sorted(results.glob(f"*/{kind}/*/seed-*/{DESCRIPTION_FILE}"))
        if files:
            return files[0].parent
    raise InputError(
        f"There is no model in {results}/: make some with `make run`, or name one (--model)."
    )


def _trials(chat: "Chat", options: argparse.Namespace) -> Iterator[ChatTrial | None]:
    """The trials and files of the options; None for a file that cannot be used. Prints all problems."""
    for name in options.trial:
        yield chat.trial(name)
    for path in options.file:
        own = chat.read_file(path)
        for problem in own.problems:
            print(f"{path}: {problem}", flush=True, file=sys.stderr)
        yield own.trial


def lines_of(answer: Answer) -> list[str]:
    """An answer as lines of text."""
    lines = [f"{answer.trial}: {answer.question}"]
    if isinstance(answer.estimate, Number):
        lines += _number_lines(answer.estimate, answer.why_no_set)
    elif answer.estimate is not None:
        lines += _option_lines(answer.estimate, answer.why_no_set)
    said = (*answer.sentences, answer.condition, answer.familiarity)
    lines += [f"  {sentence}" for sentence in said if sentence]
    if answer.sensitivity is not None:
        lines += _sensitivity_lines(answer.sensitivity)
    if answer.estimate is not None:
        lines += [] if answer.calibrated else ["  not calibrated"]
        lines += [f"  meaningful only if {answer.only_if}"] if answer.only_if else []
        lines += [f"  the model wrote: {answer.text}", f"  asked as: {answer.asked_as}"]
    return lines + [f"  {warning}" for warning in answer.own_warnings]


def _sensitivity_lines(changes: Sensitivity) -> list[str]:
    """The change of the answer without each stretch, as bars over time."""
    largest = max(map(abs, changes.changes)) or 1.0
    spans = pairwise(changes.ends_s)
    return [
        f"  without {start_s:5.1f} to {end_s:5.1f} s  {change:+8.{changes.decimals}f} {changes.unit} "
        f"{'█' * round(BAR * abs(change) / largest)}"
        for (start_s, end_s), change in zip(spans, changes.changes, strict=True)
    ]


def _option_lines(estimate: OptionEstimate, why_no_set: str) -> list[str]:
    lines = [
        f"  {probability:6.1%} {'█' * round(BAR * probability):<{BAR}} {option}"
        for option, probability in estimate.ranked
    ]
    for level, options in estimate.sets.items():
        lines.append(_set_line(level, options and ", ".join(options), why_no_set))
    return lines


def _number_lines(number: Number, why_no_set: str) -> list[str]:
    def text(value: float) -> str:
        return f"{value:.{number.decimals}f}"

    value_range = f"{text(number.low)} to {text(number.high)}"
    lines = [f"  {text(number.value)} {number.unit}, the model's own 90 % range {value_range}"]
    if number.measured is not None:
        measured = f"{text(number.measured)} {number.unit}"
        lines.append(f"  {measured} measured by kinematics; {number.difference}")
    for level, ends in number.intervals.items():
        interval = ends and f"{text(ends[0])} to {text(ends[1])} {number.unit}"
        lines.append(_set_line(level, interval, why_no_set))
    if number.normal:
        lines += [f"  {number.normal.text}", f"    ({number.normal.source})"]
    return lines


def _set_line(level: float, content: str | None, why_not: str) -> str:
    if content is None:
        return f"  no set that holds the truth {100 * level:.0f} times in 100: {why_not}"
    return f"  holds the truth {100 * level:.0f} times in 100: {content}"


def _serve_page(model: Path, options: argparse.Namespace) -> int:
    try:
        from biomechgpt.chat.serve import serve
    except ModuleNotFoundError as error:
        if error.name != "gradio":
            raise
        raise InputError(NO_GRADIO) from None
    from biomechgpt.chat.opening import Opening
    from biomechgpt.chat.sessions import Limits

    serve(Opening(model, options.run), options.host, options.port, Limits())
    return 0
