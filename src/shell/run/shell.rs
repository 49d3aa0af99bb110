//! One line after the other: what each does, and what it means for the exit code.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ChildStdin;
use std::sync::{PoisonError, RwLockWriteGuard};
use std::time::Duration;

use super::background::Background;
use super::builtins::{About, BuiltinCommand, RecordCommand, TlsCommand, TraceCommand};
use super::configured_hosts::ConfiguredHosts;
use super::connection::Connection;
use super::login::Credentials;
use super::tls;
use super::trust::Certificates;
use super::typing_data::report_dropped;
use crate::client::{Origin, Session};
use crate::evidence::problems::Problem;
use crate::evidence::rules;
use crate::protocol::{Answered, Command};
use crate::shell::config::aliases::{Aliases, ExpandedStep};
use crate::shell::config::proxies::ProxyEnvironment;
use crate::shell::config::secrets::secret_span;
use crate::shell::config::setting::Setting;
use crate::shell::config::settings::{PictureOnPrompt, Settings};
use crate::shell::editor::assistance::{Knowledge, SharedKnowledge};
use crate::shell::editor::{HistoryLost, Input, NOT_TEXT, Typed};
use crate::shell::exit::{Exit, Tally};
use crate::shell::help::hints::{Hints, ResumableDownload, exists_already};
use crate::shell::help::{self, circumstances, why};
use crate::shell::interrupts::{HiddenTyping, Interrupts};
use crate::shell::lessons::Lessons;
use crate::shell::line::{
    self, Builtin, Line, LineError, Redirection, ScriptLine, Words, ends_with_here_document,
    expand_home, is_redirection,
};
use crate::shell::local::places::{Interruption, local_shell};
use crate::shell::local::received_file::{is_named_pipe, what_is_there};
use crate::shell::local::vanishing_folder::VanishingFolder;
use crate::shell::replay::recording::{Detail, Recording};
use crate::shell::screen::escape::escape;
use crate::shell::screen::page::{Layout, Page};
use crate::shell::screen::painter::{Painter, Tone};
use crate::shell::screen::picture::{Lines, Picture};
use crate::shell::screen::prompt::prompt;
use crate::shell::screen::timeline::{Extent, Timeline};
use crate::shell::screen::trace::{Existing, Trace};

/// Everything that a running shell holds.
pub(crate) struct Shell {
    pub(crate) painter: Painter,
    pub(crate) input: Input,
    pub(crate) interrupts: Interrupts,
    /// Kept to the end, which gives the terminal its echo back.
    pub(crate) _hidden_typing: Option<HiddenTyping>,
    pub(crate) connection: Connection,
    pub(crate) certificates: Certificates,
    pub(crate) credentials: Credentials,
    pub(crate) hosts: ConfiguredHosts,
    pub(crate) proxies: ProxyEnvironment,
    /// What protects the control connection is shown as soon as something does.
    pub(crate) shows_tls: bool,
    pub(crate) silence_limit: Option<Duration>,
    pub(crate) reply_limit: Option<Duration>,
    pub(crate) background: Background,
    pub(crate) recording: Recording,
    pub(crate) timeline: Timeline,
    pub(crate) trace: Trace,
    pub(crate) picture: Picture,
    pub(crate) hints: Hints,
    pub(crate) settings: Settings,
    pub(crate) aliases: Aliases,
    pub(crate) knowledge: SharedKnowledge,
    pub(crate) home: Option<PathBuf>,
    /// The local folder of `ftpsh practice`.
    pub(crate) vanishing: Option<VanishingFolder>,
    /// The lessons of `ftpsh learn`.
    pub(crate) lessons: Option<Lessons>,
    pub(crate) tally: Tally,
    /// The connection was lost in a line of a script that may fail.
    pub(crate) may_be_lost: bool,
    /// The refusal that makes a script fail is explained at its end.
    pub(crate) explains: bool,
    /// That explanation.
    pub(crate) explanation: Option<String>,
    /// The startup lines of a host run, which nobody has typed.
    pub(crate) runs_startup: bool,
    /// `exit` was typed, or the input is at its end.
    pub(crate) is_over: bool,
}

impl Shell {
    /// Runs lines until there are no more.
    pub(crate) fn run_to_the_end(&mut self, stop: bool) -> Exit {
        let exit = if self.is_interactive() {
            self.run_interactively()
        } else {
            self.run_script(stop)
        };
        self.explain_failure();
        self.drop_session();
        exit.unwrap_or_else(|| self.tally.exit())
    }

    /// Ends a run whose lines were never reached.
    pub(crate) fn end_unstarted(&mut self, exit: Exit) -> Exit {
        if exit != Exit::Interrupted {
            self.keep_explanation(exit);
            self.run_what_asks_why();
        }
        self.explain_failure();
        self.drop_session();
        exit
    }

