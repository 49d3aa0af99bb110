//! The report as a person reads it.
//!
//! ```text
//! ftp.example.com  203.0.113.7  says it is ProFTPD 1.3.8
//! 61 commands, 5 connections, 6.1 s
//!
//!   ways in   clear         AUTH TLS       implicit
//!   EPSV      ok 21 ms      ok 1.3 38 ms   no answer
//! ```

use nu_ansi_term::{Color, Style};

use crate::doctor::beginning;
use crate::doctor::report::{
    Evidence, Finding, Mode, NO_DATA_CONNECTION, Protection, Report, Verdict, Way, WayResult,
};
use crate::doctor::settings::settings;
use crate::shell::screen::escape::escape;
use crate::shell::screen::page::{Layout, Page};
use crate::shell::screen::painter::count;

/// How it is printed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Form {
    /// Of the screen.
    pub(super) columns: usize,
    pub(super) has_colour: bool,
    /// With what went well, and with the evidence.
    pub(super) is_whole: bool,
}

/// The whole report.
pub(super) fn print(report: &Report, form: Form) -> String {
    let mut page = Page::new(form.columns);
    head(&mut page, report);
    if !report.ways.is_empty() {
        page.gap();
        ways(&mut page, report, form);
    }
    page.gap();
    sums(&mut page, report);
    findings(&mut page, report, form);
    rest(&mut page, report, form);
    ends(&mut page, report, form);
    coloured(&page.into_text(), form)
}

/// The ways alone, below what was said where the form is whole.
pub(super) fn print_ways(report: &Report, dialogue: &[Evidence], form: Form) -> String {
    let mut page = Page::new(form.columns);
    if form.is_whole {
        dialogue
            .iter()
            .for_each(|line| page.paragraph(0, &evidence(line)));
        page.gap();
    }
    ways(&mut page, report, form);
    page.into_text()
}

fn head(page: &mut Page, report: &Report) {
    let addresses: Vec<String> = report
        .target
        .addresses
        .iter()
        .map(|address| address.ip().to_string())
        .filter(|address| *address != report.target.host)
        .collect();
    let mut text = shown(&report.target.name());
    if !addresses.is_empty() {
        text += &format!("  {}", addresses.join(", "));
    }
    if let Some(product) = &report.server.product {
        text += &format!("  says it is {}", shown(product));
    }
    page.paragraph(0, &text);
    let seconds = report.ms as f64 / 1000.0;
    let commands = count(report.commands.into(), "command");
    let connections = count(report.connections.into(), "connection");
    page.paragraph(0, &format!("{commands}, {connections}, {seconds:.1} s"));
    if let Some(reason) = &report.cut_short {
        page.paragraph(0, &format!("cut short: {}", shown(reason)));
    }
}

fn ways(page: &mut Page, report: &Report, form: Form) {
    let cell = (form.columns.saturating_sub(LABEL + 1) / 3).clamp(11, 18);
    let row = |label: &str, cells: [String; 3]| {
        let cells: String = cells.iter().map(|text| format!("{text:<cell$}")).collect();
        format!("  {label:<8}{cells}").trim_end().to_owned()
    };
    let heads = ["clear", "AUTH TLS", "implicit"].map(str::to_owned);
    page.verbatim(&row("ways in", heads));
    for mode in [Mode::Epsv, Mode::Pasv, Mode::Port] {
        let cells = PROTECTIONS.map(|protection| {
            let mut ways = report.ways.iter();
            let way = ways.find(|way| way.mode == mode && way.protection == protection);
            way.map_or_else(String::new, |way| in_cell(way, cell))
        });
        page.verbatim(&row(mode.word(), cells));
    }
    for (label, detail) in details(report) {
        page.labelled(2, &label, DETAIL, &shown(&detail));
    }
}

fn in_cell(way: &Way, width: usize) -> String {
    match way.result {
        WayResult::Ok => {
            let ms = way.ms.unwrap_or_default();
            let version = way.detail.trim_start_matches("TLS ");
            match version {
                "" => format!("ok {ms} ms"),
                version if width < 14 => format!("ok {version}"),
                version => format!("ok {version} {ms} ms"),
            }
        }
        WayResult::Silent => "no answer".to_owned(),
        result => result.word().to_owned(),
    }
}

/// Why ways did not work, each reason once.
fn details(report: &Report) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    for protection in PROTECTIONS {
        let mut reasons: Vec<(Vec<&str>, &str)> = Vec::new();
        let failed = report.ways.iter().filter(|way| {
            way.protection == protection && way.result != WayResult::Ok && !way.detail.is_empty()
        });
        for way in failed {
            match reasons.iter_mut().find(|(_, detail)| *detail == way.detail) {
                Some((modes, _)) => modes.push(way.mode.word()),
                None => reasons.push((vec![way.mode.word()], &way.detail)),
            }
        }
        for (modes, detail) in reasons {
            let label = match modes.len() {
                3 => protection_name(protection).to_owned(),
                _ => format!("{} {}", modes.join(", "), protection_name(protection)),
            };
            found.push((label, detail.to_owned()));
        }
    }
    found
}

