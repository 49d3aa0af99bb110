//! Hash verbs: a server confirms a whole file in one reply. Only one that FEAT listed in this session is used.

use std::io::{self, Read};

use md5::Md5;
use sha1::Sha1;
use sha2::digest::Digest;
use sha2::{Sha256, Sha512};

use crate::protocol::reply::Reply;

/// A verb that answers with the hash of a file, and its algorithm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct HashVerb {
    pub(super) verb: &'static str,
    algorithm: Algorithm,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Algorithm {
    Crc32,
    Md5,
    Sha1,
    Sha256,
    Sha512,
}

impl HashVerb {
    /// The strongest verb that these FEAT lines list.
    pub(super) fn among(features: &[Vec<u8>]) -> Option<Self> {
        let selected = features.iter().find_map(|line| selected_by_hash(line));
        selected.or_else(|| {
            VERBS.iter().copied().find(|known| {
                features
                    .iter()
                    .any(|line| first_word(line).eq_ignore_ascii_case(known.verb.as_bytes()))
            })
        })
    }

    /// The hash of the first `size` bytes of `local`, in lower-case hexadecimal digits.
    pub(super) fn of(self, local: Box<dyn Read + Send>, size: u64) -> io::Result<String> {
        match self.algorithm {
            Algorithm::Md5 => hash::<Md5>(local, size),
            Algorithm::Sha1 => hash::<Sha1>(local, size),
            Algorithm::Sha256 => hash::<Sha256>(local, size),
            Algorithm::Sha512 => hash::<Sha512>(local, size),
            Algorithm::Crc32 => {
                let mut crc = crc32fast::Hasher::new();
                for_each_chunk(local, size, |chunk| crc.update(chunk))?;
                Ok(format!("{:08x}", crc.finalize()))
            }
        }
    }

    /// The hash in a reply: the one word of the right length made of hexadecimal digits. Servers put it in a 213, 250
    /// or 251, alone, before the name or after it; a CRC that stands alone may lack its leading zeros.
    pub(super) fn in_reply(self, reply: &Reply) -> Option<String> {
        let words = reply.text().split(|byte| byte.is_ascii_whitespace());
        let words: Vec<&[u8]> = words.filter(|word| !word.is_empty()).collect();
        let is_alone = words.len() == 1 && self.algorithm == Algorithm::Crc32;
        let fits = |word: &[u8]| {
            let length = word.len();
            length == self.digits() || (is_alone && length < self.digits())
        };
        let is_hash = |word: &&[u8]| fits(word) && word.iter().all(u8::is_ascii_hexdigit);
        let mut found = words.into_iter().filter(is_hash);
        let word = String::from_utf8_lossy(found.next()?).to_ascii_lowercase();
        // Two candidates (a file called `deadbeef`) say nothing.
        found
            .next()
            .is_none()
            .then(|| format!("{word:0>width$}", width = self.digits()))
    }

    fn digits(self) -> usize {
        match self.algorithm {
            Algorithm::Crc32 => 8,
            Algorithm::Md5 => 32,
            Algorithm::Sha1 => 40,
            Algorithm::Sha256 => 64,
            Algorithm::Sha512 => 128,
        }
    }
}

/// `HASH SHA-256*;SHA-1;MD5`: the star marks the algorithm that HASH uses (draft-bryan-ftpext-hash-02 section 4).
fn selected_by_hash(line: &[u8]) -> Option<HashVerb> {
    let text = std::str::from_utf8(line).ok()?.to_ascii_uppercase();
    let selected = text
        .strip_prefix("HASH ")?
        .split(';')
        .find_map(|name| name.trim().strip_suffix('*'))?;
    let algorithm = match selected {
        "SHA-512" => Algorithm::Sha512,
        "SHA-256" => Algorithm::Sha256,
        "SHA-1" => Algorithm::Sha1,
        "MD5" => Algorithm::Md5,
        "CRC32" => Algorithm::Crc32,
        _ => return None,
    };
    Some(HashVerb {
        verb: "HASH",
        algorithm,
    })
}

