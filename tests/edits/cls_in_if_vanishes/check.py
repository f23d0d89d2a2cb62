assert not hasattr(m,'Tool') and not hasattr(m,'TOOLS') and not hasattr(m,'HELP')
