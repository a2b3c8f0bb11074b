"""Drawn photographs without a word: a street or a yard under a sky, other houses, trees and
people in each."""

from __future__ import annotations

import random

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

_SIZES = ((1280, 960), (960, 1280), (1280, 720))


def scene(seed: int) -> Image.Image:
    """A gray photograph; the same one for the same seed."""
    dice = random.Random(f"scene {seed}")
    size = dice.choice(_SIZES)
    horizon = round(size[1] * dice.uniform(0.35, 0.65))
    picture = _ground(size, horizon, dice)
    pen = ImageDraw.Draw(picture)
    _hills(pen, size, horizon, dice)
    for _ in range(dice.randint(1, 4)):
        _house(pen, size, horizon, dice)
    for _ in range(dice.randint(1, 6)):
        _tree(pen, size, horizon, dice)
    for _ in range(dice.randint(0, 4)):
        _person(pen, size, horizon, dice)
    return _grained(picture.filter(ImageFilter.GaussianBlur(1.2)), dice)


def _ground(size: tuple[int, int], horizon: int, dice: random.Random) -> Image.Image:
    sky, far, near = dice.randint(170, 235), dice.randint(90, 150), dice.randint(60, 170)
    rows = np.concatenate(
        [np.linspace(sky - 30, sky, horizon), np.linspace(far, near, size[1] - horizon)]
    )
    return Image.fromarray(np.tile(rows[:, None], (1, size[0])).astype(np.uint8))


def _hills(
    pen: ImageDraw.ImageDraw, size: tuple[int, int], horizon: int, dice: random.Random
) -> None:
    tops = [(size[0] * n / 6, horizon - dice.uniform(0, 0.18) * size[1]) for n in range(7)]
    pen.polygon([(0, horizon), *tops, (size[0], horizon)], dice.randint(80, 160))


def _house(
    pen: ImageDraw.ImageDraw, size: tuple[int, int], horizon: int, dice: random.Random
) -> None:
    wide, high = size[0] * dice.uniform(0.15, 0.4), size[1] * dice.uniform(0.12, 0.35)
    left, foot = dice.uniform(0, size[0] - wide), horizon + size[1] * dice.uniform(0.02, 0.2)
    pen.rectangle((left, foot - high, left + wide, foot), dice.randint(60, 230))
    if dice.random() < 0.7:
        ridge = (left + wide * dice.uniform(0.3, 0.7), foot - high * dice.uniform(1.2, 1.6))
        pen.polygon(
            [(left - 8, foot - high), ridge, (left + wide + 8, foot - high)], dice.randint(40, 130)
        )
    columns, floors = dice.randint(1, 4), dice.randint(1, 3)
    for column in range(columns):
        for floor in range(floors):
            x, y = left + wide * (column + 0.25) / columns, foot - high * (floor + 0.8) / floors
            pen.rectangle(
                (x, y, x + wide / columns / 2, y + high / floors / 2), dice.randint(20, 90)
            )


def _tree(
    pen: ImageDraw.ImageDraw, size: tuple[int, int], horizon: int, dice: random.Random
) -> None:
    x, foot, high = (
        dice.uniform(0, size[0]),
        horizon + size[1] * dice.uniform(0, 0.3),
        size[1] * dice.uniform(0.15, 0.4),
    )
    pen.line(
        (x, foot, x + dice.uniform(-10, 10), foot - high),
        dice.randint(40, 80),
        round(size[0] * 0.012),
    )
    for _ in range(9):
        u, v, r = (
            x + dice.gauss(0, high * 0.16),
            foot - high + dice.gauss(0, high * 0.14),
            high * dice.uniform(0.08, 0.2),
        )
        pen.ellipse((u - r, v - r, u + r, v + r), dice.randint(40, 120))


def _person(
    pen: ImageDraw.ImageDraw, size: tuple[int, int], horizon: int, dice: random.Random
) -> None:
    x, foot = dice.uniform(0.1, 0.9) * size[0], horizon + size[1] * dice.uniform(0.15, 0.33)
    high = size[1] * dice.uniform(0.15, 0.3)
    head, shoulder, hem = high * 0.08, high * 0.1, high * 0.14
    coat = [
        (x - hem, foot),
        (x - shoulder, foot - high * 0.8),
        (x + shoulder, foot - high * 0.8),
        (x + hem, foot),
    ]
    pen.polygon(coat, dice.randint(20, 220))
    pen.ellipse((x - head, foot - high, x + head, foot - high + 2 * head), dice.randint(90, 200))


def _grained(picture: Image.Image, dice: random.Random) -> Image.Image:
    """With the unevenness of walls and leaves, and the grain of a telephone's camera."""
    random_ = np.random.default_rng(dice.randrange(2**32))
    coarse = Image.fromarray(
        random_.integers(0, 60, (picture.height // 24, picture.width // 24), dtype=np.uint8)
    )
    uneven = (
        np.asarray(coarse.resize(picture.size, Image.Resampling.BILINEAR), dtype=np.float32) - 30
    )
    grain = random_.normal(0, 5, (picture.height, picture.width))
    return Image.fromarray(
        np.clip(np.asarray(picture, dtype=np.float32) + uneven * 0.5 + grain, 0, 255).astype(
            np.uint8
        )
    )
