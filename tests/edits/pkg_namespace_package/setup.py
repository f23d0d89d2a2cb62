import ns.part
from ns.part import f
