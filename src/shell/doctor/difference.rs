//! What differs between two reports, as a person reads it.
//!
//! ```text
//! old  ftp.example.com, says it is ProFTPD 1.3.8: works 8/9, safe 5/9, by the book 31/34
//! new  ftp.example.com, says it is ProFTPD 1.3.9: works 7/9, safe 6/9, by the book 31/34
//!
//!   worse   pasv-address            ok -> warn: the 227 names 10.0.0.5, which is private
//!   way     PASV AUTH TLS           ok TLS 1.2 -> ok TLS 1.3
//!   same    48 checks
//! ```

use crate::doctor::difference::{ChangedFinding, ChangedWay, Difference, Side, WayEnd};
use crate::doctor::report::Verdict;
use crate::shell::screen::page::{Layout, Page};
use crate::shell::screen::painter::count;

use super::table::{Form, coloured, indent, protection_name, shown};

/// What differs; the names are those of the two reports.
pub(super) fn print(difference: &Difference, names: [&str; 2], form: Form) -> String {
    let mut page = Page::new(form.columns);
    let sides = [&difference.old, &difference.new];
    for (name, side) in names.into_iter().zip(sides) {
        page.labelled(0, name, NAME, &described(side));
    }
    page.gap();
    for finding in &difference.findings {
        changed_finding(&mut page, finding, sides, form);
    }
    for way in &difference.ways {
        changed_way(&mut page, way, form);
    }
    let same = count(difference.same.into(), "check");
    page.paragraph(2, &format!("{:<WORD$}{same}", "same"));
    coloured(&page.into_text(), form)
}

fn described(side: &Side) -> String {
    let mut text = shown(&side.target.host);
    if side.target.port != FTP_PORT {
        text += &format!(" port {}", side.target.port);
    }
    if let Some(product) = &side.server.product {
        text += &format!(", says it is {}", shown(product));
    }
    let [works, safe, by_the_book] = [
        side.summary.works,
        side.summary.safe,
        side.summary.by_the_book,
    ]
    .map(|(well, all)| format!("{well}/{all}"));
    text += &format!(": works {works}, safe {safe}, by the book {by_the_book}");
    if let Some(reason) = &side.cut_short {
        text += &format!(", cut short: {}", shown(reason));
    }
    text
}

fn changed_finding(page: &mut Page, finding: &ChangedFinding, sides: [&Side; 2], form: Form) {
    let label = format!("{:<WORD$}{}", finding.change.word(), shown(&finding.id));
    let word = |verdict: Option<Verdict>| verdict.map_or("none", Verdict::word);
    let text = format!(
        "{} -> {}: {}",
        word(finding.old),
        word(finding.new),
        shown(&finding.title)
    );
    beside(page, &label, &text, form);
    // It stands in the first lines already.
    let is_told = sides
        .iter()
        .any(|side| side.cut_short.as_ref() == Some(&finding.because));
    if !finding.because.is_empty() && !is_told {
        page.paragraph(indent(form), &shown(&finding.because));
    }
}

fn changed_way(page: &mut Page, way: &ChangedWay, form: Form) {
    let label = format!(
        "{:<WORD$}{} {}",
        "way",
        way.mode.word(),
        protection_name(way.protection)
    );
    let text = format!("{} -> {}", end(way.old.as_ref()), end(way.new.as_ref()));
    beside(page, &label, &text, form);
}

fn end(end: Option<&WayEnd>) -> String {
    let Some(end) = end else {
        return "none".to_owned();
    };
    match end.detail.as_str() {
        "" => end.result.word().to_owned(),
        detail => format!("{} ({})", end.result.word(), shown(detail)),
    }
}

/// Beside the label, or below it where the screen is narrow.
fn beside(page: &mut Page, label: &str, text: &str, form: Form) {
    if label.len() + 3 > indent(form) {
        page.paragraph(2, label);
        page.paragraph(indent(form), text);
    } else {
        page.labelled(2, label, indent(form), text);
    }
}

