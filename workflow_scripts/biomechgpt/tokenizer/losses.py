"""What the motion tokenizer is trained to make small."""

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from biomechgpt.tokenizer.network import MotionTokenizer
from biomechgpt.tokenizer.statistics import Statistics, normalise


class Losses(NamedTuple):
    """The parts of the training loss, each a scalar in units of the normalised angles."""

    reconstruction: Tensor
    velocity: Tensor
    commitment: Tensor


def losses_of(
    model: MotionTokenizer,
    windows: np.ndarray,
    real: Tensor,
    statistics: Statistics,
    spread_weight: float = 0.0,
) -> Losses:
    """Smooth L1 on angles and on their finite difference, over observed live joints only.

    `windows` (B, T, J) in rad, `real` (B, T) which frames are no padding. A joint weighs as its
    spread to the power of `spread_weight`: at 0 all weigh the same in units of their spread, at 1
    degrees count, so that the knee weighs more than the neck.
    """
    device = next(model.parameters()).device
    observed = torch.from_numpy(~np.isnan(windows) & statistics.live) & real[..., None]  # (B, T, J)
    observed = observed.to(device)
    target = torch.from_numpy(normalise(windows, statistics)).to(device)
    reconstruction, commitment = model(target)
    both = observed[:, 1:] & observed[:, :-1]
    weight = statistics.std_rad**spread_weight
    weight = torch.from_numpy(weight / weight[statistics.live].mean()).to(device)  # (J,)
    return Losses(
        masked_smooth_l1(reconstruction, target, observed, weight),
        masked_smooth_l1(reconstruction.diff(dim=1), target.diff(dim=1), both, weight),
        commitment,
    )


def masked_smooth_l1(value: Tensor, target: Tensor, mask: Tensor, weight: Tensor) -> Tensor:
    """Smooth L1 of what `mask` (B, T, J) marks, averaged over it, times the `weight` (J,) of joints."""
    loss = functional.smooth_l1_loss(value, target, reduction="none")
    return (loss * mask * weight).sum() / mask.sum().clamp_min(1)


@torch.inference_mode()
def live_error_deg(
    model: MotionTokenizer, trials: list[np.ndarray], statistics: Statistics
) -> float:
    """Mean over live joints of the RMSE of each, in degrees, of whole trials (T, J) in rad."""
    device, step = next(model.parameters()).device, model.downsampling
    squared, frames = np.zeros(len(statistics.live)), np.zeros(len(statistics.live))
    model.eval()
    for angles_rad in trials:
        whole = angles_rad[: len(angles_rad) // step * step]
        if not len(whole):
            continue
        target = normalise(whole, statistics)
        made = model(torch.from_numpy(target)[None].to(device))[0][0].cpu().numpy()
        error = np.where(np.isnan(whole), 0.0, (made - target) * statistics.std_rad)
        squared += np.square(error, dtype=np.float64).sum(axis=0)
        frames += (~np.isnan(whole)).sum(axis=0)
    seen = statistics.live & (frames > 0)
    return float(np.rad2deg(np.sqrt(squared[seen] / frames[seen])).mean())
