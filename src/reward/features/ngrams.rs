use std::collections::{BTreeMap, HashMap, HashSet};

/// The word 1- and 2-grams that the heads know.
#[derive(Debug, Clone)]
pub struct NgramVocabulary {
    index: HashMap<String, usize>,
}

impl NgramVocabulary {
    /// A vocabulary of distinct n-grams, words separated by one space, in the order of the weights.
    pub fn new(ngrams: &[String]) -> Self {
        Self { index: ngrams.iter().enumerate().map(|(at, gram)| (gram.clone(), at)).collect() }
    }

    /// The n-grams that occur in at least `least` of `texts`, in alphabetical order.
    pub fn collect<'a>(texts: impl IntoIterator<Item = &'a [String]>, least: usize) -> Vec<String> {
        let mut seen_in = BTreeMap::<String, usize>::new();
        for words in texts {
            for gram in ngrams(words).collect::<HashSet<_>>() {
                *seen_in.entry(gram).or_insert(0) += 1;
            }
        }
        seen_in.into_iter().filter(|&(_, texts)| texts >= least).map(|(gram, _)| gram).collect()
    }

    /// Number of n-grams.
    pub fn len(&self) -> usize {
        self.index.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.index.is_empty()
    }

    /// Which n-grams occur in the text, as a vector of unit length (or zero): presence rather than
    /// counts, so that repeating a phrase buys nothing.
    pub fn vector(&self, words: &[String]) -> Vec<f32> {
        let mut vector = vec![0.0; self.len()];
        for gram in ngrams(words) {
            if let Some(&at) = self.index.get(&gram) {
                vector[at] = 1.0;
            }
        }
        let present = vector.iter().sum::<f32>();
        if present > 0.0 {
            let scale = 1.0 / present.sqrt();
            vector.iter_mut().for_each(|value| *value *= scale);
        }
        vector
    }
}

fn ngrams(words: &[String]) -> impl Iterator<Item = String> {
    words.iter().cloned().chain(words.windows(2).map(|pair| pair.join(" ")))
}
