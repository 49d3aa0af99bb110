//! What differs between two reports: of one server at two times, or of two servers.

use serde::Serialize;

use super::report::{
    Finding, Mode, Protection, Report, Server, Summary, Target, Verdict, Way, WayResult,
};

/// What differs between an old report and a new one, or between those of two servers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// What it begins with.
    pub old: Side,
    /// What it ends with.
    pub new: Side,
    /// The checks whose verdict changed, the gravest change first.
    pub findings: Vec<ChangedFinding>,
    /// The ways whose result changed, or over another version of TLS.
    pub ways: Vec<ChangedWay>,
    /// How many checks found out the same in both.
    pub same: u32,
}

/// One of the two reports.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Side {
    /// Whom it is about.
    pub target: Target,
    /// What that server says about itself.
    pub server: Server,
    /// Its sums.
    pub summary: Summary,
    /// Why the run ended before it was done.
    pub cut_short: Option<String>,
}

/// A check whose verdict changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ChangedFinding {
    /// The check.
    pub id: String,
    /// In which direction.
    pub change: Change,
    /// Its old verdict; `None` if the old report does not have it.
    pub old: Option<Verdict>,
    /// Its new verdict, likewise.
    pub new: Option<Verdict>,
    /// Of the new finding, or of the old one if there is no new one.
    pub title: String,
    /// What that one rests on, or why it was not found out.
    pub because: String,
}

/// The direction in which a verdict changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Change {
    /// It is found out in both, and worse now.
    Worse,
    /// It is found out now, and was not: no such check, `skipped` or `unknown`.
    New,
    /// It was found out, and is not now.
    Gone,
    /// It is found out in both, and better now.
    Better,
}

/// A way of opening a data connection that changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ChangedWay {
    /// Who dials.
    pub mode: Mode,
    /// How it is protected.
    pub protection: Protection,
    /// What came of it before; `None` if it was not in that report.
    pub old: Option<WayEnd>,
    /// What comes of it now, likewise.
    pub new: Option<WayEnd>,
}

/// What came of trying a way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WayEnd {
    /// In one word.
    pub result: WayResult,
    /// As in the report.
    pub detail: String,
}

impl Difference {
    /// Compares two reports.
    #[must_use]
    pub fn between(old: &Report, new: &Report) -> Self {
        let mut findings: Vec<ChangedFinding> =
            in_either(&old.findings, &new.findings, |it| it.id.as_str())
                .filter_map(|(old, new)| ChangedFinding::between(old, new))
                .collect();
        findings.sort_by_key(|it| (it.change, std::cmp::Reverse(it.new.max(it.old))));
        let key = |way: &Way| (way.mode, way.protection);
        let ways = in_either(&old.ways, &new.ways, key)
            .filter_map(|(old, new)| ChangedWay::between(old, new))
            .collect();
        let same = new.findings.iter().filter(|finding| {
            let before = old.findings.iter().find(|it| it.id == finding.id);
            finding.verdict.is_judged() && before.is_some_and(|it| it.verdict == finding.verdict)
        });
        Self {
            old: Side::of(old),
            new: Side::of(new),
            findings,
            ways,
            same: u32::try_from(same.count()).unwrap_or(u32::MAX),
        }
    }

    /// Whether something became as bad as this verdict or worse.
    #[must_use]
    pub fn is_as_bad_as(&self, limit: Verdict) -> bool {
        let mut findings = self.findings.iter();
        findings.any(|it| {
            matches!(it.change, Change::Worse | Change::New)
                && it.new.is_some_and(|new| new >= limit)
        })
    }
}

impl Side {
    fn of(report: &Report) -> Self {
        Self {
            target: report.target.clone(),
            server: report.server.clone(),
            summary: report.summary(),
            cut_short: report.cut_short.clone(),
        }
    }
}

impl ChangedFinding {
    fn between(old: Option<&Finding>, new: Option<&Finding>) -> Option<Self> {
        let verdict = |finding: &Finding| finding.verdict;
        let (was, is) = (old.map(verdict), new.map(verdict));
        let judged = |verdict: &Verdict| verdict.is_judged();
        let change = match (was.filter(judged), is.filter(judged)) {
            (Some(was), Some(is)) if is > was => Change::Worse,
            (Some(was), Some(is)) if is < was => Change::Better,
            (None, Some(_)) => Change::New,
            (Some(_), None) => Change::Gone,
            _ => return None,
        };
        let told = new.or(old)?;
        Some(Self {
            id: told.id.clone(),
            change,
            old: was,
            new: is,
            title: told.title.clone(),
            because: told.because.clone(),
        })
    }
}

impl ChangedWay {
    fn between(old: Option<&Way>, new: Option<&Way>) -> Option<Self> {
        let way = new.or(old)?;
        // Of a way that works, the detail is the version of TLS; else it may hold ports, which change each time.
        let compared = |way: &Way| match way.result {
            WayResult::Ok => (way.result, way.detail.clone()),
            result => (result, String::new()),
        };
        if old.map(compared) == new.map(compared) {
            return None;
        }
        let end = |way: &Way| WayEnd {
            result: way.result,
            detail: way.detail.clone(),
        };
        Some(Self {
            mode: way.mode,
            protection: way.protection,
            old: old.map(end),
            new: new.map(end),
        })
    }
}

impl Change {
    /// As it is written.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Worse => "worse",
            Self::New => "new",
            Self::Gone => "gone",
            Self::Better => "better",
        }
    }
}

