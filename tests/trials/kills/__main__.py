"""`python -m tests.trials.kills [SCENE …]`: kill -9 at random moments, 200 times each in full, 10 in quick form."""

import random
import sys
import time
from collections import Counter

from tests.proof.figures import Figure, counted, finish, full
from tests.trials.kills.desk import Window
from tests.trials.kills.scenes import Agents, Backup, Import, Mailer, Portal, Scene, Upgrade
from tests.trials.kills.victim import kill_at_random
from tests.trials.kills.whole import complaints
from tests.trials.stage import stage

SCENES: tuple[type[Scene], ...] = (Import, Upgrade, Backup, Agents, Portal, Mailer, Window)
_SOONER, _LATER = 0.7, 1.1  # a quick machine is done before a late moment: moments stay within the work
COMMAND = "PROOF=full python -m tests.trials.kills"


def kill(scene_type: type[Scene], *, times: int) -> list[Figure]:
    """Kill one scene until it died so many times, and look at what it left each time."""
    rng = random.Random(7)
    wrong: Counter[str] = Counter()
    deaths = survived = acknowledged = 0
    started = time.monotonic()
    with stage(voters=60) as play:
        scene = scene_type(play, rng)
        within = scene.within
        try:
            while deaths < times and survived < times * 4:
                scene.prepare()
                play.store.close()
                death = kill_at_random(scene.work, within=within, rng=rng)
                within = min(within * _LATER, scene.within) if death.killed else within * _SOONER
                deaths += death.killed
                survived += not death.killed
                acknowledged += len(death.acknowledged)
                wrong.update(scene.wrong(death))
                play.store.close()
                wrong.update(complaints(play.path))
                if death.complaint:
                    wrong[f"it fell by itself: {death.complaint[-400:]}"] += 1
        finally:
            scene.close()
    for what, count in wrong.most_common(10):
        print(f"{scene.name}: {count} × {what}")
    note = f"{acknowledged} things acknowledged before a death; {survived} came to their end first"
    print(f"{scene.name}: {deaths} deaths, {note}, {time.monotonic() - started:.0f} s", flush=True)
    return [
        counted(f"kill -9 of {scene.name}: lost, half done or broken", wrong=wrong.total(), of=deaths, command=COMMAND,
                note=note),
        Figure(f"kill -9 of {scene.name}: deaths", deaths, "deaths", COMMAND, asked=f"{times} at least",
               kept=deaths >= times),
    ]  # fmt: skip


def main(names: list[str]) -> int:
    """All scenes, or those named."""
    times = 200 if full() else 10
    figures = [each for scene in SCENES if not names or scene.name in names for each in kill(scene, times=times)]
    return finish("kills", figures)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
