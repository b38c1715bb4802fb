//! Merkle trees as in RFC 6962 section 2.1: the root over a list of entries, and proofs that an entry is in it.
//!
//! A tree is made of the hashes of its entries. It may be made of blocks of [`BLOCK`] entries as well: a block is a whole subtree,
//! and the tree over the roots of the blocks is the tree over the entries. So a proof needs the entries of one block only.

use super::hash_chain::Hash;

/// Entries of a block: a power of two, at which RFC 6962 splits its trees.
pub const BLOCK: usize = 1024;

/// The hash of an entry: `SHA-256(0x00 || entry)`.
pub fn leaf(entry: &[u8]) -> Hash {
    Hash::of(&[&[0], entry])
}

/// The hash of an inner node: `SHA-256(0x01 || left || right)`.
pub fn node(left: Hash, right: Hash) -> Hash {
    Hash::of(&[&[1], &left.0, &right.0])
}

/// The root over the hashes of entries. That of no entry is `SHA-256` of nothing.
pub fn root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => Hash::of(&[]),
        [only] => *only,
        _ => {
            let (left, right) = leaves.split_at(split(leaves.len()));
            node(root(left), root(right))
        }
    }
}

/// The largest power of two below `size`, which is at least 2.
const fn split(size: usize) -> usize {
    1 << (size - 1).ilog2()
}

/// The audit path of an entry: the hashes that lead from it to the root, nearest first. `None` when there is no such entry.
pub fn path(leaves: &[Hash], index: usize) -> Option<Vec<Hash>> {
    if index >= leaves.len() {
        return None;
    }
    let (mut path, mut leaves, mut index) = (vec![], leaves, index);
    while leaves.len() > 1 {
        let (left, right) = leaves.split_at(split(leaves.len()));
        if index < left.len() {
            path.push(root(right));
            leaves = left;
        } else {
            path.push(root(left));
            index -= left.len();
            leaves = right;
        }
    }
    path.reverse();
    Some(path)
}

/// The path of an entry of a tree of blocks: `leaves` are those of its block, `blocks` the roots of all. `None` when there is no such entry.
pub fn path_of_blocks(blocks: &[Hash], leaves: &[Hash], index: usize) -> Option<Vec<Hash>> {
    let mut whole = path(leaves, index % BLOCK)?;
    whole.extend(path(blocks, index / BLOCK)?);
    Some(whole)
}

/// The root that a path leads to, of a tree of `size` entries (RFC 9162 section 2.1.3.2). `None` when the path is not one of that
/// entry in such a tree.
pub fn root_by_path(leaf: Hash, index: u64, size: u64, path: &[Hash]) -> Option<Hash> {
    if index >= size {
        return None;
    }
    let (mut at, mut last, mut hash) = (index, size - 1, leaf);
    for step in path {
        if last == 0 {
            return None;
        }
        if at & 1 == 1 || at == last {
            hash = node(*step, hash);
            while at & 1 == 0 && at != 0 {
                at >>= 1;
                last >>= 1;
            }
        } else {
            hash = node(hash, *step);
        }
        at >>= 1;
        last >>= 1;
    }
    (last == 0).then_some(hash)
}

#[cfg(test)]
mod tests;
