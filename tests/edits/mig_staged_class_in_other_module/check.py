assert s.seen == [['seen']]
