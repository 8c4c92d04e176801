"""The bridge to an MQTT broker: a process of its own that knows the appliance by its feed and its settings.

Nothing here loads numpy, OpenCV or a model. ``process`` starts it, ``bridge`` joins the two,
``appliance_state`` is what it publishes, ``executor`` obeys, ``broker`` keeps the connection, and
``discovery`` is what Home Assistant reads.
"""
