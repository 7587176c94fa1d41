//! The one table of the C library's functions that IR calls: arguments, result, how failure shows, effects.
//!
//! How a failure shows follows from the result's representation, everywhere in generated C:
//!
//! | result | failure |
//! |---|---|
//! | `Object`, `Text` | `NULL` |
//! | `Int` | `TB_INT_ERROR` |
//! | `Float` | `TB_FLOAT_ERROR` and a pending exception (`tb_float_failed`) |
//! | `Bool` | 2 |
//! | none, `Iter`, `Range` | a negative `int` (the loop's state is filled through a pointer, the first argument) |
//!
//! A C text with `$` is an expression in which `$0`, `$1`… are the arguments; any other is a function's name.

use super::{Effects, Repr, Use};

/// How a failure shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// It cannot fail.
    Never,
    /// By the result, as the file's table says.
    Result,
    /// It always raises.
    Always,
}

/// What an argument must be.
#[derive(Clone, Copy, Debug)]
pub struct Arg {
    /// Its representation; none for plain C numbers.
    pub repr: Option<Repr>,
    /// Borrowed or stolen.
    pub usage: Use,
    /// Whether `Const::Null` or `Const::NoInt` may stand for a missing one.
    pub optional: bool,
}

/// A function of the C library.
#[derive(Debug)]
pub struct Primitive {
    /// Its name in IR text.
    pub name: &'static str,
    /// Its C.
    pub c: &'static str,
    /// Its arguments.
    pub args: &'static [Arg],
    /// Its result; none if it only does something.
    pub result: Option<Repr>,
    /// Whether the result is an immortal, owned by nobody.
    pub lent: bool,
    /// How it fails.
    pub failure: Failure,
    /// What it may do.
    pub effects: Effects,
}

const fn arg(repr: Repr, usage: Use, optional: bool) -> Arg {
    Arg {
        repr: Some(repr),
        usage,
        optional,
    }
}
#[rustfmt::skip]
mod args {
    use super::*;
    pub const O: Arg = arg(Repr::Object, Use::Borrow, false);
    pub const MAYBE: Arg = arg(Repr::Object, Use::Borrow, true);
    pub const STEAL: Arg = arg(Repr::Object, Use::Steal, false);
    pub const I: Arg = arg(Repr::Int, Use::Borrow, false);
    pub const MAYBE_I: Arg = arg(Repr::Int, Use::Borrow, true);
    pub const F: Arg = arg(Repr::Float, Use::Borrow, false);
    pub const B: Arg = arg(Repr::Bool, Use::Borrow, false);
    pub const T: Arg = arg(Repr::Text, Use::Borrow, false);
    pub const STEAL_T: Arg = arg(Repr::Text, Use::Steal, false);
    pub const STEAL_H: Arg = arg(Repr::Handled, Use::Steal, false);
    pub const C: Arg = Arg { repr: None, usage: Use::Borrow, optional: false };
}

macro_rules! result {
    (Void) => {
        None
    };
    ($repr:ident) => {
        Some(Repr::$repr)
    };
}
macro_rules! lent {
    () => {
        false
    };
    (lent) => {
        true
    };
}
macro_rules! failure {
    (never) => {
        Failure::Never
    };
    (raise) => {
        Failure::Result
    };
    (python) => {
        Failure::Result
    };
    (always) => {
        Failure::Always
    };
    (frees) => {
        Failure::Never
    };
}
macro_rules! effects {
    (never) => {
        Effects::NONE
    };
    (raise) => {
        Effects::RAISE
    };
    (python) => {
        Effects::ALL
    };
    (always) => {
        Effects::ALL
    };
    (frees) => {
        Effects::FREE
    };
}

macro_rules! primitives {
    ($($name:ident = $c:literal ($($arg:ident)*) $result:ident $how:ident $($lent:ident)?;)*) => {
        /// A row of the table.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[allow(missing_docs)]
        pub enum Prim { $($name),* }

        /// The table.
        pub static TABLE: &[Primitive] = &[$(Primitive {
            name: stringify!($name),
            c: $c,
            args: &[$(args::$arg),*],
            result: result!($result),
            lent: lent!($($lent)?),
            failure: failure!($how),
            effects: effects!($how),
        }),*];
    };
}

