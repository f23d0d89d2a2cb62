assert m.E('zzz') is m.E.B and m.E.ALIAS is a and m.E['ALIAS'] is a and list(m.E)==[a,m.E.B]
