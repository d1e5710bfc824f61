"""What every app stands on and no app owns; knows no business nouns."""
