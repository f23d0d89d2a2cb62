import re
PAT=r'\d+'
RX=re.compile(PAT)
def find(s): return RX.findall(s)