    /// `None` where the failures that were counted decide.
    fn run_script(&mut self, stop: bool) -> Option<Exit> {
        while self.goes_on(stop) {
            let Some(line) = self.input.next_line("") else {
                break;
            };
            if let Some(line) = ScriptLine::read(&line) {
                let was_connected = self.connection.is_connected();
                let text = line.text;
                self.run_script_line(line);
                self.look_at_lesson(text, was_connected);
            }
        }
        if self.tally.ends_script(stop) && !self.interrupts.is_pressed() {
            self.run_what_asks_why();
        }
        if self.interrupts.take() || !self.await_background("the script") {
            return Some(Exit::Interrupted);
        }
        self.count_late_failures();
        if let Some(exit) = self.connection.loss().filter(|_| !self.may_be_lost) {
            self.tally.count(exit);
        }
        None
    }

    /// Whether a script has a next line to run.
    fn goes_on(&mut self, stop: bool) -> bool {
        self.count_late_failures();
        !self.is_over && !self.tally.ends_script(stop) && !self.interrupts.is_pressed()
    }

    /// What has failed since its line ended: a transfer in the background, or an upload whose bytes nobody read.
    fn count_late_failures(&mut self) {
        self.has_background();
        self.connection.refresh_status();
        if self.connection.has_lost_upload() {
            self.tally.count(Exit::Connection);
        }
    }

    fn run_script_line(&mut self, line: ScriptLine) {
        self.connection.refresh_status();
        let was_lost = self.connection.loss().is_some();
        self.painter.output().begin_line();
        let exit = self.run_line(line.text, line.may_fail);
        let verdict = self.painter.problems().verdict();
        if !line.may_fail {
            self.keep_explanation(exit);
        }
        self.painter.output().end_line(exit, verdict);
        self.connection.refresh_status();
        let is_lost = self.connection.loss().is_some();
        self.may_be_lost = is_lost && (self.may_be_lost || line.may_fail && !was_lost);
    }

    /// What has ended a script is explained all the same where one of the lines that are left asks for it.
    fn run_what_asks_why(&mut self) {
        for line in self.input.take_given() {
            if let Some(line) = ScriptLine::read(&line)
                && let Ok(Line::Builtin {
                    name: Builtin::Why, ..
                }) = self.read(line.text)
            {
                self.run_script_line(line);
            }
        }
    }

    /// Keeps the explanation of the problem that the exit code will be that of.
    pub(crate) fn keep_explanation(&mut self, exit: Exit) {
        // A line that went well may have shown that an earlier one did harm.
        let is_failed = exit != Exit::Done || self.painter.problems().verdict().is_some();
        let is_wanted = self.explanation.is_none() || exit.ends_the_run();
        if self.explains && is_failed && is_wanted {
            let problem = self.painter.problems().last();
            let problem = problem.filter(|it| !it.says_all_by_itself());
            self.explanation = problem.map(|it| self.explain_problem(&it));
        }
    }

    /// Explains the failure of a script, unless `why` was one of its lines.
    fn explain_failure(&mut self) {
        if let Some(text) = self.explanation.take() {
            self.painter.screen().line("");
            self.painter.plain(&text);
        }
    }

    fn run_interactively(&mut self) -> Option<Exit> {
        while !self.is_over {
            let prompt = self.begin_prompt();
            if !self.input.has_pasted() {
                let status = self.connection.status();
                self.hints.at_prompt(status, &self.settings);
            }
            let is_typed = !self.input.has_pasted();
            let above = self.draw_above_prompt(is_typed);
            let typed = self.input.read_command(&prompt);
            self.take_back_above(above, &prompt, &typed);
            if is_typed {
                // A Ctrl-C that came before this line is not for it.
                self.interrupts.take();
            }
            match typed {
                Typed::Line(text) | Typed::LastText(text) => {
                    let was_connected = self.connection.is_connected();
                    self.run_typed(&text);
                    self.look_at_lesson(text.as_bytes(), was_connected);
                }
                Typed::Interrupt => {}
                Typed::NotText => self.painter.say(Tone::Error, NOT_TEXT),
                Typed::End if self.input.takes_end_for_data() => {
                    let text = "the data had ended already; Ctrl-D once more ends the session";
                    self.painter.say(Tone::Note, text);
                }
                Typed::End => {
                    self.quit();
                }
            }
        }
        self.connection.refresh_status();
        Some(self.connection.loss().unwrap_or(Exit::Done))
    }

    /// Draws both connections; returns the lines.
    fn draw_picture(&mut self) -> Vec<String> {
        let is_plain = !self.painter.screen().has_cursor() && self.is_interactive();
        let lines = match self.settings.picture {
            PictureOnPrompt::On | PictureOnPrompt::Off if !is_plain => Lines::Drawn,
            _ => Lines::Ascii,
        };
        let columns = self.columns();
        let drawn = self.picture.draw(lines, columns);
        drawn.iter().for_each(|line| self.painter.plain(line));
        drawn
    }

