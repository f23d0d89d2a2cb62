"""Profiles: which rule decides, how a setting is read, and what a learner is told."""

from __future__ import annotations

import ast
from typing import Any

import pytest

from sandbox_kernel.versions.forbidden import found_in, hint_for
from sandbox_kernel.versions.profile import PROFILES, Profile, profile_from
from sandbox_kernel.versions.settings import VARIABLE, Settings, settings_from


def names(source: str, profile: Profile, own: tuple[str, ...] = ()) -> list[str]:
    return [found.name for found in found_in(ast.parse(source), profile, own)]


def test_the_most_specific_rule_decides() -> None:
    profile = Profile("p", denied_modules=("os", "http"), allowed_modules=("os.path", "http.client"))
    source = "import os\nimport os.path\nfrom os import path, sep\nimport http.client\nimport http.server\n"
    assert ["os", "os", "http"] == names(source, profile)


def test_a_star_denies_every_import_that_no_rule_allows_but_the_sandboxes_own() -> None:
    profile = Profile("exam", denied_modules=("*",), allowed_modules=("math", "random"))
    source = "import math, json\nfrom random import choice\nfrom shop.cart import Cart\nimport csv as c\nc.reader([])\n"
    assert ["json", "csv"] == names(source, profile, own=("shop.cart",))
    (found, *_) = found_in(ast.parse("import csv"), profile, ())
    assert "use what is allowed (math, random), or ask for another profile" == hint_for(found, profile)


def test_a_denied_call_may_end_with_a_star_and_have_exceptions() -> None:
    profile = Profile("p", denied_calls=("os.exec*", "eval"), allowed_calls=("os.execv",))
    source = "import os\nos.execvp('x', [])\nos.execv('x', [])\neval('1')\nos.getcwd()\n"
    assert ["os.execvp", "eval"] == names(source, profile)


def test_names_of_the_modules_own_are_not_mistaken_for_what_is_denied() -> None:
    profile = Profile("p", denied_modules=("socket",), denied_calls=("open", "eval"))
    source = "def open(door): return door\nopen(1)\ndef use(socket): return socket.send(1)\nmodel = 1\nmodel.eval()\n"
    assert [] == names(source, profile)


def test_the_strict_profile_names_what_starts_programs_and_reaches_the_network() -> None:
    source = "import subprocess\nfrom urllib.request import urlopen\nimport urllib.parse, os\nos.fork()\nexec('')\n"
    assert ["subprocess", "urllib", "os.fork", "exec"] == names(source, PROFILES["strict"])


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (None, PROFILES["open"]),
        ("", PROFILES["open"]),
        ("strict", PROFILES["strict"]),
        ('{"denied_modules": ["socket"]}', Profile("custom", denied_modules=("socket",))),
        ({"name": "week 1", "denied_calls": ["eval"]}, Profile("week 1", denied_calls=("eval",))),
    ],
)
def test_a_profile_is_read_from_a_name_json_or_a_mapping(given: Any, expected: Profile) -> None:
    assert expected == profile_from(given)


def test_changes_to_a_named_profile_keep_its_other_rules() -> None:
    found = profile_from({"profile": "strict", "allowed_calls": ["eval"]})
    assert (PROFILES["strict"].denied_calls, ("eval",)) == (found.denied_calls, found.allowed_calls)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("stricter", "there is no profile 'stricter'; there are open, strict, or give one as JSON"),
        ("{", "the profile is no JSON"),
        ({"forbidden": ["x"]}, "a profile has no 'forbidden'; it has name, denied_modules"),
        ({"denied_modules": "os"}, "denied_modules of a profile must be a list of dotted names"),
        ({"denied_calls": ["os system"]}, "'os system' in denied_calls is no dotted name"),
        ({"allowed_modules": ["*"]}, "'*' can only stand in denied_modules"),
    ],
)
def test_what_is_no_profile_is_told_in_a_sentence(given: Any, message: str) -> None:
    with pytest.raises((ValueError, TypeError), match=message.replace("*", r"\*")):
        profile_from(given)


def test_settings_travel_as_text() -> None:
    settings = Settings(profile=PROFILES["strict"], keep_versions=50)
    assert settings == settings_from({VARIABLE: settings.to_text()})
    assert Settings() == settings_from({})
