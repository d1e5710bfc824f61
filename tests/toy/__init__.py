"""An app that adds to every shared page and changes nothing outside this folder: 工地食堂."""
