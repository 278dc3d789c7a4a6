"""Faults of the processes of flows: killed, paused, restarted, with a wrong clock."""

import signal
import subprocess
from collections.abc import Callable

from connectors.clock import now
from tests.faults.history import Injected
from tests.faults.points import Phase
from tests.faults.scene import Scene
from tests.faults.schedule import INSTANCES, THIRD, Planned

_REACHED_WITHIN = 120.0
"""Seconds to wait until a process comes to a phase: longer than the brokers may be away."""
_AT_WORK_WITHIN = 30.0
_NOTICED_WITHIN = 150.0
"""Seconds within which a process whose name was taken must have ended. For 90 of them there may be
no broker that could tell it."""
_JUMPS = (45_000, -45_000, 300_000, -300_000)
"""Milliseconds by which a clock is wrong: less than the join's deadline, more than all timeouts."""


def kill_anywhere(scene: Scene, planned: Planned) -> Injected:
    """`kill -9`, wherever the process is."""
    at = now()
    scene.members.kill(planned.target)
    return Injected("kill_anywhere", planned.target, at, at)


def kill_in(phase: Phase) -> Callable[[Scene, Planned], Injected]:
    """`kill -9` in a phase of the transaction."""

    def kill(scene: Scene, planned: Planned) -> Injected:
        scene.points.arm(planned.target, phase)
        return _killed(scene, planned, phase)

    return kill


def kill_during_restore(scene: Scene, planned: Planned) -> Injected:
    """Killed once, and again while what takes its place reads its state."""
    scene.points.arm(planned.target, "during_restore")
    scene.members.kill(planned.target)
    return _killed(scene, planned, "during_restore")


def kill_during_rebalance(scene: Scene, planned: Planned) -> Injected:
    """Killed while it is given partitions, because a third process of its flow has joined."""
    third = _third(planned.target.rpartition("-")[0])
    scene.points.arm(planned.target, "during_rebalance")
    scene.members.start(*third)
    killed = _killed(scene, planned, "during_rebalance")
    scene.wait(planned.seconds)
    scene.members.stop("-".join(third))
    return killed


def _killed(scene: Scene, planned: Planned, phase: Phase) -> Injected:
    at = scene.points.fired(planned.target, phase, _REACHED_WITHIN)
    if at is not None:
        return Injected(f"kill_{phase}", planned.target, at, at)
    at = now()
    scene.members.kill(planned.target)
    return Injected("kill_anywhere", planned.target, at, at, f"{phase} was not reached")


def pause(scene: Scene, planned: Planned) -> Injected:
    """Stands still for longer than its session and its transaction may last."""
    began = now()
    paused = scene.members.pause(planned.target)
    scene.wait(planned.seconds)
    paused.send_signal(signal.SIGCONT)
    return Injected(planned.kind, planned.target, began, now())


def replace_while_paused(scene: Scene, planned: Planned) -> Injected:
    """Stands still, finds when it wakes up that its name is another's, and must end."""
    began = now()
    zombie = scene.members.pause(planned.target)
    scene.members.replace(planned.target)
    scene.wait(planned.seconds)
    zombie.send_signal(signal.SIGCONT)
    ended = now()
    try:
        code = zombie.wait(_NOTICED_WITHIN)
    except subprocess.TimeoutExpired:
        zombie.kill()
        zombie.wait()
        raise RuntimeError(f"{planned.target} went on although its name was taken") from None
    return Injected(planned.kind, planned.target, began, ended, f"it ended with code {code}")


def jump(scene: Scene, planned: Planned) -> Injected:
    """Its clock is wrong, and right again later: a jump forwards and one backwards."""
    wrong_by = _JUMPS[int(planned.chance * len(_JUMPS))]
    began = now()
    scene.points.jump(planned.target, wrong_by)
    scene.wait(planned.seconds)
    scene.points.jump(planned.target, 0)
    return Injected(planned.kind, planned.target, began, now(), f"wrong by {wrong_by / 1_000:+g} s")


def rescale(scene: Scene, planned: Planned) -> Injected:
    """A third process of the flow joins and leaves."""
    third = _third(planned.target)
    name = "-".join(third)
    began = now()
    scene.members.start(*third)
    joined = scene.members.at_work([name], _AT_WORK_WITHIN)
    scene.wait(planned.seconds)
    clean = scene.members.stop(name)
    told = [] if joined else ["was not given partitions in time"]
    told += [] if clean else ["did not end cleanly"]
    return Injected(planned.kind, planned.target, began, now(), ", ".join(told))


def rolling_restart(scene: Scene, planned: Planned) -> Injected:
    """One process after the other ends on SIGTERM and is started again."""
    began = now()
    unclean = []
    for name in [each for each in scene.members.names if each.endswith(INSTANCES)]:
        if scene.over.is_set():
            break
        with scene.alone(name):
            if not scene.members.restart(name):
                unclean.append(name)
            scene.members.at_work([name], _AT_WORK_WITHIN)
    told = f"not cleanly: {', '.join(unclean)}" if unclean else ""
    return Injected(planned.kind, planned.target, began, now(), told)


def _third(flow: str) -> tuple[str, str]:
    return flow, THIRD
