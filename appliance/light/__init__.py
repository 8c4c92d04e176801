"""The light: ``states`` names its signals, ``table`` describes them, ``player`` chooses what plays."""
