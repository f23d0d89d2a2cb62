import json
RAW='{"a": 2}'
CONF=json.loads(RAW)
A=CONF['a']
