//! What is said around a command: a warning before it, and a hint after its reply.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::compared_size::{ComparedSize, Upload};
use super::first_steps::FirstSteps;
use super::{builtins_of, circumstances, shown_command};
use crate::client::{DataState, Ending, Outcome, Status};
use crate::evidence::{reply, rules};
use crate::protocol::user_pi::{RefusedPort, data_direction, opens_data_port};
use crate::protocol::verbs::DataDirection;
use crate::protocol::{Answered, Command, verbs};
use crate::shell::config::secrets::without_secrets;
use crate::shell::config::settings::{Abort, Settings};
use crate::shell::editor::assistance::PastLines;
use crate::shell::line::{Redirection, Words, quoted};
use crate::shell::screen::escape::escape;
use crate::shell::screen::painter::{Painter, Tone};

/// Says what may go wrong and what could come next, as far as the user wants to hear it.
pub(crate) struct Hints {
    painter: Painter,
    is_interactive: bool,
    /// Which words are built-ins.
    words: Words,
    /// What is said once in a session, and has been.
    told: Vec<&'static str>,
    has_offered_to_verify: bool,
    first_steps: FirstSteps,
    /// How often it was said in this session what a data connection is for.
    ports_told: usize,
    /// What the file of the command that was sent last held before it, if that was an upload.
    bytes_before: Option<u64>,
    /// The last upload that the server has accepted.
    upload: Option<Upload>,
}

impl Hints {
    pub(crate) fn new(painter: Painter, is_interactive: bool) -> Self {
        Self {
            painter,
            is_interactive,
            words: Words::Usual,
            told: Vec::new(),
            has_offered_to_verify: false,
            first_steps: FirstSteps::default(),
            ports_told: 0,
            bytes_before: None,
            upload: None,
        }
    }

    /// What was typed in earlier runs need not be explained.
    pub(crate) fn learn_from(&mut self, past: &PastLines) {
        self.first_steps.learn_from(past);
    }

    /// The server is the practice server, with its broken upload.
    pub(crate) fn begin_exercise(&mut self) {
        self.first_steps.begin_exercise();
    }

    /// A lesson begins, in which the words of lessons are built-ins too, and everybody is new to what it is about.
    /// `guards_password`: it forbids PASS in the clear.
    pub(crate) fn begin_lesson(&mut self, guards_password: bool) {
        self.words = Words::OfLesson;
        self.has_offered_to_verify = false;
        self.first_steps.begin_lesson(guards_password);
    }

    /// There is a new session, in which nothing has been said.
    pub(crate) fn begin_session(&mut self) {
        self.told.clear();
        self.first_steps.begin_session();
        self.ports_told = 0;
        self.forget_upload();
    }

    /// The file that was sent may be another one now, or its name may mean another.
    pub(crate) fn forget_upload(&mut self) {
        self.bytes_before = None;
        self.upload = None;
    }

    /// Says what comes next at a prompt in a new state; `status` is `None` where there never was a session.
    pub(crate) fn at_prompt(&mut self, status: Option<&Status>, settings: &Settings) {
        let hint = self.first_steps.at_prompt(status);
        self.say_to_newcomer(hint, settings);
    }

    /// Says who waits for whom at the first `data>`.
    pub(crate) fn at_data(&mut self, settings: &Settings) {
        let hint = self.first_steps.at_data();
        self.say_to_newcomer(hint, settings);
    }

    fn say_to_newcomer(&self, hint: Option<String>, settings: &Settings) {
        if let Some(hint) = hint.filter(|_| settings.hints && self.is_interactive) {
            self.painter.say(Tone::Hint, &hint);
        }
    }

    /// Says what is dangerous about a command that is about to be sent.
    pub(crate) fn warn_before(&mut self, command: &Command, status: &Status, settings: &Settings) {
        self.bytes_before = status.learnt.bytes_before_upload(command);
        if !settings.hints || !self.is_interactive {
            return;
        }
        if let Some(warning) = rules::warning(command, &status.learnt) {
            self.painter.say(Tone::Hint, &warning);
        }
        if let Some(warning) = sign_without_blank(command) {
            self.painter.say(Tone::Hint, &warning);
        }
        if status.background.is_some() && opens_data_port(&command.verb()) {
            self.painter.say(Tone::Hint, PORT_IN_BACKGROUND);
        }
        let now = circumstances(status, settings, self.words);
        if rules::sends_data_in_clear(command, &status.learnt, now) {
            self.say_once(rules::DATA_IN_CLEAR);
        }
        if settings.abort == Abort::Synch && rules::swallows_abort(command, &status.learnt) {
            self.say_once(rules::IGNORED_ABORT);
        }
    }

