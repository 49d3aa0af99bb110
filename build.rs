//! Passes on to the program how it is built, for `ftpsh --version --verbose`.

use std::env;
use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=Cargo.lock");
    for (name, value) in [
        ("TARGET", env::var("TARGET").unwrap_or_default()),
        ("PROFILE", env::var("PROFILE").unwrap_or_default()),
        ("FEATURES", features()),
        ("LINKAGE", linkage()),
        ("RUSTC", rustc_version()),
        (
            "TLS",
            locked_version("rustls") + ", " + &locked_version("ring"),
        ),
    ] {
        println!("cargo::rustc-env=FTPSH_BUILD_{name}={value}");
    }
}

/// The optional features of this crate that are on.
fn features() -> String {
    let variables = env::vars().filter_map(|(name, _)| {
        let feature = name.strip_prefix("CARGO_FEATURE_")?;
        Some(feature.to_lowercase().replace('_', "-"))
    });
    let mut features: Vec<String> = variables.collect();
    features.sort();
    features.join(", ")
}

fn linkage() -> String {
    let features = env::var("CARGO_CFG_TARGET_FEATURE").unwrap_or_default();
    let is_static = features.split(',').any(|feature| feature == "crt-static");
    if is_static { "static" } else { "dynamic" }.to_owned()
}

/// Its words for itself, such as `rustc 1.95.0 (59807616e 2026-04-14)`.
fn rustc_version() -> String {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc).arg("--version").output();
    let text = output.map_or_else(|_| Vec::new(), |output| output.stdout);
    String::from_utf8_lossy(&text).trim().to_owned()
}

/// The name and the version of a crate by Cargo.lock, the only place where a build script finds it.
fn locked_version(name: &str) -> String {
    let lock = std::fs::read_to_string("Cargo.lock").unwrap_or_default();
    let mut lines = lock.lines();
    let is_found = lines.any(|line| line == format!("name = \"{name}\""));
    let version = lines.next().and_then(|line| line.split('"').nth(1));
    match version {
        Some(version) if is_found => format!("{name} {version}"),
        _ => name.to_owned(),
    }
}
