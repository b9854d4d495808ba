use super::{Factors, Interactions};

/// How often each item was liked, as every user's score of it.
pub fn item_pop(interactions: &Interactions) -> Factors {
    let mut likes = vec![0.0; interactions.items().len()];
    for one in interactions.all().iter().filter(|one| one.positive) {
        likes[one.item as usize] += 1.0;
    }
    Factors::new(0, [&[], &vec![0.0; interactions.users().len()]], [&[], &likes])
}
