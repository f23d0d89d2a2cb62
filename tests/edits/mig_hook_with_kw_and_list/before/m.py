class Node:
    def __init__(self,v): self.v=v; self.kids=[]
ROOT=Node(0)
for i in range(3): ROOT.kids.append(Node(i))
