"""Recurrent and convolutional networks that answer one question from a movement, frame by frame.

What the gait literature trains on joint angles or joint centres (a GRU in Jun et al. 2020, IEEE
Access 8:139881). Layers and schedule are torch's. In training each movement is posed and scaled a
little otherwise every time, as if by other people: without it the networks learn by heart how each
person stands (docs/log.md).
"""

import copy
from collections.abc import Callable, Iterator, Sequence
from itertools import islice, pairwise

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, l1_loss
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence, pad_sequence

from biomechgpt.baselines.task_examples import Examples, Predictions, TaskExamples, most_likely

WIDTH = 64
KERNEL = 7  # frames of a convolution
DROPOUT = 0.3
# In training, in standard deviations of a channel: noise of each frame, and for a whole movement an
# offset of each channel and a share by which it is scaled.
NOISE, OFFSET, GAIN = 0.1, 0.3, 0.1
LEARNING_RATE, WEIGHT_DECAY = 2e-3, 1e-2
STEPS, BATCH_SIZE = 800, 32
BATCHES_SORTED = 8  # so many batches are made together of movements of like length
STEPS_BETWEEN_LOOKS = 40  # at validation participants
FEWEST_TO_CHOOSE_BY = 5  # validation participants; what suits fewer need not suit others


class Recurrent(nn.Module):
    """Two layers of GRU or LSTM, read in both directions; the mean over the frames of a movement."""

    def __init__(self, n_channels: int, layer: Callable[..., nn.RNNBase]):
        super().__init__()
        self.layers = layer(
            n_channels, WIDTH, 2, batch_first=True, bidirectional=True, dropout=DROPOUT
        )
        self.n_features = 2 * WIDTH

    def forward(self, frames: Tensor, lengths: Tensor) -> Tensor:
        """Features (B, 2 W) of padded movements (B, T, C) with `lengths` (B,)."""
        packed = pack_padded_sequence(frames, lengths, batch_first=True, enforce_sorted=False)
        states, _ = pad_packed_sequence(self.layers(packed)[0], batch_first=True)
        return states.sum(dim=1) / lengths[:, None]  # padding is 0


class Convolutional(nn.Module):
    """Three convolutions over time, each normalised frame by frame; mean and maximum over frames."""

    def __init__(self, n_channels: int):
        super().__init__()
        widths = [n_channels, WIDTH, WIDTH, WIDTH]
        self.convolutions = nn.ModuleList(
            nn.Conv1d(*pair, KERNEL, padding="same", dilation=2**place)
            for place, pair in enumerate(pairwise(widths))
        )
        self.norms = nn.ModuleList(nn.LayerNorm(WIDTH) for _ in self.convolutions)
        self.n_features = 2 * WIDTH

    def forward(self, frames: Tensor, lengths: Tensor) -> Tensor:
        """Features (B, 2 W) of padded movements (B, T, C) with `lengths` (B,)."""
        inside = _inside(frames, lengths)
        states = frames
        for convolution, norm in zip(self.convolutions, self.norms, strict=True):
            states = norm(convolution(states.mT).mT).relu() * inside
        # After a ReLU nothing is below the 0 of the padding.
        return torch.cat([states.sum(dim=1) / lengths[:, None], states.amax(dim=1)], dim=1)


NETWORKS = {
    "gru": lambda n_channels: Recurrent(n_channels, nn.GRU),
    "lstm": lambda n_channels: Recurrent(n_channels, nn.LSTM),
    "convolution": Convolutional,
}


def predict(task: TaskExamples, network: str, seed: int) -> Predictions:
    """Train on the training examples of a task and answer its held-out ones.

    Features of an example are its frames (T, C), standardised, at one frame rate for all.

    Args:
        task: What to learn and whom to answer for; `validation` decides what to keep of a training.
        network: One of `NETWORKS`.
        seed: Of first weights, order and variations.
    """
    torch.manual_seed(seed)
    targets = _Targets(task.training.truth, task.options)
    encoder = NETWORKS[network](task.training.features[0].shape[1])
    model = _Answering(encoder, targets.n_outputs)
    _train(model, task.training, task.validation, targets)
    outputs = _outputs(model, task.held_out.features)
    if not task.options:
        return targets.numbers(outputs), None
    return most_likely(outputs.softmax(dim=1).numpy().astype(float), task.options)


class _Answering(nn.Module):
    """A network and the linear layer that answers."""

    def __init__(self, encoder: nn.Module, n_outputs: int):
        super().__init__()
        self.encoder = encoder
        self.answer = nn.Sequential(nn.Dropout(DROPOUT), nn.Linear(encoder.n_features, n_outputs))

    def forward(self, frames: Tensor, lengths: Tensor) -> Tensor:
        return self.answer(self.encoder(frames, lengths))


