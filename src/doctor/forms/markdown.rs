//! The report as Markdown: tables whose order and ways are the same in two runs at the same server.

use crate::doctor::report::{
    Finding, Mode, NO_DATA_CONNECTION, Protection, Report, Verdict, WayResult,
};
use crate::protocol::hidden::visible;
use crate::transcript::markdown::{code_span, escaped};

/// A section with a heading of the second level, the ways in, and every check, the worst first.
#[must_use]
pub fn write(report: &Report) -> String {
    let mut text = format!("## {}\n\n{}\n", inline(&report.target.name()), head(report));
    if !report.ways.is_empty() {
        text += &ways(report);
    }
    let findings = ORDER.iter().flat_map(|verdict| {
        let findings = report.findings.iter();
        findings.filter(move |finding| finding.verdict == *verdict)
    });
    text += "\n| check | verdict | finding | because | source |\n|---|---|---|---|---|\n";
    text.extend(findings.map(row));
    for remains in &report.left_behind {
        text += &format!("\n{}.\n", remains.in_words(inline));
    }
    text
}

fn head(report: &Report) -> String {
    let product = report.server.product.as_ref();
    let says = product.map(|product| format!("says it is {}", inline(product)));
    let summary = report.summary();
    let sums = [
        ("works", summary.works),
        ("safe", summary.safe),
        ("by the book", summary.by_the_book),
    ];
    let sums = sums.map(|(what, (well, all))| format!("{what} {well}/{all}"));
    let cut_short = report.cut_short.as_ref();
    let cut_short = cut_short.map(|reason| format!("cut short: {}", inline(reason)));
    let no_data = report.has_no_data_connection();
    let no_data = no_data.then(|| NO_DATA_CONNECTION.to_owned());
    let ends = no_data.into_iter().chain(cut_short);
    let parts: Vec<String> = says.into_iter().chain(sums).chain(ends).collect();
    parts.join(", ")
}

fn ways(report: &Report) -> String {
    let mut text = "\n| way in | clear | AUTH TLS | implicit |\n|---|---|---|---|\n".to_owned();
    for mode in [Mode::Epsv, Mode::Pasv, Mode::Port] {
        let cells = [
            Protection::Clear,
            Protection::Explicit,
            Protection::Implicit,
        ];
        let cells = cells.map(|protection| cell(report, mode, protection));
        text += &format!("| {} | {} |\n", mode.word(), cells.join(" | "));
    }
    text
}

/// What a server or the system said is in the JSON; of a way that works, this is the TLS version.
fn cell(report: &Report, mode: Mode, protection: Protection) -> String {
    let mut ways = report.ways.iter();
    let way = ways.find(|way| way.mode == mode && way.protection == protection);
    way.map_or_else(String::new, |way| match way.result {
        WayResult::Ok => format!("ok {}", inline(&way.detail)).trim_end().to_owned(),
        result => result.word().to_owned(),
    })
}

fn row(finding: &Finding) -> String {
    let source = finding.source.as_deref().unwrap_or_default();
    let texts = [&finding.title, &finding.because, source].map(inline);
    format!(
        "| {} | {} | {} |\n",
        code_span(&inline(&finding.id)),
        finding.verdict,
        texts.join(" | ")
    )
}

/// One line that is text and nothing else.
fn inline(text: &str) -> String {
    let lines: Vec<String> = text.lines().map(visible).collect();
    escaped(&lines.join(" "))
}

const ORDER: [Verdict; 6] = [
    Verdict::Bad,
    Verdict::Warn,
    Verdict::Info,
    Verdict::Ok,
    Verdict::Unknown,
    Verdict::Skipped,
];

#[cfg(test)]
mod tests {
    use pulldown_cmark::{Event, Options, Parser, Tag};

    use super::write;
    use crate::doctor::forms::samples::{HOSTILE, finding, report, way};
    use crate::doctor::report::{Group, Mode, Protection, Report, Target, Verdict, WayResult};
    use crate::protocol::hidden::{is_hidden, visible};

    #[test]
    fn a_report_is_a_heading_its_sums_and_two_tables_with_the_worst_first() {
        let mut bad = finding("close-notify-upload", Group::Tls, Verdict::Bad);
        bad.source = Some("RFC 4217 section 12.7".to_owned());
        let report = Report {
            target: Target {
                host: "ftp.example.com".to_owned(),
                port: 2121,
                ..Target::default()
            },
            ways: vec![
                way(Mode::Epsv, Protection::Clear, WayResult::Ok, ""),
                way(Mode::Pasv, Protection::Explicit, WayResult::Ok, "TLS 1.3"),
                way(
                    Mode::Port,
                    Protection::Clear,
                    WayResult::Skipped,
                    "behind a router",
                ),
            ],
            findings: vec![finding("quit", Group::ByTheBook, Verdict::Ok), bad],
            ..Report::default()
        };
        let expected = "## ftp.example.com port 2121

works 0/0, safe 0/1, by the book 1/1

| way in | clear | AUTH TLS | implicit |
|---|---|---|---|
| EPSV | ok |  |  |
| PASV |  | ok TLS 1.3 |  |
| PORT | skipped |  |  |

| check | verdict | finding | because | source |
|---|---|---|---|---|
| `close-notify-upload` | bad | what close-notify-upload says | because of close-notify-upload | RFC 4217 section 12.7 |
| `quit` | ok | what quit says | because of quit |  |
";
        assert_eq!(write(&report), expected);
    }

    #[test]
    fn every_verdict_and_what_was_left_behind_is_told() {
        let text = write(&report());
        for verdict in Verdict::ALL {
            assert!(text.contains(&format!(" | {verdict} | ")), "{text}");
        }
        assert!(text.contains("cut short: the budget of 60 s is spent"));
        assert!(text.contains("remove it with DELE f."), "{text}");
    }

    #[test]
    fn nothing_that_a_server_says_is_markup() {
        let text = write(&report());
        assert!(
            !text.chars().any(|it| it != '\n' && is_hidden(it)),
            "{text}"
        );
        let mut cells = 0;
        let mut plain = String::new();
        for event in Parser::new_ext(&text, Options::ENABLE_TABLES) {
            match event {
                Event::Start(Tag::TableCell) => cells += 1,
                Event::Start(
                    Tag::Table(_)
                    | Tag::TableHead
                    | Tag::TableRow
                    | Tag::Heading { .. }
                    | Tag::Paragraph,
                )
                | Event::End(_)
                | Event::Code(_)
                | Event::SoftBreak => {}
                Event::Text(text) => plain += &text,
                other => panic!("{other:?}\n{text}"),
            }
        }
        assert_eq!(cells, 4 * 4 + 5 * 7, "{text}");
        assert!(plain.contains(&visible(HOSTILE)), "{plain}");
    }
}
