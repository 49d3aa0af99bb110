//! The binary against every real server. What counts is the server's disk and the wire.

/// One test for each behaviour and server: `behaviour` is a function that takes the server's kind.
macro_rules! on_every_server {
    ($($behaviour:ident),+ $(,)?) => {
        on_one_server!(vsftpd, Vsftpd, $($behaviour),+);
        on_one_server!(proftpd, Proftpd, $($behaviour),+);
        on_one_server!(pure_ftpd, PureFtpd, $($behaviour),+);
        on_one_server!(pyftpdlib, Pyftpdlib, $($behaviour),+);
    };
}

macro_rules! on_one_server {
    ($server:ident, $kind:ident, $($behaviour:ident),+ $(,)?) => {
        mod $server {
            use crate::support::real_server::Kind;

            $(
                #[test]
                fn $behaviour() {
                    super::$behaviour(Kind::$kind);
                }
            )+
        }
    };
}

#[cfg(unix)]
mod background;
mod content;
mod cut_matrix;
mod cuts;
mod downloads;
#[cfg(unix)]
mod idle;
#[cfg(unix)]
mod interrupts;
mod lines;
mod logins;
#[cfg(unix)]
mod names;
#[cfg(unix)]
mod next_steps;
#[cfg(unix)]
mod rates;
mod scene;
mod transfers;
#[cfg(unix)]
mod typing;
mod uploads;
#[cfg(unix)]
mod urls;
