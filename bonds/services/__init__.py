"""What is done with bonds: determined, stored, used, topped up, given back."""
