"""A quiz as something to click: boxes, a button, and below it what the desk says. No answer is in here."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Any

Reply = dict[str, Any]  # JSON


def quiz_form(asked: Reply, judge: Callable[[str], Reply]) -> Any:  # Any: ipywidgets carries no types
    """`asked` has question, choices and kind; `judge` gets the letters of what was ticked."""
    import ipywidgets  # 0.1 s, and most lessons have no quiz

    letters = [chr(ord("a") + number) for number in range(len(asked["choices"]))]
    rows = [f"{letter}) {text}" for letter, text in zip(letters, asked["choices"], strict=True)]
    wide = ipywidgets.Layout(width="auto")
    said = ipywidgets.HTML(layout=wide)
    boxes = [ipywidgets.Checkbox(description=row, indent=False, layout=wide) for row in rows]
    radio = ipywidgets.RadioButtons(options=list(zip(rows, letters, strict=True)), value=None, layout=wide)
    single = asked["kind"] == "single"

    def check(_: object) -> None:
        ticked = [letter for letter, box in zip(letters, boxes, strict=True) if box.value]
        picked = (radio.value or "") if single else "".join(ticked)
        said.value = judge(picked)["html"] if picked else "Tick what you think is right, then press Check."

    button = ipywidgets.Button(description="Check", button_style="primary", tooltip="Check what is ticked")
    button.on_click(check)
    title = ipywidgets.HTML(f"<strong>{escape(asked['question'])}</strong>")
    return ipywidgets.VBox([title, radio if single else ipywidgets.VBox(boxes), button, said])
