"""The command line: one question, answers on the terminal; or the page."""

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from biomechgpt.chat.answers import Answer, Number, Options, as_json
from biomechgpt.chat.run import ChatTrial
from biomechgpt.errors import InputError
from biomechgpt.language_model.description import DESCRIPTION_FILE

if TYPE_CHECKING:
    from biomechgpt.chat.asking import Chat

BAR = 24  # characters of a probability of 1
NO_GRADIO = "The page needs Gradio, which is not installed here: use `make chat`."


def run(options: argparse.Namespace) -> int:
    """What `workflow_scripts/chat.py` does; the exit code, 1 where a file cannot be used."""
    model = options.model or first_model(Path("results"))
    if options.question is None:
        return _page(model, options)
    # Only here: the page is up before torch is there.
    from biomechgpt.chat.asking import open_chat

    chat = open_chat(model, options.run)
    if not options.trial and not options.file:
        raise InputError("There is no movement to ask about: name one with --trial or --file.")
    status = 0
    for trial in _movements(chat, options):
        if trial is None:
            status = 1
            continue
        answer = chat.ask(trial, options.question)
        label = trial.recorded.get(answer.task) if options.recorded else None
        if options.json:
            found = as_json(answer) | ({"recorded": label} if options.recorded else {})
            print(json.dumps(found, ensure_ascii=False))
        else:
            print("\n".join(lines_of(answer, list(chat.questions().values()))))
            if options.recorded:
                print(f"  recorded label: {label or 'none'}")
    return status


def first_model(results: Path) -> Path:
    """A model of `results/`, published before fine-tuned; InputError where there is none."""
    for kind in ("published", "models"):
        found = sorted(results.glob(f"*/{kind}/*/seed-*/{DESCRIPTION_FILE}"))
        if found:
            return found[0].parent
    raise InputError(
        f"There is no model in {results}/: `make run` makes some, or name one (--model)."
    )


def _movements(chat: "Chat", options: argparse.Namespace) -> Iterator[ChatTrial | None]:
    """The trials and files asked for; None for a file that cannot be used, with its problems told."""
    for name in options.trial:
        yield chat.trial(name)
    for path in options.file:
        own = chat.read_file(path)
        for problem in own.problems:
            print(f"{path}: {problem}", flush=True, file=sys.stderr)
        yield own.trial


def lines_of(answer: Answer, askable: list[str]) -> list[str]:
    """An answer as lines of text."""
    lines = [f"{answer.trial}: {answer.question}"]
    if answer.task is None:
        lines += [
            "  This is outside of what the model was trained on, so it is not asked.",
            "  It can be asked:",
        ]
        lines += [f"    {question}" for question in askable]
    elif isinstance(answer.found, Number):
        lines += _number_lines(answer.found, answer.why_no_set)
    elif answer.found is not None:
        lines += _option_lines(answer.found, answer.why_no_set)
    lines += [f"  {sentence}" for sentence in (answer.condition, answer.familiarity) if sentence]
    if answer.found is not None:
        lines += [] if answer.calibrated else ["  not calibrated"]
        lines += [f"  means something only if {answer.only_if}"] if answer.only_if else []
        lines += [f"  the model wrote: {answer.text}", f"  asked as: {answer.asked_as}"]
    return lines + [f"  {warning}" for warning in answer.warnings]


def _option_lines(found: Options, why_no_set: str) -> list[str]:
    lines = [
        f"  {share:6.1%} {'█' * round(BAR * share):<{BAR}} {option}"
        for option, share in found.ranked
    ]
    for level, members in found.sets.items():
        lines.append(_set_line(level, members and ", ".join(members), why_no_set))
    return lines


def _number_lines(found: Number, why_no_set: str) -> list[str]:
    def said(value: float) -> str:
        return f"{value:.{found.decimals}f}"

    span = f"{said(found.low)} to {said(found.high)}"
    lines = [f"  {said(found.value)} {found.unit}, the model's own 90 % range {span}"]
    if found.measured is not None:
        lines.append(
            f"  {said(found.measured)} {found.unit} measured by kinematics; {found.difference}"
        )
    for level, ends in found.intervals.items():
        held = ends and f"{said(ends[0])} to {said(ends[1])} {found.unit}"
        lines.append(_set_line(level, held, why_no_set))
    if found.normal:
        lines += [f"  {found.normal.text}", f"    ({found.normal.source})"]
    return lines


def _set_line(level: float, held: str | None, why_not: str) -> str:
    if held is None:
        return f"  no set that holds the truth {100 * level:.0f} times in 100: {why_not}"
    return f"  holds the truth {100 * level:.0f} times in 100: {held}"


def _page(model: Path, options: argparse.Namespace) -> int:
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
