class Node:
    def __init__(self,v): self.val=v; self.kids=[]
    def __migrate__(self, old):
        self.val=old['v']*2
        del self.v
ROOT=Node(0)
for i in range(3): ROOT.kids.append(Node(i))