impl Prim {
    /// Its row.
    pub fn get(self) -> &'static Primitive {
        &TABLE[self as usize]
    }
}

// never: cannot fail, does nothing else · raise: may raise, runs no Python code · python: may do anything that Python can ·
// always: leaves an exception pending · frees: may run finalisers
primitives! {
    IntAdd = "tb_int_add" (I I) Int raise;
    IntSub = "tb_int_sub" (I I) Int raise;
    IntMul = "tb_int_mul" (I I) Int raise;
    IntFloorDiv = "tb_int_floordiv" (I I) Int raise;
    IntMod = "tb_int_mod" (I I) Int raise;
    IntShiftLeft = "tb_int_lshift" (I I) Int raise;
    IntShiftRight = "tb_int_rshift" (I I) Int raise;
    IntAnd = "tb_int_and" (I I) Int python;
    IntOr = "tb_int_or" (I I) Int python;
    IntXor = "tb_int_xor" (I I) Int python;
    IntNeg = "tb_int_neg" (I) Int raise;
    IntPos = "tb_int_pos" (I) Int raise;
    IntInvert = "tb_int_invert" (I) Int python;
    IntAbs = "tb_int_abs" (I) Int raise;
    IntPow = "tb_int_pow" (I I) Int raise;
    IntPowObject = "tb_int_pow_object" (I I) Object raise;
    IntDiv = "tb_int_truediv" (I I) Float raise;
    IntMin = "tb_int_min" (I I) Int never;
    IntMax = "tb_int_max" (I I) Int never;
    IntTruth = "tb_int_truth" (I) Bool never;
    IntEq = "tb_int_eq" (I I) Bool never;
    IntNe = "tb_int_ne" (I I) Bool never;
    IntLt = "tb_int_lt" (I I) Bool never;
    IntLe = "tb_int_le" (I I) Bool never;
    IntGt = "tb_int_gt" (I I) Bool never;
    IntGe = "tb_int_ge" (I I) Bool never;
    IntEqFloat = "tb_int_compare_float($0, $1) == 0" (I F) Bool never;
    IntNeFloat = "tb_int_compare_float($0, $1) != 0" (I F) Bool never;
    IntLtFloat = "tb_int_compare_float($0, $1) == -1" (I F) Bool never;
    IntLeFloat = "tb_int_compare_float($0, $1) <= 0" (I F) Bool never;
    IntGtFloat = "tb_int_compare_float($0, $1) == 1" (I F) Bool never;
    IntGeFloat = "(unsigned)tb_int_compare_float($0, $1) <= 1u" (I F) Bool never;
    IntFromBool = "tb_int_from_bool" (B) Int never;
    IntBeside = "tb_int_beside" (B I) Int never;
    IntFromFloat = "tb_int_from_float" (F) Int raise;
    IntOf = "tb_int_parse" (O) Int python;
    IntToObject = "tb_int_to_object" (I) Object raise;
    IntToFloat = "tb_int_to_float" (I) Float raise;
    IntToStr = "tb_int_to_str" (I) Object python;
    IntToRepr = "tb_int_to_repr" (I) Object python;
    IntToText = "tb_int_to_text" (I) Object python;
    IntRound = "tb_int_round" (I I) Int python;
    IntRoundWhole = "tb_int_round_whole" (I) Int python;
    IntBitLength = "tb_int_bit_length" (I) Int python;

    FloatAdd = "$0 + $1" (F F) Float never;
    FloatSub = "$0 - $1" (F F) Float never;
    FloatMul = "$0 * $1" (F F) Float never;
    FloatDiv = "tb_float_div" (F F) Float raise;
    FloatFloorDiv = "tb_float_floordiv" (F F) Float raise;
    FloatMod = "tb_float_mod" (F F) Float raise;
    FloatPow = "tb_float_pow" (F F) Float raise;
    FloatPowObject = "tb_float_pow_object" (F F) Object raise;
    FloatNeg = "-$0" (F) Float never;
    FloatAbs = "__builtin_fabs($0)" (F) Float never;
    FloatMin = "tb_float_min" (F F) Float never;
    FloatMax = "tb_float_max" (F F) Float never;
    FloatTruth = "tb_float_truth" (F) Bool never;
    FloatEq = "$0 == $1" (F F) Bool never;
    FloatNe = "$0 != $1" (F F) Bool never;
    FloatLt = "$0 < $1" (F F) Bool never;
    FloatLe = "$0 <= $1" (F F) Bool never;
    FloatGt = "$0 > $1" (F F) Bool never;
    FloatGe = "$0 >= $1" (F F) Bool never;
    FloatOf = "tb_float_parse" (O) Float python;
    FloatToObject = "tb_float_to_object" (F) Object raise;
    FloatAgain = "tb_float_again" (O F) Object raise;
    FloatToStr = "tb_float_to_str" (F) Object raise;
    FloatRound = "tb_float_round" (F) Int raise;
    FloatRoundDigits = "tb_float_round_digits" (F I) Float raise;
    FloatIsInteger = "tb_float_is_integer" (F) Bool never;

    MathExp = "tb_math_exp" (F) Float python;
    MathExp2 = "tb_math_exp2" (F) Float python;
    MathExpm1 = "tb_math_expm1" (F) Float python;
    MathLog = "tb_math_log" (F) Float python;
    MathLog2 = "tb_math_log2" (F) Float python;
    MathLog10 = "tb_math_log10" (F) Float python;
    MathSin = "tb_math_sin" (F) Float python;
    MathCos = "tb_math_cos" (F) Float python;
    MathTan = "tb_math_tan" (F) Float python;
    MathAsin = "tb_math_asin" (F) Float python;
    MathAcos = "tb_math_acos" (F) Float python;
    MathAtan = "tb_math_atan" (F) Float python;
    MathSinh = "tb_math_sinh" (F) Float python;
    MathCosh = "tb_math_cosh" (F) Float python;
    MathTanh = "tb_math_tanh" (F) Float python;
    MathSqrt = "tb_math_sqrt" (F) Float python;
    MathFabs = "tb_math_fabs" (F) Float never;
    MathCopysign = "tb_math_copysign" (F F) Float never;
    MathPow = "tb_math_pow" (F F) Float python;
    MathFmod = "tb_math_fmod" (F F) Float python;
    MathAtan2 = "tb_math_atan2" (F F) Float python;
    MathFloor = "tb_math_floor" (F) Int python;
    MathCeil = "tb_math_ceil" (F) Int python;
    MathTrunc = "tb_math_trunc" (F) Int python;

    BoolNot = "!$0" (B) Bool never;
    BoolAnd = "$0 & $1" (B B) Bool never;
    BoolOr = "$0 | $1" (B B) Bool never;
    BoolXor = "$0 ^ $1" (B B) Bool never;
    BoolToObject = "tb_bool_to_object" (B) Object never lent;

    StrTruth = "tb_str_truth" (O) Bool python;
    StrLen = "tb_str_size" (O) Int python;
    StrConcat = "tb_str_concat" (O O) Object python;
    StrArePlain = "tb_str_are_plain" (O O) Bool never;
    StrAppend = "tb_str_append" (STEAL O) Object python;
    StrRepeat = "tb_str_repeat" (O I) Object python;
    StrIndex = "tb_str_index" (O I) Object python;
    StrSlice = "tb_str_slice" (O MAYBE_I MAYBE_I) Object python;
    StrEq = "tb_str_eq" (O O) Bool python;
    StrCompare = "tb_str_compare" (O O C) Bool python;
    StrContains = "tb_str_contains" (O O) Bool python;
    StrJoin = "tb_str_join" (O O) Object python;
    StrStartsWith = "tb_str_startswith" (O O) Bool python;
    StrEndsWith = "tb_str_endswith" (O O) Bool python;
    StrFind = "tb_str_find" (O O) Int python;
    StrReplace = "tb_str_replace" (O O O) Object python;
    StrSplit = "tb_str_split" (O MAYBE) Object python;
    StrUpper = "tb_str_upper" (O) Object python;
    StrLower = "tb_str_lower" (O) Object python;
    StrStrip = "tb_str_strip" (O) Object python;
    StrOrd = "tb_str_ord" (O) Int python;
    StrChr = "tb_str_chr" (I) Object raise;

    TextBegin = "tb_format_begin" (C) Text raise;
    TextAdd = "tb_format_text" (T O) Void raise;
    TextInt = "tb_format_int" (T I) Void python;
    TextFloat = "tb_format_float" (T F) Void raise;
    TextBool = "tb_format_bool" (T B) Void raise;
    TextStr = "tb_format_str" (T O) Void python;
    TextObject = "tb_format_object" (T O C MAYBE) Void python;
    TextFinish = "tb_format_finish" (STEAL_T) Object raise;
    FormatValue = "tb_format_value" (O C MAYBE) Object python;

    ListLen = "tb_list_size" (O) Int python;
    ListGet = "tb_list_get" (O I) Object python;
    ListSet = "tb_list_set" (O I O) Void python;
    ListDelete = "tb_list_delete" (O I) Void python;
    ListSlice = "tb_list_slice" (O MAYBE_I MAYBE_I) Object python;
    ListAppend = "tb_list_append" (O O) Void python;
    ListAppendSteal = "tb_list_append_steal" (O STEAL) Void raise;
    ListExtendStar = "tb_list_extend_star" (O O) Void python;
    ListExtend = "tb_list_extend" (O O) Void python;
    ListPop = "tb_list_pop" (O) Object python;
    ListPopAt = "tb_list_pop_at" (O I) Object python;
    ListInsert = "tb_list_insert" (O I O) Void python;
    ListReverse = "tb_list_reverse" (O) Void python;
    ListClear = "tb_list_clear" (O) Void python;
    ListCopy = "tb_list_copy" (O) Object python;
    ListSort = "tb_list_sort" (O MAYBE B) Void python;
    ListContains = "tb_list_contains" (O O) Bool python;
    ListConcat = "tb_list_concat" (O O) Object python;
    ListRepeat = "tb_list_repeat" (O I) Object python;

    DictNew = "PyDict_New" () Object raise;
    DictLen = "tb_dict_size" (O) Int python;
    DictGet = "tb_dict_get" (O O) Object python;
    DictGetOr = "tb_dict_get_or" (O O MAYBE) Object python;
    DictSet = "tb_dict_set" (O O O) Void python;
    DictSetSteal = "tb_dict_set_steal" (O STEAL STEAL) Void python;
    DictDelete = "tb_dict_delete" (O O) Void python;
    DictUpdateStar = "tb_dict_update_star" (O O) Void python;
    DictContains = "tb_dict_contains" (O O) Bool python;
    DictSetDefault = "tb_dict_setdefault" (O O O) Object python;
    DictPop = "tb_dict_pop" (O O MAYBE) Object python;
    DictKeys = "tb_dict_keys" (O) Object python;
    DictValues = "tb_dict_values" (O) Object python;
    DictItems = "tb_dict_items" (O) Object python;
    DictUpdate = "tb_dict_update" (O O) Void python;
    DictClear = "tb_dict_clear" (O) Void python;
    DictCopy = "tb_dict_copy" (O) Object python;

    SetNew = "PySet_New(NULL)$" () Object raise;
    SetLen = "tb_set_size" (O) Int python;
    SetAdd = "tb_set_add" (O O) Void python;
    SetAddSteal = "tb_set_add_steal" (O STEAL) Void python;
    SetUpdateStar = "tb_set_update_star" (O O) Void python;
    SetDiscard = "tb_set_discard" (O O) Void python;
    SetRemove = "tb_set_remove" (O O) Void python;
    SetContains = "tb_set_contains" (O O) Bool python;

    TupleLen = "tb_tuple_size" (O) Int python;
    TupleGet = "tb_tuple_get" (O I) Object python;
    TupleSlice = "tb_tuple_slice" (O MAYBE_I MAYBE_I) Object python;
    TupleFromListSteal = "tb_tuple_from_list_steal" (STEAL) Object raise;

    IterStart = "tb_iter_start" (O) Iter python;
    RangeStart = "tb_range_start" (I I I) Range raise;
    RangeStartObject = "tb_range_start_object" (O) Range python;
    RangeObject = "tb_range_object" (I I I) Object raise;

    Truth = "tb_truth" (O) Bool python;
    Add = "tb_add" (O O) Object python;
    Sub = "tb_sub" (O O) Object python;
    Mul = "tb_mul" (O O) Object python;
    Div = "tb_div" (O O) Object python;
    FloorDiv = "tb_floordiv" (O O) Object python;
    Mod = "tb_mod" (O O) Object python;
    Pow = "tb_pow" (O O) Object python;
    MatMul = "tb_matmul" (O O) Object python;
    BitAnd = "tb_bit_and" (O O) Object python;
    BitOr = "tb_bit_or" (O O) Object python;
    BitXor = "tb_bit_xor" (O O) Object python;
    ShiftLeft = "tb_lshift" (O O) Object python;
    ShiftRight = "tb_rshift" (O O) Object python;
    AddInPlace = "tb_add_inplace" (O O) Object python;
    SubInPlace = "tb_sub_inplace" (O O) Object python;
    MulInPlace = "tb_mul_inplace" (O O) Object python;
    DivInPlace = "tb_div_inplace" (O O) Object python;
    FloorDivInPlace = "tb_floordiv_inplace" (O O) Object python;
    ModInPlace = "tb_mod_inplace" (O O) Object python;
    PowInPlace = "tb_pow_inplace" (O O) Object python;
    MatMulInPlace = "tb_matmul_inplace" (O O) Object python;
    BitAndInPlace = "tb_bit_and_inplace" (O O) Object python;
    BitOrInPlace = "tb_bit_or_inplace" (O O) Object python;
    BitXorInPlace = "tb_bit_xor_inplace" (O O) Object python;
    ShiftLeftInPlace = "tb_lshift_inplace" (O O) Object python;
    ShiftRightInPlace = "tb_rshift_inplace" (O O) Object python;
    Neg = "tb_neg" (O) Object python;
    Pos = "tb_pos" (O) Object python;
    Invert = "tb_invert" (O) Object python;
    Compare = "tb_compare" (O O C) Object python;
    CompareTruth = "tb_compare_truth" (O O C) Bool python;
    IsExactInt = "PyLong_CheckExact($0)" (O) Bool never;
    IsExactFloat = "PyFloat_CheckExact($0)" (O) Bool never;
    Is = "$0 == $1" (O O) Bool never;
    IsNot = "$0 != $1" (O O) Bool never;
    Contains = "tb_contains" (O O) Bool python;
    IsInstance = "tb_isinstance" (O O) Bool python;
    IsInstanceOf = "tb_isinstance_of" (O C) Bool python;
    IsSubclass = "tb_issubclass" (O O) Bool python;
    ItemGet = "tb_item_get" (O O) Object python;
    ItemSet = "tb_item_set" (O O O) Void python;
    ItemDelete = "tb_item_delete" (O O) Void python;
    SliceGet = "tb_slice_get" (O MAYBE MAYBE MAYBE) Object python;
    SliceNew = "tb_slice_new" (MAYBE MAYBE MAYBE) Object python;
    AttrGet = "tb_attr_get" (O O) Object python;
    AttrSet = "tb_attr_set" (O O O) Void python;
    AttrDelete = "tb_attr_delete" (O O) Void python;
    GlobalGet = "tb_global_get" (O O) Object python;
    GlobalSet = "tb_global_set" (O O O) Void python;
    GlobalDelete = "tb_global_delete" (O O) Void python;
    InitResult = "tb_class_init_result" (O) Void raise;
    OwnClass = "tb_function_own_class" () Object raise;
    CallEx = "tb_call_ex" (O O MAYBE) Object python;
    CallArgsExtend = "tb_call_args_extend" (O O O) Void python;
    CallKwargsMerge = "tb_call_kwargs_merge" (O O O) Void python;
    CallKwargsSet = "tb_call_kwargs_set" (O O O O) Void python;
    AwaitIter = "tb_await_iter" (O) Object python;
    AwaitEntering = "tb_await_entering" (O) Object python;
    AwaitExiting = "tb_await_exiting" (O) Object python;
    IteratorOf = "PyObject_GetIter" (O) Object python;
    AsyncIterStart = "tb_async_iter" (O) Object python;
    AsyncIterNext = "tb_async_next" (O) Object python;
    AsyncIterEnded = "tb_async_ended" () Bool never;
    YieldFromIter = "tb_yield_from_iter" (O) Object python;

    Len = "tb_len" (O) Int python;
    Abs = "tb_abs" (O) Object python;
    Repr = "tb_repr" (O) Object python;
    Str = "tb_str" (O) Object python;
    Hash = "tb_hash" (O) Int python;
    ListOf = "tb_list" (O) Object python;
    TupleOf = "tb_tuple" (O) Object python;
    SetOf = "tb_set" (O) Object python;
    FrozenSetOf = "tb_frozenset" (O) Object python;
    DictOf = "tb_dict" (O) Object python;
    Min2 = "tb_min_2" (O O) Object python;
    Max2 = "tb_max_2" (O O) Object python;
    Sum = "tb_sum" (O MAYBE) Object python;
    Sorted = "tb_sorted" (O MAYBE B) Object python;
    Next = "tb_next" (O MAYBE) Object python;
    Any = "tb_any" (O) Bool python;
    All = "tb_all" (O) Bool python;
    DivMod = "tb_divmod" (O O) Object python;
    Round = "tb_round" (O MAYBE) Object python;
    Enumerate = "tb_enumerate" (O I) Object python;
    Reversed = "tb_reversed" (O) Object python;

    MatchSequence = "tb_match_is_sequence" (O) Bool never;
    MatchMapping = "tb_match_is_mapping" (O) Bool never;
    MatchInstance = "tb_match_instance" (O O) Bool python;
    MatchClass = "tb_match_class" (O O C MAYBE) Object python;
    MatchKeys = "tb_match_keys" (O O) Object python;
    MatchRest = "tb_match_rest" (O O) Object python;

    Import = "tb_import" (O O O C) Object python;
    ImportFrom = "tb_import_from" (O O) Object python;

    CellNew = "tb_cell_new" (MAYBE) Object raise;
    CellGet = "tb_cell_get" (O O C) Object raise;
    CellSet = "tb_cell_set" (O O) Void frees;
    CellDelete = "tb_cell_delete" (O O C) Void python;
    CellClear = "tb_cell_clear" (O) Void frees;
    ClosureCell = "tb_closure_cell" (O C) Object never;
    GeneratorExpression = "tb_generator_expression" (C O MAYBE O) Object python;
    FunctionMake = "tb_function_make" (C O MAYBE MAYBE MAYBE MAYBE) Object python;

    SafePoint = "TB_SAFEPOINT()$" () Void python;
    Raise = "tb_raise" (O MAYBE) Void always;
    Reraise = "tb_reraise_at" () Void always;
    RaiseAgain = "tb_raise_again" (STEAL) Void always;
    RaiseAssertion = "tb_raise_assertion" (MAYBE) Void always;
    ExceptLeave = "tb_except_leave" (STEAL_H) Void frees;
    ExceptMatches = "tb_except_test" (O O) Bool python;
    AsyncWithExit = "tb_async_with_exit" (STEAL) Object python;
    AsyncWithExitException = "tb_async_with_exit_exception" (STEAL O) Object python;
    WithExit = "tb_with_exit" (STEAL) Void python;
    WithExitException = "tb_with_suppresses" (STEAL O) Bool python;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_says_how_it_fails() {
        for row in TABLE {
            assert_eq!(
                row.failure != Failure::Never,
                row.effects.contains(Effects::RAISE),
                "{}",
                row.name
            );
            assert!(
                !row.lent || row.result == Some(Repr::Object),
                "{}",
                row.name
            );
            for (at, _) in row.args.iter().enumerate() {
                let named = row.c.contains(&format!("${at}"));
                let expression = row.c.contains('$');
                assert!(
                    !expression || named,
                    "{}: argument {at} is not in its expression",
                    row.name
                );
            }
        }
    }
}
