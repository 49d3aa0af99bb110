//! How a transcript went, and where it differs from what came.

use nu_ansi_term::{Color, Style};

use super::{Line, Painter, Tone};

impl Painter {
    /// `word` says how it went; `text` must be escaped.
    pub fn verdict(&self, tone: Tone, word: &str, text: &str) {
        let style = match tone {
            Tone::Success => Color::Green.bold(),
            Tone::Warning => Color::Yellow.bold(),
            Tone::Error => Color::Red.bold(),
            Tone::Note | Tone::Hint => Style::new().dimmed(),
        };
        let word = format!("{word:<8}");
        let word = if self.screen.has_colour() {
            style.paint(word).to_string()
        } else {
            word
        };
        self.screen.line(&format!("  {word} {text}"));
    }

    /// An excerpt of a transcript, and what is expected above what came; all escaped.
    pub fn difference(&self, excerpt: &[String], expected: &[String], actual: &[String]) {
        for line in excerpt {
            self.paint(&Line::whole(Style::new(), format!("    {line}")), 0);
        }
        let rows = [
            ("expected", Color::Green, expected),
            ("actual", Color::Red, actual),
        ];
        for (word, colour, lines) in rows {
            for (index, line) in lines.iter().enumerate() {
                let word = if index == 0 { word } else { "" };
                let text = format!("    {word:<8}  {line}");
                self.paint(&Line::whole(colour.normal(), text), 0);
            }
        }
    }
}
