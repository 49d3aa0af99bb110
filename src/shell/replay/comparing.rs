//! `ftpsh replay FILE A B`: the same lines on two servers in step, and what they do differently.

use std::sync::mpsc::{self, Receiver, Sender, SyncSender};
use std::thread;
use std::time::{Duration, Instant};

use super::plan::{Place, Script};
use super::player::{LoadedScript, Player};
use super::script_failure::ScriptFailure;
use super::side_by_side::{Step, is_same, shown};
use crate::client;
use crate::shell::exit::Exit;
use crate::shell::run::connecting::connect;
use crate::shell::screen::escape::escape;
use crate::shell::screen::painter::{Painter, Tone, count};
use crate::transcript::Dialogue;
use crate::transcript::exchange::Exchange;
use crate::transcript::replay::{Performed, ReceivedReplies, Replay};
use crate::transcript::report::FailureKind;

/// Plays the one transcript of both plans on their servers, and shows it.
pub(super) fn run(first: &Player<'_>, second: &Player<'_>) -> Exit {
    let Some(script) = first.plan.scripts.first() else {
        return Exit::Done;
    };
    match compare(script, first, second) {
        Ok(exit) => exit,
        Err(failure) => {
            let line = failure.report.line;
            let place = line.map(|line| format!(":{line}")).unwrap_or_default();
            let text = format!("{}{place}: {}", script.shown(), failure.report.message);
            first.painter.say(Tone::Error, &text);
            first.painter.difference(&failure.excerpt, &[], &[]);
            failure.exit()
        }
    }
}

fn compare(
    script: &Script,
    first: &Player<'_>,
    second: &Player<'_>,
) -> Result<Exit, Box<ScriptFailure>> {
    let transcript = first.read(script)?;
    let dialogue = transcript.dialogue();
    let dialogue = dialogue.map_err(|error| Box::new(ScriptFailure::of_read_error(&error)))?;
    let load = |player: &Player<'_>| -> Result<LoadedScript<'_>, Box<ScriptFailure>> {
        let loaded = LoadedScript {
            script,
            transcript: &transcript,
            dialogue: &dialogue,
            variables: player.variables(&dialogue)?,
        };
        loaded.check_files()?;
        Ok(loaded)
    };
    // Both are complete before either server hears anything.
    let scripts = (load(first)?, load(second)?);
    let first = Playing::connect(first, scripts.0)?;
    let second = Playing::connect(second, scripts.1)?;
    let painter = first.player.painter;
    let names = format!("A is {}, B is {}", first.server, second.server);
    painter.say(Tone::Note, &names);
    let comparison = Comparison {
        painter,
        codes_alone: first.player.codes_alone,
    };
    Ok(thread::scope(|scope| {
        let (first_steps, first_link) = link();
        let (second_steps, second_link) = link();
        scope.spawn(move || first.play(&first_link));
        scope.spawn(move || second.play(&second_link));
        comparison.follow(&dialogue, &first_steps, &second_steps)
    }))
}

/// A session with one server that is about to begin.
struct Playing<'a> {
    player: &'a Player<'a>,
    /// Its address, as it was named.
    server: String,
    loaded: LoadedScript<'a>,
    heard: ReceivedReplies,
    session: client::Session,
    greeting: client::Exchange,
}

impl<'a> Playing<'a> {
    fn connect(
        player: &'a Player<'a>,
        loaded: LoadedScript<'a>,
    ) -> Result<Self, Box<ScriptFailure>> {
        let server = match &player.plan.place {
            Place::Target(target) => target.clone(),
            Place::Practice(_) => {
                let text = "two servers are compared, and one of them is not named";
                let failure = ScriptFailure::new(FailureKind::Transcript, None, text);
                return Err(Box::new(failure));
            }
        };
        let target = player.target_for(loaded.dialogue, &server);
        let server = escape(format!("{}:{}", target.host, target.port).as_bytes());
        let heard = ReceivedReplies::default();
        let observer = player.observer(Some(heard.clone()));
        let connected = connect(
            player.interrupts,
            &target,
            player.settings.clone(),
            observer,
        );
        let (session, greeting) =
            connected.map_err(|error| Box::new(ScriptFailure::of_connect_error(&error)))?;
        Ok(Self {
            player,
            server,
            loaded,
            heard,
            session,
            greeting,
        })
    }

    fn play(self, link: &Link) {
        let replay = Replay {
            session: &self.session,
            heard: &self.heard,
            folder: self.loaded.folder(),
            limit: self.player.limit,
            show_data: &|_| {},
            on_difference: self.player.on_difference,
            codes_alone: self.player.codes_alone,
        };
        let (dialogue, variables) = (self.loaded.dialogue, self.loaded.variables);
        let mut begun = Instant::now();
        replay.perform(self.greeting, dialogue, variables, &mut |performed| {
            let timed = (performed, begun.elapsed());
            let goes_on = link.performed.send(timed).is_ok() && link.next.recv().is_ok();
            begun = Instant::now();
            goes_on
        });
    }
}

/// The end of the one who compares.
struct Steps {
    performed: Receiver<(Performed, Duration)>,
    next: Sender<()>,
}

/// The end of the one who plays: a step is sent, and the next one is begun when both are there.
struct Link {
    performed: SyncSender<(Performed, Duration)>,
    next: Receiver<()>,
}

fn link() -> (Steps, Link) {
    let (sender, performed) = mpsc::sync_channel(1);
    let (next, go_on) = mpsc::channel();
    let link = Link {
        performed: sender,
        next: go_on,
    };
    (Steps { performed, next }, link)
}

struct Comparison<'a> {
    painter: &'a Painter,
    codes_alone: bool,
}

impl Comparison<'_> {
    fn follow(&self, dialogue: &Dialogue, first: &Steps, second: &Steps) -> Exit {
        let (mut same, mut different) = (0, 0);
        let mut exit = Exit::Done;
        for expected in &dialogue.exchanges {
            let (Ok((one, time)), Ok((other, other_time))) =
                (first.performed.recv(), second.performed.recv())
            else {
                break;
            };
            let step = Step {
                command: command(expected),
                sides: [&one, &other],
                times: [time, other_time],
            };
            let equal = is_same(&step, expected.expects_data(), self.codes_alone);
            self.show(&step, equal);
            if equal {
                same += 1;
            } else {
                different += 1;
                exit = Exit::Expectation;
            }
            if one.ends_session || other.ends_session {
                break;
            }
            // An error means that a thread has ended, and is told above.
            let _ = (first.next.send(()), second.next.send(()));
        }
        let unplayed = dialogue.exchanges.len() - same - different;
        let played = count((same + different) as u64, "exchange");
        let mut text = format!("{played}: {same} the same, {different} different");
        if unplayed > 0 {
            text.push_str(&format!(", {unplayed} not played: a session ended"));
            exit = Exit::Connection;
        }
        let tone = match exit {
            Exit::Done => Tone::Success,
            _ => Tone::Warning,
        };
        self.painter.say(tone, &text);
        exit
    }

    fn show(&self, step: &Step<'_>, equal: bool) {
        let columns = self.painter.screen().row().unwrap_or(USUAL_COLUMNS);
        self.painter.compared(equal, &shown(step, equal, columns));
    }
}

/// As it stands in the transcript, and so without secrets.
fn command(expected: &Exchange) -> String {
    match &expected.command {
        None => "(greeting)".to_owned(),
        Some(command) => escape(command.to_string().as_bytes()),
    }
}

const USUAL_COLUMNS: usize = 80;
