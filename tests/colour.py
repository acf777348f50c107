"""Colours as people see them: contrast (WCAG), difference (CIEDE2000), colour blindness (Machado 2009)."""

from __future__ import annotations

import numpy as np

__all__ = ["BLINDNESS", "contrast", "difference", "read_colour", "see", "to_lab"]

BLINDNESS: dict[str, np.ndarray] = {
    "none": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}
"""What is left of linear red, green and blue where one kind of cone is missing."""
TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)


def read_colour(text: str) -> np.ndarray:
    """Return linear red, green and blue [0–1] of ``#rgb`` or ``#rrggbb``."""
    digits = text.removeprefix("#")
    pairs = [digits[at : at + 2] for at in (0, 2, 4)] if len(digits) == 6 else [one * 2 for one in digits]
    share = np.array([int(pair, 16) / 255 for pair in pairs])
    return np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)


def see(colour: np.ndarray, blindness: str) -> np.ndarray:
    """Return a linear colour as someone with this colour blindness sees it."""
    return np.clip(BLINDNESS[blindness] @ colour, 0, 1)


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours by WCAG 2.1 [1–21]."""
    dark, light = sorted(float(TO_XYZ[1] @ read_colour(text)) for text in (one, other))
    return (light + 0.05) / (dark + 0.05)


def to_lab(colour: np.ndarray) -> np.ndarray:
    """Return lightness and the two axes of colour (CIELAB, D65) of a linear colour."""
    share = TO_XYZ @ colour / TO_XYZ.sum(axis=1)
    root = np.where(share > 216 / 24389, np.cbrt(share), (24389 / 27 * share + 16) / 116)
    return np.array([116 * root[1] - 16, 500 * (root[0] - root[1]), 200 * (root[1] - root[2])])


def difference(one: np.ndarray, other: np.ndarray) -> float:
    """Return how different two colours in CIELAB look, by CIEDE2000; about 1 is just seen."""
    chroma = np.mean([np.hypot(*lab[1:]) for lab in (one, other)])
    stretch = 1.5 - 0.5 * np.sqrt(chroma**7 / (chroma**7 + 25.0**7))
    pair = [
        (lab[0], np.hypot(lab[1] * stretch, lab[2]), _hue(lab[1] * stretch, lab[2])) for lab in (one, other)
    ]
    (light, full, hue), (light2, full2, hue2) = pair
    turn = (hue2 - hue + 180) % 360 - 180 if full * full2 else 0.0
    middle = (hue + turn / 2) % 360 if full * full2 else hue + hue2
    mean_light, mean_full = (light + light2) / 2, (full + full2) / 2
    weight = sum(
        factor * np.cos(np.radians(times * middle + shift))
        for factor, times, shift in ((-0.17, 1, -30), (0.24, 2, 0), (0.32, 3, 6), (-0.20, 4, -63))
    )
    off = (mean_light - 50) ** 2
    by_light = (light2 - light) / (1 + 0.015 * off / np.sqrt(20 + off))
    by_full = (full2 - full) / (1 + 0.045 * mean_full)
    by_hue = 2 * np.sqrt(full * full2) * np.sin(np.radians(turn / 2)) / (1 + 0.015 * mean_full * (1 + weight))
    bend = 2 * np.sqrt(mean_full**7 / (mean_full**7 + 25.0**7))
    bend *= np.sin(np.radians(60 * np.exp(-(((middle - 275) / 25) ** 2))))
    return float(np.sqrt(by_light**2 + by_full**2 + by_hue**2 - bend * by_full * by_hue))


def _hue(across: float, along: float) -> float:
    return float(np.degrees(np.arctan2(along, across)) % 360)