    /// In a lesson both connections are drawn above the prompt, where there is room for it. Returns the lines, and how many
    /// others had been written above prompts before.
    fn draw_above_prompt(&mut self, is_typed: bool) -> Option<(Vec<String>, u64)> {
        let screen = self.painter.screen().clone();
        if !is_typed || !self.wants_picture_above_prompts() || self.take_listing() {
            return None;
        }
        if !self.draws_above_prompts() {
            self.say_that_picture_is_too_wide();
            return None;
        }
        Some((self.draw_picture(), screen.lines_above_prompt()))
    }

    fn wants_picture_above_prompts(&self) -> bool {
        self.lessons.is_some()
            && self.settings.picture != PictureOnPrompt::Off
            && self.painter.screen().has_cursor()
    }

    fn draws_above_prompts(&self) -> bool {
        let columns = self.painter.screen().size().columns;
        self.wants_picture_above_prompts() && columns >= PICTURE_COLUMNS
    }

    /// The drawing goes up with the line that was typed below it, so that there is one at a time.
    fn take_back_above(&mut self, above: Option<(Vec<String>, u64)>, prompt: &str, typed: &Typed) {
        let text = match typed {
            Typed::Line(text) | Typed::LastText(text) => text,
            Typed::Interrupt => "",
            Typed::NotText | Typed::End => return,
        };
        let Some((drawn, lines)) = above else { return };
        let is_undisturbed = self.painter.screen().lines_above_prompt() == lines;
        if is_undisturbed && !self.input.has_pasted() {
            self.input.take_back_above(&drawn, prompt, text);
        }
    }

    fn run_typed(&mut self, line: &str) {
        self.connection.refresh_status();
        if !line.is_empty()
            && self.belongs_in_history(line)
            && let Err(HistoryLost { path, error }) = self.input.remember(line)
        {
            let path = escape(path.as_os_str().as_encoded_bytes());
            let text = format!("{path}: {error}. Lines are kept for this session only");
            self.painter.say(Tone::Warning, &text);
        }
        let exit = self.run_line(line.as_bytes(), false);
        if exit == Exit::Interrupted || self.interrupts.is_pressed() {
            report_dropped(self.input.drop_pasted(), &self.painter);
        }
    }

    /// The next prompt. The editor is told what has changed since the last one.
    fn begin_prompt(&mut self) -> String {
        self.connection.refresh_status();
        let words = self.words();
        let status = self.connection.status();
        let mut knowledge = self.knowledge();
        knowledge.words = words;
        knowledge.hints = self.settings.hints;
        knowledge.spelling = self.settings.spelling();
        knowledge.awaits_new_name = status.is_some_and(|status| status.learnt.pending_rename);
        knowledge.secret_is_asked = status.is_some_and(|status| status.learnt.secret_is_asked);
        let host = self.connection.session().map(Session::host);
        prompt(
            host.zip(status),
            self.settings.prompt,
            self.settings.charset(),
        )
    }

    /// Which words are built-ins.
    fn words(&self) -> Words {
        match self.lessons {
            Some(_) => Words::OfLesson,
            None => Words::Usual,
        }
    }

    /// What a line means, as it is spelt now.
    pub(crate) fn read(&self, line: &[u8]) -> Result<Line, LineError> {
        let is_alias = |name: &str| self.aliases.contains(name);
        line::read_spelt(line, self.settings.spelling(), self.words(), &is_alias)
    }

    /// Does what one line says and counts the result, unless it may fail.
    fn run_line(&mut self, line: &[u8], may_fail: bool) -> Exit {
        let read = self.read(line);
        let orphans_data = self.lines_follow() && begins_orphaned_data(line, &read);
        let is_about_others = read.as_ref().is_ok_and(Line::is_about_others);
        let had_background = self.has_background();
        if !is_about_others {
            let number = self.painter.problems().begin_line();
            self.timeline.begin_line(number);
        }
        let exit = match read {
            Err(error) => self.painter.refuse(&error),
            Ok(_) if orphans_data => self.painter.refuse(&TAKES_NO_DATA),
            Ok(line) => self.run(line),
        };
        if !is_about_others {
            self.painter.problems().end_line(exit);
        }
        if !may_fail || orphans_data || exit == Exit::Interrupted {
            self.tally.count(exit);
        }
        if may_fail && !had_background {
            self.background.forgive();
        }
        self.count_broken_files();
        if orphans_data {
            self.drop_orphaned_data();
        }
        exit
    }

    /// Whether the next line has been written already, by somebody who cannot see what becomes of this one.
    fn lines_follow(&self) -> bool {
        !self.is_interactive() || self.input.has_pasted()
    }

    /// What was meant to be data is not run.
    fn drop_orphaned_data(&mut self) {
        if self.is_interactive() {
            report_dropped(self.input.drop_pasted(), &self.painter);
            return;
        }
        let text = "the lines after << would be taken for commands, so the run ends here";
        self.painter.say(Tone::Error, text);
        self.is_over = true;
    }

