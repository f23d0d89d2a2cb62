from __future__ import annotations

from sandbox_kernel.errors import KernelDied, KernelUnresponsive
from sandbox_kernel.host import vigil
from sandbox_kernel.host.usage import Usage
from sandbox_kernel.host.vigil import Verdict
from sandbox_kernel.isolation.limits import Limits

LIMITS = Limits(unresponsive_seconds=10, idle_seconds=100)


class Kernel:
    """Answers as told, one entry per question: True, False for none, or an error; then for ever as the last."""

    def __init__(self, *answers: bool | Exception) -> None:
        self.answers, self.asked, self.interrupts, self.cpu = list(answers), 0, 0, 0.0

    async def ask_alive(self, timeout_s: float) -> None:
        self.asked += 1
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        if not answer:
            raise KernelUnresponsive("till", timeout_s)

    async def interrupt(self) -> None:
        self.interrupts += 1

    def usage(self) -> Usage:
        return Usage(cpu_seconds=self.cpu)


class Clock:
    """Time passes only when somebody sleeps."""

    def __init__(self, busy_until: float = 0.0) -> None:
        self.now, self.busy_until = 0.0, busy_until

    async def sleep(self, seconds: float) -> None:
        self.now += seconds

    def quiet_s(self) -> float:
        return max(0.0, self.now - self.busy_until)


async def test_a_kernel_that_nobody_uses_is_ended_and_never_woken() -> None:
    kernel, clock = Kernel(True), Clock()
    verdict = await vigil.keep(kernel, LIMITS, clock.quiet_s, sleep=clock.sleep)
    assert Verdict("idle_seconds", "stopped: nothing was run in it for 100 s") == verdict
    assert (100.0, 0) == (clock.now, kernel.asked)


async def test_a_kernel_that_answers_after_an_interrupt_goes_on() -> None:
    kernel, clock = Kernel(True, False, True), Clock(busy_until=50)
    assert "idle_seconds" == (await vigil.keep(kernel, LIMITS, clock.quiet_s, sleep=clock.sleep)).limit
    assert 1 == kernel.interrupts


async def test_a_kernel_that_does_not_answer_is_interrupted_and_then_ended() -> None:
    kernel, clock = Kernel(False), Clock(busy_until=1000)
    verdict = await vigil.keep(kernel, LIMITS, clock.quiet_s, sleep=clock.sleep)
    assert Verdict("unresponsive_seconds", "stopped: it did not answer for 10 s, nor when interrupted") == verdict
    assert (2, 1) == (kernel.asked, kernel.interrupts)


async def test_a_kernel_that_ended_by_itself_is_not_judged() -> None:
    kernel, clock = Kernel(KernelDied("till")), Clock(busy_until=20)
    assert "idle_seconds" == (await vigil.keep(kernel, LIMITS, clock.quiet_s, sleep=clock.sleep)).limit
