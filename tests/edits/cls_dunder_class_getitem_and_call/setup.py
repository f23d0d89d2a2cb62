from m import Table
t = Table()
call = t.__call__
