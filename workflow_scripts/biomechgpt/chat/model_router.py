"""The router of one model."""

from collections.abc import Mapping

from biomechgpt.chat.router import AskableTask, Router
from biomechgpt.language_model.description import ModelDescription
from biomechgpt.questions.tasks import options_of

NO_SECOND = (
    "There is no second movement: pick one to compare with (--trial twice on the command line)."
)


def router_of_model(description: ModelDescription, words: Mapping, examples: Mapping) -> Router:
    """The router for what a model was trained on; the resources are chat_words and chat_questions."""
    tasks = {
        name: AskableTask(
            description.tasks[name].label,
            options_of(description.tasks[name]),
            description.phrasings.get(name, [text]),
        )
        for name, text in description.askable.items()
    }
    return Router(words, examples, tasks)