const FTP_PORT: u16 = 21;
const NAME: usize = 5;
const WORD: usize = 8;

#[cfg(test)]
mod tests {
    use super::{Form, print};
    use crate::doctor::difference::Difference;
    use crate::doctor::forms::samples::{HOSTILE, report};
    use crate::doctor::report::{Report, Verdict, WayResult};
    use crate::protocol::hidden::is_hidden;

    fn changed() -> Report {
        let mut changed = report();
        changed.server.product = Some("ProFTPD 1.3.9".to_owned());
        changed.cut_short = None;
        changed.findings[0].verdict = Verdict::Bad;
        changed.findings[0].because = "it names 10.0.0.5".to_owned();
        changed.findings[1].verdict = Verdict::Ok;
        changed.findings[3].verdict = Verdict::Skipped;
        changed.findings[3].title = "FEAT names what the server knows".to_owned();
        changed.ways[3].detail = "TLS 1.2".to_owned();
        changed.ways[4].result = WayResult::Silent;
        changed.ways[4].detail = String::new();
        changed
    }

    fn old() -> Report {
        let mut old = report();
        old.server.product = None;
        old
    }

    fn printed(columns: usize) -> String {
        let form = Form {
            columns,
            has_colour: false,
            is_whole: false,
        };
        let difference = Difference::between(&old(), &changed());
        print(&difference, ["old", "new"], form)
    }

    #[test]
    fn at_80_columns_each_change_stands_beside_its_check() {
        let expected = "\
old  ftp.example.com port 2121: works 0/1, safe 0/1, by the book 2/2, cut short:
     the budget of 60 s is spent
new  ftp.example.com port 2121, says it is ProFTPD 1.3.9: works 0/1, safe 1/1,
     by the book 1/1

  worse   pasv-address            warn -> bad: the 227 names 10.0.0.5, which is
                                  private
                                  it names 10.0.0.5
  gone    feat-truth              info -> skipped: FEAT names what the server
                                  knows
                                  because of feat-truth
  better  close-notify-upload     bad -> ok: what close-notify-upload says
                                  because of close-notify-upload
  way     EPSV AUTH TLS           ok (TLS 1.3) -> ok (TLS 1.2)
  way     PASV AUTH TLS           refused (500 no) -> silent
  same    1 check
";
        assert_eq!(printed(80), expected);
    }

    #[test]
    fn at_40_columns_it_stands_below() {
        let expected = "\
old  ftp.example.com port 2121: works
     0/1, safe 0/1, by the book 2/2, cut
     short: the budget of 60 s is spent
new  ftp.example.com port 2121, says it
     is ProFTPD 1.3.9: works 0/1, safe
     1/1, by the book 1/1

  worse   pasv-address
          warn -> bad: the 227 names
          10.0.0.5, which is private
          it names 10.0.0.5
  gone    feat-truth
          info -> skipped: FEAT names
          what the server knows
          because of feat-truth
  better  close-notify-upload
          bad -> ok: what
          close-notify-upload says
          because of close-notify-upload
  way     EPSV AUTH TLS
          ok (TLS 1.3) -> ok (TLS 1.2)
  way     PASV AUTH TLS
          refused (500 no) -> silent
  same    1 check
";
        assert_eq!(printed(40), expected);
    }

    #[test]
    fn no_width_shows_what_could_control_a_terminal() {
        let mut hostile = changed();
        hostile.findings[0].id = HOSTILE.to_owned();
        hostile.ways[4].detail = HOSTILE.to_owned();
        hostile.server.product = Some(HOSTILE.to_owned());
        hostile.cut_short = Some(HOSTILE.to_owned());
        for columns in [40, 80] {
            let form = Form {
                columns,
                has_colour: false,
                is_whole: false,
            };
            let difference = Difference::between(&old(), &hostile);
            let text = print(&difference, ["A", "B"], form);
            assert!(
                !text.chars().any(|it| it != '\n' && is_hidden(it)),
                "{text}"
            );
        }
    }
}
