"""Migration hooks of the new code: `__migrate__(self, old)` of a class, for each live instance, and
`__migrate_module__(old)` of a module. Each runs once, inside the transaction; what they change is undone if one raises.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox_kernel.errors import MigrationError
from sandbox_kernel.reload import classes
from sandbox_kernel.reload.state import Keeper
from sandbox_kernel.versions.statements import mangle

if TYPE_CHECKING:
    from sandbox_kernel.reload.modules import ModuleEdit

INSTANCE_HOOK = "__migrate__"
MODULE_HOOK = "__migrate_module__"


def migrate_module(edit: ModuleEdit) -> bool:
    hook, old, module = edit.live.get(MODULE_HOOK), dict(edit.originals), edit.name
    if hook is None:
        return False
    keeper = Keeper(edit.journal, edit.is_tracked)
    keeper.keep_module(edit.module)
    keeper.keep(value for name, value in old.items() if not name.startswith("__"))
    try:
        hook(old)
    except BaseException as error:
        raise MigrationError(
            f"{MODULE_HOOK} of '{module}' raised {type(error).__name__}: {error}; mend the hook and reload again",
            module=module,
            target=module,
        ) from error
    return True


def migrate_instances(edit: ModuleEdit) -> int:
    """Calls the hook for every instance of the classes and of what derives from them, each instance once."""
    members: dict[int, type] = {}
    module = edit.name
    for cls in edit.edited_classes:
        if hasattr(cls, INSTANCE_HOOK):
            members |= {id(each): each for each in classes.family(cls)}
    if not members:
        return 0
    instances = classes.instances_of(list(members.values()))
    Keeper(edit.journal, edit.is_tracked).keep(instances)
    before = [(instance, state_of(instance)) for instance in instances]
    for instance, old in before:
        try:
            getattr(instance, INSTANCE_HOOK)(old)
        except BaseException as error:
            name = type(instance).__qualname__
            raise MigrationError(
                f"{INSTANCE_HOOK} of '{name}' raised {type(error).__name__}: {error}; mend the hook and reload again",
                module=module,
                target=name,
            ) from error
    return len(instances)


def state_of(instance: object) -> dict[str, Any]:
    """The attributes of an instance, those in slots by name."""
    state: dict[str, Any] = {}
    for cls in type(instance).__mro__:
        slots = vars(cls).get("__slots__", ())
        for name in (slots,) if isinstance(slots, str) else slots:
            mangled = mangle(name, cls.__name__)
            if name not in ("__dict__", "__weakref__") and hasattr(instance, mangled):
                state[mangled] = getattr(instance, mangled)
    attributes = getattr(instance, "__dict__", None)
    if isinstance(attributes, dict):
        state |= attributes
    return state
