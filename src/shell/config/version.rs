//! What `--version` prints.

/// The version; with `verbose`, also what a report of a bug needs to say about this program. Nothing in it is about the
/// user, or from the environment.
pub(crate) fn version(verbose: bool) -> String {
    let version = concat!("ftpsh ", env!("CARGO_PKG_VERSION"), "\n");
    if !verbose {
        return version.to_owned();
    }
    let features = match env!("FTPSH_BUILD_FEATURES") {
        "" => "none",
        features => features,
    };
    [
        version,
        "cargo features: ",
        features,
        "\ntls: ",
        env!("FTPSH_BUILD_TLS"),
        "\ntarget: ",
        env!("FTPSH_BUILD_TARGET"),
        " (",
        env!("FTPSH_BUILD_LINKAGE"),
        ")\nprofile: ",
        env!("FTPSH_BUILD_PROFILE"),
        "\ncompiler: ",
        env!("FTPSH_BUILD_RUSTC"),
        "\n",
    ]
    .concat()
}

#[cfg(test)]
mod tests {
    use super::version;

    #[test]
    fn the_long_version_says_what_a_report_of_a_bug_needs() {
        let text = version(true);
        let line = |name: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(name));
            line.unwrap_or_else(|| panic!("no {name} in {text}"))
        };
        assert!(text.starts_with(&version(false)));
        assert!(line("tls: ").starts_with("rustls 0."), "{text}");
        assert!(line("tls: ").contains(", ring 0."), "{text}");
        assert!(line("target: ").starts_with(std::env::consts::ARCH));
        assert!(line("compiler: ").starts_with("rustc 1."), "{text}");
        let has_feature = line("cargo features: ").contains("panic-injection");
        assert_eq!(has_feature, cfg!(feature = "panic-injection"));
    }
}
