from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nowhere import Thing

RUNS = []


def main():
    RUNS.append(1)


if __name__ == "__main__":
    main()
