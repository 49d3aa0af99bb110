//! How the line editor behaves, as the configuration's table `[editor]` says.

use rustyline::config::{BellStyle, Builder, CompletionType, EditMode};
use serde::Deserialize;

/// The table `[editor]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Preferences {
    /// Which keys do what.
    pub(crate) mode: Mode,
    /// What Tab does when there are several candidates.
    pub(crate) completion: CompletionStyle,
    /// What is heard when a key can do nothing.
    pub(crate) bell: Bell,
    /// How many lines the history keeps.
    pub(crate) history: usize,
}

/// Which keys do what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Mode {
    /// As readline and most shells do.
    #[default]
    Emacs,
    /// Esc leaves the insert mode.
    Vi,
}

/// What Tab does when there are several candidates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum CompletionStyle {
    /// Types what they have in common; a second Tab lists them.
    #[default]
    List,
    /// Each Tab takes the next one.
    Circular,
}

/// What is heard when a key can do nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Bell {
    /// The terminal's bell.
    #[default]
    Audible,
    /// Nothing.
    None,
}

impl Preferences {
    /// The same in the words of rustyline.
    pub(super) fn apply(self, builder: Builder) -> rustyline::Result<Builder> {
        let edit_mode = match self.mode {
            Mode::Emacs => EditMode::Emacs,
            Mode::Vi => EditMode::Vi,
        };
        let completion_type = match self.completion {
            CompletionStyle::List => CompletionType::List,
            CompletionStyle::Circular => CompletionType::Circular,
        };
        let bell_style = match self.bell {
            Bell::Audible => BellStyle::Audible,
            Bell::None => BellStyle::None,
        };
        let builder = builder
            .edit_mode(edit_mode)
            .completion_type(completion_type)
            .bell_style(bell_style);
        builder.max_history_size(self.history)
    }
}

impl Default for Preferences {
    fn default() -> Self {
        Self {
            mode: Mode::default(),
            completion: CompletionStyle::default(),
            bell: Bell::default(),
            history: 100_000,
        }
    }
}
