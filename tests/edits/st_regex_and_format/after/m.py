import re
PAT=r'[a-z]+'
RX=re.compile(PAT)
def find(s): return RX.findall(s)
