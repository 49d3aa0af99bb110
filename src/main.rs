//! Arguments in, exit code out.

fn main() -> std::process::ExitCode {
    ftpsh::shell::run(std::env::args_os())
}
