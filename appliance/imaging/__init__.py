"""Operations on pictures that several rooms need."""
