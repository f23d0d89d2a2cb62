class Node:
    next: "Node | None" = None
    value: int = 0


def walk(node: Node) -> list[int]:
    return [node.value]
