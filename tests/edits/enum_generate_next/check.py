assert m.E.AB is a and a.value=='Ab' and m.E('Cd') is m.E.CD
