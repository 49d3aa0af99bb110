//! The local side of a transfer: files, pipes and the pager.

pub(crate) mod file_identity;
pub(crate) mod pager;
pub(crate) mod password_command;
pub(crate) mod places;
pub(crate) mod received_file;
pub(crate) mod resumed_file;
pub(crate) mod sent_file;
pub(crate) mod vanishing_folder;
pub(crate) mod waiting;
