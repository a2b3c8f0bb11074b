"""geometry: visual space and page space are each other's inverse; numbers a content stream can
hold."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pikepdf import Matrix

from assembler.pdf.geometry import Frame, find_page_matrix, format_operands

numbers = st.floats(-20000, 20000)


@settings(deadline=None, max_examples=50)
@given(st.sampled_from([0, 90, 180, 270]), numbers, numbers, st.floats(3, 9000), st.floats(3, 9000))
def test_corners_seen_are_corners_of_the_box(
    rotate: int, x: float, y: float, width: float, height: float
) -> None:
    frame = Frame(x0=x, y0=y, x1=x + width, y1=y + height, rotate=rotate)
    seen = [
        find_page_matrix(frame).transform(corner)
        for corner in ((0, 0), (frame.width, frame.height))
    ]
    expected = {0: (0, 2), 90: (1, 3), 180: (2, 0), 270: (3, 1)}[
        rotate
    ]  # lower left, lower right, upper right, upper left
    corners = [
        (frame.x0, frame.y0),
        (frame.x1, frame.y0),
        (frame.x1, frame.y1),
        (frame.x0, frame.y1),
    ]

    assert seen == [pytest.approx(corners[place], abs=0.01) for place in expected]
    there_and_back = (find_page_matrix(frame) @ find_page_matrix(frame).inverse()).transform(
        (12, 34)
    )
    assert there_and_back == pytest.approx((12, 34), abs=0.01)


@settings(deadline=None, max_examples=100)
@given(st.tuples(*[st.one_of(numbers, st.floats(-1e-4, 1e-4), st.floats(-1e9, 1e9))] * 6))
def test_operands_are_numbers_a_page_can_hold(
    matrix: tuple[float, float, float, float, float, float],
) -> None:
    written = format_operands(Matrix(*matrix)).decode().split()

    assert all(re.fullmatch(r"-?\d+(\.\d+)?", number) for number in written)
    assert [float(number) for number in written] == pytest.approx(list(matrix), rel=1e-5, abs=1e-5)
