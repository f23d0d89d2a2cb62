from .registry import PLUGINS, plugin
from . import plugins

NAMES = sorted(PLUGINS)
