"""Changes of the configuration file by the page, the bridge and the command line.

``settings_file`` checks, writes and undoes; ``edit`` changes one value in the text and nothing else.
"""
