//! Functions of the standard library that are called without their objects while names still mean them: what they
//! take, what they give, which function of the C library serves them.

use crate::ir::Prim;
use crate::types::Type;

/// One of them.
#[derive(Debug, PartialEq)]
pub struct LibraryFunction {
    /// `math.sqrt`
    pub path: &'static str,
    /// What it takes; an `int` is promoted where a `float` is taken, unless `exact`.
    pub params: &'static [Type],
    /// Whether arguments must be of just these types: the function treats ints in a way of its own.
    pub exact: bool,
    /// What it returns.
    pub result: Type,
    /// Its primitive.
    pub prim: Prim,
}

const ONE: &[Type] = &[Type::Float];
const TWO: &[Type] = &[Type::Float, Type::Float];

const fn row(
    path: &'static str,
    params: &'static [Type],
    exact: bool,
    result: Type,
    prim: Prim,
) -> LibraryFunction {
    LibraryFunction {
        path,
        params,
        exact,
        result,
        prim,
    }
}

static TABLE: &[LibraryFunction] = &[
    row("math.sqrt", ONE, false, Type::Float, Prim::MathSqrt),
    row("math.fabs", ONE, false, Type::Float, Prim::MathFabs),
    row("math.exp", ONE, false, Type::Float, Prim::MathExp),
    row("math.exp2", ONE, false, Type::Float, Prim::MathExp2),
    row("math.expm1", ONE, false, Type::Float, Prim::MathExpm1),
    row("math.log", ONE, true, Type::Float, Prim::MathLog),
    row("math.log2", ONE, true, Type::Float, Prim::MathLog2),
    row("math.log10", ONE, true, Type::Float, Prim::MathLog10),
    row("math.sin", ONE, false, Type::Float, Prim::MathSin),
    row("math.cos", ONE, false, Type::Float, Prim::MathCos),
    row("math.tan", ONE, false, Type::Float, Prim::MathTan),
    row("math.asin", ONE, false, Type::Float, Prim::MathAsin),
    row("math.acos", ONE, false, Type::Float, Prim::MathAcos),
    row("math.atan", ONE, false, Type::Float, Prim::MathAtan),
    row("math.sinh", ONE, false, Type::Float, Prim::MathSinh),
    row("math.cosh", ONE, false, Type::Float, Prim::MathCosh),
    row("math.tanh", ONE, false, Type::Float, Prim::MathTanh),
    row("math.pow", TWO, false, Type::Float, Prim::MathPow),
    row("math.fmod", TWO, false, Type::Float, Prim::MathFmod),
    row("math.atan2", TWO, false, Type::Float, Prim::MathAtan2),
    row("math.copysign", TWO, false, Type::Float, Prim::MathCopysign),
    row("math.floor", ONE, true, Type::Int, Prim::MathFloor),
    row("math.ceil", ONE, true, Type::Int, Prim::MathCeil),
    row("math.trunc", ONE, true, Type::Int, Prim::MathTrunc),
];

/// The function of a path such as `math.sqrt`.
pub fn find(path: &str) -> Option<&'static LibraryFunction> {
    TABLE.iter().find(|each| each.path == path)
}

impl LibraryFunction {
    /// Whether values of these types can be given to the primitive.
    pub fn takes(&self, types: &[&Type]) -> bool {
        types.len() == self.params.len()
            && types.iter().zip(self.params).all(|(given, wanted)| {
                *given == wanted || (!self.exact && matches!(given, Type::Int | Type::Bool))
            })
    }
}