pub(super) fn protection_name(protection: Protection) -> &'static str {
    match protection {
        Protection::Clear => "clear",
        Protection::Explicit => "AUTH TLS",
        Protection::Implicit => "implicit",
    }
}

fn sums(page: &mut Page, report: &Report) {
    let summary = report.summary();
    let text = [
        ("works", summary.works),
        ("safe", summary.safe),
        ("by the book", summary.by_the_book),
    ]
    .map(|(what, (well, all))| format!("{what} {well}/{all}"));
    page.paragraph(2, &text.join("    "));
    if report.has_no_data_connection() {
        page.paragraph(2, NO_DATA_CONNECTION);
    }
}

/// The worst first.
fn findings(page: &mut Page, report: &Report, form: Form) {
    for verdict in [Verdict::Bad, Verdict::Warn, Verdict::Info] {
        for finding in report.findings.iter().filter(|it| it.verdict == verdict) {
            one(page, finding, form);
        }
    }
}

fn one(page: &mut Page, finding: &Finding, form: Form) {
    let word = finding.verdict.word();
    let source = finding.source.as_deref().unwrap_or_default();
    let source = match source {
        "" => String::new(),
        source => format!(" ({source})"),
    };
    let text = format!("{}{source}", shown(&finding.title));
    let label = format!("{word:<8}{}", finding.id);
    if form.columns < NARROW {
        page.paragraph(2, &label);
        page.labelled(indent(form), "", indent(form), &text);
    } else {
        page.labelled(2, &label, indent(form), &text);
    }
    if !finding.because.is_empty() {
        page.labelled(indent(form), "", indent(form), &shown(&finding.because));
    }
    if let Some(fix) = &finding.fix {
        page.labelled(
            indent(form),
            "",
            indent(form),
            &format!("set right by: {fix}"),
        );
    }
    if form.is_whole {
        for line in &finding.evidence {
            page.paragraph(indent(form) + 2, &evidence(line));
        }
    }
}

/// One line of it; of one that goes on and on, the beginning.
fn evidence(line: &Evidence) -> String {
    let (mark, text) = match line {
        Evidence::Sent(text) => (">", text),
        Evidence::Received(text) => ("<", text),
        Evidence::Happened(text) => (" ", text),
    };
    format!("{mark} {}", shown(&beginning(text, LINE_TOLD)))
}

fn rest(page: &mut Page, report: &Report, form: Form) {
    for verdict in [Verdict::Ok, Verdict::Unknown, Verdict::Skipped] {
        let of_verdict: Vec<&Finding> = report
            .findings
            .iter()
            .filter(|it| it.verdict == verdict)
            .collect();
        if form.is_whole {
            of_verdict
                .iter()
                .for_each(|finding| one(page, finding, form));
            continue;
        }
        match verdict {
            Verdict::Ok if !of_verdict.is_empty() => {
                let text = format!("{} (--verbose lists them)", of_verdict.len());
                page.labelled(2, "ok", FIRST, &text);
            }
            _ => reasons(page, verdict, &of_verdict),
        }
    }
}

/// What was not found out, by why.
fn reasons(page: &mut Page, verdict: Verdict, findings: &[&Finding]) {
    let mut reasons: Vec<(&str, Vec<&str>)> = Vec::new();
    for finding in findings {
        match reasons
            .iter_mut()
            .find(|(because, _)| *because == finding.because)
        {
            Some((_, ids)) => ids.push(&finding.id),
            None => reasons.push((&finding.because, vec![&finding.id])),
        }
    }
    for (because, ids) in reasons {
        let text = format!("{}: {}", ids.join(", "), shown(because));
        page.labelled(2, verdict.word(), FIRST, &text);
    }
}

fn ends(page: &mut Page, report: &Report, form: Form) {
    for remains in &report.left_behind {
        page.labelled(2, "left", FIRST, &remains.in_words(shown));
    }
    let settings = settings(report);
    if settings.is_empty() {
        return;
    }
    page.gap();
    for setting in settings {
        // A line that is broken cannot be copied.
        let line = shown(&setting.line);
        if form.columns < NARROW {
            page.verbatim(&format!("  {}", setting.client));
            page.verbatim(&line);
        } else {
            page.verbatim(&format!("  {:<SETTING$}{line}", setting.client));
        }
    }
    if has_bad_certificate(report) {
        page.paragraph(2, BAD_CERTIFICATE);
    }
}

fn has_bad_certificate(report: &Report) -> bool {
    let mut findings = report.findings.iter();
    findings.any(|it| it.id == "tls-certificate" && it.verdict == Verdict::Bad)
}

/// What a server or a file name could have put there does nothing to the terminal.
pub(super) fn shown(text: &str) -> String {
    let lines: Vec<String> = text.lines().map(|line| escape(line.as_bytes())).collect();
    lines.join(" ")
}

pub(super) fn indent(form: Form) -> usize {
    if form.columns < NARROW { FIRST } else { TEXT }
}

