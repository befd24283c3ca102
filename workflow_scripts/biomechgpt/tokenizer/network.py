"""The motion tokenizer's network: a convolutional encoder, a codebook, a mirrored decoder.

The architecture is that of T2M-GPT (arXiv 2301.06052), which BiomechGPT names as its own, written
from the papers' description.
"""

import torch
from torch import Tensor, nn

from biomechgpt.tokenizer.quantizer import Quantized, Quantizer


class ResidualBlock(nn.Module):
    """x + conv1(act(conv3(act(x)))), the first convolution dilated."""

    def __init__(self, width: int, dilation: int):
        super().__init__()
        self.layers = nn.Sequential(
            nn.ReLU(),
            nn.Conv1d(width, width, 3, padding=dilation, dilation=dilation),
            nn.ReLU(),
            nn.Conv1d(width, width, 1),
        )

    def forward(self, x: Tensor) -> Tensor:
        return x + self.layers(x)


def _residual_blocks(cfg: dict) -> list[nn.Module]:
    """Widest dilation first, in the encoder as in the decoder."""
    dilations = [cfg["dilation_growth"] ** level for level in reversed(range(cfg["depth"]))]
    return [ResidualBlock(cfg["width"], dilation) for dilation in dilations]


def _levels(cfg: dict) -> int:
    return cfg["downsampling"].bit_length() - 1


def encoder(cfg: dict, n_joints: int) -> nn.Sequential:
    """(B, J, T) -> (B, code_dim, T / downsampling)."""
    width = cfg["width"]
    layers: list[nn.Module] = [nn.Conv1d(n_joints, width, 3, padding=1), nn.ReLU()]
    for _ in range(_levels(cfg)):
        layers += [nn.Conv1d(width, width, 4, stride=2, padding=1), *_residual_blocks(cfg)]
    return nn.Sequential(*layers, nn.Conv1d(width, cfg["code_dim"], 3, padding=1))


def decoder(cfg: dict, n_joints: int) -> nn.Sequential:
    """(B, code_dim, L) -> (B, J, L * downsampling)."""
    width = cfg["width"]
    layers: list[nn.Module] = [nn.Conv1d(cfg["code_dim"], width, 3, padding=1), nn.ReLU()]
    for _ in range(_levels(cfg)):
        layers += [*_residual_blocks(cfg), nn.Upsample(scale_factor=2)]
        layers += [nn.Conv1d(width, width, 3, padding=1)]
    layers += [nn.Conv1d(width, width, 3, padding=1), nn.ReLU()]
    return nn.Sequential(*layers, nn.Conv1d(width, n_joints, 3, padding=1))


class MotionTokenizer(nn.Module):
    """Normalised joint angles to codes and back. `cfg` is one entry of the config's `tokenizers`."""

    def __init__(self, cfg: dict, n_joints: int):
        super().__init__()
        self.encoder = encoder(cfg, n_joints)
        self.quantizer = Quantizer(
            cfg["codebook_size"], cfg["code_dim"], cfg["codebook_decay"], cfg["reset_below"]
        )
        self.decoder = decoder(cfg, n_joints)

    def forward(self, normalised: Tensor) -> tuple[Tensor, Quantized]:
        """(B, T, J) -> its reconstruction (B, T, J) and the codes on the way."""
        quantized = self.quantizer(self.encoder(normalised.mT))
        return self.decoder(quantized.latents).mT, quantized

    @torch.inference_mode()
    def encode(self, normalised: Tensor) -> Tensor:
        """One whole trial (T, J) -> its codes (T // downsampling,)."""
        latents = self.encoder(normalised.mT[None])  # (1, D, L)
        return self.quantizer.nearest(latents[0].T)

    @torch.inference_mode()
    def decode(self, codes: Tensor) -> Tensor:
        """Codes (L,) -> normalised joint angles (L * downsampling, J)."""
        latents = nn.functional.embedding(codes, self.quantizer.codebook).T[None]
        return self.decoder(latents)[0].T
