"""The kernel's application, built in three steps: `prepare` before the fork, `furnish` after it, `claim` when it is known
whose kernel it is.

    prepare   configuration, kernel and shell objects: all that owns no descriptor, thread or ZMQ context
    furnish   context, sockets that listen nowhere yet, threads, standard streams
    claim     key, listening sockets, extensions, startup code

A kernel that was forked for its claim is claimed and then started; a parked one is started, has run a cell nobody sees, and
is claimed by its own loop (`await_claim`). Nothing else tells them apart.

The steps are those of `IPKernelApp.initialize`, in its order. Weighed: (a) forking with the imports done only and running
`IPKernelApp` as it is: 58 ms of CPU for each kernel; (b) this: 22 ms; (c) forking a running kernel: its threads and its
context would be gone in the child. It is the only file that touches the insides of ipykernel's application.
"""

# mypy: disallow-untyped-calls=False
# ipykernel carries no types.

from __future__ import annotations

import asyncio
import contextlib
import functools
import itertools
import json
import os
import sys
import threading
import time
import traceback
import uuid
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Any, Protocol

import zmq
from ipykernel.heartbeat import Heartbeat
from ipykernel.kernelapp import IPKernelApp
from IPython.paths import get_ipython_dir
from tornado.ioloop import IOLoop
from zmq.eventloop.zmqstream import ZMQStream

EVENT_PIPE_SWEEP_S = 120.0  # ipykernel wakes up every ten seconds to look for sockets of dead threads
ANSWER_S = 2.0
SUBSCRIBER_S = 0.3
INSIDE = "inproc://sandbox-shell"
BOUND_IN_ORDER = ("shell", "stdin", "control", "iopub")


class Claim(Protocol):
    """What `claim` needs to know; `listening` are descriptors by channel, absent ones are bound by address."""

    @property
    def connection(self) -> bytes: ...
    @property
    def connection_file(self) -> str: ...
    @property
    def listening(self) -> Mapping[str, int]: ...


class ForkedHeartbeat(Heartbeat):
    """Takes over a listening socket."""

    listening = -1

    def _try_bind_socket(self) -> None:
        if self.listening >= 0:
            self.socket.setsockopt(zmq.USE_FD, self.listening)
        super()._try_bind_socket()


