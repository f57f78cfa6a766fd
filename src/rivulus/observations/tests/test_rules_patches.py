"""Facts about merge patches (the examples of RFC 7396) and JSON patches (of RFC 6902)."""

import json
from typing import Any

import jsonpatch
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rivulus.kernel.errors import Refused
from rivulus.observations.rules import patches


@pytest.mark.parametrize(
    ("document", "patch", "result"),
    [
        ('{"a":"b"}', '{"a":"c"}', '{"a":"c"}'),
        ('{"a":"b"}', '{"b":"c"}', '{"a":"b","b":"c"}'),
        ('{"a":"b","b":"c"}', '{"a":null}', '{"b":"c"}'),
        ('{"a":["b"]}', '{"a":"c"}', '{"a":"c"}'),
        ('{"a":{"b":"c"}}', '{"a":{"b":"d","c":null}}', '{"a":{"b":"d"}}'),
        ('{"a":[{"b":"c"}]}', '{"a":[1]}', '{"a":[1]}'),
        ('{"e":null}', '{"a":1}', '{"e":null,"a":1}'),
        ('[1,2]', '{"a":"b","c":null}', '{"a":"b"}'),
        ('{}', '{"a":{"bb":{"ccc":null}}}', '{"a":{"bb":{}}}'),
        ('["a","b"]', '["c","d"]', '["c","d"]'),
    ],
)  # fmt: skip
def test_merge_patches_do_what_the_standard_says(document: str, patch: str, result: str) -> None:
    assert patches.merge(json.loads(document), json.loads(patch)) == json.loads(result)


DOCUMENT = {"foo": ["bar", "baz"], "a/b": 1, "m~n": 8, "": 0, "deep": {"x": [1, {"y": True}]}}


@pytest.mark.parametrize(
    "patch",
    [
        [{"op": "add", "path": "/foo/1", "value": "qux"}],
        [{"op": "add", "path": "/foo/-", "value": ["a"]}],
        [{"op": "remove", "path": "/foo/0"}],
        [{"op": "replace", "path": "/a~1b", "value": None}],
        [{"op": "move", "from": "/deep/x/1/y", "path": "/m~0n"}],
        [{"op": "move", "from": "/foo/0", "path": "/foo/1"}],
        [{"op": "copy", "from": "/deep", "path": "/foo/0"}],
        [{"op": "test", "path": "/deep/x/0", "value": 1}, {"op": "remove", "path": "/"}],
        [{"op": "replace", "path": "", "value": {"new": 1}}],
        [{"op": "add", "path": "/deep/x/1/y/z", "value": 1}],
        [{"op": "remove", "path": "/foo/2"}],
        [{"op": "add", "path": "/foo/3", "value": 1}],
        [{"op": "replace", "path": "/nothing", "value": 1}],
        [{"op": "test", "path": "/foo/0", "value": "baz"}],
        [{"op": "add", "path": "/foo/1e0", "value": 1}],
        [{"op": "add", "path": "/foo/01", "value": 1}],
    ],
)
def test_json_patches_do_what_a_public_library_does(patch: list[dict[str, Any]]) -> None:
    try:
        expected = jsonpatch.apply_patch(DOCUMENT, patch)
    except (jsonpatch.JsonPatchException, jsonpatch.JsonPointerException, TypeError):
        with pytest.raises(Refused):
            patches.apply(DOCUMENT, patch)
    else:
        assert patches.apply(DOCUMENT, patch) == expected


@pytest.mark.parametrize(
    "patch",
    [
        {},
        None,
        [{}],
        [5],
        [{"op": "burn", "path": "/foo"}],
        [{"op": "add", "path": "/foo"}],
        [{"op": "add", "path": "foo", "value": 1}],
        [{"op": "add", "path": 5, "value": 1}],
        [{"op": "move", "from": "/deep", "path": "/deep/x"}],
        [{"op": "remove", "path": ""}],
        [{"op": "replace", "path": "", "value": []}],
        [{"op": "test", "path": "/foo", "value": 1}] * 201,
        [{"op": "test", "path": "/deep/x/1/y", "value": 1}],
        [{"op": "add", "path": "/foo/9999999999999", "value": 1}],
    ],
)
def test_broken_json_patches_are_refused(patch: Any) -> None:
    before = json.dumps(DOCUMENT)
    with pytest.raises(Refused):
        patches.apply(DOCUMENT, patch)
    assert json.dumps(DOCUMENT) == before


def test_copies_of_copies_stay_small() -> None:
    grow = [{"op": "copy", "from": "/a", "path": f"/a/{n}"} for n in range(100)]
    with pytest.raises(Refused, match="too much"):
        patches.apply({"a": {"b": "x" * 1000}}, grow)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=40, deadline=None)
@given(document=json_values, patch=json_values)
def test_a_merge_patch_twice_is_once(document: Any, patch: Any) -> None:
    once = patches.merge(document, patch)
    assert patches.merge(once, patch) == once


@settings(max_examples=40, deadline=None)
@given(
    before=st.dictionaries(st.text(max_size=2), json_values, max_size=3),
    after=st.dictionaries(st.text(max_size=2), json_values, max_size=3),
)
def test_what_a_public_library_finds_different_is_made_the_same(before: dict[str, Any], after: dict[str, Any]) -> None:
    assert patches.apply(before, jsonpatch.make_patch(before, after).patch) == after
