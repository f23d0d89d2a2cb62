class Store:
    items=[]
    def put(self,k,v): self.items.append((k,v))
S=Store()
def __migrate_module__(old):
    Store.items.extend(old['Store'].__dict__.get('data',{}).items() if 'data' in old['Store'].__dict__ else [('lost',0)])
