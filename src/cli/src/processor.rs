//! What this machine's processor can do, by the names of Linux: what code compiled for it needs, and whether it is there.
//!
//! In: `/proc/cpuinfo` and what the compiler defines when it compiles for this machine. Out: names, which a manifest keeps.
//! What holds: code that may use an instruction is never said to run where that instruction is missing; what cannot be
//! told by a name is told by the processor's model. `python/tayberry/_loader.py` reads the same file by the same rules.

use std::collections::BTreeSet;

/// Names that the compiler and Linux give differently to one feature: the compiler's, in small letters, then Linux's.
const NAMES: [(&str, &str); 14] = [
    ("sse3", "pni"),
    ("lzcnt", "abm"),
    ("abm", "abm"),
    ("crc32", "sse4_2"),
    ("bmi", "bmi1"),
    ("pclmul", "pclmulqdq"),
    ("prfchw", "3dnowprefetch"),
    ("rdrnd", "rdrand"),
    ("lahf_sahf", "lahf_lm"),
    ("sha", "sha_ni"),
    ("gcc_have_sync_compare_and_swap_16", "cx16"),
    ("avx512bitalg", "avx512_bitalg"),
    ("avx512vpopcntdq", "avx512_vpopcntdq"),
    ("avx512vnni", "avx512_vnni"),
];

/// What the compiler defines that is no feature which a program uses unasked.
const NONE: [&str; 3] = ["pku", "shstk", "biggest_alignment"];

/// What the processors of this machine can do, and their model; empty where the system does not say.
pub fn features() -> BTreeSet<String> {
    features_in(&std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default())
}

/// The names in the text of `/proc/cpuinfo` that all processors have: the words of `flags` (`Features` on ARM) and
/// `vendor-family-model`.
fn features_in(text: &str) -> BTreeSet<String> {
    let each = text.split("\n\n").filter_map(|processor| {
        let field = |names: &[&str]| {
            processor.lines().find_map(|line| {
                let (name, value) = line.split_once(':')?;
                names.contains(&name.trim()).then(|| value.trim())
            })
        };
        let flags = field(&["flags", "Features"])?;
        let model = [
            field(&["vendor_id", "CPU implementer"]),
            field(&["cpu family", "CPU architecture"]),
            field(&["model", "CPU part"]),
        ]
        .map(Option::unwrap_or_default)
        .join("-");
        let names = flags.split_whitespace().map(str::to_owned);
        Some(names.chain([model]).collect::<BTreeSet<String>>())
    });
    each.reduce(|all, one| &all & &one).unwrap_or_default()
}

/// Which of `here` code needs that was compiled with the macros `native`, where `plain` are those of any processor.
pub fn needed(plain: &str, native: &str, here: &BTreeSet<String>) -> BTreeSet<String> {
    let known = macros(plain);
    let mut found = BTreeSet::new();
    for name in &macros(native) - &known {
        let name = name.trim_matches('_').to_ascii_lowercase();
        let linux = NAMES
            .iter()
            .find(|(compiler, _)| *compiler == name)
            .map_or(name.as_str(), |(_, linux)| linux);
        // `avx512_bf16` and the like are written with a line by one of the two only.
        let parted = linux.replacen("avx512", "avx512_", 1);
        if let Some(each) = [linux, &parted].iter().find(|each| here.contains(**each)) {
            found.insert((*each).to_owned());
        } else if !NONE.contains(&name.as_str()) {
            // Names of models are the only ones with such a line.
            found.extend(here.iter().filter(|each| each.contains('-')).cloned());
        }
    }
    found
}

/// The names of capital letters that a list of `#define`s has; those in small letters name the processor.
fn macros(text: &str) -> BTreeSet<&str> {
    text.lines()
        .filter_map(|line| line.strip_prefix("#define ")?.split_whitespace().next())
        .filter(|name| {
            name.starts_with("__") && !name.contains(|each: char| each.is_ascii_lowercase())
        })
        .filter(|name| !name.starts_with("__FP_FAST_"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const CPUS: &str = "processor : 0\nvendor_id : Some\ncpu family : 25\nmodel : 1\nmodel name : Some CPU\nflags : fpu pni avx2 bmi1\n\nprocessor : 1\nvendor_id : Some\ncpu family : 25\nmodel : 1\nflags : fpu pni avx2\n\n";

    fn set(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn a_feature_is_there_if_all_processors_have_it() {
        assert_eq!(features_in(CPUS), set(&["fpu", "pni", "avx2", "Some-25-1"]));
        assert_eq!(features_in(""), set(&[]));
        assert_eq!(
            features_in("CPU implementer : 0x41\nFeatures : fp asimd\n\nHardware : x\n"),
            set(&["fp", "asimd", "0x41--"])
        );
    }

    #[test]
    fn features_have_the_systems_names() {
        let here = features_in(CPUS);
        let native = "#define __SSE3__ 1\n#define __AVX2__ 1\n#define __znver3 1\n#define __OLD__ 1\n#define __FP_FAST_FMA 1\n#define __SHSTK__ 1\n";
        assert_eq!(
            needed("#define __OLD__ 1\n", native, &here),
            set(&["pni", "avx2"])
        );
    }

    #[test]
    fn a_feature_without_a_name_needs_the_same_model() {
        let here = features_in(CPUS);
        assert_eq!(
            needed("", "#define __AVX2__ 1\n#define __BRANDNEW__ 1\n", &here),
            set(&["avx2", "Some-25-1"])
        );
    }
}
