STATS={'hits':0}
def hit(): STATS['hits']+=1
def __migrate_module__(old):
    STATS['hits']=old.get('COUNT', STATS['hits'])
