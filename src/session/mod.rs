//! One login's worth of FTP: drives the user-PI over the sockets and tells observers what happened.
