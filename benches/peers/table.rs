//! Medians and ratios, as lines of markdown.

use std::collections::BTreeMap;
use std::time::Duration;

use super::clients::Peer;
use super::measure::Measured;

/// What all clients took for one work.
pub(crate) struct Row {
    work: String,
    medians: BTreeMap<Peer, Measured>,
}

impl Row {
    pub(crate) fn new(work: String, measured: BTreeMap<Peer, Vec<Measured>>) -> Self {
        let medians = measured
            .into_iter()
            .map(|(peer, runs)| {
                let wall = median(runs.iter().map(|run| run.wall).collect());
                let cpu = median(runs.iter().map(|run| run.cpu).collect());
                let peak_kib = median(runs.iter().map(|run| run.peak_kib).collect());
                let measured = Measured {
                    wall,
                    cpu,
                    peak_kib,
                };
                (peer, measured)
            })
            .collect();
        Self { work, medians }
    }

    pub(crate) fn in_one_line(&self) -> String {
        let cells: Vec<String> = self.cells(|measured| seconds(measured.wall));
        let cpu: Vec<String> = self.cells(|measured| seconds(measured.cpu));
        format!(
            "{}: {}; CPU {}; to the best {} and {}",
            self.work,
            cells.join(", "),
            cpu.join(", "),
            self.ratio(|measured| measured.wall),
            self.ratio(|measured| measured.cpu),
        )
    }

    fn cells(&self, cell: impl Fn(&Measured) -> String) -> Vec<String> {
        self.medians
            .iter()
            .map(|(peer, measured)| format!("{} {}", peer.name(), cell(measured)))
            .collect()
    }

    /// What ftpsh takes, by what the best of the others takes.
    fn ratio(&self, figure: impl Fn(&Measured) -> Duration) -> String {
        let ours = self.medians.get(&Peer::Ftpsh).map(&figure);
        let others = self
            .medians
            .iter()
            .filter(|(peer, _)| **peer != Peer::Ftpsh);
        let best = others.map(|(_, measured)| figure(measured)).min();
        match (ours, best) {
            (Some(ours), Some(best)) => {
                format!("{:.2}", ours.as_secs_f64() / best.as_secs_f64())
            }
            _ => "-".to_owned(),
        }
    }

    fn line(&self, figure: impl Fn(&Measured) -> Duration) -> String {
        let cells: Vec<String> = Peer::ALL
            .iter()
            .map(|peer| match self.medians.get(peer) {
                Some(measured) => seconds(figure(measured)),
                None => "-".to_owned(),
            })
            .collect();
        format!(
            "| {} | {} | **{}** |",
            self.work,
            cells.join(" | "),
            self.ratio(figure)
        )
    }
}

/// Both tables.
pub(crate) fn markdown(rows: &[Row], turns: usize) -> String {
    let names: Vec<&str> = Peer::ALL.iter().map(|peer| peer.name()).collect();
    let head = |what: &str| {
        format!(
            "| {what} | {} | ftpsh / best |\n|---|{}",
            names.join(" | "),
            "--:|".repeat(names.len() + 1)
        )
    };
    let mut lines = vec![head(&format!("seconds, median of {turns}"))];
    lines.extend(rows.iter().map(|row| row.line(|it| it.wall)));
    lines.push(String::new());
    lines.push(head("seconds of CPU of the client"));
    lines.extend(rows.iter().map(|row| row.line(|it| it.cpu)));
    lines.join("\n") + "\n"
}

/// The first line that each client says of its version.
pub(crate) fn versions() -> String {
    let versions: Vec<String> = Peer::ALL
        .into_iter()
        .filter(|peer| !matches!(peer, Peer::Ftpsh | Peer::Tnftp | Peer::BareSocket))
        .filter_map(|peer| {
            let option = if peer == Peer::Socat {
                "-V"
            } else {
                "--version"
            };
            let output = peer.program()?.arg(option).command().output().ok()?;
            let text = String::from_utf8_lossy(&output.stdout).into_owned();
            let line = text.lines().find(|line| line.contains(char::is_numeric))?;
            Some(line.trim().to_owned())
        })
        .collect();
    versions.join("\n") + "\n"
}

fn seconds(time: Duration) -> String {
    format!("{:.3}", time.as_secs_f64())
}

fn median<T: Copy + Ord>(mut values: Vec<T>) -> T {
    values.sort_unstable();
    values[values.len() / 2]
}
