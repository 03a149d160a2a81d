/// A made-up brand, its honest customers and its cheats.