    /// Says what may have been meant by a line that there is no server for, if that is no verb.
    pub(crate) fn suggest_word(&self, command: &Command, settings: &Settings) {
        let verb = command.verb();
        let word = str::from_utf8(verb.as_bytes()).unwrap_or_default();
        if verbs::entry(&verb).is_some() || !settings.hints || !self.is_interactive {
            return;
        }
        if let Some(meant) = rules::meant(word, builtins_of(self.words)) {
            self.painter
                .say(Tone::Hint, &format!("did you mean {meant}?"));
        }
    }

    /// Says once how to check uploads; one of this name has just been accepted.
    pub(crate) fn offer_to_verify(&mut self, command: &Command, settings: &Settings) {
        if !settings.hints || !self.is_interactive {
            return;
        }
        if !std::mem::replace(&mut self.has_offered_to_verify, true) {
            let name = escape(command.argument().unwrap_or_default());
            let text = format!(
                "226 does not say how many bytes arrived: SIZE {name} does (`set verify on`)"
            );
            self.painter.say(Tone::Hint, &text);
        }
    }

    fn say_once(&mut self, warning: &'static str) {
        if !self.told.contains(&warning) {
            self.told.push(warning);
            self.painter.say(Tone::Hint, warning);
        }
    }

    /// Says what could come next, if there is something to say. `status` is that after the reply.
    pub(crate) fn follow(
        &mut self,
        outcome: &Outcome,
        status: Option<&Status>,
        settings: &Settings,
    ) {
        self.learn(outcome, status);
        self.find_damage(outcome, status, settings);
        if !settings.hints {
            return;
        }
        let refused = status.map_or(&[][..], |status| &status.learnt.refused_ports);
        if let Some(cause) = missing_data_connection(outcome, refused) {
            self.painter.say(Tone::Hint, &cause);
            return;
        }
        // What was missing, and what helps, was told when the command was sent.
        if outcome.ending != Ending::Answered || outcome.lacked_data_connection {
            return;
        }
        // An offered data port that could not be opened has been told already.
        let is_unreachable = matches!(outcome.code(), 227..=229) && !outcome.is_positive();
        let is_usable = |status: &&Status| !is_unreachable && status.connected;
        let Some(status) = status.filter(is_usable) else {
            return;
        };
        let answered = status.last_answered.as_ref();
        let answered = answered.filter(|last| last.reply.code.0 == outcome.code());
        let answered = answered.filter(|_| self.is_interactive);
        let now = circumstances(status, settings, self.words);
        let Some(answered) = answered else { return };
        let is_lesson = self.words == Words::OfLesson;
        if let Some(file) = file_of_last_size(status, !is_lesson, settings)
            && let Some(text) = self.about(&file, answered, status)
        {
            return self.painter.say(Tone::Hint, &text);
        }
        // Not every lesson wants a login, and one that does says how.
        let awaits_login = !status.learnt.logged_in && !answered.before.secret_is_asked;
        if is_lesson && outcome.code() == 530 && awaits_login {
            return;
        }
        if matches!(outcome.code(), 227..=229) {
            self.ports_told += 1;
            // What a data connection is for is what lessons explain.
            if self.ports_told > PORTS_TOLD || is_lesson {
                return;
            }
        }
        let command = shown_command(answered, settings.charset());
        let hint = reply::explain(answered, now, &command).find_map(|it| it.hint);
        if let Some(hint) = hint {
            self.painter.say(Tone::Hint, &hint);
        }
    }

    /// What to type next for a file of which both sizes are known.
    fn about(&self, file: &ComparedSize, answered: &Answered, status: &Status) -> Option<String> {
        match answered.reply.code.0 {
            213 if answered.is_to(&["SIZE"]) => {
                Some(file.in_words(self.upload_of_last_size(status)))
            }
            227..=229 if file.is_partial() && self.words == Words::Usual => Some(file.next()),
            _ => None,
        }
    }

