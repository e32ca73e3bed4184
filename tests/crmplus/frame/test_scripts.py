"""What scripts share."""

from __future__ import annotations

from crmplus.conf import BASE_DIR

PACKAGES = ("crmplus", "pbxmanager", "softphone_connector")


def test_filters_act_at_once_through_one_script_of_every_page() -> None:
    scripts = [file for name in PACKAGES for file in (BASE_DIR / name).rglob("*.js")]
    named = [file for file in scripts if "submit-on-change" in file.read_text("utf-8")]
    assert [file.name for file in named] == ["frame.js"]