    pub(super) fn run(&mut self, line: Line) -> Exit {
        match line {
            Line::Empty => Exit::Done,
            Line::Local(command) => self.run_local(&command),
            Line::Quote(command) => self.send(command, None, self.origin()),
            Line::Raw {
                command,
                redirection,
            } => self.run_command(command, redirection, self.origin(), true),
            Line::Background {
                command,
                redirection,
            } => self.send_in_background(command, redirection),
            Line::Builtin { name, arguments } => self.run_builtin(name, arguments),
            Line::Alias { name, arguments } => self.run_alias(&name, &arguments),
        }
    }

    /// A command as typed, or a step of an alias. QUIT waits for a transfer in the background.
    fn run_command(
        &mut self,
        command: Command,
        redirection: Option<Redirection>,
        origin: Origin,
        may_overwrite: bool,
    ) -> Exit {
        if command.verb().is("QUIT") && !self.await_background("QUIT") {
            return Exit::Interrupted;
        }
        let redirection = redirection.map(|target| target.with_home(self.home.as_deref()));
        self.send_with(command, redirection, origin, may_overwrite)
    }

    fn run_builtin(&mut self, name: Builtin, arguments: Vec<String>) -> Exit {
        let command = match BuiltinCommand::read(name, arguments) {
            Ok(command) => command,
            Err(problem) => return self.painter.refuse(&problem),
        };
        match command {
            BuiltinCommand::Help(topic) => self.help(&topic),
            BuiltinCommand::Why(about) => self.why(about),
            BuiltinCommand::OpenAgain => self.open_again(),
            BuiltinCommand::Open(target) => self.open(&target),
            BuiltinCommand::Close => self.close(),
            BuiltinCommand::Exit => self.quit(),
            BuiltinCommand::Login(user, password) => self.login(user, password),
            BuiltinCommand::Resume(resume) => self.resume(resume),
            BuiltinCommand::ListAliases => self.list_aliases(),
            BuiltinCommand::ShowAlias(name) => self.show_alias(&name),
            BuiltinCommand::DefineAlias { name, steps } => self.define_alias(&name, &steps),
            BuiltinCommand::RemoveAlias(name) => self.remove_alias(&name),
            BuiltinCommand::ListSettings => self.list_settings(),
            BuiltinCommand::ShowSetting(name) => self.show_setting(&name),
            BuiltinCommand::ChangeSetting { name, value } => self.change_setting(&name, &value),
            BuiltinCommand::Listen => self.listen(),
            BuiltinCommand::Record(command) => self.record(command),
            BuiltinCommand::Jobs => self.jobs(),
            BuiltinCommand::Lcd(folder) => self.lcd(folder.as_deref()),
            BuiltinCommand::Lpwd => self.lpwd(),
            BuiltinCommand::Resync => self.resync(),
            BuiltinCommand::Table(command) => self.send_as_table(&command),
            BuiltinCommand::Tls(command) => self.tls(command),
            BuiltinCommand::Ways { shows_dialogue } => self.ways(shows_dialogue),
            BuiltinCommand::Timeline(extent) => {
                let lines = self.timeline.draw(extent, self.input.columns());
                if let (Extent::Line(number), []) = (extent, lines.as_slice()) {
                    let text = format!(
                        "nothing went over a connection in line {number}, or it is not kept any more"
                    );
                    self.painter.say(Tone::Note, &text);
                }
                for line in lines {
                    self.painter.plain(&line);
                }
                Exit::Done
            }
            BuiltinCommand::Picture => {
                // The next prompt has it above itself.
                if !self.draws_above_prompts() || self.input.has_pasted() {
                    self.draw_picture();
                }
                Exit::Done
            }
            BuiltinCommand::Trace(command) => self.run_trace(command),
            BuiltinCommand::Send(pieces) => self.send_bytes(pieces),
            BuiltinCommand::Lesson(command) => self.run_lesson_word(command),
        }
    }

    fn run_alias(&mut self, name: &str, arguments: &[Vec<u8>]) -> Exit {
        if arguments.iter().any(|argument| is_redirection(argument)) {
            return self.painter.refuse(&format!(
                "an alias takes no redirection and no &: type the commands that it stands for (`alias {name}` shows them), as in \
                 LIST | less after PASV. Nothing was sent"
            ));
        }
        let steps = match self.aliases.expand(name, arguments) {
            Ok(steps) => steps,
            Err(error) => return self.painter.refuse(&error),
        };
        let spelling = self.settings.spelling().of_words();
        let steps: Result<Vec<_>, _> = steps.into_iter().map(|it| it.spelt(spelling)).collect();
        let steps = match steps {
            Ok(steps) => steps,
            Err(error) => return self.painter.refuse(&error),
        };
        if steps.iter().any(ExpandedStep::moves_data) && self.has_background() {
            return self.background.refuse_second(&self.painter);
        }
        if let Err(exit) = self.check_files(&steps) {
            return exit;
        }
        for step in steps {
            if self.interrupts.is_pressed() {
                return Exit::Interrupted;
            }
            let exit = self.run_step(step);
            if exit != Exit::Done {
                return exit;
            }
        }
        Exit::Done
    }

