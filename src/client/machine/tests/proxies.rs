//! Sessions through a proxy: where data connections go, and what active mode does.

use std::time::Duration;

use super::dialogue::{CLIENT, Dialogue, OFFER, person};
use crate::client::machine::{Action, Input, Request};
use crate::client::{Ending, Observation, Origin, Route, Settings};

fn through(proxy: &str) -> Settings {
    Settings {
        route: Route {
            proxy: proxy.parse().ok(),
            ..Route::default()
        },
        ..person()
    }
}

/// Whom the last reply had dialled, and which address was not used.
fn dialled(dialogue: &mut Dialogue) -> (String, bool) {
    let (id, peer) = (dialogue.data, CLIENT);
    dialogue.tell(Input::DataOpened { id, peer });
    let opened = dialogue.done.iter().find_map(|action| match action {
        Action::Observe(Observation::DataConnectionOpened {
            dialled,
            ignored_host,
            ..
        }) => Some((dialled.to_string(), ignored_host.is_some())),
        _ => None,
    });
    opened.expect("a data connection")
}

#[test]
fn data_goes_to_the_name_or_the_address_that_the_control_connection_went_to() {
    let foreign = "227 here (192,0,2,1,156,65)";
    for (proxy, trusts, reply, expected, is_ignored) in [
        ("socks5://h", false, OFFER, "127.0.0.1:40001", false),
        ("socks5://h", false, foreign, "127.0.0.1:40001", true),
        ("socks5://h", true, foreign, "192.0.2.1:40001", false),
        ("socks5h://h", false, OFFER, "localhost:40001", false),
        // Whether that is the server, only the proxy knows.
        ("socks5h://h", false, foreign, "localhost:40001", false),
        ("http://h", true, foreign, "192.0.2.1:40001", false),
        (
            "http://h",
            false,
            "229 here (|||40001|)",
            "localhost:40001",
            false,
        ),
    ] {
        let settings = Settings {
            trust_data_host: trusts,
            ..through(proxy)
        };
        let mut dialogue = Dialogue::new(settings);
        dialogue.command("PASV");
        dialogue.server(reply);
        let found = dialled(&mut dialogue);
        assert_eq!(found, (expected.to_owned(), is_ignored), "{proxy} {reply}");
    }
}

#[test]
fn low_ports_of_an_address_that_may_be_another_hosts_are_not_dialled() {
    let settings = Settings {
        trust_data_host: true,
        ..through("socks5h://h")
    };
    let mut dialogue = Dialogue::new(settings);
    dialogue.command("PASV");
    dialogue.server("227 here (127,0,0,1,0,25)");
    assert!(dialogue.observed("DataConnectionFailed"));
    assert!(!dialogue.has_done("dial"));
}

#[test]
fn listen_is_refused_and_nothing_is_sent() {
    for proxy in ["socks5://h", "socks5h://h", "http://h"] {
        let mut dialogue = Dialogue::new(through(proxy));
        let origin = Origin::Typed;
        let exchange = dialogue.ask(|exchange| Request::Listen { exchange, origin });
        let outcome = dialogue.outcomes(exchange)[0].clone();
        assert!(outcome.data_connection_failed, "{outcome:?}");
        let labels = dialogue.take_labels();
        assert_eq!(
            labels,
            ["ServerDidNotConnect", "settle Unanswered"],
            "{proxy}"
        );
    }
}

/// What is typed is sent, with a note that nobody listens.
#[test]
fn a_typed_port_is_sent_and_nobody_listens() {
    for line in ["PORT 127,0,0,1,156,65", "EPRT |1|127.0.0.1|40001|"] {
        let mut dialogue = Dialogue::new(through("socks5://h"));
        let exchange = dialogue.command(line);
        let written = format!("write {line}\\r\\n");
        let labels = dialogue.labels();
        assert_eq!(labels[..2], ["NotListening", written.as_str()]);
        assert!(!dialogue.has_done("listen"));
        dialogue.server("200 ok");
        assert_eq!(dialogue.ending(exchange), Some(Ending::Answered));
    }
}

#[test]
fn a_proxy_that_does_not_answer_is_given_up_as_any_dial_is() {
    let mut dialogue = Dialogue::new(through("http://h"));
    dialogue.command("PASV");
    dialogue.server(OFFER);
    dialogue.pass(Duration::from_secs(14));
    assert!(!dialogue.observed("DataConnectionFailed"));
    dialogue.pass(Duration::from_secs(1));
    let error = dialogue.done.iter().find_map(|action| match action {
        Action::Observe(Observation::DataConnectionFailed { error, .. }) => Some(error.to_string()),
        _ => None,
    });
    assert_eq!(
        error.as_deref(),
        Some("the proxy has not answered within 15 s")
    );
    assert!(dialogue.has_done("forget"));
}

#[test]
fn an_open_session_keeps_its_proxy() {
    let mut dialogue = Dialogue::new(through("socks5://h"));
    dialogue.ask(|_| Request::Configure(Box::new(person())));
    let origin = Origin::Typed;
    dialogue.ask(|exchange| Request::Listen { exchange, origin });
    assert!(!dialogue.has_done("listen"));
}
