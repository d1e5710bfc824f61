"""What offices send: the same thirty people laid out in every way that a workbook knows.

Nothing here uses the reader: the people, their wages and what a right reading finds are made
first, the workbooks from them.
"""
