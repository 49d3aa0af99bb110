//! Any facts in any order: nothing panics, and nobody waits for ever.

use std::io;
use std::time::Duration;

use proptest::collection::vec;
use proptest::prelude::{Just, Strategy};
use proptest::{prop_oneof, proptest};

use super::dialogue::{Dialogue, LocalEnd, SERVER, SILENCE, WHOLE_REPLY, person, script};
use crate::client::machine::{ConnectionId, ExchangeId, Input, Request};
use crate::client::{Origin, RawBytes, Settings, TransferResult};
use crate::protocol::verbs::DataDirection;
use crate::tls::{Secured, TlsFailure, Trust};

#[derive(Clone, Debug)]
enum Step {
    Command(&'static str),
    Transfer {
        line: &'static str,
        direction: DataDirection,
        in_background: bool,
    },
    Bytes(&'static [u8]),
    Listen,
    Interrupt,
    ForgetInterrupt,
    Detach,
    Resync,
    /// The settings of a script, or those of a person.
    Configure(bool),
    CertificateRefused,
    Trust(Option<bool>),
    Say(&'static [u8]),
    EndControl(bool),
    BreakControl,
    LeaveUnread(usize),
    Data(DataStep),
    LocalSide(LocalEnd),
    EndLocalSide,
    Acknowledge(Option<u64>),
    Pass(u64),
}

/// What happens on the data connection that was asked for last, or on one that is none.
#[derive(Clone, Copy, Debug)]
enum DataStep {
    Opened,
    NotOpened,
    Stranger,
    Moved(u64),
    LocalSideAwaited(bool),
    Secured,
    NotSecured,
    Unexpected,
    Closed,
    Ended,
    Broken,
    Received(bool),
}

fn step() -> impl Strategy<Value = Step> {
    let line = prop_oneof![
        Just("NOOP"),
        Just("PASV"),
        Just("PORT 127,0,0,1,9,9"),
        Just("ABOR"),
        Just("QUIT"),
        Just("AUTH TLS"),
        Just("REST 4"),
        Just(""),
    ];
    let transfer = prop_oneof![
        Just(("RETR f", DataDirection::Received)),
        Just(("LIST", DataDirection::Received)),
        Just(("STOR f", DataDirection::Sent)),
    ];
    let said = proptest::sample::select(&SAID[..]);
    prop_oneof![
        4 => line.prop_map(Step::Command),
        4 => (transfer, proptest::bool::ANY).prop_map(|((line, direction), in_background)| {
            Step::Transfer { line, direction, in_background }
        }),
        1 => prop_oneof![Just(&b"NOOP\r\n"[..]), Just(&b"NO"[..])].prop_map(Step::Bytes),
        1 => Just(Step::Listen),
        2 => Just(Step::Interrupt),
        1 => Just(Step::ForgetInterrupt),
        1 => Just(Step::Detach),
        1 => Just(Step::Resync),
        1 => proptest::bool::ANY.prop_map(Step::Configure),
        1 => Just(Step::CertificateRefused),
        1 => proptest::option::of(proptest::bool::ANY).prop_map(Step::Trust),
        9 => said.prop_map(Step::Say),
        1 => proptest::bool::ANY.prop_map(Step::EndControl),
        1 => Just(Step::BreakControl),
        1 => (0_usize..9).prop_map(Step::LeaveUnread),
        9 => data_step().prop_map(Step::Data),
        1 => prop_oneof![
            Just(LocalEnd::AtOnce),
            Just(LocalEnd::Never),
            Just(LocalEnd::Fails)
        ]
        .prop_map(Step::LocalSide),
        1 => Just(Step::EndLocalSide),
        1 => proptest::option::of(0_u64..40).prop_map(Step::Acknowledge),
        4 => prop_oneof![Just(1), Just(99), Just(150), Just(1000), Just(4000), Just(16_000)]
            .prop_map(Step::Pass),
    ]
}

fn data_step() -> impl Strategy<Value = DataStep> {
    prop_oneof![
        4 => Just(DataStep::Opened),
        1 => Just(DataStep::NotOpened),
        1 => Just(DataStep::Stranger),
        3 => (1_u64..40).prop_map(DataStep::Moved),
        1 => proptest::bool::ANY.prop_map(DataStep::LocalSideAwaited),
        1 => Just(DataStep::Secured),
        1 => Just(DataStep::NotSecured),
        1 => Just(DataStep::Unexpected),
        1 => Just(DataStep::Closed),
        3 => Just(DataStep::Ended),
        1 => Just(DataStep::Broken),
        2 => proptest::bool::ANY.prop_map(DataStep::Received),
    ]
}

const SAID: [&[u8]; 20] = [
    b"150 go\r\n",
    b"150 go (40 bytes)\r\n",
    b"226 done\r\n",
    b"226-more\r\n",
    b"250 other\r\n",
    b"225 idle\r\n",
    b"426 cut\r\n",
    b"425 nobody there\r\n",
    b"550 no\r\n",
    b"200 fine\r\n",
    b"350 go on\r\n",
    b"227 here (127,0,0,1,156,65)\r\n",
    b"227 nowhere\r\n",
    b"229 here (|||40001|)\r\n",
    b"234 begin\r\n",
    b"221 bye\r\n",
    b"421 over\r\n",
    b"220 ready\r\n",
    b"2",
    b"\xff\xf1\r\n\0?",
];

fn take(dialogue: &mut Dialogue, step: Step) {
    match step {
        Step::Command(line) => {
            dialogue.command(line);
        }
        Step::Transfer {
            line,
            direction,
            in_background,
        } => {
            // RFC 959 has one data connection: whoever begins a transfer knows that no other goes on.
            if !dialogue.transfers() {
                dialogue.begin(line, Some(direction), in_background);
            }
        }
        Step::Bytes(bytes) => {
            let bytes = bytes.to_vec();
            let urgent = false;
            dialogue.ask(|exchange| Request::Bytes {
                exchange,
                pieces: vec![RawBytes { bytes, urgent }],
            });
        }
        Step::Listen => {
            let origin = Origin::Typed;
            dialogue.ask(|exchange| Request::Listen { exchange, origin });
        }
        Step::Interrupt => dialogue.interrupt(),
        Step::ForgetInterrupt => dialogue.tell(Input::Asked(Request::ForgetInterrupt)),
        Step::Detach => dialogue.detach(),
        Step::Configure(is_script) => {
            let settings = if is_script { script() } else { person() };
            dialogue.tell(Input::Asked(Request::Configure(Box::new(settings))));
        }
        Step::CertificateRefused => {
            dialogue.tell(Input::CertificateExamined(Err(TlsFailure::Interrupted)));
        }
        Step::Resync => dialogue.tell(Input::Asked(Request::Resync)),
        Step::Trust(answer) => dialogue.tell(Input::Asked(Request::Trust(answer))),
        Step::Say(bytes) => dialogue.tell(Input::ControlReceived(bytes)),
        Step::EndControl(in_order) => {
            let error = (!in_order).then(|| io::ErrorKind::ConnectionReset.into());
            dialogue.tell(Input::ControlEnded(error));
        }
        Step::BreakControl => {
            dialogue.tell(Input::ControlBroken(io::ErrorKind::BrokenPipe.into()));
        }
        Step::LeaveUnread(0) => dialogue.tell(Input::ControlWritten),
        Step::LeaveUnread(left) => dialogue.tell(Input::ControlUnwritten(left)),
        Step::Data(step) => take_data(dialogue, step),
        Step::LocalSide(end) => dialogue.local_side = end,
        Step::EndLocalSide => {
            let exchange = ExchangeId(dialogue.exchanges().saturating_sub(1));
            let result = Ok(());
            dialogue.tell(Input::LocalEnded {
                exchange,
                result,
                line_ends: 0,
            });
        }
        Step::Acknowledge(bytes) => {
            dialogue.acknowledged = bytes;
            let id = dialogue.data;
            dialogue.tell(Input::Acknowledged { id, bytes });
        }
        Step::Pass(milliseconds) => dialogue.pass(Duration::from_millis(milliseconds)),
    }
}

fn take_data(dialogue: &mut Dialogue, step: DataStep) {
    let id = dialogue.data;
    let reset = || io::Error::from(io::ErrorKind::ConnectionReset);
    dialogue.tell(match step {
        DataStep::Opened => Input::DataOpened { id, peer: SERVER },
        DataStep::NotOpened => Input::DataNotOpened { id, error: reset() },
        DataStep::Stranger => Input::OtherHostRefused(SERVER),
        DataStep::Moved(bytes) => Input::DataMoved { id, bytes },
        DataStep::LocalSideAwaited(is_awaited) => Input::LocalSideAwaited { id, is_awaited },
        DataStep::Secured => Input::DataSecured {
            id,
            secured: Secured {
                version: "TLS 1.3".to_owned(),
                cipher_suite: "TLS_AES_256_GCM_SHA384".to_owned(),
                group: None,
                signature: None,
                shown: None,
                name: None,
                resumed: true,
                chain: Vec::new(),
                trust: Trust::Verified,
            },
        },
        DataStep::NotSecured => Input::DataNotSecured {
            id,
            failure: TlsFailure::HandshakeCut,
        },
        DataStep::Unexpected => Input::UnexpectedData(id),
        DataStep::Closed => Input::DataClosed {
            id,
            result: TransferResult::Ended,
        },
        DataStep::Ended => Input::DataEnded {
            id,
            result: TransferResult::Ended,
        },
        DataStep::Broken => Input::DataEnded {
            id: ConnectionId(id.0.saturating_sub(1)),
            result: TransferResult::Broken("reset".to_owned()),
        },
        DataStep::Received(in_order) => Input::UploadReceived {
            id,
            result: match in_order {
                true => TransferResult::Ended,
                false => TransferResult::Broken("reset".to_owned()),
            },
        },
    });
}

/// How often each exchange was settled.
fn settlements(dialogue: &Dialogue) -> Vec<usize> {
    let exchanges = 0..dialogue.exchanges();
    exchanges
        .map(|exchange| dialogue.outcomes(ExchangeId(exchange)).len())
        .collect()
}

proptest! {
    #[test]
    fn a_script_waits_for_nothing_longer_than_its_limits(steps in vec(step(), 0..40)) {
        let settings = Settings { connect_limit: Some(SILENCE), ..script() };
        let mut dialogue = Dialogue::before_greeting(settings.clone());
        for step in steps {
            take(&mut dialogue, step);
        }
        dialogue.tell(Input::Asked(Request::Configure(Box::new(settings))));
        // Once for a local side that stopped, once more for the server.
        dialogue.pass(SILENCE);
        dialogue.pass(SILENCE + WHOLE_REPLY);
        let settled = settlements(&dialogue);
        assert!(settled.iter().all(|times| *times == 1), "{settled:?}");
    }

    #[test]
    fn whoever_waits_is_told_when_the_session_is_closed(steps in vec(step(), 0..40)) {
        let mut dialogue = Dialogue::before_greeting(person());
        for step in steps {
            take(&mut dialogue, step);
        }
        dialogue.close();
        let settled = settlements(&dialogue);
        assert!(settled.iter().all(|times| *times == 1), "{settled:?}");
    }
}
