//! Lines of a terminal as SVG, in a window with a title. All lengths are in pixels.

use std::io;

use quick_xml::Writer;
use quick_xml::events::BytesText;
use unicode_width::UnicodeWidthStr;
use vt100::Color;

use super::cells::{Line, Paint, Run};

const FONTS: &str = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', 'Liberation Mono', monospace";
const FONT_SIZE: usize = 15;
const CELL_WIDTH: usize = 9;
const LINE_HEIGHT: usize = 21;
/// From the top of a line to where its letters stand.
const ASCENT: usize = 16;
const MARGIN: usize = 24;
const TITLE_HEIGHT: usize = 40;

const BACKGROUND: &str = "#1a1e26";
const EDGE: &str = "#39414f";
const FOREGROUND: &str = "#dfe3ea";
const QUIET: &str = "#8b95a5";
const CURSOR: &str = "#5c6779";
const BUTTONS: [&str; 3] = ["#ec6a5e", "#f4bf4f", "#61c554"];
/// How much of its colour dim text keeps.
const DIM_OPACITY: &str = "0.66";

/// What a picture shows.
pub(super) struct Picture<'a> {
    /// For those who do not see it.
    pub(super) title: &'a str,
    /// What was run; the title of the window.
    pub(super) command: &'a str,
    pub(super) lines: &'a [Line],
    /// Where the cursor stands in the last line.
    pub(super) cursor_column: usize,
}

type Svg = Writer<Vec<u8>>;

/// The picture as SVG. Every run has its place and length, so that columns stand under each other in any font.
pub(super) fn drawn(picture: &Picture<'_>) -> io::Result<String> {
    let widths = picture.lines.iter().map(|line| line.to_string().width());
    let width = widths.max().unwrap_or(0) * CELL_WIDTH + 2 * MARGIN;
    let height = TITLE_HEIGHT + picture.lines.len() * LINE_HEIGHT + MARGIN;
    let mut svg = Svg::new_with_indent(Vec::new(), b' ', 2);
    let view_box = format!("0 0 {width} {height}");
    svg.create_element("svg")
        .with_attributes([
            ("xmlns", "http://www.w3.org/2000/svg"),
            ("role", "img"),
            ("aria-labelledby", "title"),
            ("viewBox", &view_box),
            ("width", &width.to_string()),
            ("height", &height.to_string()),
            ("font-family", FONTS),
            ("font-size", &FONT_SIZE.to_string()),
            ("xml:space", "preserve"),
        ])
        .write_inner_content(|svg| {
            svg.create_element("title")
                .with_attribute(("id", "title"))
                .write_text_content(BytesText::new(picture.title))?;
            draw_window(svg, picture.command, width, height)?;
            draw_cursor(svg, picture)?;
            for (row, line) in picture.lines.iter().enumerate() {
                draw_line(svg, line, top_of(row) + ASCENT)?;
            }
            Ok(())
        })?;
    let mut text = String::from_utf8(svg.into_inner()).expect("all that was written is text");
    text.push('\n');
    Ok(text)
}

fn draw_window(svg: &mut Svg, title: &str, width: usize, height: usize) -> io::Result<()> {
    svg.create_element("rect")
        .with_attributes([
            ("x", "0.5"),
            ("y", "0.5"),
            ("width", (width - 1).to_string().as_str()),
            ("height", &(height - 1).to_string()),
            ("rx", "10"),
            ("fill", BACKGROUND),
            ("stroke", EDGE),
        ])
        .write_empty()?;
    for (index, colour) in BUTTONS.iter().enumerate() {
        svg.create_element("circle")
            .with_attributes([
                ("cx", (MARGIN + 20 * index).to_string().as_str()),
                ("cy", "20"),
                ("r", "6"),
                ("fill", colour),
            ])
            .write_empty()?;
    }
    svg.create_element("text")
        .with_attributes([
            ("x", (width / 2).to_string().as_str()),
            ("y", "25"),
            ("text-anchor", "middle"),
            ("fill", QUIET),
        ])
        .write_text_content(BytesText::new(title))?;
    Ok(())
}

fn draw_cursor(svg: &mut Svg, picture: &Picture<'_>) -> io::Result<()> {
    let x = MARGIN + picture.cursor_column * CELL_WIDTH;
    let y = top_of(picture.lines.len().saturating_sub(1));
    svg.create_element("rect")
        .with_attributes([
            ("x", x.to_string().as_str()),
            ("y", &y.to_string()),
            ("width", &CELL_WIDTH.to_string()),
            ("height", &LINE_HEIGHT.to_string()),
            ("fill", CURSOR),
        ])
        .write_empty()?;
    Ok(())
}

fn draw_line(svg: &mut Svg, line: &Line, baseline: usize) -> io::Result<()> {
    let mut column = 0;
    for run in &line.0 {
        let text = run.text.trim_start();
        let indent = run.text.width() - text.width();
        if !text.is_empty() {
            draw_text(svg, run, MARGIN + (column + indent) * CELL_WIDTH, baseline)?;
        }
        column += run.text.width();
    }
    Ok(())
}

fn draw_text(svg: &mut Svg, run: &Run, x: usize, y: usize) -> io::Result<()> {
    let Paint { colour, bold, dim } = run.paint;
    let text = run.text.trim();
    let mut element = svg.create_element("text").with_attributes([
        ("x", x.to_string().as_str()),
        ("y", &y.to_string()),
        ("textLength", &(text.width() * CELL_WIDTH).to_string()),
        ("fill", fill(colour)),
    ]);
    if bold {
        element = element.with_attribute(("font-weight", "bold"));
    }
    if dim {
        element = element.with_attribute(("fill-opacity", DIM_OPACITY));
    }
    element.write_text_content(BytesText::new(text))?;
    Ok(())
}

fn top_of(row: usize) -> usize {
    TITLE_HEIGHT + row * LINE_HEIGHT
}

fn fill(colour: Color) -> &'static str {
    match colour {
        Color::Default => FOREGROUND,
        Color::Idx(1) => "#f07178",
        Color::Idx(2) => "#8fd17f",
        Color::Idx(3) => "#e9c46a",
        Color::Idx(4) => "#75b1ff",
        Color::Idx(5) => "#d596e8",
        Color::Idx(6) => "#5fcfd6",
        Color::Idx(8) => QUIET,
        other => panic!("{other:?} is not a colour that ftpsh paints with"),
    }
}

#[test]
fn a_run_has_its_place_its_length_and_its_paint() {
    let run = |colour, bold, dim, text: &str| Run {
        paint: Paint { colour, bold, dim },
        text: text.to_owned(),
    };
    let line = Line(Vec::from([
        run(Color::Default, false, false, "  "),
        run(Color::Default, false, true, "⇄ <a> "),
        run(Color::Idx(2), true, false, "&"),
    ]));
    let picture = Picture {
        title: "a < b",
        command: "ftpsh practice",
        lines: &[line],
        cursor_column: 9,
    };
    let svg = drawn(&picture).unwrap();
    for expected in [
        "<title id=\"title\">a &lt; b</title>",
        "<text x=\"42\" y=\"56\" textLength=\"45\" fill=\"#dfe3ea\" fill-opacity=\"0.66\">⇄ &lt;a&gt;</text>",
        "<text x=\"96\" y=\"56\" textLength=\"9\" fill=\"#8fd17f\" font-weight=\"bold\">&amp;</text>",
        "<rect x=\"105\" y=\"40\" width=\"9\" height=\"21\"",
    ] {
        assert!(svg.contains(expected), "{expected}\n{svg}");
    }
    assert_eq!(svg.matches("<text").count(), 3, "{svg}");
}
