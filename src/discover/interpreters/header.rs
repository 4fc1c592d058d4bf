//! For which processor a program is made, by the first bytes of its file: no need to run it for that. Knows the three
//! systems' formats (ELF, PE, Mach-O) as far as that goes, and nothing of what else is in a file.

use std::fs::File;
use std::io::Read;
use std::path::Path;

/// Where a Windows program's header lies is told by its beginning, and is never far.
const LOOKED_AT: u64 = 4096;

/// `x86_64`, `arm64`, `x86` or `arm`; `None` for scripts, unknown processors and what can't be read.
pub fn architecture(program: &Path) -> Option<&'static str> {
    let mut head = Vec::new();
    File::open(program).ok()?.take(LOOKED_AT).read_to_end(&mut head).ok()?;
    architecture_in(&head)
}

fn architecture_in(head: &[u8]) -> Option<&'static str> {
    if head.starts_with(b"\x7fELF") {
        // `e_machine`, in the file's own byte order.
        let bytes = [*head.get(18)?, *head.get(19)?];
        let is_big = *head.get(5)? == 2;
        return elf(if is_big { u16::from_be_bytes(bytes) } else { u16::from_le_bytes(bytes) });
    }
    if head.starts_with(b"MZ") {
        let at = usize::try_from(u32::from_le_bytes(head.get(0x3c..0x40)?.try_into().ok()?)).ok()?;
        let header = head.get(at..at.checked_add(6)?)?;
        return (header.starts_with(b"PE\0\0")).then(|| pe(u16::from_le_bytes([header[4], header[5]])))?;
    }
    let word = |at: usize| <[u8; 4]>::try_from(head.get(at..at + 4)?).ok();
    match word(0)? {
        [0xcf | 0xce, 0xfa, 0xed, 0xfe] => mach(u32::from_le_bytes(word(4)?)),
        // One file for several processors; the system runs what is this machine's own.
        [0xca, 0xfe, 0xba, 0xbe] => {
            let count = usize::try_from(u32::from_be_bytes(word(4)?)).ok()?.min(8);
            let made_for: Vec<_> =
                (0..count).filter_map(|index| mach(u32::from_be_bytes(word(8 + 20 * index)?))).collect();
            let own = made_for.iter().find(|one| **one == THIS);
            own.or(made_for.first()).copied()
        }
        _ => None,
    }
}

/// This machine's own.
const THIS: &str = if cfg!(target_arch = "aarch64") { "arm64" } else { "x86_64" };

/// By the numbers of the ELF specification (`EM_…`).
fn elf(machine: u16) -> Option<&'static str> {
    match machine {
        3 => Some("x86"),
        40 => Some("arm"),
        62 => Some("x86_64"),
        183 => Some("arm64"),
        _ => None,
    }
}

/// By the numbers of the PE specification (`IMAGE_FILE_MACHINE_…`).
fn pe(machine: u16) -> Option<&'static str> {
    match machine {
        0x014c => Some("x86"),
        0x01c0 | 0x01c4 => Some("arm"),
        0x8664 => Some("x86_64"),
        0xaa64 => Some("arm64"),
        _ => None,
    }
}

/// By the numbers of `mach/machine.h` (`CPU_TYPE_…`).
fn mach(cpu: u32) -> Option<&'static str> {
    match cpu {
        7 => Some("x86"),
        12 => Some("arm"),
        0x0100_0007 => Some("x86_64"),
        0x0100_000c => Some("arm64"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn elf_head(order: u8, machine: [u8; 2]) -> Vec<u8> {
        let mut head = vec![0_u8; 20];
        head[..4].copy_from_slice(b"\x7fELF");
        head[5] = order;
        head[18..].copy_from_slice(&machine);
        head
    }

    fn pe_head(machine: u16) -> Vec<u8> {
        let mut head = vec![0_u8; 0x86];
        head[..2].copy_from_slice(b"MZ");
        head[0x3c] = 0x80;
        head[0x80..0x84].copy_from_slice(b"PE\0\0");
        head[0x84..].copy_from_slice(&machine.to_le_bytes());
        head
    }

    #[test]
    fn each_systems_programs_say_what_they_are_made_for() {
        assert_eq!(architecture_in(&elf_head(1, [62, 0])), Some("x86_64"));
        assert_eq!(architecture_in(&elf_head(2, [0, 183])), Some("arm64"));
        assert_eq!(architecture_in(&pe_head(0x014c)), Some("x86"));
        assert_eq!(architecture_in(&pe_head(0xaa64)), Some("arm64"));
        assert_eq!(architecture_in(b"\xcf\xfa\xed\xfe\x0c\0\0\x01"), Some("arm64"));
        let slice = |cpu: &[u8]| [cpu, &[0; 16][..]].concat();
        let fat = [&b"\xca\xfe\xba\xbe\0\0\0\x02"[..], &slice(b"\x01\0\0\x07"), &slice(b"\x01\0\0\x0c")].concat();
        assert_eq!(architecture_in(&fat), Some(THIS));
    }

    #[test]
    fn what_is_no_program_says_nothing() {
        for head in
            [&b""[..], b"#!/bin/sh\n", b"MZ", b"\x7fELF", b"\xca\xfe\xba\xbe\xff\xff\xff\xff", &pe_head(0)[..0x83]]
        {
            assert_eq!(architecture_in(head), None, "{head:?}");
        }
        let mut wild = pe_head(0x8664);
        wild[0x3c..0x40].copy_from_slice(&[0xff; 4]);
        assert_eq!(architecture_in(&wild), None);
    }
}
