"""Published population models and a person turned into concentrations."""
