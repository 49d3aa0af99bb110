//! What the program finds around it: variables of the environment, and files.

/// Every variable that is read, and what it does.
pub(super) const VARIABLES: &[(&str, &str)] = &[
    (
        "FTPSH_CONFIG",
        "the configuration file, unless --config names one",
    ),
    (
        "FTPSH_STATE",
        "the folder of the history, of the certificates that were trusted by hand, and of the progress in lessons",
    ),
    (
        "FTPSH_VAR_NAME",
        "the value of the variable `name` of transcripts; the place for a password",
    ),
    (
        "FTPSH_COMPLETE",
        "set by the scripts of `ftpsh completions` when Tab is pressed: the program then prints candidates, and does nothing else",
    ),
    (
        "FTPSH_KEY_PASSWORD",
        "the passphrase of the key of a client certificate (--key)",
    ),
    (
        "FTPSH_PASSWORD",
        "the password of the user whom `doctor` logs in",
    ),
    ("NETRC", "the file that --netrc reads, instead of ~/.netrc"),
    (
        "FTP_PROXY, ALL_PROXY, NO_PROXY",
        "the proxy to go through, unless --proxy names one, and the hosts that need none; in lower case too",
    ),
    (
        "PAGER",
        "shows received data that is longer than the screen; without it `less`. An empty one means no pager",
    ),
    (
        "LESS",
        "the options of the pager; where it is not set, the pager gets FRX",
    ),
    (
        "SHELL, COMSPEC",
        "runs local commands: SHELL, or COMSPEC on Windows",
    ),
    (
        "NO_COLOR, CLICOLOR_FORCE, CLICOLOR, TERM",
        "no colour if NO_COLOR has a value; else colour in pipes and files too if CLICOLOR_FORCE has a value other than 0; else \
         none if CLICOLOR is 0 or TERM is dumb. --color comes before all of them",
    ),
    (
        "TMUX, STY, VTE_VERSION, KITTY_WINDOW_ID, ALACRITTY_WINDOW_ID, KONSOLE_VERSION, TERM_PROGRAM",
        "which terminal it is: some lay out their lines anew when they get narrower",
    ),
    (
        "SSL_CERT_FILE, SSL_CERT_DIR",
        "the roots that are trusted, in place of the platform's",
    ),
    (
        "SSLKEYLOGFILE",
        "a file to which the keys of every TLS connection are appended",
    ),
];

/// Every file that is read or written unasked.
pub(super) const FILES: &[(&str, &str)] = &[
    (
        "~/.config/ftpsh/config.toml",
        "the configuration: aliases, settings, and how the editor behaves. With XDG_CONFIG_HOME it is in that folder, on macOS in \
         ~/Library/Application Support/ftpsh",
    ),
    (
        "~/.local/state/ftpsh/history",
        "the lines that were typed at the prompt, without secrets. With XDG_STATE_HOME it is in that folder, on macOS beside the \
         configuration",
    ),
    (
        "~/.local/state/ftpsh/known_hosts",
        "the certificates that were trusted by hand, beside the history",
    ),
    (
        "~/.local/state/ftpsh/lessons",
        "how far you are in the lessons of `ftpsh learn`, and which verbs you have used there, beside the history",
    ),
];

#[cfg(test)]
mod tests {
    use std::path::Path;

    use regex::Regex;

    use super::VARIABLES;

    fn known() -> Vec<&'static str> {
        let names = VARIABLES.iter().flat_map(|(names, _)| names.split(", "));
        names.collect()
    }

    #[test]
    fn every_variable_that_the_source_reads_is_described() {
        let read = r#""((?:FTPSH_|CLICOLOR|[A-Z]+_PROXY)[A-Z_]*|NETRC|NO_COLOR|TERM|PAGER|LESS|SHELL|COMSPEC)""#;
        let read = Regex::new(read).unwrap();
        let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
        let mut found = 0;
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                    continue;
                }
                if path.components().any(|part| part.as_os_str() == "tests") {
                    continue;
                }
                let text = std::fs::read_to_string(&path).unwrap_or_default();
                let text = text.split("#[cfg(test)]").next().unwrap_or_default();
                for name in read.captures_iter(text).map(|found| found[1].to_owned()) {
                    // The first is only in a build for the tests, the others are read while this is built.
                    let is_of_build = name == "FTPSH_PANIC" || name.starts_with("FTPSH_BUILD_");
                    let described = if name == "FTPSH_VAR_" {
                        "FTPSH_VAR_NAME".to_owned()
                    } else {
                        name.clone()
                    };
                    let is_known = is_of_build || known().contains(&described.as_str());
                    assert!(is_known, "{}: {name}", path.display());
                    found += 1;
                }
            }
        }
        assert!(found >= 20, "{found}");
    }

    #[test]
    fn the_page_about_the_configuration_names_every_variable() {
        let page = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/configuration.md");
        let page = std::fs::read_to_string(page).unwrap();
        for name in known().iter().filter(|name| **name != "FTPSH_COMPLETE") {
            assert!(page.contains(&format!("`{name}")), "{name}");
        }
    }
}
