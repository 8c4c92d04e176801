"""The light: ``states`` names its signals, ``table`` tells how each looks, ``player`` chooses what plays."""
