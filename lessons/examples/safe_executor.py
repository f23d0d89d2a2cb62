"""A safe executor: run code that nobody vouches for, and get what it did as data.

    python safe_executor.py
"""

from sandbox_kernel import execute_untrusted

SUSPECTS = {
    "a fair one": "print('working')\nsum(n * n for n in range(1000))",
    "an endless loop": "while True: pass",
    "a reader of secrets": "import os; sorted(name for name in os.environ if 'TOKEN' in name or 'SECRET' in name)",
    "a writer": "open('/etc/motd', 'w').write('hacked')",
    "a caller": "import socket; socket.create_connection(('192.0.2.1', 80), timeout=2)",
    "one that ends itself": "import os; os._exit(7)",
    "a glutton": "hoard = bytearray(10**11)",
}


def main() -> None:
    outcomes = {}
    for name, code in SUSPECTS.items():
        outcome = outcomes[name] = execute_untrusted(code, limits="strict", timeout_s=3)
        told = outcome.error or f"{outcome.result} (printed {outcome.output!r})"
        print(f"{name:20} {told}  [{outcome.usage.cpu_seconds:.2f} s of processor, {outcome.isolation}]")

    assert outcomes["a fair one"].result == "332833500"
    assert outcomes["a fair one"].output == "working\n"
    assert outcomes["a reader of secrets"].result == "[]"
    assert "longer than 3 s" in str(outcomes["an endless loop"].error)
    for name in ("a writer", "a caller", "one that ends itself", "a glutton"):
        assert not outcomes[name].ok, name


if __name__ == "__main__":
    main()
