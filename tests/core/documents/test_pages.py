import pytest
from reportlab.lib.units import mm

from core.documents import UnknownPaper, paper


@pytest.mark.parametrize(
    ("name", "width", "height"),
    [("A3", 420, 297), ("a1", 841, 594), ("1200x800", 1200, 800), ("800X1200", 1200, 800)],
)
def test_paper_lies_on_its_long_side(name, width, height):
    sheet = paper(name)
    assert (sheet.width, sheet.height) == pytest.approx((width * mm, height * mm))


def test_paper_can_stand():
    sheet = paper("A4", landscape=False)
    assert (sheet.width, sheet.height) == pytest.approx((210 * mm, 297 * mm))


@pytest.mark.parametrize("name", ["B5", "", "1200", "50x9000", "9999x100", "A3; rm"])
def test_unknown_paper_is_refused_with_what_may_be_named(name):
    with pytest.raises(UnknownPaper, match="A0 至 A4"):
        paper(name)
