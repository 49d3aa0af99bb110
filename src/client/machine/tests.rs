//! Dialogues with a virtual clock.
