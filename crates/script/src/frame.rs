//! Frames on a pipe: the length in four bytes, least significant first, and then so many bytes.

use std::io::{self, ErrorKind, Read, Write};

/// The next frame, or nothing where the other side has closed the pipe. Frames longer than `most` are refused before
/// any memory is taken for them.
pub(crate) fn read(input: &mut impl Read, most: usize) -> io::Result<Option<Vec<u8>>> {
    let mut length = [0; 4];
    match input.read_exact(&mut length) {
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(None),
        done => done?,
    }
    let length = usize::try_from(u32::from_le_bytes(length)).unwrap_or(usize::MAX);
    if length > most {
        return Err(io::Error::new(ErrorKind::InvalidData, format!("a frame of {length} bytes, {most} are the most")));
    }
    let mut frame = vec![0; length];
    input.read_exact(&mut frame)?;
    Ok(Some(frame))
}

/// Writes a frame, and sees that it leaves.
pub(crate) fn write(output: &mut impl Write, frame: &[u8]) -> io::Result<()> {
    let length = u32::try_from(frame.len()).map_err(|_| io::Error::from(ErrorKind::InvalidInput))?;
    // One piece, so that the reader wakes once.
    let mut bytes = Vec::with_capacity(frame.len() + 4);
    bytes.extend_from_slice(&length.to_le_bytes());
    bytes.extend_from_slice(frame);
    output.write_all(&bytes)?;
    output.flush()
}

#[cfg(test)]
mod tests {
    use super::{read, write};

    #[test]
    fn frames_come_out_as_they_went_in() {
        let mut pipe = Vec::new();
        for frame in [&b"{}"[..], b"", b"second"] {
            write(&mut pipe, frame).unwrap();
        }
        let mut input = pipe.as_slice();
        assert_eq!(read(&mut input, 6).unwrap().unwrap(), b"{}");
        assert_eq!(read(&mut input, 6).unwrap().unwrap(), b"");
        assert_eq!(read(&mut input, 6).unwrap().unwrap(), b"second");
        assert!(read(&mut input, 6).unwrap().is_none());
    }

    #[test]
    fn long_and_torn_frames_are_refused() {
        assert!(read(&mut &[255, 255, 255, 255, 0][..], 6).is_err());
        assert!(read(&mut &[3, 0, 0, 0, 1][..], 6).is_err());
    }
}