class ForkedKernelApp(IPKernelApp):
    """`IPKernelApp` without `initialize`."""

    kernel_class: Any
    shell: Any

    # -- before the fork ------------------------------------------------------------------------------------------

    def prepare(self, arguments: Sequence[str]) -> None:
        self.config_history()
        super(IPKernelApp, self).initialize(list(arguments))
        self.config_history()
        self.init_pdb()
        self.kernel = self.kernel_class.instance(
            parent=self, session=self.session, log=self.log, profile_dir=self.profile_dir, user_ns=self.user_ns
        )
        self.init_path()
        self.init_shell()
        for name in self.default_extensions:  # those of IPython itself, which ask nothing of a kernel
            self.shell.extension_manager.load_extension(name)

    def config_history(self) -> None:
        """In memory: a file's connection may not cross a fork, and a thread that writes it would wake every kernel."""
        self.config.HistoryManager.hist_file = ":memory:"

    def remember_modules(self) -> None:
        """Called last before the fork."""
        self._module_names = set(sys.modules)
        self._modules_before = len(sys.modules)

    # -- after the fork -------------------------------------------------------------------------------------------

    def furnish(self) -> None:
        self._unbound: dict[str, Any] = {}  # Any: zmq sockets
        self.transport = (
            "ipc"  # nothing is bound yet; ipykernel warns of TCP here, before the claim names the transport
        )
        self.session.pid = os.getpid()  # it refuses to send from any other process
        self.init_sockets()
        self.iopub_thread._event_pipe_gc_seconds = EVENT_PIPE_SWEEP_S
        self._wire_kernel()
        self.control_thread.start()
        self.shell_channel_thread.start()
        self.init_io()
        self.init_signal()
        self.kernel._stdout, self.kernel._stderr = sys.stdout, sys.stderr
        self.displayhook.get_execution_count = lambda: self.kernel.execution_count

    def _bind_socket(self, s: Any, port: int) -> int:
        """Called by `init_sockets` for each channel; the debugger's own socket reaches the shell inside the process."""
        name = BOUND_IN_ORDER[len(self._unbound)]
        if name == "shell":
            s.bind(INSIDE)
        self._unbound[name] = s
        return port

    # -- when it is known whose it is -------------------------------------------------------------------------------

    def claim(self, claim: Claim) -> None:
        self.connection_file = claim.connection_file
        self.load_connection_info(json.loads(claim.connection))
        self._become_unique()
        self._on_listen("iopub", claim)
        self._await_heartbeat(claim.listening.get("hb", -1))
        self._ports = {name: getattr(self, f"{name}_port") for name in (*BOUND_IN_ORDER, "hb")}
        self.kernel.record_ports({f"{name}_port": port for name, port in self._ports.items()})
        self.init_gui_pylab()
        self.init_extensions()
        self.init_code()
        sys.stdout.flush()
        sys.stderr.flush()
        for name in ("stdin", "control", "shell"):  # last: what is asked from now on is understood
            self._on_listen(name, claim)

    def _on_listen(self, name: str, claim: Claim) -> None:
        """On the thread that the channel's socket belongs to."""
        threads = {"shell": self.shell_channel_thread, "control": self.control_thread, "iopub": self.iopub_thread}
        listen = functools.partial(self._listen, self._unbound.pop(name), name, claim.listening.get(name, -1))
        if name == "iopub":
            listen = functools.partial(self._publish, listen)
        if name in threads:
            _on_thread(threads[name], listen)
        else:
            listen()

    def init_code(self) -> None:
        """As the base class, but the names of all loaded modules are listed before the fork: to list them here would copy
        the page of each."""
        self._run_startup_files()
        self._run_exec_lines()
        self._run_exec_files()
        if self.hide_initial_ns:
            self.shell.user_ns_hidden.update(self.shell.user_ns)
        self._run_cmd_line_code()
        self._run_module()
        fresh = itertools.islice(reversed(sys.modules), len(sys.modules) - self._modules_before)
        self._module_names.update(fresh)
        self.shell._sys_modules_keys = self._module_names

    def await_claim(self, descriptor: int, ready: Callable[[], None], claimed: Callable[[], None]) -> None:
        """Calls `ready` when one cell has run, `claimed` on the loop when `descriptor` can be read; `start` follows."""
        loop: Any = IOLoop.current()  # Any: tornado's callbacks

        def come(*_: Any) -> None:  # Any: descriptor and events
            loop.remove_handler(descriptor)
            try:
                claimed()
            except BaseException:  # a border: tornado would go on without it
                traceback.print_exc(file=sys.__stderr__)
                os._exit(1)

        async def exercise() -> None:
            await self._exercise()
            loop.add_handler(descriptor, come, loop.READ)
            ready()

        loop.add_callback(exercise)

    async def _exercise(self) -> None:
        """Runs a cell that does nothing, as a client would: what it needs is in memory then. Nothing of it stays."""
        session, shell, kernel = self.session, self.shell, self.kernel
        assert self.context is not None
        client = self.context.socket(zmq.DEALER)
        client.connect(INSIDE)
        content = {
            "code": "None",
            "silent": False,
            "store_history": False,
            "user_expressions": {},
            "allow_stdin": False,
        }
        session.send(client, "execute_request", content)
        while not client.poll(0):  # noqa: ASYNC110 another thread answers
            await asyncio.sleep(0.002)
        client.recv_multipart()
        client.close(linger=0)
        shell.display_formatter.format(1)
        shell.execution_count = 1
        shell.last_execution_result = None
        kernel.set_parent([], {})

    def start(self) -> None:
        """Runs the kernel to its end. A shutdown request is still being answered on the control thread when the main loop
        ends; without waiting for it, its last flush would wait ten seconds for an output thread that is gone."""
        super().start()
        answered = threading.Event()
        with contextlib.suppress(RuntimeError):  # its loop is closed already
            self.control_thread.io_loop.add_callback(answered.set)
        until = time.monotonic() + ANSWER_S
        while self.control_thread.is_alive() and time.monotonic() < until and not answered.wait(0.005):
            pass

    def _become_unique(self) -> None:
        session, kernel, shell = self.session, self.kernel, self.shell
        session.session = str(uuid.uuid4())
        session.username = os.environ.get("USER", "username")
        session.digest_history.clear()
        session.message_count = 0
        self._move_home()
        kernel.ident = str(uuid.uuid4())
        shell.displayhook.topic = kernel._topic("execute_result")
        shell.init_environment()
        shell.starting_dir = os.getcwd()
        shell.history_manager.dir_hist[:] = [Path.cwd()]
        if name := os.environ.get("JPY_SESSION_NAME"):
            shell.user_ns["__session__"] = name

    def _move_home(self) -> None:
        """An isolated kernel has a home of its own; what was prepared looked into another. The profile's object stays: a
        new one would be read from its configuration again, which costs each kernel half a megabyte."""
        directory = os.environ.get("IPYTHONDIR") or get_ipython_dir()
        if directory == self.ipython_dir:
            return
        self.ipython_dir = self.shell.ipython_dir = directory
        profile: Any = self.profile_dir  # Any: it may be set once only, but for this
        location = os.path.join(directory, f"profile_{self.profile}")
        os.makedirs(location, mode=0o700, exist_ok=True)
        profile._location_isset = False
        profile.location = location
        self.shell._db = None  # it is opened on first use

    def _listen(self, socket: Any, name: str, descriptor: int) -> None:
        self._apply_curve_server_options(socket)
        if descriptor >= 0:
            socket.setsockopt(zmq.USE_FD, descriptor)
        # The inherited one is named by its class: this class keeps sockets unbound until now.
        IPKernelApp._bind_socket(self, socket, getattr(self, f"{name}_port"))

    def _publish(self, listen: Callable[[], None]) -> None:
        """On iopub's thread: listen, and notice the first subscriber.

        A client's sockets connect one after the other, after a restart up to 200 ms apart, and this kernel is ready before
        the last of them: the first request waits a moment for a subscriber, or its output would reach nobody.
        """
        thread, kernel = self.iopub_thread, self.kernel
        subscribed = threading.Event()
        handle, dispatch = thread._handle_subscription, kernel.shell_channel_thread_main

        def on_subscription(frames: list[bytes]) -> None:
            subscribed.set()
            handle(frames)

        async def wait_then_dispatch(message: Any) -> None:  # Any: zmq frames
            until = time.monotonic() + SUBSCRIBER_S
            while not subscribed.is_set() and time.monotonic() < until:  # noqa: ASYNC110 another thread sets it
                await asyncio.sleep(0.002)
            subscribed.set()
            await dispatch(message)

        thread._xpub_stream.on_recv(on_subscription)
        kernel.shell_channel_thread_main = wait_then_dispatch
        listen()

    def _await_heartbeat(self, descriptor: int) -> None:
        """A thread and a context of its own echo the heartbeat, but only once somebody asks for one."""
        start = functools.partial(self._start_heartbeat, descriptor)
        if descriptor < 0:
            start()
            return
        loop = self.control_thread.io_loop
        loop.add_callback(self._start_when_asked, loop, descriptor, start)

    @staticmethod
    def _start_when_asked(loop: Any, descriptor: int, start: Callable[[], None]) -> None:
        def asked(*_: Any) -> None:  # Any: tornado's descriptor and events
            loop.remove_handler(descriptor)
            start()

        loop.add_handler(descriptor, asked, loop.READ)

    def _start_heartbeat(self, descriptor: int) -> None:
        self.heartbeat = ForkedHeartbeat(
            zmq.Context(),
            (self.transport, self.ip, self.hb_port),
            curve_publickey=self.curve_publickey,
            curve_secretkey=self.curve_secretkey,
        )
        self.heartbeat.listening = descriptor
        self.heartbeat.start()

    def _wire_kernel(self) -> None:
        """`IPKernelApp.init_kernel` for a kernel that exists already."""
        kernel, shell = self.kernel, self.shell
        kernel.control_thread, kernel.shell_channel_thread = self.control_thread, self.shell_channel_thread
        kernel.iopub_thread, kernel.iopub_socket = self.iopub_thread, self.iopub_socket
        kernel.stdin_socket, kernel.debug_shell_socket = self.stdin_socket, self.debug_shell_socket
        kernel.control_stream = ZMQStream(self.control_socket, self.control_thread.io_loop)
        kernel.debugpy_stream = ZMQStream(self.debugpy_socket, self.control_thread.io_loop)
        kernel.shell_stream = ZMQStream(self.shell_socket, self.shell_channel_thread.io_loop)
        self.shell_channel_thread.shell_stream = kernel.shell_stream
        if debugger := getattr(kernel, "debugger", None):
            debugger.shell_socket = kernel.debug_shell_socket
            debugger.debugpy_client.debugpy_stream = kernel.debugpy_stream
        shell.displayhook.pub_socket = self.iopub_socket
        shell.display_pub.pub_socket = self.iopub_socket


def _on_thread(thread: Any, act: Callable[[], None]) -> None:  # Any: ipykernel's threads with a loop
    """A ZMQ socket belongs to one thread at a time, and this one's runs already."""
    done: Future[None] = Future()

    def work() -> None:
        try:
            act()
            done.set_result(None)
        except Exception as error:  # a border: it is raised where the result is waited for
            done.set_exception(error)

    thread.io_loop.add_callback(work)
    done.result(10.0)