/// Those of the new list with those of the old list that have the same key, then those that only the old list has.
fn in_either<'a, T, K: PartialEq>(
    old: &'a [T],
    new: &'a [T],
    key: impl Fn(&'a T) -> K,
) -> impl Iterator<Item = (Option<&'a T>, Option<&'a T>)> {
    let find = |list: &'a [T], item: &'a T| list.iter().find(|other| key(other) == key(item));
    let in_new: Vec<_> = new
        .iter()
        .map(|item| (find(old, item), Some(item)))
        .collect();
    let gone = old.iter().filter(|item| find(new, item).is_none());
    let gone: Vec<_> = gone.map(|item| (Some(item), None)).collect();
    in_new.into_iter().chain(gone)
}

#[cfg(test)]
mod tests {
    use super::{Change, Difference};
    use crate::doctor::forms::samples::{finding, report, way};
    use crate::doctor::report::{Group, Mode, Protection, Report, Verdict, WayResult};

    fn with(findings: &[(&str, Verdict)]) -> Report {
        let findings = findings.iter();
        Report {
            findings: findings
                .map(|(id, verdict)| finding(id, Group::Tls, *verdict))
                .collect(),
            ..Report::default()
        }
    }

    #[test]
    fn a_report_does_not_differ_from_itself_even_if_times_and_ports_do() {
        let mut later = report();
        later.ms = 9;
        later.ways[0].ms = Some(99);
        later.ways[1].detail = "127.0.0.1:4711 did not answer".to_owned();
        let difference = Difference::between(&report(), &later);
        assert!(difference.findings.is_empty() && difference.ways.is_empty());
        assert_eq!(difference.same, 4);
        assert!(!difference.is_as_bad_as(Verdict::Warn));
    }

    #[test]
    fn verdicts_get_worse_better_new_or_gone() {
        let old = with(&[
            ("a", Verdict::Ok),
            ("b", Verdict::Bad),
            ("c", Verdict::Skipped),
            ("d", Verdict::Warn),
            ("e", Verdict::Info),
            ("g", Verdict::Skipped),
            ("h", Verdict::Info),
        ]);
        let new = with(&[
            ("a", Verdict::Warn),
            ("b", Verdict::Info),
            ("c", Verdict::Bad),
            ("d", Verdict::Unknown),
            ("f", Verdict::Ok),
            ("g", Verdict::Unknown),
            ("h", Verdict::Bad),
        ]);
        let difference = Difference::between(&old, &new);
        let changes = difference.findings.iter();
        let changes: Vec<_> = changes
            .map(|it| (it.id.as_str(), it.change, it.old, it.new))
            .collect();
        assert_eq!(
            changes,
            [
                ("h", Change::Worse, Some(Verdict::Info), Some(Verdict::Bad)),
                ("a", Change::Worse, Some(Verdict::Ok), Some(Verdict::Warn)),
                ("c", Change::New, Some(Verdict::Skipped), Some(Verdict::Bad)),
                ("f", Change::New, None, Some(Verdict::Ok)),
                (
                    "d",
                    Change::Gone,
                    Some(Verdict::Warn),
                    Some(Verdict::Unknown)
                ),
                ("e", Change::Gone, Some(Verdict::Info), None),
                ("b", Change::Better, Some(Verdict::Bad), Some(Verdict::Info)),
            ]
        );
        assert_eq!(difference.same, 0);
    }

    #[test]
    fn only_what_became_bad_counts_as_bad() {
        let is_bad = |old, new, limit| {
            let (old, new) = (with(&[("a", old)]), with(&[("a", new)]));
            Difference::between(&old, &new).is_as_bad_as(limit)
        };
        assert!(is_bad(Verdict::Ok, Verdict::Bad, Verdict::Bad));
        assert!(is_bad(Verdict::Skipped, Verdict::Warn, Verdict::Warn));
        assert!(!is_bad(Verdict::Ok, Verdict::Warn, Verdict::Bad));
        assert!(!is_bad(Verdict::Bad, Verdict::Bad, Verdict::Bad));
        assert!(!is_bad(Verdict::Bad, Verdict::Warn, Verdict::Warn));
        assert!(!is_bad(Verdict::Bad, Verdict::Skipped, Verdict::Warn));
    }

    #[test]
    fn ways_that_changed_are_told_with_their_tls_versions() {
        let (old, new) = (
            vec![
                way(Mode::Epsv, Protection::Explicit, WayResult::Ok, "TLS 1.2"),
                way(Mode::Pasv, Protection::Explicit, WayResult::Ok, "TLS 1.2"),
                way(Mode::Port, Protection::Clear, WayResult::Ok, ""),
            ],
            vec![
                way(Mode::Epsv, Protection::Explicit, WayResult::Ok, "TLS 1.3"),
                way(
                    Mode::Pasv,
                    Protection::Explicit,
                    WayResult::Silent,
                    "no answer",
                ),
                way(Mode::Port, Protection::Clear, WayResult::Ok, ""),
                way(Mode::Pasv, Protection::Clear, WayResult::Ok, ""),
            ],
        );
        let report = |ways| Report {
            ways,
            ..Report::default()
        };
        let difference = Difference::between(&report(old), &report(new));
        let ways = difference.ways.iter();
        let ways: Vec<_> = ways
            .map(|it| {
                (
                    it.mode,
                    it.protection,
                    it.new.as_ref().map(|end| end.result),
                )
            })
            .collect();
        assert_eq!(
            ways,
            [
                (Mode::Epsv, Protection::Explicit, Some(WayResult::Ok)),
                (Mode::Pasv, Protection::Explicit, Some(WayResult::Silent)),
                (Mode::Pasv, Protection::Clear, Some(WayResult::Ok)),
            ]
        );
        assert!(difference.ways[2].old.is_none());
    }
}
