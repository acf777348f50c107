"""The data block: whatever a text holds, it comes back the same and means nothing on the way."""

import jinja2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regiongeo.errors import DataError
from regiongeo.maps.encode import read_data_block, to_data_block

OPEN, CLOSE = '<script type="text/plain" id="rg-data">', "</script>"
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


def content_of(block: str) -> str:
    assert block.startswith(OPEN)
    assert block.endswith(CLOSE)
    return block.removeprefix(OPEN).removesuffix(CLOSE)


@given(st.dictionaries(st.text(), JSON))
def test_block_reads_back_equal(payload: dict[str, object]) -> None:
    assert read_data_block(f"<p>{to_data_block(payload)}</p>") == payload


@given(st.dictionaries(st.text(), JSON))
def test_block_holds_no_markup_and_is_ascii(payload: dict[str, object]) -> None:
    content = content_of(to_data_block(payload))
    assert content.isascii()
    assert not set("<>&%#'`$") & set(content)


@given(
    st.dictionaries(st.text(alphabet='{}%#"\\ abc', max_size=8), st.text(alphabet='{}%#"\\ -7*', max_size=12))
)
def test_a_template_pass_leaves_the_block_as_it_is(payload: dict[str, str]) -> None:
    block = to_data_block({"inner": payload})
    assert jinja2.Template(block).render() == block


@pytest.mark.parametrize(
    "text", ["{{ 7*7 }}", "{% x %}", "{# x #}", "</script>", "<!--", "]]>", "\u2028", "\ud800"]
)
def test_known_payloads_stay_text(text: str) -> None:
    block = to_data_block({"name": text})
    assert jinja2.Template(block).render() == block
    assert read_data_block(block) == {"name": text}


def test_not_a_number_is_refused() -> None:
    with pytest.raises(ValueError, match="Out of range"):
        to_data_block({"x": float("nan")})


def test_a_page_without_a_block_is_refused() -> None:
    with pytest.raises(DataError, match="not a map"):
        read_data_block("<p>no map</p>")
