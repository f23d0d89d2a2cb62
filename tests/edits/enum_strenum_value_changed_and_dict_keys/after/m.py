from enum import StrEnum


class Mode(StrEnum):
    READ = "r"
    WRITE = "w+"
    APPEND = "a"


PERMS = {Mode.READ: 1, Mode.WRITE: 2}
