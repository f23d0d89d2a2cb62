assert m.CONN is conn and m.close() is conn
