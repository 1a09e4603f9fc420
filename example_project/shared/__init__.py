"""What several functions use. The functions import it relative to themselves: ``from ..shared.orders import total``."""