pub(super) fn coloured(text: &str, form: Form) -> String {
    if !form.has_colour {
        return text.to_owned();
    }
    let lines = text.split_inclusive('\n').map(|line| {
        let word = line
            .strip_prefix("  ")
            .and_then(|rest| rest.split(' ').next());
        match word.and_then(|word| style(word.trim_end())) {
            Some(style) => {
                let word = word.unwrap_or_default();
                let rest = &line[2 + word.len()..];
                format!("  {}{rest}", style.paint(word))
            }
            None => line.to_owned(),
        }
    });
    lines.collect()
}

/// Of a verdict, or of its change.
fn style(word: &str) -> Option<Style> {
    match word {
        "ok" | "better" => Some(Color::Green.bold()),
        "info" | "new" => Some(Color::Cyan.bold()),
        "warn" => Some(Color::Yellow.bold()),
        "bad" | "worse" => Some(Color::Red.bold()),
        "skipped" | "unknown" | "gone" => Some(Style::new().dimmed()),
        _ => None,
    }
}

const PROTECTIONS: [Protection; 3] = [
    Protection::Clear,
    Protection::Explicit,
    Protection::Implicit,
];
const BAD_CERTIFICATE: &str = "the certificate is not good (tls-certificate): these clients refuse it under TLS, but for \
                               Python ftplib and PHP, which do not look at it. If only \
                               its authority is unknown, curl takes --cacert FILE and lftp set ssl:ca-file FILE";
const LABEL: usize = 10;
/// More than any path.
const LINE_TOLD: usize = 1000;
const FIRST: usize = 10;
const DETAIL: usize = 18;
const SETTING: usize = 15;
const TEXT: usize = 34;
const NARROW: usize = 70;

#[cfg(test)]
mod tests {
    use super::{BAD_CERTIFICATE, Form, print};
    use crate::doctor::forms::samples::{HOSTILE, finding, report as sample, way};
    use crate::doctor::report::{
        Group, Mode, NO_DATA_CONNECTION, Protection, Report, Target, Verdict, WayResult,
    };
    use crate::protocol::hidden::is_hidden;

    const fn form(columns: usize) -> Form {
        Form {
            columns,
            has_colour: false,
            is_whole: false,
        }
    }

    fn report(ways: &[(Mode, Protection, WayResult, &str)]) -> Report {
        let ways = ways.iter();
        let ways =
            ways.map(|&(mode, protection, result, detail)| way(mode, protection, result, detail));
        Report {
            target: Target {
                host: "ftp.example.com".to_owned(),
                port: 2121,
                user: Some("bob".to_owned()),
                ..Target::default()
            },
            ways: ways.collect(),
            ..Report::default()
        }
    }

    #[test]
    fn a_label_that_fills_its_column_stands_apart_from_the_text() {
        let refused = (Protection::Clear, WayResult::Refused, "502 no");
        let report = report(&[
            (Mode::Epsv, refused.0, refused.1, refused.2),
            (Mode::Port, refused.0, refused.1, refused.2),
        ]);
        let text = print(&report, form(80));
        assert!(text.contains("\n  EPSV, PORT clear  502 no\n"), "{text}");
        assert!(text.contains(NO_DATA_CONNECTION), "{text}");
    }

    #[test]
    fn at_40_columns_what_is_to_be_copied_stands_whole_on_a_line() {
        let report = report(&[(Mode::Pasv, Protection::Clear, WayResult::Ok, "")]);
        let text = print(&report, form(40));
        let line = "\ncurl --disable-epsv --user bob ftp://ftp.example.com:2121/\n";
        assert!(text.contains(line), "{text}");
        assert!(!text.contains(NO_DATA_CONNECTION), "{text}");
    }

    #[test]
    fn a_certificate_that_the_clients_refuse_is_told_below_their_settings() {
        let mut report = report(&[(Mode::Pasv, Protection::Explicit, WayResult::Ok, "TLS 1.3")]);
        assert!(!print(&report, form(200)).contains(BAD_CERTIFICATE));
        let certificate = finding("tls-certificate", Group::Tls, Verdict::Bad);
        report.findings.push(certificate);
        let text = print(&report, form(200)).replace("\n  ", " ");
        assert!(
            text.contains(BAD_CERTIFICATE.split(". ").next().unwrap_or_default()),
            "{text}"
        );
    }

    #[test]
    fn nothing_that_a_server_says_controls_the_terminal() {
        let mut hostile = sample();
        hostile.cut_short = Some(format!("the login failed: 530 {HOSTILE}"));
        hostile.server.product = Some(HOSTILE.to_owned());
        hostile.ways[4].detail = HOSTILE.to_owned();
        for columns in [40, 80] {
            for is_whole in [false, true] {
                let form = Form {
                    is_whole,
                    ..form(columns)
                };
                let text = print(&hostile, form);
                let is_controlling = |it: char| it != '\n' && is_hidden(it);
                assert!(!text.chars().any(is_controlling), "{text}");
            }
        }
    }
}