    /// A SIZE that agrees with neither side tells that TYPE A has changed the file; the line itself went well.
    fn find_damage(&self, outcome: &Outcome, status: Option<&Status>, settings: &Settings) {
        let asked = status.and_then(|status| status.last_answered.as_ref());
        if outcome.code() != 213 || !asked.is_some_and(|last| last.is_to(&["SIZE"])) {
            return;
        }
        let damage = status.and_then(|status| {
            let upload = self.upload_of_last_size(status)?;
            file_of_last_size(status, true, settings)?.damage(upload)
        });
        if let Some(event) = damage {
            let sizes = event.fact("sizes").unwrap_or_default().trim();
            self.painter.output().tell_problem(event.cause, sizes);
            self.painter.problems().find(event);
        }
    }

    fn upload_of_last_size(&self, status: &Status) -> Option<&Upload> {
        let (name, _) = status.learnt.last_size.as_ref()?;
        let of_name = |upload: &&Upload| upload.name == name.trim_ascii();
        self.upload.as_ref().filter(of_name)
    }

    /// Notes what has been done, and what an upload has sent.
    fn learn(&mut self, outcome: &Outcome, status: Option<&Status>) {
        let answered = status.and_then(|status| status.last_answered.as_ref());
        let command = answered.and_then(|answered| answered.command.as_ref());
        let (Some(status), Some(command)) = (status, command) else {
            return;
        };
        if !outcome.is_positive() {
            return;
        }
        self.first_steps.finish_command(command.verb().as_bytes());
        if ["CWD", "XCWD", "CDUP", "XCUP", "DELE", "RNTO"]
            .iter()
            .any(|name| command.verb().is(name))
        {
            self.forget_upload();
        }
        let sent = outcome.transfer.as_ref();
        if let Some(sent) = sent.filter(|sent| sent.direction == DataDirection::Sent) {
            let name = command.argument().unwrap_or_default().trim_ascii().to_vec();
            self.upload = Some(Upload {
                before: self.bytes_before.take(),
                is_append: command.verb().is("APPE"),
                sent: sent.bytes,
                line_ends: sent.line_ends,
                is_in_type_a: !status.learnt.parameters.effective_type().keeps_bytes(),
                name,
            });
        }
    }

    /// Data was typed, and the server has taken it.
    pub(crate) fn finish_data(&mut self) {
        self.first_steps.finish_data();
    }

    /// The same for a command that the user did not type, whose success has its own continuation.
    pub(crate) fn follow_refusal(
        &mut self,
        outcome: &Outcome,
        status: Option<&Status>,
        settings: &Settings,
    ) {
        let is_refused = |reply: &crate::protocol::Reply| reply.code.is_negative();
        if outcome.reply.as_ref().is_some_and(is_refused) {
            self.follow(outcome, status, settings);
        }
    }
}

/// The file of the last SIZE, if it is in the local folder too.
fn file_of_last_size(
    status: &Status,
    offers_resume: bool,
    settings: &Settings,
) -> Option<ComparedSize> {
    let (name, there) = status.learnt.last_size.as_ref()?;
    let keeps_bytes = status.learnt.parameters.effective_type().keeps_bytes();
    let has_data_port = !matches!(status.data, DataState::Closed | DataState::Transferring);
    ComparedSize::of(
        name,
        *there,
        keeps_bytes,
        has_data_port,
        offers_resume,
        settings,
    )
}

/// `STOR f <file` is sent as it is: a name may begin with such a sign.
fn sign_without_blank(command: &Command) -> Option<String> {
    data_direction(command)?;
    let last = command.line().rsplit(|&byte| byte == b' ').next()?;
    let (sign, file) = match last {
        [b'>', b'>', file @ ..] => (">>", file),
        [b'<' | b'>' | b'|', file @ ..] => (std::str::from_utf8(&last[..1]).ok()?, file),
        _ => return None,
    };
    if file.first().is_none_or(|byte| b"<>|".contains(byte)) {
        return None;
    }
    let (last, file) = (escape(last), escape(file));
    let what = if sign == "|" { "command" } else { "file" };
    Some(format!(
        "`{last}` has no space after its sign, so it is sent as part of the name; `{sign} {file}` would mean a {what} here"
    ))
}

/// Who has read it twice knows it.
const PORTS_TOLD: usize = 2;

const PORT_IN_BACKGROUND: &str = "a transfer runs in the background, and the next one has to wait for its end: some servers answer this \
     only then. `jobs` shows how far it is";

/// A download that `resume` can finish: what its file holds is what the server has.
pub(crate) struct ResumableDownload {
    remote: String,
    local: PathBuf,
}

