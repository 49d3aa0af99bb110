//! Whether a download can be continued.

use sha2::{Digest, Sha256};

use super::{Examined, NO_FILE};
use crate::doctor::check::{Check, Judged};
use crate::doctor::clinic::{Access, Clinic};

/// REST and RETR give the end of the file, byte for byte.
pub(super) fn rest_download(clinic: &mut Clinic<'_>, check: &Check, access: &Access) -> Examined {
    let Some((name, _)) = clinic.facts.file.clone() else {
        return Judged::skipped(NO_FILE).into();
    };
    let set = access.talk.send("TYPE I");
    if !set.is_positive() {
        return Judged::skipped(format!("TYPE I: {}", set.first_line())).into();
    }
    let whole = match clinic.fetch(&access.talk, &format!("RETR {name}")) {
        Ok((answer, _)) if answer.is_cut() => return Judged::skipped(NO_FILE).into(),
        Ok((_, whole)) => whole,
        Err(because) => return Judged::skipped(because).into(),
    };
    if whole.len() < 2 {
        return Judged::skipped(
            "the largest file to read has one byte: nothing of it can be left out",
        )
        .into();
    }
    let half = whole.len() / 2;
    let tail = &whole[half..];
    let digest = base16ct::lower::encode_string(&Sha256::digest(tail));
    let verb = clinic.facts.passive;
    let code = if verb == "EPSV" { 229 } else { 227 };
    let body = format!(
        "# finding: warn \"the server does not do TYPE I\"\nC> TYPE I\nS> 2yz\n\
         # finding: bad \"downloads cannot be continued: REST is refused\"\n\
         C> {verb}\nS> {code}\nC> REST {half}\nS> 350\n\
         # finding: warn \"the download after REST does not begin as it should\"\n\
         C> RETR {{file}}\nS> 1yz\n\
         # finding: bad \"a download that goes on after REST does not give the end of the file\"\n\
         D> @octets {} sha256 {digest}\nS> 2yz\n",
        tail.len()
    );
    let (judged, transcript) = clinic.play(&check.with_body(&body), access);
    Examined { judged, transcript }
}
