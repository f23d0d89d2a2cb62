class Store:
    data={}
    def put(self,k,v): self.data[k]=v
S=Store()
