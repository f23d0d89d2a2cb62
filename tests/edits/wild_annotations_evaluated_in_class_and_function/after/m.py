class Node:
    next: "Node | None" = None
    value: str = "v"
    extra: "list[Node]"

    def walk(self) -> "Node":
        return self


def walk(node: Node, deep: bool = False) -> dict[str, Node]:
    return {node.value: node}
