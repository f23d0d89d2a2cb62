from n import C
