from enum import StrEnum


class Mode(StrEnum):
    READ = "r"
    WRITE = "w"


PERMS = {Mode.READ: 1, Mode.WRITE: 2}
