//! Dialogues as text.
