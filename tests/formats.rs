//! Hostile files: whatever the bytes, an error or a result, never a panic.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail loudly")]

use attune::formats::{CsvTable, LongReader, LongRow, read_npy};
use attune::memory::Memory;
use attune::recall::Scores;
use attune::reward::{ScoreRow, split_sections};
use proptest::prelude::*;

/// A `.npy` file of version 1.0 with the given header and data.
fn npy(descr: &str, order: bool, shape: &str, data: &[u8]) -> Vec<u8> {
    let order = if order { "True" } else { "False" };
    let mut header =
        format!("{{'descr': '{descr}', 'fortran_order': {order}, 'shape': {shape}, }}");
    while (10 + header.len() + 1) % 64 != 0 {
        header.push(' ');
    }
    header.push('\n');
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend((header.len() as u16).to_le_bytes());
    bytes.extend(header.as_bytes());
    bytes.extend(data);
    bytes
}

fn floats(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

#[test]
fn npy_in_both_orders_and_three_widths() {
    let rows = read_npy("s.npy", &npy("<f4", false, "(2, 3)", &floats(&[1., 2., 3., 4., 5., 6.])));
    assert_eq!(rows.unwrap().values, [1., 2., 3., 4., 5., 6.]);
    let columns = npy("<f4", true, "(2, 3)", &floats(&[1., 4., 2., 5., 3., 6.]));
    assert_eq!(read_npy("s.npy", &columns).unwrap().values, [1., 2., 3., 4., 5., 6.]);
    let half = npy("<f2", false, "(1, 2)", &[0x00, 0x3c, 0x00, 0xc0]);
    assert_eq!(read_npy("s.npy", &half).unwrap().values, [1., -2.]);
    let double: Vec<u8> = [0.1f64, 0.2].iter().flat_map(|value| value.to_le_bytes()).collect();
    assert_eq!(
        read_npy("s.npy", &npy("<f8", false, "(2, 1)", &double)).unwrap().values,
        [0.1, 0.2]
    );
}

#[test]
fn bad_npy_files() {
    let nan = floats(&[1., f32::NAN]);
    for (bytes, code) in [
        (npy("<f4", false, "(2, 3)", &floats(&[1.])), "syntax"),
        (npy("<f4", false, "(4294967295, 4294967295)", &[]), "syntax"),
        (npy("<f4", false, "(18446744073709551615, 2)", &[]), "syntax"),
        (npy("<i4", false, "(1, 1)", &[0; 4]), "type"),
        (npy("<f4", false, "(3,)", &[0; 12]), "mismatch"),
        (npy("<f4", false, "(0, 3)", &[]), "empty"),
        (npy("<f4", false, "(1, 2)", &nan), "not-finite"),
        (b"\x93NUMPY\x01\x00\xff\xff{".to_vec(), "syntax"),
        (b"\x93NUMPY".to_vec(), "syntax"),
    ] {
        let error = Scores::read("s.npy", &bytes).unwrap_err();
        assert_eq!(error.kind().code(), code, "{error}");
        assert_eq!(error.file(), Some("s.npy"));
    }
}

#[test]
fn a_sparse_scores_file_does_not_allocate_the_dense_matrix() {
    let mut text = String::from("user,item,score\n");
    for at in 0..100_000 {
        text.push_str(&format!("u{at},i{at},1\n"));
    }
    let error = Scores::read("s.csv", text.as_bytes()).unwrap_err();
    assert_eq!(error.kind().code(), "missing");
}

#[test]
fn sections_with_colons_and_without_an_analysis() {
    let parts = split_sections("## Analysis:\nsad\n## RESPONSE :\nOh no.");
    assert_eq!((parts.analysis, parts.response), (Some("sad"), "Oh no."));
    let parts = split_sections("# Analysis\n\n# Response\nOh no.");
    assert_eq!((parts.analysis, parts.response), (None, "Oh no."));
    let parts = split_sections("My # Response to this");
    assert_eq!((parts.analysis, parts.response), (None, "My # Response to this"));
}

proptest! {
    #[test]
    fn no_bytes_make_a_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = ScoreRow::read("f", &bytes);
        let _ = Memory::read("f", &bytes);
        let _ = Scores::read("f", &bytes);
        let _ = CsvTable::read("f", &bytes, &["a"]);
        let mut npy = b"\x93NUMPY\x01\x00".to_vec();
        npy.extend(&bytes);
        let _ = read_npy("f", &npy);
    }

    /// Sound files with a few bytes changed get past the first checks of a reader.
    #[test]
    fn no_change_to_a_sound_file_makes_a_reader_panic(
        which in 0usize..4,
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in any::<prop::sample::Index>(),
    ) {
        let mut bytes = match which {
            0 => br#"{"id":"1","persona":{"identity":"a"},"memory":["m"],"history":[{"role":"user","content":"x"}],"query":"q","response":"r","tokens":3}"#.to_vec(),
            1 => b"user,item,score\nu,a,1\nu,b,2.5\nv,a,3\nv,b,-4e3\n".to_vec(),
            2 => npy("<f4", false, "(2, 3)", &floats(&[1., 2., 3., 4., 5., 6.])),
            _ => br#"{"id":"1","text":"t","at":"2026-01-01"}"#.to_vec(),
        };
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        bytes.truncate(cut.index(bytes.len()) + 1);
        let _ = ScoreRow::read("f", &bytes);
        let _ = Memory::read("f", &bytes);
        let _ = Scores::read("f", &bytes);
    }

    #[test]
    fn sections_are_parts_of_the_text(text in "(# ?(analysis|Response)\n|[a-z \n#]){0,12}") {
        let parts = split_sections(&text);
        prop_assert!(text.contains(parts.response));
        prop_assert!(parts.analysis.is_none_or(|analysis| text.contains(analysis)));
    }
}

proptest! {
    /// However a file is cut into pieces, the rows and their lines are the same.
    #[test]
    fn pieces_of_a_long_file_give_the_rows_of_the_whole(
        fields in proptest::collection::vec("[a-z ,\"\n\r;é]{0,12}", 1..12),
        ends in prop::sample::select(vec!["\n", "\r\n", "\n\n"]),
        cuts in proptest::collection::vec(any::<prop::sample::Index>(), 0..6),
    ) {
        let quoted = |field: &String| format!("\"{}\"", field.replace('"', "\"\""));
        let rows = fields.iter().map(|field| format!("{},x{ends}", quoted(field)));
        let text = format!("item,user{ends}{}", rows.collect::<String>());
        let read = |pieces: Vec<&[u8]>| -> Vec<(u64, String, String)> {
            let mut found = Vec::new();
            let mut keep = |row: LongRow<'_>| {
                found.push((row.line(), row.text(0).to_owned(), row.text(1).to_owned()));
                Ok(())
            };
            let mut reader = LongReader::new("f.csv", &["user"], &["item"]);
            for piece in pieces {
                reader.push(piece, &mut keep).unwrap();
            }
            reader.finish(&mut keep).unwrap();
            found
        };
        let bytes = text.as_bytes();
        let whole = read(vec![bytes]);
        let items: Vec<&str> = whole.iter().map(|row| row.2.as_str()).collect();
        prop_assert_eq!(items, fields.iter().map(|field| field.trim()).collect::<Vec<_>>());
        let mut places: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len())).collect();
        places.extend([0, bytes.len()]);
        places.sort_unstable();
        let pieces = places.windows(2).map(|ends| &bytes[ends[0]..ends[1]]).collect();
        prop_assert_eq!(read(pieces), whole);
    }
}