fn first_word(line: &[u8]) -> &[u8] {
    line.split(|byte| byte.is_ascii_whitespace() || *byte == b';')
        .next()
        .unwrap_or_default()
}

fn hash<D: Digest>(local: Box<dyn Read + Send>, size: u64) -> io::Result<String> {
    let mut digest = D::new();
    for_each_chunk(local, size, |chunk| digest.update(chunk))?;
    Ok(base16ct::lower::encode_string(&digest.finalize()))
}

fn for_each_chunk(
    local: Box<dyn Read + Send>,
    size: u64,
    mut take: impl FnMut(&[u8]),
) -> io::Result<()> {
    let mut local = local.take(size);
    let mut buffer = vec![0; 64 * 1024];
    loop {
        match local.read(&mut buffer)? {
            0 => return Ok(()),
            length => take(&buffer[..length]),
        }
    }
}

const VERBS: &[HashVerb] = &[
    HashVerb {
        verb: "XSHA512",
        algorithm: Algorithm::Sha512,
    },
    HashVerb {
        verb: "XSHA256",
        algorithm: Algorithm::Sha256,
    },
    HashVerb {
        verb: "XSHA1",
        algorithm: Algorithm::Sha1,
    },
    HashVerb {
        verb: "XSHA",
        algorithm: Algorithm::Sha1,
    },
    HashVerb {
        verb: "XMD5",
        algorithm: Algorithm::Md5,
    },
    HashVerb {
        verb: "MD5",
        algorithm: Algorithm::Md5,
    },
    HashVerb {
        verb: "XCRC",
        algorithm: Algorithm::Crc32,
    },
];

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::HashVerb;
    use crate::protocol::reply::{Reply, ReplyCode};

    fn among(lines: &[&str]) -> Option<HashVerb> {
        let features: Vec<Vec<u8>> = lines.iter().map(|line| line.as_bytes().to_vec()).collect();
        HashVerb::among(&features)
    }

    #[test]
    fn the_strongest_listed_verb_is_taken() {
        assert_eq!(among(&["XCRC", "XMD5", "XSHA256"]).unwrap().verb, "XSHA256");
        assert_eq!(
            among(&["XMD5", "HASH SHA-1;SHA-256*"]).unwrap().verb,
            "HASH"
        );
        assert_eq!(among(&["SIZE", "REST STREAM"]), None);
    }

    #[test]
    fn the_hash_is_found_wherever_the_server_puts_it() {
        let known = among(&["XMD5"]).unwrap();
        let ours = known.of(Box::new(Cursor::new(b"abcdef")), 3).unwrap();
        assert_eq!(ours, "900150983cd24fb0d6963f7d28e17f72");
        for line in [
            "250 900150983CD24FB0D6963F7D28E17F72",
            "251 /a b 900150983cd24fb0d6963f7d28e17f72",
            "213 MD5 0-2 900150983cd24fb0d6963f7d28e17f72 a",
        ] {
            let reply = Reply {
                code: ReplyCode(250),
                lines: vec![line.as_bytes().to_vec()],
                ended_with: None,
                dropped_bytes: 0,
            };
            assert_eq!(known.in_reply(&reply), Some(ours.clone()), "{line}");
        }
    }

    #[test]
    fn a_crc_that_stands_alone_may_lack_its_leading_zeros() {
        let known = among(&["XCRC \"f\" SP EP"]).unwrap();
        for (line, crc) in [
            ("250 1A", Some("0000001a")),
            ("250 XCRC 0000001A", Some("0000001a")),
            ("250 5 bytes hashed", None),
            ("250 f 1A", None),
            ("250 deadbeef 0000001a", None),
            ("250 123456789", None),
        ] {
            let reply = Reply {
                code: ReplyCode(250),
                lines: vec![line.as_bytes().to_vec()],
                ended_with: None,
                dropped_bytes: 0,
            };
            assert_eq!(known.in_reply(&reply).as_deref(), crc, "{line}");
        }
    }
}