class _Targets:
    """The truths of a task as a network learns them: places of options, or standardised numbers."""

    def __init__(self, training: np.ndarray, options: Sequence[str]):
        self.options = list(options)
        self.n_outputs = len(options) or 1
        self.loss = cross_entropy if options else l1_loss
        if not options:
            self.mean, self.spread = training.mean(), max(training.std(), 1e-6)
            self.limits = training.min(), training.max()

    def encode(self, truth: np.ndarray) -> Tensor:
        """(N,) places of options, or (N, 1) numbers."""
        if self.options:
            return torch.tensor([self.options.index(option) for option in truth])
        return torch.tensor((truth - self.mean) / self.spread, dtype=torch.float32)[:, None]

    def error(self, outputs: Tensor, truth: np.ndarray) -> float:
        """The share of wrong options, or the mean error of standardised numbers."""
        if self.options:
            return float((outputs.argmax(dim=1) != self.encode(truth)).float().mean())
        return float(l1_loss(outputs, self.encode(truth)))

    def numbers(self, outputs: Tensor) -> np.ndarray:
        """Numbers (N,) in the task's unit, within those of training."""
        return (outputs[:, 0].numpy() * self.spread + self.mean).clip(*self.limits)


def _train(model: nn.Module, training: Examples, validation: Examples, targets: _Targets) -> None:
    """Train for `STEPS`, and keep what erred least on validation participants where they are enough.

    Errors are counted, and the later of equals is kept: the loss rises with a few sure errors on
    one person while everybody else is still answered better and better.
    """
    optimizer = torch.optim.AdamW(model.parameters(), lr=LEARNING_RATE, weight_decay=WEIGHT_DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, LEARNING_RATE, STEPS)
    truth = targets.encode(training.truth)
    enough = len(set(validation.participants)) >= FEWEST_TO_CHOOSE_BY
    least, best = np.inf, None
    for step, batch in enumerate(islice(_batches_of_like_length(training.features), STEPS), 1):
        _step(model, optimizer, training.features[batch], truth[batch], targets)
        schedule.step()
        if enough and step % STEPS_BETWEEN_LOOKS == 0:
            error = targets.error(_outputs(model, validation.features), validation.truth)
            if error <= least:
                least, best = error, copy.deepcopy(model.state_dict())
    if best is not None:
        model.load_state_dict(best)


def _batches_of_like_length(movements: Sequence[np.ndarray]) -> Iterator[Tensor]:
    """The places of a batch at a time, each movement once in a pass: a network reads to the longest."""
    lengths = torch.tensor([len(movement) for movement in movements])
    while True:
        for part in torch.randperm(len(movements)).split(BATCHES_SORTED * BATCH_SIZE):
            batches = part[lengths[part].argsort()].split(BATCH_SIZE)
            yield from (batches[place] for place in torch.randperm(len(batches)))


def _step(model, optimizer, movements: np.ndarray, truth: Tensor, targets: _Targets) -> None:
    model.train()
    frames, lengths = _padded(movements)
    optimizer.zero_grad()
    targets.loss(model(_varied(frames, lengths), lengths), truth).backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()


def _varied(frames: Tensor, lengths: Tensor) -> Tensor:
    """Movements (B, T, C) as other people might have made them, padding untouched."""
    gain, offset = torch.randn(2, len(frames), 1, frames.shape[2])
    varied = frames * (1 + GAIN * gain) + OFFSET * offset + NOISE * torch.randn_like(frames)
    return varied * _inside(frames, lengths)


def _inside(frames: Tensor, lengths: Tensor) -> Tensor:
    """Where no padding is (B, T, 1)."""
    return (torch.arange(frames.shape[1]) < lengths[:, None])[..., None]


@torch.inference_mode()
def _outputs(model: nn.Module, movements: Sequence[np.ndarray]) -> Tensor:
    """(N, O) of movements (T, C) each."""
    model.eval()
    return torch.cat([model(*_padded(part)) for part in _batches(movements)])


def _batches(movements: Sequence[np.ndarray]) -> Iterator[Sequence[np.ndarray]]:
    for start in range(0, len(movements), BATCH_SIZE):
        yield movements[start : start + BATCH_SIZE]


def _padded(movements: Sequence[np.ndarray]) -> tuple[Tensor, Tensor]:
    """Movements as one tensor (B, T, C), behind each zeros, and their lengths (B,)."""
    series = [torch.from_numpy(movement) for movement in movements]
    return pad_sequence(series, batch_first=True), torch.tensor([len(s) for s in series])
