//! Where reports go.

use std::fs::File;
use std::io::{self, Write};
use std::path::PathBuf;

use super::plan::Script;
use crate::shell::config::options::ReportTo;
use crate::shell::screen::escape::escape;
use crate::shell::screen::painter::Painter;
use crate::transcript::report::{Format, Report};

/// Reports that will be written at the end. Their files are made at the start, so that a run cannot end without a place
/// for its report.
#[derive(Debug)]
pub(super) struct Reports(Vec<(Format, Option<(PathBuf, File)>)>);

impl Reports {
    /// `Err` names a file that cannot be made, or that is one of the transcripts.
    pub(super) fn open(asked: Vec<ReportTo>, scripts: &[Script]) -> Result<Self, String> {
        let open = |report: ReportTo| match report.file {
            None => Ok((report.format, None)),
            Some(path) if is_one_of(&path, scripts) => {
                let path = escape(path.as_os_str().as_encoded_bytes());
                Err(format!(
                    "{path} is one of the transcripts to replay, so the report cannot go there"
                ))
            }
            Some(path) => match File::create(&path) {
                Ok(file) => Ok((report.format, Some((path, file)))),
                Err(error) => Err(problem(&path, &error)),
            },
        };
        asked
            .into_iter()
            .map(open)
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// `Err` names what cannot be written.
    pub(super) fn write(self, report: &Report, painter: &Painter) -> Result<(), String> {
        for (format, file) in self.0 {
            let text = report.written(format);
            match file {
                Some((path, mut file)) => {
                    let written = file.write_all(text.as_bytes());
                    written.map_err(|error| problem(&path, &error))?;
                }
                None => {
                    match painter.screen().data(text.as_bytes()) {
                        // A reader that closes its end early is not a failure.
                        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                            return Err(format!("the report, standard output: {error}"));
                        }
                        _ => {}
                    }
                }
            }
        }
        Ok(())
    }
}

fn is_one_of(path: &std::path::Path, scripts: &[Script]) -> bool {
    let Ok(place) = path.canonicalize() else {
        return false;
    };
    scripts.iter().any(|script| match script {
        Script::File(file) => file.canonicalize().is_ok_and(|file| file == place),
        Script::Article => false,
    })
}

fn problem(path: &std::path::Path, error: &std::io::Error) -> String {
    format!("{}: {error}", escape(path.as_os_str().as_encoded_bytes()))
}
