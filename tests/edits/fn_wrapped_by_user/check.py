assert orig()==2