impl ResumableDownload {
    /// `None` for what is not a file on the server, or is converted on the way.
    pub(crate) fn of(
        command: &Command,
        redirection: Option<&Redirection>,
        converts_line_ends: bool,
        settings: &Settings,
    ) -> Option<Self> {
        let Some(Redirection::ToFile(local)) = redirection else {
            return None;
        };
        if converts_line_ends {
            return None;
        }
        Self::of_file(command, local, settings)
    }

    /// The same for a file that is there already.
    pub(crate) fn of_file(command: &Command, local: &Path, settings: &Settings) -> Option<Self> {
        if !command.verb().is("RETR") {
            return None;
        }
        let remote = settings.spelling().of_words().spell(command.argument()?)?;
        Some(Self {
            remote,
            local: local.to_owned(),
        })
    }

    /// Says how to go on after this side has failed, if something is there.
    pub(crate) fn suggest_resume(&self, painter: &Painter) {
        let is_there = self.local.metadata().is_ok_and(|file| file.is_file());
        if let (true, Some(command)) = (is_there, self.command()) {
            painter.say(Tone::Note, &format!("`{command}` goes on from there"));
        }
    }

    /// Says what is about to be replaced: it may be the beginning that a download left when it was killed.
    pub(crate) fn warn_before_replacing(&self, painter: &Painter) {
        let age_and_size = size_and_age(&self.local);
        if let (Some(age_and_size), Some(command)) = (age_and_size, self.command()) {
            let path = without_secrets(&self.local.to_string_lossy());
            let text = format!(
                "{} has {age_and_size} and is replaced once data comes; `{command}` would go on after them",
                escape(path.as_bytes())
            );
            painter.say(Tone::Hint, &text);
        }
    }

    /// What finishes it, unless it cannot be typed.
    fn command(&self) -> Option<String> {
        let local = self.local.to_string_lossy();
        let (remote, local) = (quoted(&self.remote)?, quoted(&local)?);
        // Without the second name, the first is that of both files.
        let text = match remote == local {
            true => format!("resume --get {remote}"),
            false => format!("resume --get {remote} {local}"),
        };
        // Masked or escaped, it could not be typed.
        (escape(without_secrets(&text).as_bytes()) == text).then_some(text)
    }
}

/// Why a file is not replaced without being asked to.
pub(crate) fn exists_already(path: &Path, download: Option<&ResumableDownload>) -> io::Error {
    let size_and_age = size_and_age(path).map(|text| format!(" ({text})"));
    let completes = download
        .and_then(ResumableDownload::command)
        .unwrap_or_else(|| "resume --get".to_owned());
    let text = format!(
        "it exists already{}; `{completes}` goes on where it ends, and RETR f > file replaces it",
        size_and_age.unwrap_or_default()
    );
    io::Error::new(io::ErrorKind::AlreadyExists, text)
}

/// As in `5 bytes from 3 minutes ago`; nothing of what is empty or is not a file.
fn size_and_age(path: &Path) -> Option<String> {
    let metadata = path.metadata().ok().filter(std::fs::Metadata::is_file)?;
    let age = metadata.modified().ok().and_then(|it| it.elapsed().ok());
    let age = age.map_or_else(String::new, |age| format!(" from {} ago", in_words(age)));
    (metadata.len() > 0).then(|| format!("{} bytes{age}", metadata.len()))
}

/// A duration in its largest unit.
fn in_words(duration: Duration) -> String {
    let seconds = duration.as_secs();
    let units = [(86_400, "day"), (3_600, "hour"), (60, "minute")];
    let larger = units.into_iter().find(|(length, _)| seconds >= *length);
    let (number, unit) = larger.map_or((seconds, "second"), |(length, unit)| {
        (seconds / length, unit)
    });
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {unit}{plural}")
}

/// Why nothing came, if data should have moved and there was no data connection for it.
fn missing_data_connection(outcome: &Outcome, refused: &[RefusedPort]) -> Option<String> {
    let way = rules::ways_left(refused);
    match outcome.ending {
        _ if !outcome.lacked_data_connection => None,
        Ending::TimedOut => Some(format!(
            "no data connection was opened, so the data could not come: {way} comes before the transfer"
        )),
        Ending::Interrupted => Some(format!(
            "no data connection was opened, so the data cannot come: ABOR, {way}, then the command again"
        )),
        _ => None,
    }
}
