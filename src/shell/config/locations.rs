//! Where the configuration, the history and the certificates that were trusted by hand are.

use std::path::{Path, PathBuf};

/// The configuration file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ConfigurationFile {
    /// The user named it, so it must be there.
    Named(PathBuf),
    /// In the platform's folder; it need not be there.
    Usual(PathBuf),
    /// The platform names no folder for it.
    Nowhere,
}

impl ConfigurationFile {
    /// The file after `--config`, else the one that `FTPSH_CONFIG` names, else the one in the platform's folder.
    pub(crate) fn find(option: Option<&Path>) -> Self {
        if let Some(path) = option.map(Path::to_path_buf).or_else(|| path_in(CONFIG)) {
            return Self::Named(path);
        }
        match dirs::config_dir() {
            Some(folder) => Self::Usual(folder.join(FOLDER).join("config.toml")),
            None => Self::Nowhere,
        }
    }
}

/// The user's own folder, for `~` and `lcd`: the one that `HOME` names, or `USERPROFILE` on Windows.
pub(crate) fn home_folder() -> Option<PathBuf> {
    std::env::home_dir().filter(|folder| !folder.as_os_str().is_empty())
}

/// Where the history is; `None` if the platform names no folder for it.
pub(crate) fn history_path() -> Option<PathBuf> {
    Some(state_folder()?.join("history"))
}

/// Where it is kept how far somebody is in the lessons; beside the history.
pub(crate) fn progress_path() -> Option<PathBuf> {
    Some(state_folder()?.join("lessons"))
}

/// Where the certificates are that were trusted by hand; beside the history.
pub(crate) fn known_hosts_path() -> Option<PathBuf> {
    Some(state_folder()?.join("known_hosts"))
}

/// The folder that `FTPSH_STATE` names, else ours in the platform's. Only Linux has a folder for state.
fn state_folder() -> Option<PathBuf> {
    path_in(STATE).or_else(|| {
        let folder = dirs::state_dir().or_else(dirs::data_local_dir)?;
        Some(folder.join(FOLDER))
    })
}

fn path_in(variable: &str) -> Option<PathBuf> {
    let value = std::env::var_os(variable).filter(|value| !value.is_empty());
    value.map(PathBuf::from)
}

const CONFIG: &str = "FTPSH_CONFIG";
const STATE: &str = "FTPSH_STATE";
/// The folder of this program in the platform's folders.
const FOLDER: &str = "ftpsh";

#[cfg(test)]
mod tests {
    use super::ConfigurationFile;
    use std::path::Path;

    #[test]
    fn an_option_names_the_file_before_all_else() {
        let path = Path::new("mine.toml");
        let named = ConfigurationFile::Named(path.to_path_buf());
        assert_eq!(ConfigurationFile::find(Some(path)), named);
    }
}
