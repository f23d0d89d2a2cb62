assert s.log==['S'] and b.log==[]
