//! How fast data connections may move, and when it does not matter any more.

use std::num::NonZeroU64;
use std::time::Duration;

use super::dialogue::{Dialogue, SILENCE, person, script};
use crate::client::machine::{Action, Input, Request};
use crate::client::{Observation, Settings};

const RATE: Option<NonZeroU64> = NonZeroU64::new(1_000);

fn limited(settings: Settings) -> Settings {
    Settings {
        rate: RATE,
        ..settings
    }
}

/// The rates that the driver was told.
fn told(dialogue: &mut Dialogue) -> Vec<Option<NonZeroU64>> {
    let rate = |action| match action {
        Action::SetRate(rate) => Some(rate),
        _ => None,
    };
    dialogue.done.drain(..).filter_map(rate).collect()
}

#[test]
fn the_rate_is_told_once_before_the_first_byte_moves() {
    let mut dialogue = Dialogue::new(limited(person()));
    dialogue.begin_download();
    let at = |wanted: &str| dialogue.labels().iter().position(|label| label == wanted);
    assert!(at("setrate") < at("receive"), "{:?}", dialogue.labels());
    dialogue.data_ended();
    dialogue.server("226 done");
    dialogue.begin_upload();
    assert_eq!(told(&mut dialogue), [RATE]);
}

#[test]
fn a_change_holds_for_the_transfer_that_runs() {
    let mut dialogue = Dialogue::new(person());
    dialogue.begin_download();
    dialogue.detach();
    assert_eq!(told(&mut dialogue), []);
    dialogue.tell(Input::Asked(Request::Configure(Box::new(
        limited(person()),
    ))));
    dialogue.tell(Input::Asked(Request::Configure(Box::new(
        limited(person()),
    ))));
    let progress = dialogue.status().background.expect("it runs").progress;
    assert_eq!(progress.expect("its 150 has come").limit, RATE);
    dialogue.tell(Input::Asked(Request::Configure(Box::new(person()))));
    assert_eq!(told(&mut dialogue), [RATE, None]);
}

#[test]
fn what_is_on_its_way_after_an_abort_comes_as_fast_as_it_can_and_the_next_transfer_does_not() {
    for abort in [(|it| it.interrupt()) as fn(&mut Dialogue), |it| {
        it.detach();
        it.command("ABOR");
    }] {
        let mut dialogue = Dialogue::new(limited(person()));
        dialogue.begin_download();
        abort(&mut dialogue);
        assert_eq!(told(&mut dialogue), [RATE, None]);
        dialogue.data_ended();
        dialogue.server("426 aborted");
        dialogue.server("226 ok");
        dialogue.pass(Duration::from_secs(2));
        dialogue.begin_download();
        assert_eq!(told(&mut dialogue), [RATE]);
    }
}

#[test]
fn slow_bytes_are_no_silence() {
    let mut dialogue = Dialogue::new(limited(script()));
    dialogue.begin_download();
    for bytes in 11..100 {
        dialogue.pass(SILENCE - Duration::from_millis(1));
        dialogue.data_moved(bytes);
    }
    // A record of TLS that has not come in whole yet brings no payload.
    dialogue.pass(SILENCE - Duration::from_millis(1));
    dialogue.data_moved(99);
    dialogue.pass(SILENCE - Duration::from_millis(1));
    assert!(!dialogue.observed("TimedOut"));
    assert!(dialogue.done.iter().any(|action| matches!(
        action,
        Action::Observe(Observation::TransferMoving(progress)) if progress.limit == RATE
    )));
    dialogue.pass(Duration::from_millis(1));
    assert!(dialogue.observed("TimedOut"));
}
