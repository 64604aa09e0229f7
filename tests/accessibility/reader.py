"""What a screen reader is told over the accessibility bus (AT-SPI); run by the system's Python, which has the bindings.

Answers each line of JSON on standard input with a line of JSON:

- `{"do": "listen", "seconds": S}`: what was announced since the last time, listening for S seconds;
- `{"do": "look", "name": N}`: every control of the program N that shows, in reading order;
- `{"do": "focus"}`: the control that the focus went to last, null when it has it no more.
"""

import json
import sys

import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, GLib

Role, State = Atspi.Role, Atspi.StateType
TOLD_STATES = (
    State.FOCUSABLE, State.FOCUSED, State.ENABLED, State.SENSITIVE, State.SHOWING, State.VISIBLE, State.CHECKABLE,
    State.CHECKED, State.EDITABLE, State.SELECTABLE, State.SELECTED, State.EXPANDABLE, State.EXPANDED, State.MODAL,
    State.ACTIVE, State.READ_ONLY,
)  # fmt: skip
heard, focus = [], []


def hear(event):
    """Keep what was announced, and where the focus is."""
    try:
        if event.type.startswith("object:announcement"):
            heard.append(event.any_data)
        elif event.detail1:
            focus[:] = [event.source]
    except GLib.Error:  # the control is gone already
        pass


def program(name):
    """The program's own root on the desktop, None while it has none."""
    desktop = Atspi.get_desktop(0)
    for place in range(desktop.get_child_count()):
        child = desktop.get_child_at_index(place)
        if child is not None and child.get_name() == name:
            return child
    return None


def told(node):
    """A control as a screen reader tells it."""
    states = node.get_state_set()
    return {
        "role": node.get_role_name(),
        "name": node.get_name(),
        "states": [state.value_nick for state in TOLD_STATES if states.contains(state)],
    }


def walk(node, found):
    """Everything that shows below a node, parents before children."""
    for place in range(node.get_child_count()):
        try:
            child = node.get_child_at_index(place)
            if child is None or not child.get_state_set().contains(State.SHOWING):
                continue
            found.append(told(child))
            if not child.get_state_set().contains(State.MANAGES_DESCENDANTS):
                walk(child, found)
        except GLib.Error:
            continue


def listen(seconds):
    """Take in what happens for so long."""
    loop = GLib.MainLoop()
    GLib.timeout_add(int(seconds * 1000), loop.quit)
    loop.run()


def focused():
    """The control with the focus, as it is now."""
    node = focus[-1] if focus else None
    try:
        if node is not None:
            node.clear_cache()
            if node.get_state_set().contains(State.FOCUSED):
                return told(node)
    except GLib.Error:
        pass
    return None


def answer(asked):
    """The answer to one question."""
    if asked["do"] == "listen":
        listen(asked["seconds"])
        news = heard[:]
        heard.clear()
        return news
    if asked["do"] == "focus":
        listen(0.1)
        return focused()
    root = program(asked["name"])
    if root is None:
        return None
    root.clear_cache()
    found = []
    walk(root, found)
    return found


def main():
    """Answer until standard input ends."""
    listener = Atspi.EventListener.new(hear)
    for kind in ("object:announcement", "object:state-changed:focused"):
        listener.register(kind)
    for line in sys.stdin:
        sys.stdout.write(json.dumps(answer(json.loads(line))) + "\n")
        sys.stdout.flush()


main()
