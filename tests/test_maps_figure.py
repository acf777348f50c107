"""The frame of the page: no address in it, a policy that names our scripts only, the same text each time."""

import base64
import hashlib
import re
import tomllib
from importlib.resources import files
from pathlib import Path

import branca.element
import folium
import folium.plugins
import pytest

from regiongeo.errors import EngineError
from regiongeo.maps import figure
from regiongeo.maps.figure import DATA_PLACE, TILE_HOST, OfflineFigure, render_frame

WEB = Path(__file__).parents[1] / "src" / "regiongeo" / "maps" / "web"
pytestmark = pytest.mark.skipif(
    not (files("regiongeo") / "_assets" / "map.js").is_file(),
    reason="map assets are not built: python hatch_build.py",
)


def test_the_same_frame_each_time() -> None:
    assert render_frame(lang="nb", online_tiles=True) == render_frame(lang="nb", online_tiles=True)


@pytest.mark.parametrize("lang", ["nb", "en"])
def test_frame_holds_no_address_and_says_its_language(lang: str) -> None:
    page = render_frame(lang=lang, online_tiles=True)  # type: ignore[arg-type]
    markup = re.sub(r"<script>.*?</script>", "", page, flags=re.DOTALL)
    assert not re.search(
        r"""(?:src|href)\s*=|url\((?!["']?data:|#)|@import""", markup.replace('href="#results"', "")
    )
    assert f'<html lang="{lang}">' in page
    assert "user-scalable=no" not in page
    assert page.count(DATA_PLACE) == 1


def test_policy_allows_exactly_the_scripts_of_the_page() -> None:
    page = render_frame(lang="nb", online_tiles=False)
    scripts = re.findall(r"<script>(.*?)</script>", page, flags=re.DOTALL)
    expected = {base64.b64encode(hashlib.sha256(one.encode()).digest()).decode() for one in scripts}
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)[1]  # type: ignore[index]
    assert len(scripts) == 2
    assert set(re.findall(r"sha256-([^&']+)", policy)) == expected
    assert "default-src &#39;none&#39;" in policy
    assert "unsafe" not in policy.replace("style-src &#39;unsafe-inline&#39;", "")
    assert "http" not in policy


def test_policy_allows_the_tile_host_only_when_asked() -> None:
    assert f"img-src data: {TILE_HOST};" in render_frame(lang="nb", online_tiles=True)


def test_a_link_that_is_not_bundled_is_refused() -> None:
    page = OfflineFigure(lang="nb")
    region = folium.Map(tiles=None)
    page.add_child(region)
    folium.plugins.Draw().add_to(region)
    with pytest.raises(EngineError, match="not bundled"):
        page.render()


def test_missing_assets_are_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    figure._read_asset.cache_clear()
    monkeypatch.setattr(figure, "files", lambda _: tmp_path)
    with pytest.raises(EngineError, match="map assets are not built: reinstall the package"):
        figure._read_asset("map.js")


def test_folium_itself_is_left_as_it_was() -> None:
    before = (list(folium.Map.default_js), list(folium.Map.default_css), branca.element.Figure._template)
    render_frame(lang="nb", online_tiles=True)
    assert before == (folium.Map.default_js, folium.Map.default_css, branca.element.Figure._template)


def test_lock_has_hashes_and_no_addresses() -> None:
    lock = (WEB / "package-lock.json").read_text("utf-8")
    packages = lock.count('"node_modules/')
    assert packages > 0
    assert lock.count('"integrity": "sha512-') == packages
    assert "http" not in lock
    assert '"resolved"' not in lock
    settings = (WEB / ".npmrc").read_text("utf-8").split()
    assert {"omit-lockfile-registry-resolved=true", "ignore-scripts=true"} <= set(settings)


def test_every_word_the_page_asks_for_is_in_the_catalogue() -> None:
    locale = files("regiongeo") / "locale"
    catalogue, shared = (
        tomllib.loads((locale / name).read_text("utf-8")) for name in ("map.toml", "sites.toml")
    )
    source = "".join(path.read_text("utf-8") for path in sorted(WEB.glob("*.js")))
    asked = set(re.findall(r'say\("(\w+)"', source)) | set(re.findall(r'(?:label|key): "(\w+)"', source))
    page = (files("regiongeo.maps") / "page.html").read_text("utf-8")
    asked |= set(re.findall(r"texts\.(\w+)", page))
    assert asked <= set(catalogue) | set(shared)
    python = "".join(path.read_text("utf-8") for path in sorted(WEB.parent.glob("*.py")))
    prefixes = set(re.findall(r"say\(`(\w+_)\$", source)) | set(re.findall(r'"map", f"(\w+_)\{', python))
    used_by_prefix = {key for key in catalogue if any(key.startswith(prefix) for prefix in prefixes)}
    plain_keys = set(re.findall(r'"(\w+)"', source))
    assert set(catalogue) - asked - used_by_prefix - plain_keys == set()


def test_our_scripts_never_set_markup() -> None:
    for path in sorted(WEB.glob("*.js")):
        source = path.read_text("utf-8")
        for word in (
            "innerHTML",
            "outerHTML",
            "insertAdjacentHTML",
            "document.write",
            "eval(",
            "new Function",
        ):
            assert word not in source, f"{path.name}: {word}"
