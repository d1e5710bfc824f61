"""The way to a cooperating bank: ISO 20022 messages, signed requests and a client.

Knows neither tables nor pages. The sandbox bank speaks the same messages from the other side.
"""
