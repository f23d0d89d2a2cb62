from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nowhere import Other, Thing

RUNS = []


def main():
    RUNS.append(2)


if __name__ == "__main__":
    main()
    main()
