"""Products as they should look in other light or from a little to the side, and products that were changed: the pictures that the gate is measured on."""
