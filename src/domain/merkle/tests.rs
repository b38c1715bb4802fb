use super::*;
use proptest::prelude::*;

/// The entries of the reference tests of Certificate Transparency (`merkle_tree_test.cc`).
const ENTRIES: [&str; 8] =
    ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];

/// The roots over the first one to eight of them.
const ROOTS: [&str; 8] = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

fn hash(text: &str) -> Hash {
    text.parse().unwrap()
}

fn entries() -> Vec<Hash> {
    ENTRIES.iter().map(|entry| leaf(&crate::domain::hash_chain::from_hex(entry).unwrap())).collect()
}

fn numbered(size: usize) -> Vec<Hash> {
    (0..size).map(|n| leaf(&n.to_be_bytes())).collect()
}

#[test]
fn roots_are_those_of_certificate_transparency() {
    let leaves = entries();
    for (count, expected) in (1..).zip(ROOTS) {
        assert_eq!(root(&leaves[..count]), hash(expected), "{count} entries");
    }
    assert_eq!(root(&[]), hash("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
}

#[test]
fn paths_are_those_of_certificate_transparency() {
    let leaves = entries();
    let expected = |hashes: &[&str]| Some(hashes.iter().map(|text| hash(text)).collect::<Vec<_>>());
    assert_eq!(
        path(&leaves, 5),
        expected(&[
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ])
    );
    assert_eq!(
        path(&leaves[..3], 2),
        expected(&["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"])
    );
    assert_eq!(path(&leaves[..1], 0), Some(vec![]));
    assert_eq!((path(&leaves, 8), path(&[], 0)), (None, None));
}

#[test]
fn every_entry_of_every_tree_is_proved() {
    for size in 1..130 {
        let leaves = numbered(size);
        let whole = root(&leaves);
        for (index, entry) in leaves.iter().enumerate() {
            let path = path(&leaves, index).unwrap();
            let by_path = root_by_path(*entry, index as u64, size as u64, &path);
            assert_eq!(by_path, Some(whole), "entry {index} of {size}");
        }
    }
}

#[test]
fn blocks_make_the_same_tree() {
    for size in [1, 2, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK, 5 * BLOCK + 7] {
        let leaves = numbered(size);
        let blocks: Vec<Hash> = leaves.chunks(BLOCK).map(root).collect();
        assert_eq!(root(&blocks), root(&leaves), "{size}");
        for index in [0, size / 2, size - 1] {
            let block = leaves.chunks(BLOCK).nth(index / BLOCK).unwrap();
            assert_eq!(
                path_of_blocks(&blocks, block, index),
                path(&leaves, index),
                "entry {index} of {size}"
            );
        }
    }
}

proptest! {
    /// Another entry, place, size or step of the path leads elsewhere or nowhere.
    #[test]
    fn nothing_else_is_proved(size in 1usize..2000, at in 0usize..2000, step in 0usize..16, other in 0usize..4000) {
        let (leaves, index) = (numbered(size), at % size);
        let (whole, right) = (root(&leaves), path(&leaves, index).unwrap());
        let proved = |leaf, index: usize, size: usize, path: &[Hash]| {
            root_by_path(leaf, index as u64, size as u64, path) == Some(whole)
        };
        prop_assert!(proved(leaves[index], index, size, &right));
        prop_assert!(!proved(leaf(b"other"), index, size, &right));
        if other != index {
            prop_assert!(!proved(leaves[index], other, size, &right));
        }
        let mut longer = right.clone();
        longer.push(whole);
        prop_assert!(!proved(leaves[index], index, size, &longer));
        if !right.is_empty() {
            let mut changed = right.clone();
            changed[step % right.len()] = leaf(b"other");
            prop_assert!(!proved(leaves[index], index, size, &changed));
            prop_assert!(!proved(leaves[index], index, size, &right[1..]));
        }
    }
}
