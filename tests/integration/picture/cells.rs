//! The lines of a screen as runs of cells that are painted alike.

use std::fmt;

use vt100::{Cell, Color, Screen};

/// How cells are painted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Paint {
    pub(super) colour: Color,
    pub(super) bold: bool,
    pub(super) dim: bool,
}

/// Cells that are painted alike; blanks are painted as what stands before them.
#[derive(Debug, PartialEq)]
pub(super) struct Run {
    pub(super) paint: Paint,
    pub(super) text: String,
}

/// A line of the screen, without the blanks after it.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Line(pub(super) Vec<Run>);

/// The lines down to the one with the cursor.
pub(super) fn lines(screen: &Screen) -> Vec<Line> {
    let (last, _) = screen.cursor_position();
    (0..=last).map(|row| line(screen, row)).collect()
}

fn line(screen: &Screen, row: u16) -> Line {
    let mut line = Line::default();
    let (_, columns) = screen.size();
    for cell in (0..columns.get()).filter_map(|column| screen.cell(row, column)) {
        line.push(cell);
    }
    line.trim_end();
    line
}

impl Line {
    fn push(&mut self, cell: &Cell) {
        let is_plain = cell.bgcolor() == Color::Default && !cell.inverse() && !cell.underline();
        assert!(is_plain, "a picture has colour, bold and dim: {cell:?}");
        let paint = Paint {
            colour: cell.fgcolor(),
            bold: cell.bold(),
            dim: cell.dim(),
        };
        let (text, is_blank) = match cell.contents() {
            "" | " " => (" ", true),
            text => (text, false),
        };
        match self.0.last_mut() {
            Some(run) if is_blank || run.paint == paint => run.text.push_str(text),
            _ => self.0.push(Run {
                paint,
                text: text.to_owned(),
            }),
        }
    }

    fn trim_end(&mut self) {
        if let Some(run) = self.0.last_mut() {
            run.text.truncate(run.text.trim_end().len());
        }
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|run| f.write_str(&run.text))
    }
}

#[test]
fn cells_that_are_painted_alike_are_one_run() {
    let rows = std::num::NonZero::new(3).unwrap();
    let columns = std::num::NonZero::new(20).unwrap();
    let mut emulation = vt100::Parser::new(rows, columns, 0);
    emulation.process(b"\x1b[32m213 5\x1b[0m\r\n  \x1b[2ma b\x1b[0m \x1b[1;36mc\x1b[0m  ");
    let run = |index: Option<u8>, bold, dim, text: &str| Run {
        paint: Paint {
            colour: index.map_or(Color::Default, Color::Idx),
            bold,
            dim,
        },
        text: text.to_owned(),
    };
    let second = [
        run(None, false, false, "  "),
        run(None, false, true, "a b "),
        run(Some(6), true, false, "c"),
    ];
    let expected = [
        Line(Vec::from([run(Some(2), false, false, "213 5")])),
        Line(Vec::from(second)),
    ];
    assert_eq!(lines(emulation.screen()), expected);
}
