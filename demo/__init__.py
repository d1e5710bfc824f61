"""The demo district: invented firms, projects and people that live through the last months.

``district`` says who is there and what befalls each project, ``life`` lets it happen day by day
through the platform's own services, so that history, audit and warnings are as true as anybody's.
"""
