"""The sandbox bank: a process of its own that answers the platform like a cooperating bank.

It keeps accounts, books movements, takes orders, pays or returns them a moment later, and states
what happened. On its own page one pays in as the owner and chooses which wage is returned. It
shares the messages with the platform (accounts.bank) and nothing else: no table, no setting but
the key and the clock.
"""