    /// A local file that stands in the way of one step is found before the first is sent.
    fn check_files(&self, steps: &[ExpandedStep]) -> Result<(), Exit> {
        let refuse = |path: &Path, error| self.painter.refuse_file(path, &error);
        for step in steps {
            let ExpandedStep::Command {
                redirection: Some(redirection),
                may_overwrite,
                ..
            } = step
            else {
                continue;
            };
            match redirection.clone().with_home(self.home.as_deref()) {
                Redirection::FromFile { path, .. } if !is_named_pipe(&path) => {
                    std::fs::File::open(&path).map_err(|error| refuse(&path, error))?;
                }
                Redirection::ToFile(path) if !may_overwrite && path.exists() => {
                    return Err(refuse(&path, self.why_not_replaced(step, &path)));
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn why_not_replaced(&self, step: &ExpandedStep, path: &Path) -> io::Error {
        let resume = match step {
            ExpandedStep::Command { command, .. } => {
                ResumableDownload::of_file(command, path, &self.settings)
            }
            _ => None,
        };
        what_is_there(path, exists_already(path, resume.as_ref()))
    }

    fn run_step(&mut self, step: ExpandedStep) -> Exit {
        match step {
            ExpandedStep::Command {
                command,
                redirection,
                may_overwrite,
                is_exact: _,
            } => self.run_command(command, redirection, Origin::Shown, may_overwrite),
            ExpandedStep::Passive => self.open_data_connection(),
            ExpandedStep::Builtin { name, arguments } => self.run_builtin(name, arguments),
        }
    }

    /// Whether a person sits at it.
    pub(crate) fn is_interactive(&self) -> bool {
        self.input.is_interactive()
    }

    /// What the user typed need not be shown again; what a script or a startup line says must be shown once.
    pub(crate) fn origin(&self) -> Origin {
        if self.is_interactive() && !self.runs_startup {
            Origin::Typed
        } else {
            Origin::Shown
        }
    }

    /// Whether the line may go into the history.
    fn belongs_in_history(&self, line: &str) -> bool {
        let is_secret = |name: &str| self.aliases.carries_secret(name);
        if secret_span(line.as_bytes(), &is_secret).is_some() {
            return false;
        }
        match self.connection.status() {
            // The line goes on with bytes that may have been PASS.
            Some(status) if status.line_is_unfinished => false,
            // Somebody who is asked for a password may type it without PASS.
            Some(status) if status.learnt.secret_is_asked => self.is_known(line),
            _ => true,
        }
    }

    fn is_known(&self, line: &str) -> bool {
        match self.read(line.as_bytes()) {
            Ok(
                Line::Raw { command, .. } | Line::Background { command, .. } | Line::Quote(command),
            ) => crate::protocol::verbs::entry(&command.verb()).is_some(),
            // A password may begin with `!`.
            Ok(Line::Local(_)) => false,
            Ok(_) => true,
            Err(_) => false,
        }
    }

    /// Lends the terminal to a local command: what happens meanwhile is shown when it has ended.
    pub(crate) fn lend_terminal<T>(&mut self, command: impl FnOnce(&mut Self) -> T) -> T {
        if !self.is_interactive() {
            return command(self);
        }
        self.painter.screen().hold();
        let interrupts = self.interrupts.clone();
        let result = interrupts.with_typing_shown(|| command(self));
        self.take_terminal_back();
        result
    }

    /// Ends what [`Shell::lend_terminal`] or a pager began.
    pub(crate) fn take_terminal_back(&mut self) {
        self.painter.screen().release(self.input.columns());
    }

    fn run_local(&mut self, command: &[u8]) -> Exit {
        let run = |shell: &mut Self| {
            let mut process = local_shell(command)?;
            process.stdout(shell.output_of_local_commands()).status()
        };
        match self.lend_terminal(run) {
            Ok(status) => self.finish_local(status),
            Err(error) => {
                let text = format!("the local shell did not start: {error}");
                self.painter.say(Tone::Error, &text);
                Exit::LocalFile
            }
        }
    }

    /// What the editor may know.
    pub(crate) fn knowledge(&self) -> RwLockWriteGuard<'_, Knowledge> {
        self.knowledge
            .write()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets go of the session, which closes its connections.
    pub(crate) fn drop_session(&mut self) {
        self.connection.drop_session();
        self.credentials.keep_login_of_url(None);
        self.background.drop_session(&mut self.tally);
        self.recording.end_session();
        self.count_broken_files();
    }

    /// Counts a recording, a trace or what a script puts out that broke off; what happened to the first two was said when it
    /// did.
    fn count_broken_files(&mut self) {
        let recording = self.recording.take_failure();
        let output = self.painter.output().take_failure();
        if let Some(text) = &output {
            self.painter.say(Tone::Error, text);
        }
        if self.trace.take_failure() || recording || output.is_some() {
            self.tally.count(Exit::LocalFile);
        }
    }

    /// Whether a transfer runs in the background.
    pub(crate) fn has_background(&mut self) -> bool {
        self.background.is_running(&mut self.tally)
    }

    /// Waits for the transfer in the background; `false` if Ctrl-C came first.
    pub(crate) fn await_background(&mut self, next: &str) -> bool {
        let is_interactive = self.is_interactive();
        self.background.await_end(
            next,
            &self.interrupts,
            &self.painter,
            is_interactive,
            &mut self.tally,
        )
    }

    /// How wide a text may be; that of a script fits a narrow terminal too.
    pub(crate) fn columns(&mut self) -> usize {
        let columns = self.input.columns();
        let row = self.painter.screen().row();
        row.map_or(columns, |row| columns.min(row))
    }

    fn help(&mut self, topic: &[String]) -> Exit {
        let columns = self.columns();
        if topic.is_empty() {
            self.show_page(&help::overview(&self.aliases, self.words(), columns));
            return Exit::Done;
        }
        if let Some(text) = help::topic(topic, &self.aliases, self.words(), columns) {
            self.show_page(&text);
            return Exit::Done;
        }
        let topic = topic.join(" ");
        let meant = rules::meant(&topic, help::builtins_of(self.words()))
            .map(|verb| format!("did you mean {verb}? "));
        let (topic, meant) = (escape(topic.as_bytes()), meant.unwrap_or_default());
        self.painter.refuse(&format!(
            "no help for {topic}: {meant}`help` lists what there is, HELP asks the server"
        ))
    }

    /// Shows a text of our own; one that is longer than the screen in the pager.
    fn show_page(&mut self, text: &str) {
        let screen = self.painter.screen().clone();
        let pager = self.pager().filter(|_| !screen.holds(text));
        let Some((pager, input)) =
            pager.and_then(|pager| Some((pager.clone(), pager.start(&screen).ok()?)))
        else {
            return self.painter.plain(text);
        };
        feed(input, text);
        pager.wait(Interruption::None, &self.interrupts);
        self.take_terminal_back();
    }

    /// The last problem; where there was none, the last reply.
    fn why(&mut self, about: About) -> Exit {
        self.explains = false;
        self.explanation = None;
        let problems = self.painter.problems();
        let text = match about {
            About::Problem => match problems.last() {
                Some(problem) => Some(self.explain_problem(&problem)),
                None => self.explain_last_reply(),
            },
            About::Reply => self.explain_last_reply(),
            About::Line(number) => {
                let Some(end) = problems.line(number) else {
                    let text =
                        format!("why: there is no line {number} so far, or it is too long ago");
                    return self.painter.refuse(&text);
                };
                match (end.problem, end.answered) {
                    (Some(problem), _) => Some(self.explain_problem(&problem)),
                    (None, Some(answered)) => self.explain_reply(&answered),
                    (None, None) => {
                        let text = format!("why: line {number} went well, and had no reply");
                        return self.painter.refuse(&text);
                    }
                }
            }
        };
        if let Some(text) = text {
            self.painter.plain(&text);
            return Exit::Done;
        }
        let Some(error) = self.painter.output().last_error() else {
            let text = "why: no reply has come yet. `help CODE` explains any code";
            return self.painter.refuse(&text);
        };
        let mut page = Page::new(self.columns());
        page.paragraph(
            0,
            &format!("No reply has come yet. The last error: {error}"),
        );
        self.painter.plain(&page.into_text());
        Exit::Done
    }

    fn explain_last_reply(&mut self) -> Option<String> {
        let status = self.connection.status()?;
        let answered = status.last_answered.clone()?;
        self.explain_reply(&answered)
    }

    fn explain_reply(&mut self, answered: &Answered) -> Option<String> {
        let columns = self.columns();
        let status = self.connection.status()?;
        let now = circumstances(status, &self.settings, self.words());
        let charset = self.settings.charset();
        let last = self.painter.problems().last();
        let last = last.filter(|it| it.refusal.as_deref() == Some(answered));
        let redirection = last.as_ref().map_or("", Problem::redirection);
        let text = why::explain(answered, redirection, status, now, charset, columns);
        Some(text)
    }

    fn explain_problem(&mut self, problem: &Problem) -> String {
        let columns = self.columns();
        let status = self.connection.status();
        why::explain_problem(problem, status, self.settings.charset(), columns)
    }

    fn list_aliases(&self) -> Exit {
        self.aliases
            .names()
            .for_each(|name| self.describe_alias(name));
        Exit::Done
    }

    fn show_alias(&self, name: &str) -> Exit {
        if self.aliases.contains(name) {
            self.describe_alias(name);
            return Exit::Done;
        }
        // With `alias in='PASS secret'`, as other shells have it, a secret comes after the sign.
        let name = name.split('=').next().unwrap_or_default();
        let name = escape(name.as_bytes());
        self.painter.refuse(&format!(
            "there is no alias {name}; `alias NAME 'STEP' 'STEP'` defines one"
        ))
    }

    fn describe_alias(&self, name: &str) {
        if let Ok(lines) = self.aliases.describe(name) {
            let mut lines = lines.iter().map(|line| escape(line.as_bytes()));
            self.painter.plain(&lines.next().unwrap_or_default());
            lines.for_each(|step| self.painter.plain(&format!("    {step}")));
        }
    }

    fn define_alias(&mut self, name: &str, steps: &[String]) -> Exit {
        let defined = self.aliases.define(name, steps, &help::is_verb);
        self.share_aliases(defined)
    }

    fn remove_alias(&mut self, name: &str) -> Exit {
        let removed = self.aliases.remove(name);
        self.share_aliases(removed)
    }

    /// Tells the editor which aliases there are, if they could be changed.
    fn share_aliases<E: std::fmt::Display>(&self, changed: Result<(), E>) -> Exit {
        match changed {
            Ok(()) => {
                self.knowledge().aliases = self.aliases.clone();
                Exit::Done
            }
            Err(error) => self.painter.refuse(&error),
        }
    }

    fn list_settings(&mut self) -> Exit {
        let all: Vec<_> = Settings::TABLE.iter().collect();
        self.show_settings(&all)
    }

    fn show_setting(&mut self, name: &str) -> Exit {
        match Settings::named(name) {
            Ok(setting) => self.show_settings(&[setting]),
            Err(error) => self.painter.refuse(&error),
        }
    }

    /// Laid out for the terminal, or a line each.
    fn show_settings(&mut self, wanted: &[&Setting<Settings>]) -> Exit {
        if self.is_interactive() {
            let mut page = Page::new(self.input.columns());
            for setting in wanted {
                let value = escape(setting.value(&self.settings).as_bytes());
                let label = format!("{} {value}", setting.name);
                let others = setting.describe_others(&self.settings);
                page.item(&label, SETTING_COLUMNS, &others);
            }
            self.painter.plain(&page.into_text());
        } else {
            let lines = wanted.iter().map(|it| it.describe(&self.settings));
            let lines = lines.map(|line| escape(line.as_bytes()));
            lines.for_each(|line| self.painter.plain(&line));
        }
        Exit::Done
    }

    fn change_setting(&mut self, name: &str, value: &str) -> Exit {
        if self.runs_startup && self.hosts.is_given(name) {
            return self.keep_given_setting(name);
        }
        if let Err(error) = self.settings.set(name, value) {
            return self.painter.refuse(&error);
        }
        if !self.runs_startup {
            self.hosts.note_change(name, value);
        }
        self.painter.heed(&self.settings);
        if let Some(session) = self.connection.session() {
            session.configure(self.session_settings());
        }
        Exit::Done
    }

    /// A startup line is part of a host, which the command line is stronger than.
    fn keep_given_setting(&self, name: &str) -> Exit {
        if let Ok(setting) = Settings::named(name) {
            let value = escape(setting.value(&self.settings).as_bytes());
            let text = format!("set {name}: the command line says {value}, and that stays");
            self.painter.say(Tone::Note, &text);
        }
        Exit::Done
    }

    fn record(&mut self, command: RecordCommand) -> Exit {
        match command {
            RecordCommand::Describe => self.recording.describe(),
            RecordCommand::Stop => self.recording.stop(),
            RecordCommand::Begin {
                file,
                may_replace,
                detail,
            } => self.record_in(&file, may_replace, detail),
        }
    }

    /// Begins a recording: of the session that is open, else of the next one.
    pub(crate) fn record_in(&mut self, file: &Path, may_replace: bool, detail: Detail) -> Exit {
        if !self.recording.is_asked_for() && self.has_background() {
            let text = "a transfer in the background cannot be recorded: record when it has ended (`jobs` shows how far it is)";
            return self.painter.refuse(&text);
        }
        let path = self.surviving(file);
        if (self.trace.is_in(&path) || self.painter.output().is_in(&path))
            && let Err(exit) = self.refuse_own_file(&path)
        {
            return exit;
        }
        let is_connected = self.connection.is_connected();
        self.recording
            .begin(&path, may_replace, detail, is_connected)
    }

    /// Refuses to write to the file of the recording or of the trace, by whatever name: nothing would be left of it.
    pub(crate) fn refuse_own_file(&self, path: &Path) -> Result<(), Exit> {
        let way_out = if self.recording.is_in(path) {
            "this session is being recorded there: name another file, or `record off` first"
        } else if self.trace.is_in(path) {
            "the trace is being written there: name another file, or `trace off` first"
        } else if self.painter.output().is_in(path) {
            "what --format puts out is being written there: name another file"
        } else {
            return Ok(());
        };
        Err(self.painter.refuse_file(path, &io::Error::other(way_out)))
    }

    fn run_trace(&mut self, command: TraceCommand) -> Exit {
        match command {
            TraceCommand::Describe => self.painter.plain(&self.trace.describe()),
            TraceCommand::Show(form) => self.trace.show(form),
            TraceCommand::Stop => self.trace.stop(),
            TraceCommand::Write { file, existing } => return self.trace_to(&file, existing),
        }
        Exit::Done
    }

    /// Where a file goes that is to be there after the program has ended.
    fn surviving(&self, file: &Path) -> PathBuf {
        let path = expand_home(file, self.home.as_deref());
        let vanishing = self.vanishing.as_ref();
        vanishing
            .and_then(|folder| folder.surviving(&path))
            .unwrap_or(path)
    }

    fn trace_to(&self, file: &Path, existing: Existing) -> Exit {
        let path = self.surviving(file);
        if (self.recording.is_in(&path) || self.painter.output().is_in(&path))
            && let Err(exit) = self.refuse_own_file(&path)
        {
            return exit;
        }
        match self.trace.write_to(&path, existing) {
            Ok(()) if self.vanishing.is_some() => {
                let path = escape(path.as_os_str().as_encoded_bytes());
                self.painter
                    .say(Tone::Note, &format!("the trace goes to {path}"));
                Exit::Done
            }
            Ok(()) => Exit::Done,
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                let text = "it exists already; `trace >> FILE` adds to it";
                let error = io::Error::new(error.kind(), text);
                self.painter.refuse_file(&path, &error)
            }
            Err(error) => self.painter.refuse_file(&path, &error),
        }
    }

    fn jobs(&self) -> Exit {
        let charset = self.settings.charset();
        let text = (self.background).describe(self.connection.status(), charset);
        self.painter.say(Tone::Note, &text);
        Exit::Done
    }

    fn tls(&mut self, command: TlsCommand) -> Exit {
        let columns = self.input.columns();
        match (command, self.connection.status()) {
            (TlsCommand::Probe(target), _) => self.probe(target.as_deref()),
            (TlsCommand::Describe, Some(status)) if status.connected => {
                self.painter.plain(&tls::describe(status, columns));
                Exit::Done
            }
            (TlsCommand::WriteChain { file, may_replace }, Some(status)) if status.connected => {
                let path = expand_home(&file, self.home.as_deref());
                if let Err(exit) = self.refuse_own_file(&path) {
                    return exit;
                }
                tls::write_chain(status, &path, may_replace, &self.painter)
            }
            _ => {
                let text = "not connected, so there is no TLS to show";
                self.painter.refuse_for("not-connected", &text)
            }
        }
    }

    /// Shows what protects the control connection, if nothing did before and the user wants to see it.
    pub(crate) fn show_new_tls(&mut self, was_protected: bool) {
        if self.shows_tls && !was_protected && self.connection.is_protected() {
            self.tls(TlsCommand::Describe);
        }
    }

    fn lcd(&self, folder: Option<&Path>) -> Exit {
        let folder = match (folder, &self.home) {
            (Some(folder), home) => expand_home(folder, home.as_deref()),
            (None, Some(home)) => home.clone(),
            (None, None) => {
                let text = "usage: lcd FOLDER (there is no home folder)";
                return self.painter.refuse(&text);
            }
        };
        match std::env::set_current_dir(&folder) {
            Ok(()) => self.lpwd(),
            Err(error) => self.painter.refuse_file(&folder, &error),
        }
    }

    fn lpwd(&self) -> Exit {
        match std::env::current_dir() {
            Ok(folder) => {
                let folder = escape(folder.as_os_str().as_encoded_bytes());
                let text = format!("local folder: {folder}");
                self.painter.say(Tone::Note, &text);
                Exit::Done
            }
            Err(error) => self.painter.refuse_file(Path::new("."), &error),
        }
    }

    fn resync(&mut self) -> Exit {
        match self.connection.connected() {
            Ok(session) => {
                session.resync();
                Exit::Done
            }
            Err(exit) => exit,
        }
    }
}

/// Gives the pager the text; one that ends early has seen enough.
fn feed(mut input: ChildStdin, text: &str) {
    let _ = writeln!(input, "{}", text.trim_end());
}

/// Whether the lines after this one were meant to be data that nothing will take.
fn begins_orphaned_data(line: &[u8], read: &Result<Line, LineError>) -> bool {
    match read {
        Err(_) => mentions_here_document(line),
        Ok(
            Line::Empty
            | Line::Quote(_)
            | Line::Background { .. }
            | Line::Raw {
                redirection: Some(_),
                ..
            },
        ) => false,
        Ok(Line::Alias { arguments, .. }) => arguments.iter().any(|word| word.starts_with(b"<<")),
        Ok(_) => ends_with_here_document(line),
    }
}

/// Whether a here-document may have been meant, however the line goes on.
fn mentions_here_document(line: &[u8]) -> bool {
    line.windows(4)
        .any(|window| window.starts_with(b" <<") && window[3] != b'<')
}

const TAKES_NO_DATA: &str = "this line takes no data, so no lines can follow it up to a <<WORD: STOR f <<WORD and APPE f <<WORD do. \
Nothing was sent; quote sends the line as it is";
const SETTING_COLUMNS: usize = 28;
/// Narrower terminals keep their rows for the dialogue.
const PICTURE_COLUMNS: usize = 80;
