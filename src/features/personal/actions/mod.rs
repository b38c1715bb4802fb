//! What is done to stored personal data: `unmask` shows it to who says why, `rotate` encrypts it anew, `purge` erases it.

pub mod purge;
pub mod rotate;
pub mod unmask;
