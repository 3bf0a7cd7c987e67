"""The system calls that a systemd unit forbids, forbidden to a process of the tests, as systemd does it: by seccomp."""

import ctypes
import errno
import re
import subprocess
from collections.abc import Callable
from functools import cache

from tests.packages import program

ALLOW, REFUSE_WITH_EPERM = 0x7FFF0000, 0x00050000 | errno.EPERM


@cache
def members(group: str) -> frozenset[str]:
    """The system calls of a group such as @resources, and of the groups in it; or the call itself."""
    if not group.startswith("@"):
        return frozenset({group})
    command = [program("systemd-analyze", "systemd"), "syscall-filter", group]
    listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    names = set(re.findall(r"(?m)^    ([@\w-]+)$", listed))
    return frozenset().union(*(members(name) for name in names))


def forbidden_calls(unit: str) -> set[str]:
    """What the lines SystemCallFilter= of a unit forbid."""
    allowed = set(members("@default"))
    for excluded, groups in re.findall(r"(?m)^SystemCallFilter=(~?)(.+)$", unit):
        calls = frozenset().union(*(members(group) for group in groups.split()))
        allowed = allowed - calls if excluded else allowed | calls
    return set(members("@known")) - allowed


def system_call_filter(unit: str) -> Callable[[], None]:
    """A function that makes the forbidden calls of the calling process, and of its children, fail with EPERM."""
    library = ctypes.CDLL("libseccomp.so.2")
    library.seccomp_init.restype = ctypes.c_void_p
    context = ctypes.c_void_p(library.seccomp_init(ctypes.c_uint32(ALLOW)))
    for name in forbidden_calls(unit):
        number = library.seccomp_syscall_resolve_name(name.encode())
        # Negative: this kind of processor does not have it.
        if number >= 0:
            assert library.seccomp_rule_add(context, ctypes.c_uint32(REFUSE_WITH_EPERM), number, 0) == 0, name

    def load() -> None:
        assert library.seccomp_load(context) == 0

    return load
