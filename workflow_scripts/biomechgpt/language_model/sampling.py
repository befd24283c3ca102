"""Sample movements after prompts: motion tokens alone, each in its place of a step, batched with a cache."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import torch
from scipy.special import log_softmax
from transformers import DynamicCache

from biomechgpt.language_model.batches import pad_rows
from biomechgpt.language_model.examples import generation_prompt
from biomechgpt.language_model.forward import hidden_states, logits
from biomechgpt.language_model.model_folder import LoadedModel
from biomechgpt.language_model.vocabulary import motion_ids

PROMPTS_AT_ONCE = 32
LONGEST_RUN_S = 1.5  # equal steps for longer are a movement that stopped


class MotionPrompt(NamedTuple):
    """What a movement is sampled after; with `n_steps` it has exactly so many steps."""

    text: str
    seed: Sequence[int]  # of its own draws, which no other prompt changes
    n_steps: int | None = None


class Sampling(NamedTuple):
    """How tokens are drawn; the steps are bounds where a prompt does not say how many."""

    temperature: float = 1.0  # 0: the most probable token
    top_p: float = 1.0
    guidance: float = 1.0  # w of u + w (c - u), logits without and with the prompt
    least_steps: int = 1
    most_steps: int = 256


class Sampled(NamedTuple):
    """A sampled movement; its log-probability is that of its tokens among those the grammar allows."""

    tokens: np.ndarray  # (n,) uint16, of whole steps
    log_probability: float  # nats, with the prompt, at temperature 1
    stopped: str  # length, end, or fault where it stands still
    longest_run: int  # steps in a row of equal tokens


class _Writing:
    """A movement that is being written: its codes in the order of the stream."""

    def __init__(self, prompt: MotionPrompt, sampling: Sampling):
        self.prompt, self.random = prompt, np.random.default_rng(prompt.seed)
        self.least_steps = prompt.n_steps or sampling.least_steps
        self.most_steps = prompt.n_steps or sampling.most_steps
        self.codes: list[int] = []
        self.log_probability = 0.0
        self.ended = False


class _Grammar:
    """Which rows of the vocabulary may follow: those of the codebook whose turn it is, or the end."""

    def __init__(self, loaded: LoadedModel):
        description = loaded.description
        *self.codes, _, self.end = motion_ids(loaded.tokenizer, description.motion_vocabulary_size)
        self.width = description.tokens_per_step
        self.n_codes = len(self.codes) // self.width  # of each codebook

    def allowed(self, writing: _Writing) -> list[int]:
        """The ids that may stand next; the end last of them."""
        steps, place = divmod(len(writing.codes), self.width)
        ids = self.codes[place * self.n_codes : (place + 1) * self.n_codes]
        may_end = not place and writing.least_steps <= steps < writing.most_steps
        return [*ids, self.end] if may_end else ids

    def is_open(self, writing: _Writing) -> bool:
        return not writing.ended and len(writing.codes) < writing.most_steps * self.width

    def last_id(self, writing: _Writing) -> int:
        return self.end if writing.ended else self.codes[writing.codes[-1]]


@torch.inference_mode()
def sample_motions(
    loaded: LoadedModel, prompts: Sequence[MotionPrompt], sampling: Sampling
) -> Iterator[Sampled]:
    """A movement for each prompt, in their order; which prompts share a batch changes nothing.

    Raises:
        InputError: A prompt has the text of a control token in it.
    """
    description, grammar = loaded.description, _Grammar(loaded)
    most_equal = LONGEST_RUN_S * description.frame_rate_hz / description.downsampling
    for start in range(0, len(prompts), PROMPTS_AT_ONCE):
        writings = [_Writing(p, sampling) for p in prompts[start : start + PROMPTS_AT_ONCE]]
        _write(loaded, grammar, writings, sampling)
        for writing in writings:
            tokens = np.array(writing.codes, np.uint16)
            run = longest_run(tokens, grammar.width)
            stopped = "end" if writing.ended else "length"
            stopped = "fault" if run > most_equal else stopped
            yield Sampled(tokens, writing.log_probability, stopped, run)


def longest_run(tokens: np.ndarray, width: int) -> int:
    """How many steps of `width` tokens in a row are equal at most, of tokens (n,)."""
    steps = tokens.reshape(-1, width)
    changes = np.flatnonzero((steps[1:] != steps[:-1]).any(axis=1)) + 1
    return int(np.diff([0, *changes, len(steps)]).max(initial=0))


def draw(scores: np.ndarray, sampling: Sampling, random: np.random.Generator) -> int:
    """The place of a token drawn by its score (n,), a logit; one number of `random` a token."""
    point = random.random()
    if sampling.temperature == 0:
        return int(scores.argmax())
    probability = np.exp(log_softmax(scores / sampling.temperature))
    order = np.argsort(-probability, kind="stable")
    below = np.cumsum(probability[order])
    kept = below[: 1 + np.count_nonzero(below < sampling.top_p)]
    return int(order[min(np.searchsorted(kept, point * kept[-1], "right"), len(kept) - 1)])


def _write(
    loaded: LoadedModel, grammar: _Grammar, writings: list[_Writing], sampling: Sampling
) -> None:
    """Write all movements of a batch to their ends, in place.

    With guidance each has a second row, which follows an empty prompt.
    """
    texts = [writing.prompt.text for writing in writings]
    guided = sampling.guidance != 1
    reader = _Reader(loaded, texts + [""] * len(texts) * guided)
    while any(grammar.is_open(writing) for writing in writings):
        scores = reader.scores
        for row, writing in enumerate(writings):
            if not grammar.is_open(writing):
                continue
            ids = grammar.allowed(writing)
            with_prompt = log_softmax(scores[row, ids])
            guided_scores = with_prompt
            if guided:
                without = log_softmax(scores[len(writings) + row, ids])
                guided_scores = without + sampling.guidance * (with_prompt - without)
            place = draw(guided_scores, sampling, writing.random)
            writing.log_probability += float(with_prompt[place])
            if ids[place] == grammar.end:
                writing.ended = True
            else:
                first = len(writing.codes) % grammar.width * grammar.n_codes
                writing.codes.append(first + place)
        reader.read([grammar.last_id(w) for w in writings] * (1 + guided))


class _Reader:
    """The model with a cache of all that it has read, a row a prompt; `scores` (B, V) of what follows."""

    def __init__(self, loaded: LoadedModel, texts: list[str]):
        self.model, self.cache = loaded.model, DynamicCache()
        prompts = [generation_prompt(loaded.tokenizer, text) for text in texts]
        rows = [{"input_ids": p, "predecessors": list(range(-1, len(p) - 1))} for p in prompts]
        batch = pad_rows(rows, loaded.tokenizer.pad_token_id)
        ends = torch.tensor([len(p) - 1 for p in prompts])
        self.visible = batch["visible"][torch.arange(len(ends)), ends][:, None]  # (B, 1, T)
        self.key_positions = batch["position_ids"]  # (B, T)
        hidden = self._hidden(batch)
        self.scores = self._scores(hidden[torch.arange(len(ends)), ends.to(hidden.device)])

    def read(self, ids: list[int]) -> None:
        """Read one token a row."""
        column = torch.ones(len(ids), 1, 1, dtype=torch.bool)
        self.visible = torch.cat([self.visible, column], -1)
        positions = self.visible.sum(-1) - 1
        self.key_positions = torch.cat([self.key_positions, positions], 1)
        step = {
            "input_ids": torch.tensor(ids)[:, None],
            "visible": self.visible, "position_ids": positions, "key_positions": self.key_positions,
        }  # fmt: skip
        self.scores = self._scores(self._hidden(step)[:, -1])

    def _hidden(self, batch: dict[str, torch.Tensor]) -> torch.Tensor:
        batch = {name: value.to(self.model.device) for name, value in batch.items()}
        return hidden_states(self.model, batch, self.cache)

    def _scores(self, hidden: torch.Tensor) -> np.ndarray:
        return logits(self.model, hidden).double().cpu().numpy()
