"""Shortcuts of the modules."""

from __future__ import annotations

from crmplus import hooks


def test_no_two_modules_have_the_same_keys() -> None:
    keys = [entry.keys for entry in hooks.registered(hooks.MenuEntry) if entry.keys]
    assert len(keys) > 5
    assert len(keys) == len(set(keys))


def test_all_are_reached_by_g_and_a_letter() -> None:
    modules = [
        entry
        for entry in hooks.registered(hooks.MenuEntry)
        if entry.keys and entry.section == "modules"
    ]
    assert all(len(one.keys) == 3 and one.keys[:2] == "g " for one in modules)
