use proptest::{prop_assert, prop_assert_eq, proptest};

use super::{FirstAnswer, ProtocolVersion, ServerHello};

/// What `openssl s_server` said first, each limited to one version: ServerHellos to a hello of TLS 1.0, of TLS 1.1, of TLS
/// 1.2 (by a server that knows TLS 1.0 at most) and of TLS 1.2.
const RECORDED: [(ProtocolVersion, &str); 4] = [
    (
        ProtocolVersion::Tls10,
        "1603010059020000550301e96dc069d968c7ad0f06a057b5c20027ebbe5a1a9907e32748a734d1801c1f49205a62f3c023f03443b65fed\
         28bd58c94db12cf95d70d70854f3a04c1eb013857bc01400000dff01000100000b000403000102",
    ),
    (
        ProtocolVersion::Tls11,
        "16030200590200005503022a076b36720a6bec080f7d668e5588645dcea189e571d163aea3fe63fab334d620832bfa607d08fd4368a5d47\
         b62eb2c214148aa28223fd6871a711038ff0c6e08c01400000dff01000100000b000403000102",
    ),
    (
        ProtocolVersion::Tls10,
        "16030100590200005503016fc3dfd54d26d948eb9a13f815b2fc698536f805d9115811c4ce504ba676e63f20572a97323b4c683472be0b1\
         d1b7edb57470a792804850128eaa01dd07cc4a846c01400000dff01000100000b000403000102",
    ),
    (
        ProtocolVersion::Tls12,
        "1603030059020000550303911b2e240e00395c0f9b704eec7b36b3535fc61e0de7807daaa6dc092dae350320dbeb8ef2866cb0976240d55\
         f310fee4e7012cc324dd334aabce85862f9fd0c55c01400000dff01000100000b000403000102",
    ),
];

fn bytes(hexadecimal: &str) -> Vec<u8> {
    let digits = hexadecimal.as_bytes().chunks(2);
    let byte = |two| u8::from_str_radix(str::from_utf8(two).unwrap(), 16).unwrap();
    digits.map(byte).collect()
}

fn hello(version: ProtocolVersion) -> FirstAnswer {
    FirstAnswer::Hello(ServerHello {
        version: Ok(version),
        cipher_suite: "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA".to_owned(),
        group: None,
    })
}

fn alert(name: &str) -> Option<FirstAnswer> {
    Some(FirstAnswer::Alert(name.to_owned()))
}

#[test]
fn recorded_server_hellos_are_read_once_they_are_whole() {
    for (version, recorded) in RECORDED {
        let recorded = bytes(recorded);
        for length in 0..recorded.len() {
            assert_eq!(FirstAnswer::read(&recorded[..length]), None, "{length}");
        }
        assert_eq!(FirstAnswer::read(&recorded), Some(hello(version)));
        let more = [&recorded[..], b"\x16\x03\x01\xff"].concat();
        assert_eq!(FirstAnswer::read(&more), Some(hello(version)));
    }
}

#[test]
fn a_server_hello_in_several_records_is_one() {
    let (version, recorded) = RECORDED[0];
    let message = &bytes(recorded)[5..];
    for length in 1..message.len() {
        let mut records = Vec::new();
        for part in message.chunks(length) {
            records.extend([22, 3, 1, 0, u8::try_from(part.len()).unwrap()]);
            records.extend(part);
        }
        assert_eq!(FirstAnswer::read(&records), Some(hello(version)));
    }
}

#[test]
fn a_server_hello_without_extensions_is_one_of_ssl_3() {
    let mut hello = vec![22, 3, 0, 0, 42, 2, 0, 0, 38, 3, 0];
    hello.extend([7; 32]);
    hello.extend([0, 0, 0x0a, 0]);
    let Some(FirstAnswer::Hello(read)) = FirstAnswer::read(&hello) else {
        panic!("it was not read");
    };
    assert_eq!(read.version, Ok(ProtocolVersion::Ssl3));
    assert_eq!(read.cipher_suite, "TLS_RSA_WITH_3DES_EDE_CBC_SHA");
}

#[test]
fn alerts_are_named_and_warnings_passed_over() {
    assert_eq!(
        FirstAnswer::read(b"\x15\x03\x01\x00\x02\x02\x46"),
        alert("protocol_version")
    );
    assert_eq!(
        FirstAnswer::read(b"\x15\x03\x00\x00\x02\x02\x28"),
        alert("handshake_failure")
    );
    assert_eq!(
        FirstAnswer::read(b"\x15\x03\x00\x00\x02\x01\x00"),
        alert("close_notify")
    );
    let warning = b"\x15\x03\x01\x00\x02\x01\x70";
    assert_eq!(FirstAnswer::read(warning), None);
    let (version, recorded) = RECORDED[0];
    let answer = [&warning[..], &bytes(recorded)].concat();
    assert_eq!(FirstAnswer::read(&answer), Some(hello(version)));
}

#[test]
fn what_is_neither_is_told_apart() {
    let clear = b"500 what?\r\n";
    let in_clear = FirstAnswer::InClear(clear.to_vec());
    assert_eq!(FirstAnswer::read(clear), Some(in_clear));
    for broken in [
        &b"\x17\x03\x03\x00\x01x"[..],
        b"\x16\x02\x00\x00\x01x",
        b"\x16\x03\x01\xff\xff",
        b"\x16\x03\x01\x00\x01\x0b",
        b"\x16\x03\x01\x00\x00",
        b"\x16\x03\x01\x00\x04\x02\xff\xff\xff",
        b"\x16\x03\x01\x00\x06\x02\x00\x00\x02\x03\x01",
        b"\x15\x03\x01\x00\x01\x02",
    ] {
        assert_eq!(
            FirstAnswer::read(broken),
            Some(FirstAnswer::Unreadable),
            "{broken:?}"
        );
    }
}

proptest! {
    #[test]
    fn what_was_read_stays_when_more_comes(bytes: Vec<u8>, is_record: bool) {
        let mut bytes = bytes;
        if is_record {
            let length = u16::try_from(bytes.len()).unwrap();
            bytes.splice(0..0, [22, 3, 1].into_iter().chain(length.to_be_bytes()));
        }
        let whole = FirstAnswer::read(&bytes);
        for end in 0..bytes.len() {
            match FirstAnswer::read(&bytes[..end]) {
                None => {}
                Some(FirstAnswer::InClear(_)) => {
                    prop_assert!(matches!(whole, Some(FirstAnswer::InClear(_))));
                }
                read => prop_assert_eq!(&read, &whole),
            }
        }
    }
}
